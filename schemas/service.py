"""What an office promises: hours of opening, times by which something must have been done, who is told when it has not.

The periods follow the Comprehensive Guidelines for handling of public grievances (DARPG, 23 August 2024): 21 days,
an interim reply where more is needed, an appeal within 30 days.
"""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from holidays import country_holidays
from pydantic import Field, StringConstraints, model_validator

from schemas.entry import Code, Strict
from schemas.labels import ComplaintType, Urgency

__all__ = ["WEEKDAYS", "Calendar", "Ladder", "Rank", "Rung", "ServiceLevel", "Target", "Times"]

Hours = Annotated[float, Field(gt=0, le=24 * 366)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A text in quotes: YAML reads 10:00 without quotes as the number 600."""

DayOff = Annotated[str, StringConstraints(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-[1-5])?$")]
"""A day of the week, or, as ``sat-2``, the second Saturday of each month."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Calendar(Strict):
    """When an office works, in the directory's time zone. ``closes`` at or before ``opens`` is on the next day: a
    shift belongs to the day on which it begins. ``state`` is the ISO 3166-2:IN code whose public holidays are kept
    (None: no holidays); ``closed`` are further days off, ``open`` days worked whatever else says they are off."""

    code: Code
    opens: TimeOfDay = "10:00"
    closes: TimeOfDay = "17:00"
    days_off: tuple[DayOff, ...] = ("sun",)
    state: str | None = None
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if not set(WEEKDAYS) - set(self.days_off):
            raise ValueError("days_off: an office must work on one day of the week")
        if self.state is not None:
            try:
                country_holidays("IN", subdiv=self.state)
            except NotImplementedError as error:
                raise ValueError(f"state: no holidays are known for {self.state}; it must be as in UP") from error
        return self

    @property
    def opening(self) -> time:
        return time.fromisoformat(self.opens)

    @property
    def closing(self) -> time:
        return time.fromisoformat(self.closes)


class Target(Strict):
    """Hours within which something must be done: round the clock, or with ``office`` while the office works (a
    critical case always counts round the clock). ``warn_hours`` before that, in the same measure, is a warning."""

    hours: Hours
    office: bool = False
    warn_hours: Hours | None = None

    @model_validator(mode="after")
    def _warns_before(self) -> Self:
        if self.warn_hours is not None and self.warn_hours >= self.hours:
            raise ValueError("warn_hours: must be less than hours")
        return self


class ServiceLevel(Target):
    """The times promised for some cases, from receipt; the first entry that fits counts. Its own hours are those to
    resolution. ``types`` and ``urgencies`` empty: any."""

    acknowledge: Target | None = None
    answer: Target | None = None
    interim: Target | None = None
    types: tuple[ComplaintType, ...] = ()
    urgencies: tuple[Urgency, ...] = ()


class Rank(StrEnum):
    """Who is told, never by name: accounts say who holds a rank in which queue."""

    OFFICER = "officer"
    IN_CHARGE = "in_charge"
    DISTRICT_HEAD = "district_head"


class Rung(Strict):
    """``to`` is told so many hours after a time was missed."""

    after_hours: Annotated[float, Field(ge=0, le=24 * 366)]
    to: Rank


class Ladder(Strict):
    """Who is told in which order; after the last rung its rank is reminded every ``remind_hours``."""

    code: Code
    rungs: tuple[Rung, ...] = Field(min_length=1, max_length=10)
    remind_hours: Annotated[float, Field(ge=1, le=24 * 366)] = 24.0

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        hours = [rung.after_hours for rung in self.rungs]
        if hours != sorted(hours):
            raise ValueError("rungs: each must come after the one before it")
        return self


class Times(Strict):
    """Further times, in hours round the clock. A case is judged within ``review``; a citizen's answer is waited for
    ``waiting``; a resolved case can be answered or appealed for ``appeal``; a critical case that nobody has accepted
    rings every ``ring``; an arbiter decides within ``arbitration``; a reply can be called back for ``undo``. A queue in
    which cases wait and nothing is done for ``dormant`` is reported, once in so long."""

    review: Hours = 24.0
    waiting: Hours = 24.0 * 7
    appeal: Hours = 24.0 * 30
    ring: Annotated[float, Field(ge=1 / 60, le=24)] = 1 / 12
    arbitration: Hours = 48.0
    undo: Annotated[float, Field(ge=0, le=24)] = 1 / 60
    dormant: Annotated[float, Field(ge=24, le=24 * 366)] = 24.0 * 7
