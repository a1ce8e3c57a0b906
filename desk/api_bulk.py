"""One act on many cases through the API, ``/api/v1/bulk/{act}``: as on the page of a search, for supervisors.

Each case is done by itself, if it still is at the revision that is given with it; what was done and what was not is
kept for a week and can be taken back within the undo time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field, create_model

from desk.api_answers import COMMON, Key, answers
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.bulk import BULK_ACTS, MOST_AT_ONCE, Done, Picked, do_many, find_done, take_back, until
from desk.case_acts import CASE_ACTS
from desk.examples import CASE, example
from desk.idempotency import Asked, once
from desk.parts import Desk
from schemas.base import Value

__all__ = ["bulk_api"]

bulk_api = APIRouter(prefix="/api/v1/bulk", tags=["bulk"], responses=COMMON)

BulkId = Annotated[str, Path(max_length=64, examples=["0f3a9c1e5b7d2468"])]


class CasePicked(Value):
    """A case, and the revision at which it was chosen."""

    id: str = Field(min_length=1, max_length=64, examples=[CASE])
    revision: int = Field(ge=0, lt=1_000_000_000, examples=[1])


class CaseLeft(Value):
    """A case that was left as it was, and why."""

    id: str
    message: str


class BulkDone(Value):
    """What one act has done to many cases. ``taken_back`` are those that were as before again afterwards; null: nobody
    has tried. ``until``: when it can last be taken back."""

    model_config = example(
        id="0f3a9c1e5b7d2468",
        act="assign",
        at="2026-03-02T06:05:00Z",
        done=[CASE],
        failed=[{"id": "9x2ht4d0e5g7k3mq", "message": "This case is no longer open."}],
        taken_back=None,
        until="2026-03-02T06:35:00Z",
    )

    id: str
    act: str
    at: datetime
    done: tuple[str, ...]
    failed: tuple[CaseLeft, ...]
    taken_back: tuple[str, ...] | None
    until: datetime


class _Cases(Value):
    cases: tuple[CasePicked, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


def _doing(slug: str) -> Callable[..., BulkDone]:
    form = CASE_ACTS[slug].form
    asked: Any = create_model(
        f"Bulk{form.__name__}", __base__=_Cases, given=(form, Field(description="As for the act on one case."))
    )

    def act(desk: DeskDep, caller: WriterDep, asked: Any, key: Key = None) -> BulkDone:
        picked = [Picked(each.id, each.revision) for each in asked.cases]

        def do() -> str:
            return do_many(desk, caller.user, slug, picked, asked.given).id

        asking = Asked(user=caller.user.name, key=key or "", request=f"bulk {slug} {asked.model_dump_json()}")
        id = do() if key is None else once(desk.state, desk.clock, asking, do)
        return _shown(desk, find_done(desk, caller.user, id))

    act.__annotations__["asked"] = asked
    return act


for _slug in BULK_ACTS:
    bulk_api.add_api_route(
        f"/{_slug}",
        _doing(_slug),
        methods=["POST"],
        responses=answers(409),
        summary=f"On many cases: {CASE_ACTS[_slug].about}",
        operation_id=f"bulk_{_slug}",
    )


@bulk_api.get("/{id}", responses=answers(404))
def bulk_done(desk: DeskDep, caller: CallerDep, id: BulkId) -> BulkDone:
    """What one of your acts on many cases has done."""
    return _shown(desk, find_done(desk, caller.user, id))


@bulk_api.post("/{id}/undo", responses=answers(404, 409))
def bulk_undo(desk: DeskDep, caller: WriterDep, id: BulkId) -> BulkDone:
    """Takes it back in each case where nobody has acted since."""
    return _shown(desk, take_back(desk, caller.user, id))


def _shown(desk: Desk, done: Done) -> BulkDone:
    failed = tuple(CaseLeft(id=each.id, message=each.why % each.params) for each in done.failed)
    same = {name: getattr(done, name) for name in ("id", "act", "at", "done", "taken_back")}
    return BulkDone(failed=failed, until=until(desk, done), **same)
