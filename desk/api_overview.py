"""The overview's figures through the API, ``/api/v1/overview``: each with the search that finds the cases behind it."""

from fastapi import APIRouter
from pydantic import Field, JsonValue

from desk.api_answers import COMMON
from desk.asking import CallerDep, DeskDep
from desk.examples import example
from desk.overview import Figure, Overview, overview
from schemas.base import Value

__all__ = ["overview_api"]

overview_api = APIRouter(prefix="/api/v1/overview", tags=["overview"], responses=COMMON)

_FIGURE: dict[str, JsonValue] = {
    "code": "water_supply",
    "number": 7,
    "q": "after:2026-03-01T12:00 is:any type:water_supply",
}
_OPEN: dict[str, JsonValue] = {"code": "nigam-water", "number": 3, "q": "queue:nigam-water"}


class FigureView(Value):
    """A number of cases; ``code`` says of what, ``q`` is the search that finds them."""

    code: str
    number: int
    q: str


class QueueFigures(Value):
    """What is open in a queue: ``ages`` under a day, 1 to 7, 7 to 21 days, and older."""

    code: str
    ages: tuple[FigureView, ...]
    total: FigureView
    late: FigureView


class OfficerFigures(Value):
    name: str
    open: FigureView
    late: FigureView


class Figures(Value):
    """``hours`` are the last 24, each by the hour of day in the office's zone; types, languages and places are of what
    was received in them, the ten largest. ``kept`` and ``missed``: promised answers of the last seven days."""

    model_config = example(
        hours=[{"code": "11", "number": 2, "q": "after:2026-03-02T11:00 before:2026-03-02T12:00 is:any"}],
        received=_FIGURE | {"code": "", "q": "after:2026-03-01T12:00 is:any"},
        types=[_FIGURE],
        languages=[],
        places=[],
        queues=[{"code": "nigam-water", "ages": [_OPEN], "total": _OPEN, "late": _OPEN | {"number": 0}}],
        officers=[{"name": "asha", "open": _OPEN, "late": _OPEN | {"number": 0}}],
        unassigned=_OPEN | {"code": "", "q": "is:unassigned"},
        kept=_OPEN | {"code": "", "q": "after:2026-02-23T12:00 is:any is:kept"},
        missed=_OPEN | {"code": "", "q": "after:2026-02-23T12:00 is:any is:missed"},
        more=False,
    )

    hours: tuple[FigureView, ...]
    received: FigureView
    types: tuple[FigureView, ...]
    languages: tuple[FigureView, ...]
    places: tuple[FigureView, ...]
    queues: tuple[QueueFigures, ...]
    officers: tuple[OfficerFigures, ...]
    unassigned: FigureView
    kept: FigureView
    missed: FigureView
    more: bool = Field(description="Some figure is of the first 20,000 cases only.")


@overview_api.get("")
def figures(desk: DeskDep, caller: CallerDep) -> Figures:
    """The office at a glance, as far as your queues go."""
    return _shown(overview(desk, caller.user))


def _shown(found: Overview) -> Figures:
    return Figures(
        hours=_figures(found.hours),
        received=_figure(found.received),
        types=_figures(found.types),
        languages=_figures(found.languages),
        places=_figures(found.places),
        queues=tuple(
            QueueFigures(code=row.code, ages=_figures(row.ages), total=_figure(row.total), late=_figure(row.late))
            for row in found.queues
        ),
        officers=tuple(
            OfficerFigures(name=row.name, open=_figure(row.open), late=_figure(row.late)) for row in found.officers
        ),
        unassigned=_figure(found.unassigned),
        kept=_figure(found.kept),
        missed=_figure(found.missed),
        more=found.more,
    )


def _figures(found: tuple[Figure, ...]) -> tuple[FigureView, ...]:
    return tuple(_figure(each) for each in found)


def _figure(found: Figure) -> FigureView:
    return FigureView(code=found.code, number=found.number, q=found.q)
