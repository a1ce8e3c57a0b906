"""Reports over all cases, in one pass and in memory that does not grow with them. Pure but for what is iterated.

Counted are complaints: cases with a docket, those merged into another and historic ones left out. A case that was taken
up again counts as open, since what the citizen asked for is. Cost: linear in all cases (docs/performance.md).
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from queues.dormancy import Stillness
from queues.lifecycle import Act
from schemas.case import Case, Status
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.labels import Urgency
from schemas.report import (
    MAX_BEHIND,
    MAX_NAMED,
    MAX_REACH,
    CountedDisposal,
    Figure,
    MonthFigure,
    NamedCase,
    OfficeRow,
    Sheet,
)

__all__ = ["Grouping", "day_span", "disposal", "month_span", "morning_sheet"]

T = TypeVar("T", bound=tuple[Any, ...])
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_AGAIN = frozenset({Act.REOPEN, Act.APPEAL})
NOWHERE = "-"


class Grouping(StrEnum):
    """What a line of a month's report is about."""

    DEPARTMENT = "department"
    QUEUE = "queue"
    TYPE = "type"
    PLACE = "place"


def day_span(day: date, directory: Directory) -> tuple[datetime, datetime]:
    """A day of the office: from midnight to midnight in its zone."""
    first, last = (datetime.combine(d, time(), directory.zone) for d in (day, day + _DAY))
    return first, last


def month_span(month: date, directory: Directory) -> tuple[datetime, datetime]:
    """The month of the office in which the day lies."""
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return datetime.combine(first, time(), directory.zone), datetime.combine(after, time(), directory.zone)


def morning_sheet(  # noqa: PLR0913 - what a sheet is made of
    cases: Iterable[Case],
    directory: Directory,
    day: date,
    now: datetime,
    *,
    before: Sheet | None,
    signed_in: Mapping[str, datetime] = MappingProxyType({}),
) -> Sheet:
    """The sheet of ``day`` as it is at ``now``, but for rumours; ``before`` is the one of the day before.
    ``signed_in``: when somebody who works each queue last did. ``cases`` come oldest first."""
    first, last = day_span(day, directory)
    rows = {department.code: _Row() for department in directory.departments}
    still = Stillness()
    critical: list[tuple[float, str, NamedCase]] = []
    reach: list[tuple[int, str, NamedCase]] = []
    critical_count = 0
    for case in cases:
        still.add(case)
        if not _is_complaint(case):
            continue
        department = directory.department_of_queue.get(case.queue)
        if department is not None:
            rows[department.code].add(case, _of_day(case, first, last, now))
        if not _is_news(case, first, last):
            continue
        if not case.is_sealed:
            _keep(reach, (case.reach, case.id, _named(case)), MAX_REACH)
        if case.urgency is Urgency.CRITICAL:
            critical_count += 1
            _keep(critical, (-case.received_at.timestamp(), case.id, _named(case)), MAX_NAMED)
    earlier = {row.department: row for row in before.rows} if before is not None else {}
    return Sheet(
        day=day,
        made_at=now,
        rows=tuple(row.made(code, earlier.get(code)) for code, row in rows.items()),
        critical_count=critical_count,
        critical=tuple(named for *_, named in sorted(critical, reverse=True)),
        reach=tuple(named for *_, named in sorted(reach, reverse=True)),
        dormant=still.found(directory, now, signed_in, before),
    )


def _is_complaint(case: Case) -> bool:
    return case.docket is not None and case.merged_into is None and not case.historic


def _of_day(case: Case, first: datetime, last: datetime, now: datetime) -> Iterator[Figure]:
    if first <= case.received_at < last:
        yield Figure.RECEIVED
    if any(entry.act == Act.ANSWER and first <= entry.at < last for entry in case.history):
        yield Figure.ANSWERED
    if case.resolved_at is not None and first <= case.resolved_at < last:
        yield Figure.RESOLVED
    if case.is_open and now - case.received_at > _DAY:
        yield Figure.OVER_DAY
    if case.is_open and now - case.received_at > _WEEK:
        yield Figure.OVER_WEEK
    if _is_news(case, first, last) and case.urgency is Urgency.CRITICAL:
        yield Figure.CRITICAL


def _is_news(case: Case, first: datetime, last: datetime) -> bool:
    """Whether it came on that day and is a complaint still."""
    return first <= case.received_at < last and case.status is not Status.DISMISSED


@dataclass(slots=True)
class _Row:
    """Figures of a department, and the first cases behind each."""

    counts: Counter[str] = field(default_factory=Counter)
    cases: dict[Figure, list[str]] = field(default_factory=lambda: {figure: [] for figure in Figure})

    def add(self, case: Case, figures: Iterable[Figure]) -> None:
        for figure in figures:
            self.counts[figure] += 1
            if len(self.cases[figure]) < MAX_BEHIND:
                self.cases[figure].append(case.id)

    def made(self, code: str, before: OfficeRow | None) -> OfficeRow:
        behind = {figure: tuple(ids) for figure, ids in self.cases.items()}
        row = OfficeRow(department=code, cases=behind, **self.counts)
        if before is None:
            return row
        day, week = row.over_day - before.over_day, row.over_week - before.over_week
        return row.model_copy(update={"over_day_change": day, "over_week_change": week})


def _keep(kept: list[T], item: T, most: int) -> None:
    """The greatest ``most`` items."""
    (heapq.heappush if len(kept) < most else heapq.heappushpop)(kept, item)


def _named(case: Case) -> NamedCase:
    sealed = case.is_sealed
    accepted = (entry.at for entry in reversed(case.history) if entry.act in {Act.ACCEPT, Act.HAND_OVER})
    return NamedCase(
        id=case.id,
        docket=case.docket,
        queue=None if sealed else case.queue,
        status=case.status,
        type=None if sealed else case.type,
        place=None if sealed else case.place,
        complainants=case.complainants,
        views=case.views,
        received_at=case.received_at,
        accepted_at=next(accepted, None) if case.accepted_by is not None else None,
    )


def disposal(
    cases: Iterable[Case], directory: Directory, span: tuple[datetime, datetime], now: datetime
) -> dict[Grouping, list[CountedDisposal]]:
    """For each grouping its lines by key, those with anything to report. ``cases`` come oldest first. ``span`` is a
    month; one that is not over counts up to ``now``."""
    first, last = span[0], min(span[1], now)
    lines: dict[Grouping, dict[str, _Line]] = {by: defaultdict(_Line) for by in Grouping}
    keys = _keys(directory)
    for case in filter(_is_complaint, cases):
        if case.received_at < last:
            for by, key_of in keys.items():
                lines[by][key_of(case)].add(case, first, last)
    return {
        by: [line.disposal(key) for key, line in sorted(found.items()) if any(line.counts.values())]
        for by, found in lines.items()
    }


def _keys(directory: Directory) -> Mapping[Grouping, Callable[[Case], str]]:
    departments = directory.department_of_queue
    return {
        Grouping.DEPARTMENT: lambda case: departments[case.queue].code if case.queue in departments else NOWHERE,
        Grouping.QUEUE: lambda case: case.queue,
        Grouping.TYPE: lambda case: case.type,
        Grouping.PLACE: lambda case: case.place or NOWHERE,
    }


@dataclass(slots=True)
class _Line:
    """Figures of a month, and the first cases behind each."""

    counts: Counter[str] = field(default_factory=Counter)
    cases: dict[MonthFigure, list[str]] = field(default_factory=lambda: {figure: [] for figure in MonthFigure})
    seconds: float = 0.0

    def add(self, case: Case, first: datetime, last: datetime) -> None:
        ended = _ended_at(case)
        if ended is not None and ended < first:
            return
        for figure, times in _of_month(case, ended, first, last):
            self.counts[figure] += times
            if len(self.cases[figure]) < MAX_BEHIND:
                self.cases[figure].append(case.id)
        if ended is not None and ended < last:
            self.seconds += (ended - case.received_at).total_seconds()

    def disposal(self, key: str) -> CountedDisposal:
        disposed = self.counts[MonthFigure.DISPOSED]
        days = round(self.seconds / disposed / _DAY.total_seconds(), 1) if disposed else None
        behind = {figure: tuple(ids) for figure, ids in self.cases.items()}
        return CountedDisposal(key=key, days=days, cases=behind, **self.counts)


def _of_month(case: Case, ended: datetime | None, first: datetime, last: datetime) -> Iterator[tuple[MonthFigure, int]]:
    """The figures in which a case counts that had not ended before the month, each with how often it does."""
    in_span = ended is not None and ended < last
    yield MonthFigure.OPENING if case.received_at < first else MonthFigure.RECEIVED, 1
    yield MonthFigure.DISPOSED if in_span else MonthFigure.CLOSING, 1
    if not in_span:
        yield _aged(last - case.received_at), 1
    if not in_span and case.outside is not None:
        yield MonthFigure.OUTSIDE, 1
    if _is_late(case, ended if in_span else None, last):
        yield MonthFigure.LATE, 1
    if transfers := sum(first <= transfer.at < last for transfer in case.transfers):
        yield MonthFigure.TRANSFERRED, transfers
    if again := sum(entry.act in _AGAIN and first <= entry.at < last for entry in case.history):
        yield MonthFigure.REOPENED, again
    if case.feedback is not None and first <= case.feedback.at < last:
        yield MonthFigure.SATISFIED if case.feedback.satisfied else MonthFigure.UNSATISFIED, 1


def _aged(age: timedelta) -> MonthFigure:
    if age <= _WEEK:
        return MonthFigure.UNDER_WEEK
    return MonthFigure.UNDER_THREE_WEEKS if age <= 3 * _WEEK else MonthFigure.OLDER


def _ended_at(case: Case) -> datetime | None:
    """When it was resolved, or dismissed; None while it is open."""
    if case.status is Status.DISMISSED:
        return next((entry.at for entry in reversed(case.history) if entry.act == Act.DISMISS), case.changed_at)
    return case.resolved_at


def _is_late(case: Case, ended: datetime | None, last: datetime) -> bool:
    due = next((clock.due_at for clock in case.clocks if clock.kind is ClockKind.RESOLVE), None)
    return due is not None and (ended or last) > due
