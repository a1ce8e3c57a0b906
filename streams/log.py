"""The protocol of the event log for everything that is not a Faust agent: sources, status, replay, erasure.

Agents reach the same log through Faust's transport. Two adapters keep this protocol: ``transports/sqlite.py``
(embedded) and ``transports/kafka.py`` (distributed); both pass the contract suite in ``tests/contracts``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = [
    "Event",
    "EventLog",
    "LogDownError",
    "LogFullError",
    "LogRefusedError",
    "PartitionLag",
    "Position",
    "StoredEvent",
]


class LogDownError(Exception):
    """The log cannot be reached or cannot write now; waiting helps."""


class LogFullError(LogDownError):
    """The log holds as much unread work as it may: readers must catch up first. Waiting helps."""


class LogRefusedError(ValueError):
    """The log is there and refuses us, or does not fit; the message names the setting. Waiting does not help."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be written. ``key`` decides the partition.

    ``refs`` name the posts and authors that the value speaks of (``x:123``), so that erasure finds it; they
    travel as the header ``refs``, space-separated.
    """

    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it lies in the log. ``timestamp`` is seconds since 1970; an erased one has value None."""

    position: Position
    key: bytes | None
    value: bytes | None
    timestamp: float
    headers: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a consumer group is behind in one partition: ``end - committed``, counted in events."""

    group: str
    topic: str
    partition: int
    committed: int
    end: int

    @property
    def lag(self) -> int:
        return max(0, self.end - self.committed)


class EventLog(Protocol):
    """Every method may raise LogDownError."""

    def prepare(self) -> None:
        """Makes the topics of ``streams.topics`` if they are missing. Raises LogRefusedError, with what to do,
        when they are there but do not fit (fewer partitions, too small a message size)."""
        ...

    def append(self, events: Sequence[Event]) -> Sequence[Position]:
        """Writes events; they survive a crash of the machine once this returns. Raises LogFullError
        (nothing is written then) and ValueError for a value over MAX_EVENT_BYTES."""
        ...

    def read(self, topic: str, partition: int, offset: int, *, limit: int = 500) -> Sequence[StoredEvent]:
        """Events from ``offset`` on; fewer than ``limit`` only at the end. Expired ones are passed over."""
        ...

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises ValueError for a topic that is not there."""
        ...

    def lags(self) -> Sequence[PartitionLag]:
        """Of every group that has ever committed, for every partition of the topics it reads."""
        ...

    def live_groups(self) -> Sequence[str]:
        """The consumer groups for which a worker reads now."""
        ...

    def naming(self, refs: Sequence[str]) -> Iterator[tuple[Position, frozenset[str]]]:
        """Where each event lies that ``erase`` would empty by its ``refs`` header, and all that the header names."""
        ...

    def erase(self, refs: Sequence[str]) -> int:
        """Empties the value of every event whose ``refs`` header names one of ``refs`` where the log can do so
        (the embedded one can); returns how many. A log that cannot relies on its retention and returns 0."""
        ...

    def compact(self) -> bool:
        """Drops what is past its retention, and every copy of erased values from the log's files. False: somebody
        still reads an old snapshot, try again later."""
        ...

    def close(self) -> None: ...
