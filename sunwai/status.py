"""How the office stands: what came in, what became of it, what is still on its way."""

from collections.abc import Sequence

from queues.state import StateStore
from queues.store import CaseStore
from schemas.base import Value
from schemas.case import Disposition
from streams.dead_letter_list import KIND, OPEN
from streams.log import EventLog, PartitionLag

__all__ = ["Lag", "OfficeStatus", "is_idle", "office_status"]


class Lag(Value):
    """How many events a consumer group has still to work off in one partition."""

    group: str
    topic: str
    partition: int
    lag: int


class OfficeStatus(Value):
    """``received`` = ``cases`` + ``joined`` + ``not_complaints`` + ``dead_letters``, counted from records.

    ``cases`` opened a case, ``joined`` went to one that was there; ``not_complaints`` are ``recorded`` in three kinds:
    no complaint, an office's own post, deleted before it was filed. ``dead_letters`` are those not filed since.
    """

    received: int
    triaged: int
    cases: int
    joined: int
    not_complaints: int
    dead_letters: int
    recorded: dict[str, int]
    lag: tuple[Lag, ...]


_RECORDED = (Disposition.NOT_COMPLAINT, Disposition.OFFICIAL, Disposition.DELETED)


def office_status(store: CaseStore, state: StateStore, log: EventLog) -> OfficeStatus:
    """Raises StoreDownError, LogDownError."""
    counts = store.dispositions()
    dead = state.count(KIND, state=OPEN)
    recorded = {disposition.value: counts.get(disposition, 0) for disposition in _RECORDED}
    triaged = sum(counts.values())
    return OfficeStatus(
        received=triaged + dead,
        triaged=triaged,
        cases=counts.get(Disposition.CASE, 0),
        joined=counts.get(Disposition.JOINED, 0),
        not_complaints=sum(recorded.values()),
        dead_letters=dead,
        recorded=recorded,
        lag=tuple(Lag(group=e.group, topic=e.topic, partition=e.partition, lag=e.lag) for e in log.lags()),
    )


def is_idle(lags: Sequence[PartitionLag], groups: Sequence[str]) -> bool:
    """Whether every one of the groups has begun and has nothing left to do."""
    return {entry.group for entry in lags} >= set(groups) and not any(e.lag for e in lags if e.group in groups)
