"""The embedded event log: one SQLite file that threads and processes read and append to."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from streams.log import Event, LogFullError, LogRefusedError, PartitionLag, Position, StoredEvent
from streams.topics import DEAD_LETTERS, MENTIONS, TOPICS
from streams.transports import sqlite_retention as retention
from streams.transports.group_lock import GroupLock
from streams.transports.sqlite_erasure import empty, refs_beside, rows_naming, rows_with_bare_id
from streams.transports.sqlite_file import LogFile, create
from streams.transports.sqlite_reader import LogReader
from streams.transports.sqlite_records import (
    OFFSET_BITS,
    Record,
    check,
    first_row,
    offset_of,
    pack,
    partition_of,
    refs_of,
    row_of,
)
from streams.transports.sqlite_seals import keep_seals, seal

__all__ = ["SqliteLog"]

HARD_LIMIT = 1.1
"""The part of ``max_bytes`` up to which topics other than ``mentions`` go on, so that agents can work them off."""

CHECKS = 200
"""The size is looked at after each 1/200 of ``max_bytes`` that this object has appended."""


class SqliteLog:
    """Keeps ``streams.log.EventLog`` on one file.

    ``partitions``: of each topic that is not ``single``. ``retention``: how long an event stays; one that a
    registered group has not read stays longer. ``max_bytes``: the live size of the file at which ``mentions``
    takes no more; the write-ahead log adds up to 32 MB. ``clock``: seconds since 1970.

    Raises ValueError for a file of a newer version or settings that make no sense, LogDownError when the file
    cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        *,
        partitions: int = 4,
        retention: timedelta,
        max_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if partitions < 1 or max_bytes < 1 or retention < timedelta(0):
            raise ValueError(
                f"{path}: partitions ({partitions}) and max_bytes ({max_bytes}) must be positive, "
                f"retention ({retention}) not negative"
            )
        self.path = path
        self._partitions = partitions
        self._retention = retention
        self._max_bytes = max_bytes
        self._clock = clock
        self._ids: dict[str, tuple[int, ...]] = {}
        self._unchecked = max_bytes
        self._full = False
        create(path)
        self._file = LogFile(path)
        self._reader = self.reader()

    # -- topics

    def prepare(self) -> None:
        """As the protocol says. More partitions than asked for do fit: the file's count holds."""
        for topic in TOPICS:
            wanted = topic.partitions(self._partitions)
            found = self.create_topic(topic.name)
            if found < wanted or (topic.single and found > 1):
                raise LogRefusedError(
                    f"{self.path} has topic {topic.name} in {found} partitions, {wanted} are asked for: ask for "
                    f"{found}, or let the workers finish what is in the file and start a new one"
                )

    def create_topic(self, topic: str, partitions: int | None = None) -> int:
        """Makes a topic where it is missing; returns how many partitions it has."""
        if not self.known_partitions(topic):
            with self._file.transaction() as db:
                if not db.execute("SELECT 1 FROM topics WHERE name=?", (topic,)).fetchone():
                    count = self._usual(topic) if partitions is None else partitions
                    db.execute("INSERT INTO topics VALUES (?, ?)", (topic, count))
                    numbers = [(topic, number) for number in range(count)]
                    db.executemany("INSERT INTO partitions (topic, number) VALUES (?, ?)", numbers)
        return len(self.partition_ids(topic))

    def _usual(self, topic: str) -> int:
        return next((known for known in TOPICS if known.name == topic), MENTIONS).partitions(self._partitions)

    def known_partitions(self, topic: str) -> int:
        """How many partitions a topic has, from memory; 0 when this object has not met it yet."""
        return len(self._ids.get(topic, ()))

    def partition_ids(self, topic: str) -> tuple[int, ...]:
        """The row ids of a topic's partitions, by number. Raises ValueError for a topic that is not there."""
        if topic not in self._ids:
            rows = self._file.rows("SELECT id FROM partitions WHERE topic=? ORDER BY number", (topic,))
            if not rows:
                raise ValueError(f"{self.path} has no topic {topic!r}: prepare() makes the topics")
            self._ids[topic] = tuple(row[0] for row in rows)
        return self._ids[topic]

    def partitions(self, topic: str) -> int:
        return len(self.partition_ids(topic))

    def _partition(self, topic: str, number: int) -> int:
        ids = self.partition_ids(topic)
        if not 0 <= number < len(ids):
            raise ValueError(f"{self.path}: topic {topic} has no partition {number}, only 0 to {len(ids) - 1}")
        return ids[number]

    # -- writing

    def append(self, events: Sequence[Event]) -> Sequence[Position]:
        return self.write([Record(event.topic, event.key, event.value, event.headers) for event in events])

    def write(self, records: Sequence[Record]) -> Sequence[Position]:
        """Appends in one transaction and raises as ``append`` does; for producers that choose the partition."""
        if not records:
            return []
        for record in records:
            check(record)
        numbers = [self._number(record) for record in records]
        sealed = [seal(pack(record.headers, record.value)) for record in records]
        self._make_room(records)
        places = [self._partition(record.topic, number) for record, number in zip(records, numbers, strict=True)]
        now = self._clock()
        with self._file.transaction() as db:
            ends = {id: db.execute("SELECT next FROM partitions WHERE id=?", (id,)).fetchone()[0] for id in set(places)}
            rows = []
            for id in places:
                rows.append(row_of(id, ends[id]))
                ends[id] += 1
            db.executemany(
                "INSERT INTO log VALUES (?, ?, ?, ?)",
                [
                    (row, _stamp(record, now), record.key, data)
                    for row, record, (_, data) in zip(rows, records, sealed, strict=True)
                ],
            )
            keep_seals(db, {row: key for row, (key, _) in zip(rows, sealed, strict=True)})
            refs = [(ref, row) for row, record in zip(rows, records, strict=True) for ref in refs_of(record.headers)]
            db.executemany("INSERT INTO refs VALUES (?, ?)", refs)
            db.executemany("UPDATE partitions SET next=? WHERE id=?", [(end, id) for id, end in ends.items()])
        return [
            Position(record.topic, number, offset_of(row))
            for record, number, row in zip(records, numbers, rows, strict=True)
        ]

    def _number(self, record: Record) -> int:
        if record.partition is not None:
            return record.partition
        return partition_of(record.key, len(self.partition_ids(record.topic)))

    def _make_room(self, records: Sequence[Record]) -> None:
        """Raises LogFullError when even without the events that were read the file would be too large."""
        self._unchecked += sum(len(record.value or b"") + 100 for record in records)
        if not self._full and self._unchecked < self._max_bytes / CHECKS:
            return
        size = retention.live_bytes(self._file)
        while size > self._max_bytes and retention.drop_oldest_read(self._file):
            size = retention.live_bytes(self._file)
        self._full = size > self._max_bytes
        self._unchecked = 0
        intake = any(record.topic == MENTIONS.name for record in records)
        if self._full and (intake or size > self._max_bytes * HARD_LIMIT):
            raise LogFullError(
                f"{self.path} holds {size} bytes of events that are not read yet, {self._max_bytes} are allowed: "
                "it takes more when the workers have caught up"
            )

    # -- reading

    def reader(self) -> LogReader:
        """A connection of its own, for a consumer."""
        return LogReader(LogFile(self.path), self._partition)

    def read(self, topic: str, partition: int, offset: int, *, limit: int = 500) -> Sequence[StoredEvent]:
        return self._reader.read(topic, partition, offset, limit=limit)

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next event will get."""
        return self._file.number("SELECT next FROM partitions WHERE id=?", (self._partition(topic, partition),)) or 0

    def start(self, topic: str, partition: int) -> int:
        """The offset of the oldest event that is there; the end when there is none."""
        id = self._partition(topic, partition)
        row = self._file.number("SELECT min(id) FROM log WHERE id>=? AND id<?", (first_row(id), first_row(id + 1)))
        return self.end(topic, partition) if row is None else offset_of(row)

    # -- groups

    def register(self, group: str, topics: Sequence[str]) -> None:
        """Says that a group reads these topics, so that nothing is dropped before it has read it."""
        for topic in topics:
            self.create_topic(topic)
        with self._file.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO subscriptions VALUES (?, ?)", [(group, topic) for topic in topics])

    def forget(self, group: str) -> None:
        """Ends a group that will never read again, so that nothing is kept for it any more."""
        with self._file.transaction() as db:
            db.execute("DELETE FROM subscriptions WHERE grp=?", (group,))
            db.execute("DELETE FROM commits WHERE grp=?", (group,))

    def committed(self, group: str, topic: str, partition: int) -> int | None:
        """The offset that the group reads next; None before its first commit."""
        id = self._partition(topic, partition)
        return self._file.number("SELECT next FROM commits WHERE grp=? AND partition=?", (group, id))

    def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Notes the next offset of each (topic, partition). One that is lower than before changes nothing."""
        rows = [(group, self._partition(*place), offset) for place, offset in offsets.items()]
        with self._file.transaction() as db:
            db.executemany(
                "INSERT INTO commits VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET next=excluded.next WHERE excluded.next > next",
                rows,
            )
            topics = {(group, topic) for topic, _ in offsets}
            db.executemany("INSERT OR IGNORE INTO subscriptions VALUES (?, ?)", sorted(topics))

    def rewind(self, group: str, topic: str, partition: int, offset: int) -> None:
        """Makes a group read again from ``offset``. Raises ValueError while a worker reads for the group, for it
        would commit over this."""
        id = self._partition(topic, partition)
        lock = GroupLock(self.path, group)
        if not lock.acquire():
            raise ValueError(f"{self.path}: a worker reads for group {group}: stop it first")
        try:
            with self._file.transaction() as db:
                db.execute(
                    "INSERT INTO commits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next=excluded.next",
                    (group, id, offset),
                )
        finally:
            lock.release()

    def lags(self) -> Sequence[PartitionLag]:
        """As the protocol says, and of registered groups; ``committed`` is at least the oldest event there is."""
        rows = self._file.rows(
            "SELECT s.grp, p.topic, p.number, coalesce(c.next, 0), p.next FROM subscriptions s "
            "JOIN partitions p ON p.topic=s.topic LEFT JOIN commits c ON c.grp=s.grp AND c.partition=p.id "
            "ORDER BY s.grp, p.topic, p.number"
        )
        return [
            PartitionLag(group, topic, number, max(committed, self.start(topic, number)), end)
            for group, topic, number, committed, end in rows
        ]

    def live_groups(self) -> Sequence[str]:
        groups = [group for (group,) in self._file.rows("SELECT DISTINCT grp FROM subscriptions ORDER BY grp")]
        return [group for group in groups if self._is_live(group)]

    def _is_live(self, group: str) -> bool:
        lock = GroupLock(self.path, group)
        if not lock.acquire():
            return True
        lock.release()
        return False

    # -- erasure and retention

    def naming(self, refs: Sequence[str]) -> Iterator[tuple[Position, frozenset[str]]]:
        places = {id: place for id, *place in self._file.rows("SELECT id, topic, number FROM partitions")}
        for row, named in refs_beside(self._file, refs):
            topic, number = places[row >> OFFSET_BITS]
            yield Position(topic, number, offset_of(row)), frozenset(named)

    def erase(self, refs: Sequence[str]) -> int:
        """As the protocol says, and every dead letter whose bytes hold the id of one of ``refs``.

        Their keys are overwritten, so nobody can read them again; ``compact`` removes the last copies of the keys.
        """
        rows = rows_naming(self._file, refs)
        if self._known(DEAD_LETTERS.name):
            for number, id in enumerate(self.partition_ids(DEAD_LETTERS.name)):
                rows |= rows_with_bare_id(self._reader, DEAD_LETTERS.name, number, id, refs)
        return empty(self._file, rows)

    def _known(self, topic: str) -> bool:
        return self._file.number("SELECT count(*) FROM topics WHERE name=?", (topic,)) == 1

    def compact(self) -> bool:
        retention.drop_expired(self._file, self._clock() - self._retention.total_seconds())
        retention.release_pages(self._file)
        return retention.checkpoint(self._file)

    def overdue(self) -> int:
        """How many events are past their retention but kept, because a group has not read them."""
        return retention.overdue(self._file, self._clock() - self._retention.total_seconds())

    def close(self) -> None:
        self._reader.close()
        self._file.close()


def _stamp(record: Record, now: float) -> float:
    """An event's time, never in the future: retention drops a partition from its oldest event on."""
    return now if record.timestamp is None else min(record.timestamp, now)
