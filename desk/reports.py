"""Reports in words: a page for paper, a text that fits one message, CSV. Each in any language of the desk."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from desk.pages import STATIC, Pages
from desk.refusal import mark
from desk.speaking import Speaker
from queues.reporting import NOWHERE, Grouping
from queues.watching import Verb
from schemas.labels import ComplaintType
from schemas.offices import Department
from schemas.report import Disposal, Dormancy, DormantQueue, MonthFigure, NamedCase, OfficeRow, Sheet

__all__ = [
    "LONGEST_MESSAGE",
    "date_said",
    "department_named",
    "department_text",
    "dormant_lines",
    "dormant_reason",
    "key_named",
    "month_csv",
    "month_page",
    "one_message",
    "sheet_csv",
    "sheet_page",
    "sheet_text",
]

LONGEST_MESSAGE = 1000
"""Characters: less than any messenger takes, and what is read on a phone without opening it."""

_NAMED = 5
_DORMANT = 4
"""Queues that the page of a sheet has room for; all are in the sheet."""
_DAYS = mark("Days, mean")


def sheet_page(pages: Pages, say: Speaker, sheet: Sheet, *, linked: bool) -> str:
    """One A4 page. ``linked``: served by the desk, each figure leading to its cases; else whole in itself."""
    return pages.render(
        "report_morning.html",
        say.language,
        user=None,
        csrf="",
        path="",
        wide=False,
        sheet=sheet,
        totals=_totals(sheet),
        department=lambda code: department_named(code, say),
        dormant_reason=lambda queue: dormant_reason(say, queue),
        verdicts=_verdicts(sheet, say),
        dormant=sheet.dormant[:_DORMANT],
        linked=linked,
        style=None if linked else _style(),
    )


def sheet_text(say: Speaker, sheet: Sheet) -> str:
    """The sheet as one message of at most LONGEST_MESSAGE characters."""
    return one_message([f"{say.office()}: {date_said(sheet.day)}", *_lines(say, sheet)])


def department_text(say: Speaker, sheet: Sheet, department: Department) -> str:
    """What of a sheet is about one department, as such a message."""
    queues = {queue.code for queue in department.queues}
    rows = tuple(row for row in sheet.rows if row.department == department.code)
    own = {
        "rows": rows,
        "critical": tuple(named for named in sheet.critical if named.queue in queues),
        "critical_count": sum(row.critical for row in rows),
        "rumours": {},
        "dormant": tuple(each for each in sheet.dormant if each.queue in queues),
    }
    head = f"{say.name(department.name)}: {date_said(sheet.day)}"
    return one_message([head, *_lines(say, sheet.model_copy(update=own))])


def one_message(lines: Iterable[str]) -> str:
    """As many of the lines as fit LONGEST_MESSAGE characters."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > LONGEST_MESSAGE:
            break
        kept.append(line)
    return "\n".join(kept)


def _lines(say: Speaker, sheet: Sheet) -> list[str]:
    total = _totals(sheet)
    text = say.text
    lines = [
        f"{text(mark('Received'))} {total.received}, {text(mark('Answered'))} {total.answered}, "
        f"{text(mark('Resolved'))} {total.resolved}",
        f"{text(mark('Open over 24 hours'))} {total.over_day}{_changed(total.over_day_change)}, "
        f"{text(mark('over 7 days'))} {total.over_week}{_changed(total.over_week_change)}",
        f"{text(mark('Critical cases'))} {sheet.critical_count}",
    ]
    lines += [f"  {_critical(named, say)}" for named in sheet.critical[:_NAMED]]
    lines += [f"{name}: {say.number(count)}" for name, count in _verdicts(sheet, say)]
    worst = sorted(sheet.rows, key=lambda row: (-row.over_week, -row.over_day, row.department))
    slow = text(mark("over 7 days"))
    lines += [
        f"{department_named(row.department, say)}: {slow} {row.over_week}" for row in worst[:_NAMED] if row.over_week
    ]
    return [*lines, *dormant_lines(say, sheet.dormant[:_NAMED])]


def dormant_lines(say: Speaker, queues: Iterable[DormantQueue]) -> list[str]:
    """A line for each queue in which nothing is done, and why it is said of it."""
    return [f"{say.queue(each.queue)}: {dormant_reason(say, each)} ({say.cases(each.open)})" for each in queues]


def dormant_reason(say: Speaker, queue: DormantQueue) -> str:
    reasons = {Dormancy.NOBODY: _signed_in(say, queue), Dormancy.UNANSWERED: _answered(say, queue)}
    return ", ".join(reasons[because] for because in queue.because)


def _signed_in(say: Speaker, queue: DormantQueue) -> str:
    if queue.signed_in_at is None:
        return say.text(mark("nobody has ever signed in"))
    return say.text(mark("nobody has signed in since %(moment)s")) % {"moment": say.moment(queue.signed_in_at)}


def _answered(say: Speaker, queue: DormantQueue) -> str:
    if queue.answered_at is None:
        return say.text(mark("nothing was ever answered"))
    return say.text(mark("nothing was answered since %(moment)s")) % {"moment": say.moment(queue.answered_at)}


def sheet_csv(say: Speaker, sheet: Sheet) -> str:
    change = mark("Change")
    titles = ("Office", "Received", "Answered", "Resolved", "Open over 24 hours", change, "over 7 days", change)
    rows = (
        (
            department_named(row.department, say),
            row.received,
            row.answered,
            row.resolved,
            row.over_day,
            row.over_day_change,
            row.over_week,
            row.over_week_change,
        )
        for row in sheet.rows
    )
    return _csv([say.text(title) for title in titles], rows)


def month_page(  # noqa: PLR0913 - what a page is made of
    pages: Pages, say: Speaker, month: date, by: Grouping, lines: Sequence[Disposal], *, linked: bool
) -> str:
    return pages.render(
        "report_month.html",
        say.language,
        user=None,
        csrf="",
        path="",
        month=month,
        wide=True,
        title=say.grouping(by),
        by=by,
        lines=[(line, key_named(line.key, by, say)) for line in lines],
        figures=[*MonthFigure],
        linked=linked,
        style=None if linked else _style(),
    )


def month_csv(say: Speaker, by: Grouping, lines: Sequence[Disposal]) -> str:
    titles = [say.grouping(by), *map(say.label, MonthFigure), say.text(_DAYS)]
    rows = (
        (key_named(line.key, by, say), *(getattr(line, figure) for figure in MonthFigure), line.days) for line in lines
    )
    return _csv(titles, rows)


def _totals(sheet: Sheet) -> OfficeRow:
    numbers = ("received", "answered", "resolved", "over_day", "over_week")
    changes = ("over_day_change", "over_week_change")
    known = [row for row in sheet.rows if row.over_day_change is not None]
    summed: dict[str, int | None] = {name: sum(getattr(row, name) for row in sheet.rows) for name in numbers}
    summed |= {name: sum(getattr(row, name) for row in known) if known else None for name in changes}
    return OfficeRow.model_validate({"department": "", **summed})


def _verdicts(sheet: Sheet, say: Speaker) -> list[tuple[str, int]]:
    return [(say.label(Verb(verb)), count) for verb, count in sorted(sheet.rumours.items())]


def _critical(named: NamedCase, say: Speaker) -> str:
    accepted = named.accepted_at
    done = say.text(mark("nobody has accepted it")) if accepted is None else say.moment(accepted)
    where = f" {say.queue(named.queue)}" if named.queue is not None else ""
    return f"{named.docket}{where}: {say.label(named.status)}, {done}"


def department_named(code: str, say: Speaker) -> str:
    queue = next((d.default_queue for d in say.directory.departments if d.code == code), None)
    return code if queue is None else say.department(queue)


def key_named(key: str, by: Grouping, say: Speaker) -> str:
    """What a line of a month's report is about."""
    if key == NOWHERE:
        return NOWHERE
    match by:
        case Grouping.DEPARTMENT:
            return department_named(key, say)
        case Grouping.QUEUE:
            return say.queue(key) if key in say.directory.queues else key
        case Grouping.TYPE:
            return say.label(ComplaintType(key))
        case Grouping.PLACE:
            return say.place(key) if key in say.directory.place_by_code else key


def _changed(change: int | None) -> str:
    return "" if change is None else f" ({change:+d})"


def date_said(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def _csv(titles: Sequence[str], rows: Iterator[tuple[object, ...]]) -> str:
    """Names are the directory's and figures ours: there is nothing in it that somebody outside has written."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows(rows)
    return out.getvalue()


def _style() -> str:
    return (STATIC / "report.css").read_text(encoding="utf-8")
