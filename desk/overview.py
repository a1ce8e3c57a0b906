"""The office at a glance: what comes in, what is open and how old, what was answered in time, who has how much.

Each figure is counted by the query of a search and leads to it. Every count is bounded (queues/store.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from desk.accounts import User
from desk.authorise import Right, may, visibility
from desk.listing import OPEN
from desk.parts import Desk
from desk.refusal import mark
from queues.ordering import QUARTER_MICROSECONDS, microseconds
from queues.sheets import last_sheet
from queues.store import CaseQuery, Facet, Tally
from schemas.clocks import Promise
from schemas.report import DormantQueue

__all__ = ["AGES", "Figure", "Overview", "QueueRow", "overview"]

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_HOURS = 24
_ANSWERED_DAYS = 7
_MOST_BARS = 10
AGES: Sequence[tuple[str, timedelta | None, timedelta | None]] = (
    (mark("under a day"), None, _DAY),
    (mark("1 to 7 days"), _DAY, 7 * _DAY),
    (mark("7 to 21 days"), 7 * _DAY, 21 * _DAY),
    (mark("over 21 days"), 21 * _DAY, None),
)
"""How long a case has been open: at least, and less than. Twenty-one days are what the DARPG allows."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the search behind it; ``share`` is its part of the largest beside it, from 0 to 1. ``code`` says
    what is counted."""

    code: str
    number: int
    q: str
    share: float = 0.0

    @property
    def address(self) -> str:
        return f"/search?{urlencode({'q': self.q})}"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue: what is open by age (as AGES), altogether, and late."""

    code: str
    ages: tuple[Figure, ...]
    total: Figure
    late: Figure


@dataclass(frozen=True, slots=True)
class OfficerRow:
    name: str
    open: Figure
    late: Figure


@dataclass(frozen=True, slots=True)
class Overview:
    """``hours`` are the last 24, ``code`` of each the hour of day; ``more``: some count is of the first ones only.
    ``dormant`` are the reader's queues in which nothing was done, as the newest morning sheet has them."""

    hours: tuple[Figure, ...]
    received: Figure
    types: tuple[Figure, ...]
    languages: tuple[Figure, ...]
    places: tuple[Figure, ...]
    queues: tuple[QueueRow, ...]
    officers: tuple[OfficerRow, ...]
    unassigned: Figure
    kept: Figure
    missed: Figure
    more: bool
    dormant: tuple[DormantQueue, ...]


def overview(desk: Desk, user: User) -> Overview:
    """May raise StoreDownError. Cost: seven counts, each of 20,000 cases at most; two others are kept."""
    now = desk.clock().replace(second=0, microsecond=0)
    ends = now.astimezone(desk.directory.zone).replace(minute=0) + _HOUR
    begins = ends - _HOURS * _HOUR
    day = _Counting(desk, user, CaseQuery(received_after=begins), f"after:{_said(desk, begins)} is:any")
    week = now - _ANSWERED_DAYS * _DAY
    answered = _Counting(desk, user, CaseQuery(received_after=week), f"after:{_said(desk, week)} is:any")
    opened = _Counting(desk, user, CaseQuery(statuses=OPEN), "")
    late = _Counting(desk, user, CaseQuery(statuses=OPEN, deadline_before=desk.clock()), "is:late")
    free = _Counting(desk, user, CaseQuery(statuses=OPEN, unassigned=True), "is:unassigned")
    ages = [_aged(desk, user, now, least, most) for _, least, most in AGES]
    received = day.tally(Facet.QUARTER, Facet.TYPE, Facet.LANGUAGE, Facet.PLACE)
    held, delayed = opened.tally(Facet.QUEUE, Facet.ASSIGNEE), late.tally(Facet.QUEUE, Facet.ASSIGNEE)
    promised, unheld = answered.tally(Facet.PROMISE), free.tally()
    by_age = [each.tally(Facet.QUEUE) for each in ages]
    promises = promised.by[Facet.PROMISE]
    return Overview(
        hours=_hours(desk, received.by[Facet.QUARTER], begins),
        received=day.figure("", received.total, ""),
        types=day.bars(received, Facet.TYPE, "type"),
        languages=day.bars(received, Facet.LANGUAGE, "lang"),
        places=day.bars(received, Facet.PLACE, "place"),
        queues=tuple(
            QueueRow(
                code,
                tuple(
                    each.figure(code, tally.by[Facet.QUEUE].get(code, 0), f"queue:{code}")
                    for each, tally in zip(ages, by_age, strict=True)
                ),
                opened.figure(code, number, f"queue:{code}"),
                late.figure(code, delayed.by[Facet.QUEUE].get(code, 0), f"queue:{code}"),
            )
            for code, number in _largest(held.by[Facet.QUEUE], None)
        ),
        officers=tuple(
            OfficerRow(
                name,
                opened.figure(name, number, f"with:{name}"),
                late.figure(name, delayed.by[Facet.ASSIGNEE].get(name, 0), f"with:{name}"),
            )
            for name, number in _largest(held.by[Facet.ASSIGNEE], None)
        ),
        unassigned=free.figure("", unheld.total, ""),
        kept=answered.figure("", promises.get(Promise.KEPT, 0), "is:kept"),
        missed=answered.figure("", promises.get(Promise.MISSED, 0), "is:missed"),
        more=any(tally.more for tally in (received, held, delayed, promised, unheld, *by_age)),
        dormant=_dormant(desk, user),
    )


def _dormant(desk: Desk, user: User) -> tuple[DormantQueue, ...]:
    sheet = last_sheet(desk.state, desk.directory, desk.clock())
    return () if sheet is None else tuple(each for each in sheet.dormant if may(user, each.queue, Right.SEE))


@dataclass(frozen=True, slots=True)
class _Counting:
    """A query, and the same as what one would type."""

    desk: Desk
    user: User
    query: CaseQuery
    text: str

    def tally(self, *by: Facet) -> Tally:
        return self.desk.store.tally(self.query, visibility(self.user), by)

    def figure(self, code: str, number: int, narrower: str, share: float = 0.0) -> Figure:
        text = " ".join(f"{self.text} {narrower}".split()) or "is:open"
        return Figure(code, number, text, share)

    def bars(self, tally: Tally, facet: Facet, filter: str) -> tuple[Figure, ...]:
        found = _largest(tally.by[facet], _MOST_BARS)
        most = found[0][1] if found else 1
        return tuple(self.figure(code, number, f"{filter}:{code}", number / most) for code, number in found)


def _aged(desk: Desk, user: User, now: datetime, least: timedelta | None, most: timedelta | None) -> _Counting:
    after = None if most is None else now - most
    before = None if least is None else now - least
    text = [f"after:{_said(desk, after)}" if after else "", f"before:{_said(desk, before)}" if before else ""]
    query = CaseQuery(statuses=OPEN, received_after=after, received_before=before)
    return _Counting(desk, user, query, " ".join(text))


def _hours(desk: Desk, quarters: Mapping[str, int], begins: datetime) -> tuple[Figure, ...]:
    counts = []
    for hour in range(_HOURS):
        first = microseconds(begins + hour * _HOUR) // QUARTER_MICROSECONDS
        counts.append(sum(quarters.get(str(quarter), 0) for quarter in range(first, first + 4)))
    most = max(counts) or 1
    figures = []
    for hour, number in enumerate(counts):
        start = begins + hour * _HOUR
        text = f"after:{_said(desk, start)} before:{_said(desk, start + _HOUR)} is:any"
        figures.append(Figure(f"{start:%H}", number, text, number / most))
    return tuple(figures)


def _said(desk: Desk, moment: datetime) -> str:
    """As one types it: in the office's zone."""
    return moment.astimezone(desk.directory.zone).replace(tzinfo=None).isoformat(timespec="minutes")


def _largest(counts: Mapping[str, int], most: int | None) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
