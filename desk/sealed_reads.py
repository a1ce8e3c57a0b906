"""Who has read a sealed case, and when: for whoever must answer for that (``sunwai audit readings``)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from queues.state import AlreadyExistsError, StateRecord, StateStore, every_record

__all__ = ["note_reading", "readings", "some_readings"]

_KIND = "sealed_read"


def note_reading(state: StateStore, case: str, reader: str, now: datetime) -> None:
    """Keeps that ``reader`` has opened ``case``, once an hour. May raise StoreDownError: what cannot be kept is not
    shown."""
    hour = _hour(now)
    with suppress(AlreadyExistsError):
        state.create(_KIND, f"{hour} {case} {reader}", {"case": case, "reader": reader, "at": now.isoformat()})


def readings(state: StateStore, since: datetime) -> Iterator[tuple[str, str, str]]:
    """(when in ISO 8601, reader, case) from the hour of ``since`` on, by hour."""
    kept = every_record(state, _KIND, after=_hour(since))
    return ((record.value["at"], record.value["reader"], record.value["case"]) for record in kept)


def some_readings(state: StateStore, since: datetime, *, after: str | None, limit: int) -> Sequence[StateRecord]:
    """Records of readings from the hour of ``since`` on, those behind the one with the id ``after``, by hour."""
    return state.scan(_KIND, after=max(after or "", _hour(since)), limit=limit)


def _hour(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H")
