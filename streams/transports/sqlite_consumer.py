"""The consumer of the embedded log: Faust's, over a file."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from faust.transport.consumer import Consumer
from faust.types import TP, ConsumerMessage
from mode import Service

from streams.log import LogDownError, StoredEvent
from streams.transports.acks import IN_FLIGHT_BYTES, AcksInOrder
from streams.transports.group_lock import GroupLock
from streams.transports.handover import PromptHandover
from streams.transports.sqlite_log import SqliteLog
from streams.transports.sqlite_reader import LogReader
from streams.transports.sqlite_records import partition_of

if TYPE_CHECKING:
    from streams.transports.sqlite import Transport

__all__ = ["SqliteConsumer"]

POLL_RECORDS = 500
"""Events fetched at once, over all partitions, where ``broker_max_poll_records`` says nothing."""

FETCH_BYTES = 16 * 1024 * 1024
SHORTEST_PAUSE = 0.002
LONGEST_PAUSE = 0.05
"""Seconds between looks at the file: the shorter after traffic, the longer when there is none."""

STANDBY_PAUSE = 0.05
RETRY_PAUSE = 0.2

Result = TypeVar("Result")


class SqliteConsumer(PromptHandover, AcksInOrder, Consumer):
    """Reads for the group ``app.conf.id``.

    A failing file is tried again for ``broker_request_timeout`` seconds; then LogDownError ends the app, which
    has acknowledged nothing that it did not do.
    """

    def on_init(self) -> None:
        super().on_init()
        self._assigned: set[TP] = set()
        self._positions: dict[TP, int] = {}
        self._ends: dict[TP, int] = {}
        self._topics: set[str] = set()
        self._subscription = asyncio.Event()
        self._turn = 0

    async def on_start(self) -> None:
        self._log: SqliteLog = cast("Transport", self.transport).log
        self._reader: LogReader = self._log.reader()
        self._member = GroupLock(self._log.path, self.app.conf.id)
        await super().on_start()

    async def on_shutdown(self) -> None:
        """Lets the standby take over; what was acknowledged is committed by now."""
        self._member.release()
        self._reader.close()

    # -- membership

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Notes the topics and returns at once: Faust takes an assignment only after this."""
        self._topics = set(topics)
        self._subscription.set()

    @Service.task
    async def _membership(self) -> None:
        while not self.should_stop:
            await self.wait_for_stopped(self._subscription.wait())
            self._subscription.clear()
            await self._become_member()
            if not self.should_stop:
                await self._assign(self._topics)

    async def _become_member(self) -> None:
        told = False
        while not self.should_stop and not self._member.acquire():
            if not told:
                self.log.info("Standing by: another worker reads for group %s", self.app.conf.id)
                told = True
            await self.sleep(STANDBY_PAUSE)

    async def _assign(self, topics: set[str]) -> None:
        await self._patiently(lambda: self._log.register(self.app.conf.id, sorted(topics)))
        assigned = {TP(topic, n) for topic in topics for n in range(len(self._log.partition_ids(topic)))}
        self.app.on_rebalance_start()
        await self.on_partitions_revoked(self._assigned - assigned)
        self._assigned = assigned
        self.app.consumer_generation_id += 1
        await self.on_partitions_assigned(assigned, self.app.consumer_generation_id)

    def assignment(self) -> set[TP]:
        return self._assigned

    async def create_topic(self, topic: str, partitions: int, *args: Any, **kwargs: Any) -> None:
        await self._patiently(lambda: self._log.create_topic(topic, partitions))

    def topic_partitions(self, topic: str) -> int | None:
        return self._log.known_partitions(topic) or None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        return partition_of(key, len(self._log.partition_ids(topic))) if partition is None else partition

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    # -- positions

    def highwater(self, tp: TP) -> int:
        return self._ends.get(tp, 0)

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        return await self._patiently(lambda: {tp: self._log.start(*tp) for tp in partitions})

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        return await self._patiently(lambda: {tp: self._log.end(*tp) for tp in partitions})

    async def position(self, tp: TP) -> int | None:
        return self._positions.get(tp)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        found = await self._patiently(lambda: {tp: self._first_to_read(tp) for tp in self._assigned})
        await self.seek_wait(found)
        return found

    def _first_to_read(self, tp: TP) -> int:
        committed = self._log.committed(self.app.conf.id, *tp)
        return self._log.start(*tp) if committed is None else committed

    async def seek_to_beginning(self, *partitions: TP) -> None:
        await self.seek_wait(await self.earliest_offsets(*partitions))

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        for tp, offset in partitions.items():
            await self.seek(tp, offset)

    async def _seek(self, partition: TP, offset: int) -> None:
        self._positions[partition] = offset
        self.forget(partition)

    # -- fetching

    def on_buffer_full(self, tp: TP) -> None:
        """Faust's own also takes the partition out of the active ones, and sleeps a second when none is left."""
        self._buffered_partitions.add(tp)

    def on_buffer_drop(self, tp: TP) -> None:
        self._buffered_partitions.discard(tp)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[StoredEvent]]:
        deadline = time.monotonic() + timeout
        pause = SHORTEST_PAUSE
        while self.flow_active and not self.should_stop:
            wanted = self._fetchable(active_partitions)
            version = self._reader.version()
            if wanted and (records := await self._fetch(wanted)):
                return records
            while version == self._reader.version() and wanted == self._fetchable(active_partitions):
                if time.monotonic() >= deadline or not self.flow_active or self.should_stop:
                    return {}
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
        return {}

    def _fetchable(self, active: set[TP] | None) -> set[TP]:
        if self._in_flight >= IN_FLIGHT_BYTES:
            return set()
        placed = self._assigned & self._positions.keys()
        return (placed if active is None else placed & active) - self._buffered_partitions

    async def _fetch(self, partitions: set[TP]) -> dict[TP, list[StoredEvent]]:
        self._turn += 1
        turn = self._turn % len(partitions)
        order = sorted(partitions)
        wanted = {tp: self._positions[tp] for tp in order[turn:] + order[:turn]}
        limit = self.app.conf.broker_max_poll_records or POLL_RECORDS
        found = await self._patiently(lambda: self._read(wanted, limit))
        found = {tp: events for tp, events in found.items() if self._positions[tp] == wanted[tp]}  # not sought since
        for tp, events in found.items():
            self._positions[tp] = events[-1].position.offset + 1
            self._ends[tp] = max(self._ends.get(tp, 0), self._positions[tp])
        return found

    def _read(self, wanted: Mapping[TP, int], limit: int) -> dict[TP, list[StoredEvent]]:
        """An equal share of each partition first, then what is left of ``limit`` for those that have more."""
        share = max(1, limit // len(wanted))
        found: dict[TP, list[StoredEvent]] = {}
        for tp, offset in list(wanted.items())[:limit]:
            if events := self._reader.read(*tp, offset, limit=share, max_bytes=FETCH_BYTES // len(wanted)):
                found[tp] = events
        left = limit - sum(map(len, found.values()))
        for tp, events in found.items():
            if left > 0 and len(events) == share:
                next_offset = events[-1].position.offset + 1
                more = self._reader.read(*tp, next_offset, limit=left, max_bytes=FETCH_BYTES // len(wanted))
                events.extend(more)
                left -= len(more)
        return found

    def _to_message(self, tp: TP, record: StoredEvent) -> ConsumerMessage:
        key_size, value_size = len(record.key or b""), len(record.value or b"")
        self.deliver(tp, record.position.offset, value_size)
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.position.offset,
            record.timestamp,
            0,
            list(record.headers.items()),
            record.key,
            record.value,
            None,
            key_size,
            value_size,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    # -- committing

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        places = {(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
        await self._patiently(lambda: self._log.commit(self.app.conf.id, places))
        return True

    # -- the file

    async def _patiently(self, work: Callable[[], Result]) -> Result:
        """Runs ``work`` in a thread, again and again while the log is down, for as long as the app waits."""
        deadline = time.monotonic() + self.app.conf.broker_request_timeout
        while True:
            try:
                return await asyncio.to_thread(work)
            except LogDownError as error:
                if self.should_stop or time.monotonic() > deadline:
                    raise
                self.log.warning("Trying again: %s", error)
                await self.sleep(RETRY_PAUSE)
