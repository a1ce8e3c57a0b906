"""The clocks of a case: by when something must have been done, and who was told that it was not."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from schemas.base import Utc, Value

__all__ = ["Clock", "ClockKind", "Promise", "Waiting", "earliest_unmet"]


class ClockKind(StrEnum):
    """What must have been done. ``review`` runs before a case is confirmed, the others from receipt."""

    REVIEW = "review"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    INTERIM = "interim"
    RESOLVE = "resolve"


class Promise(StrEnum):
    """Whether the citizen was answered in time."""

    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"


class Clock(Value):
    """One time promised. ``office`` says that it counts only while the office works. ``told`` counts the rungs of the
    ladder, and then the reminders, since it was missed: each moment of escalation is one number, told once."""

    kind: ClockKind
    due_at: Utc
    office: bool = False
    warn_at: Utc | None = None
    warned: bool = False
    met_at: Utc | None = None
    told: int = Field(default=0, ge=0)

    @property
    def is_running(self) -> bool:
        return self.met_at is None


class Waiting(Value):
    """All clocks of the case stand still from ``since``, for no longer than to ``until``."""

    since: Utc
    until: Utc


class _Timed(Protocol):
    @property
    def due_at(self) -> datetime: ...

    @property
    def met_at(self) -> datetime | None: ...


def earliest_unmet(clocks: Sequence[_Timed], without: datetime | None) -> datetime | None:
    """The earliest moment promised that is still unmet; ``without``: of a case that was stored before there were
    clocks."""
    if not clocks:
        return without
    return min((clock.due_at for clock in clocks if clock.met_at is None), default=None)
