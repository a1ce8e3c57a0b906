"""When those who work queues last signed in: one record for each account, of its last time."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from queues.state import AlreadyExistsError, StaleError, StateStore, every_record
from schemas.base import Utc, Value

__all__ = ["PRESENCE", "last_signed_in", "note_signed_in"]

PRESENCE = "presence"
"""The kind of these records; each has its account's name."""


class _Stored(Value):
    """``queues`` are those that the account worked then; None: all."""

    at: Utc
    queues: tuple[str, ...] | None


def note_signed_in(state: StateStore, name: str, queues: Sequence[str] | None, now: datetime) -> None:
    """May raise StoreDownError."""
    value = _Stored(at=now, queues=None if queues is None else tuple(queues)).model_dump(mode="json")
    record = state.get(PRESENCE, name)
    with suppress(AlreadyExistsError, StaleError):  # the same person has just signed in elsewhere
        if record is None:
            state.create(PRESENCE, name, value)
        else:
            state.replace(record, value)


def last_signed_in(state: StateStore, queues: Iterable[str]) -> dict[str, datetime]:
    """When somebody who works each of the queues last signed in; without those where nobody ever has. May raise
    StoreDownError."""
    known = [*queues]
    found: dict[str, datetime] = {}
    for record in every_record(state, PRESENCE):
        stored = _Stored.model_validate(record.value)
        for queue in known if stored.queues is None else stored.queues:
            found[queue] = max(stored.at, found.get(queue, stored.at))
    return {queue: found[queue] for queue in known if queue in found}
