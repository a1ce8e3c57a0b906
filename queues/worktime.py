"""Time during which an office works: adding it and counting it, exactly, in the local time of the office.

A span is counted in real time: a night shift over a change of clocks is an hour shorter or longer. Both functions take
one step for each calendar day between start and end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from schemas.service import WEEKDAYS, Calendar

__all__ = ["WorkTime", "is_working_day"]

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_LONGEST_DAYS = 366 * 40
"""An office that has not worked off a year of hours in so long is never open; a checked calendar cannot come to it."""


@dataclass(frozen=True)
class WorkTime:
    """The working time of ``calendar`` in ``zone``; without a calendar an office works round the clock."""

    calendar: Calendar | None
    zone: ZoneInfo

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The first moment by which ``span`` of working time has gone since ``start``: never later than the closing
        hour at which it ends. Nothing to add is ``start`` itself. UTC."""
        start = start.astimezone(UTC)  # two moments of one zone would be added by what its clocks show
        if self.calendar is None or span <= _NOTHING:
            return start + max(span, _NOTHING)
        left = span
        for opens, closes in self._shifts(start):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, _NOTHING)
        raise AssertionError("a calendar works on one day of the week")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from ``start`` to ``end``; nothing when ``end`` is not after ``start``."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if self.calendar is None:
            return max(end - start, _NOTHING)
        worked = _NOTHING
        for opens, closes in self._shifts(start):
            if opens >= end:
                break
            worked += max(min(closes, end) - max(opens, start), _NOTHING)
        return worked

    def _shifts(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every shift that ends after ``start``, in order; that of the night before too."""
        assert self.calendar is not None
        first = start.astimezone(self.zone).date() - _DAY
        for number in range(_LONGEST_DAYS):
            day = first + number * _DAY
            if is_working_day(self.calendar, day):
                opens, closes = self._shift(self.calendar, day)
                if closes > start:
                    yield opens, closes

    def _shift(self, calendar: Calendar, day: date) -> tuple[datetime, datetime]:
        last = day if calendar.closing > calendar.opening else day + _DAY
        return self._moment(day, calendar.opening.isoformat()), self._moment(last, calendar.closing.isoformat())

    def _moment(self, day: date, at: str) -> datetime:
        """A local time of day in UTC; one that a change of clocks leaves out is as long after midnight as it says."""
        return datetime.fromisoformat(f"{day.isoformat()}T{at}").replace(tzinfo=self.zone).astimezone(UTC)


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether a shift begins on ``day``. A day that is named open is, whatever else says that it is off."""
    if day in calendar.open:
        return True
    weekday = WEEKDAYS[day.weekday()]
    nth = (day.day - 1) // 7 + 1
    if weekday in calendar.days_off or f"{weekday}-{nth}" in calendar.days_off or day in calendar.closed:
        return False
    return calendar.state is None or day not in _public_holidays(calendar.state, day.year)


@lru_cache(maxsize=256)
def _public_holidays(state: str, year: int) -> frozenset[date]:
    """Some dates follow the moon and are announced late: what differs is named by the calendar."""
    return frozenset(country_holidays("IN", subdiv=state, years=year))
