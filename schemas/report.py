"""What is reported of an office: the sheet of a day, how a month's complaints were disposed of. No words of posts."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.base import Utc, Value
from schemas.case import Status
from schemas.labels import ComplaintType

__all__ = [
    "MAX_BEHIND",
    "MAX_NAMED",
    "MAX_REACH",
    "CountedDisposal",
    "Disposal",
    "Dormancy",
    "DormantQueue",
    "Figure",
    "MonthFigure",
    "NamedCase",
    "OfficeRow",
    "Sheet",
]

MAX_NAMED = 20
"""Critical cases that a sheet names: what must fit a page."""
MAX_REACH = 5
MAX_BEHIND = 500
"""Cases that are kept behind one figure, the oldest: what one look-up brings."""


class Figure(StrEnum):
    """What a sheet counts of each department; the value is the field of ``OfficeRow``."""

    RECEIVED = "received"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    OVER_DAY = "over_day"
    OVER_WEEK = "over_week"
    CRITICAL = "critical"


class OfficeRow(Value):
    """One department on one day. ``over_day`` and ``over_week`` are open longer than 24 hours and than 7 days when the
    sheet was made; their changes are against the sheet of the day before, None where there is none. ``critical`` are
    those received that day. ``cases`` are those behind each figure, by id."""

    department: str
    received: int = 0
    answered: int = 0
    resolved: int = 0
    over_day: int = 0
    over_week: int = 0
    over_day_change: int | None = None
    over_week_change: int | None = None
    critical: int = 0
    cases: Mapping[Figure, tuple[str, ...]] = Field(default_factory=dict)


class Dormancy(StrEnum):
    """Why a queue is called dormant."""

    NOBODY = "nobody_signed_in"
    UNANSWERED = "nothing_answered"


class DormantQueue(Value):
    """A queue in which ``open`` cases wait, the oldest since ``oldest_at``, and nothing is done (queues/dormancy.py).
    ``signed_in_at`` and ``answered_at`` are when somebody last did, None where nobody ever has; ``days`` for how many
    sheets in a row it has been so."""

    queue: str
    because: tuple[Dormancy, ...] = Field(min_length=1)
    open: int
    oldest_at: Utc
    signed_in_at: Utc | None
    answered_at: Utc | None
    days: int = 1


class NamedCase(Value):
    """A case by its number. ``queue``, ``type`` and ``place`` are None for a sealed one; ``views`` are 0 where no
    source says them. ``accepted_at`` is when somebody answered for a critical one by name."""

    id: str
    docket: str | None
    queue: str | None
    status: Status
    type: ComplaintType | None
    place: str | None
    complainants: int
    views: int = 0
    received_at: Utc
    accepted_at: Utc | None = None


class Sheet(Value):
    """The sheet of one day, in the office's time; it stands as it was made. ``rumours`` counts judgements of claims by
    verdict; ``reach`` are the day's cases with the greatest (``Case.reach``); ``dormant`` the queues in which nothing
    is done."""

    schema_version: Literal[1] = 1
    day: date
    made_at: Utc
    rows: tuple[OfficeRow, ...]
    critical_count: int = 0
    critical: tuple[NamedCase, ...] = Field(default=(), max_length=MAX_NAMED)
    reach: tuple[NamedCase, ...] = Field(default=(), max_length=MAX_REACH)
    rumours: Mapping[str, int] = Field(default_factory=dict)
    dormant: tuple[DormantQueue, ...] = ()


class MonthFigure(StrEnum):
    """What a month counts in each of its lines; the value is the field of ``Disposal``."""

    OPENING = "opening"
    RECEIVED = "received"
    DISPOSED = "disposed"
    CLOSING = "closing"
    UNDER_WEEK = "under_week"
    UNDER_THREE_WEEKS = "under_three_weeks"
    OLDER = "older"
    LATE = "late"
    OUTSIDE = "outside"
    TRANSFERRED = "transferred"
    REOPENED = "reopened"
    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"


class Disposal(Value):
    """One line of a month: complaints open at its beginning, received and disposed of in it, open at its end, those by
    age; ``late`` were disposed of, or still stand, after the time promised. ``outside`` are, at the end, with an office
    that does not use this desk. ``days`` is the mean from receipt to disposal, None where nothing was."""

    key: str
    opening: int = 0
    received: int = 0
    disposed: int = 0
    closing: int = 0
    under_week: int = 0
    under_three_weeks: int = 0
    older: int = 0
    late: int = 0
    outside: int = 0
    transferred: int = 0
    reopened: int = 0
    satisfied: int = 0
    unsatisfied: int = 0
    days: float | None = None


class CountedDisposal(Disposal):
    """A line with the ``cases`` behind each of its figures, by id."""

    cases: Mapping[MonthFigure, tuple[str, ...]] = Field(default_factory=dict)
