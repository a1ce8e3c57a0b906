"""The report of ``sunwai evaluate`` as one page: a file that needs no other, without scripts."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from classifiers.report import Bound, HeadReport, Report
from sunwai.charts import coverage_chart, reliability_chart

__all__ = ["evaluation_page"]

MOST_ERRORS = 300
"""Errors of each head that are listed, the surest; all are in the JSON."""

_TITLES = {
    "complaint": "Complaint or not",
    "rumour": "Rumour",
    "type": "Type of complaints",
    "urgency": "Urgency",
    "stance": "Stance to a rumour",
    "language": "Language",
}
_PARTS = {"language": "By language", "kind": "By kind of department addressed"}


def evaluation_page(report: Report) -> str:
    """The page as HTML. Texts of posts are escaped: they are other people's."""
    errors = {head: ([error for error in report.errors if error.head == head]) for head in ("complaint", "type")}
    return _template().render(
        report=report,
        titles=_TITLES,
        parts=[(_PARTS[name], parts) for name, parts in report.parts.items() if parts],
        errors=errors,
        most=MOST_ERRORS,
        charts={name: _charts(name, head) for name, head in report.heads.items()},
        columns={name: _columns(head.confusion) for name, head in report.heads.items()},
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"bound": _bound, "figure": _figure, "percent": _percent}
    return environment.get_template("evaluation.html")


def _charts(name: str, head: HeadReport) -> list[Markup]:
    drawn = []
    if head.reliability:
        drawn.append(reliability_chart(head.reliability, _TITLES[name]))
    if head.curve:
        drawn.append(coverage_chart(head.curve, _TITLES[name]))
    return [Markup(svg) for svg in drawn]  # noqa: S704 - made of figures and our own titles, which are escaped


def _columns(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    """What was said, in the order of the true labels, then what is no row's label."""
    said = {name for row in confusion.values() for name in row}
    return [*confusion, *sorted(said - {*confusion})]


def _bound(figure: Bound) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
