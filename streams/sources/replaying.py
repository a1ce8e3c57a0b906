"""A recording once more into the stream: the same bytes through the same readers, so the same mentions.

Whoever has them already files nothing twice; a drill wants an office of its own.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from streams.log import Event
from streams.sources.publish import BATCH_EVENTS, Publisher
from streams.sources.recording import Recorded
from streams.topics import DEAD_LETTERS, DELETIONS, MENTIONS

__all__ = ["Reader", "Replaying", "UnknownOriginError"]

Reader = Callable[[Publisher, bytes], Sequence[Event]]
"""What a source makes of bytes that it took."""


class UnknownOriginError(Exception):
    """A recording of a source that this office does not have; the message names it."""


@dataclass
class Replaying:
    """``readers`` by origin, each with the publisher of its source for a clock. ``as_new``: received now, so that
    clocks run; without, when they were received. ``speed``: so many times as fast as they came; None: at once."""

    readers: Mapping[str, tuple[Callable[[Callable[[], datetime]], Publisher], Reader]]
    append: Callable[[Sequence[Event]], None]
    clock: Callable[[], datetime]
    speed: float | None = None
    as_new: bool = False
    sleep: Callable[[float], None] = time.sleep
    _at: datetime | None = None
    _pending: list[Event] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=lambda: {MENTIONS.name: 0, DEAD_LETTERS.name: 0, DELETIONS.name: 0})

    def run(self, records: Iterable[Recorded]) -> Mapping[str, int]:
        """Events by topic. Raises UnknownOriginError, with all that came before published; LogRefusedError."""
        for record in records:
            self._wait_for(record.at)
            self._take(record)
            if len(self._pending) >= BATCH_EVENTS:
                self._flush()
        self._flush()
        return self._counts

    def _wait_for(self, at: datetime) -> None:
        """In the rhythm in which it came; files of several processes overlap, so what is earlier goes at once."""
        if self.speed is not None and self._at is not None and at > self._at:
            self._flush()
            self.sleep((at - self._at).total_seconds() / self.speed)
        self._at = at if self._at is None else max(at, self._at)

    def _take(self, record: Recorded) -> None:
        known = self.readers.get(record.origin)
        if known is None:
            self._flush()
            raise UnknownOriginError(f"{record.origin}: the directory has no such source")
        publisher_for, read = known
        events = read(publisher_for(self.clock if self.as_new else lambda: record.at), record.raw)
        self._pending.extend(events)
        for event in events:
            self._counts[event.topic] += 1

    def _flush(self) -> None:
        self.append(self._pending)
        self._pending.clear()
