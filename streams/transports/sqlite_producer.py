"""The producer of the embedded log: many sends, one transaction."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from faust.transport.producer import Producer
from faust.types import TP, RecordMetadata
from mode import Service

from streams.log import LogDownError, LogFullError, Position
from streams.transports.sqlite_log import SqliteLog
from streams.transports.sqlite_records import Record, check, partition_of

if TYPE_CHECKING:
    from streams.transports.sqlite import Transport

__all__ = ["SqliteProducer"]

BATCH_EVENTS = 500
BATCH_BYTES = 8 * 1024 * 1024
WAITING_EVENTS = 2000
"""Sends of one topic that may wait to be written before the next ``send`` waits itself."""

FULL_PAUSE = 0.1
"""Seconds until a topic that the log had no room for is tried again."""

Headers = Iterable[tuple[str, bytes]] | Mapping[str, bytes] | None
Sent = tuple[Record, asyncio.Future[RecordMetadata]]


class SqliteProducer(Producer):
    """Writes what was sent while one transaction was on its way to the disk as the next transaction.

    The future of a send resolves when the event is durable. A topic that the log is too full for waits and holds
    up no other; any other error is raised to who awaits the future.
    """

    def __init__(self, transport: Any, loop: Any = None, **kwargs: Any) -> None:
        super().__init__(transport, loop=loop, **kwargs)
        self._waiting: dict[str, deque[Sent]] = {}
        self._stalled: dict[str, float] = {}
        self._work = asyncio.Event()
        self._progress = asyncio.Event()
        self._writing: Sequence[Sent] = ()

    async def on_start(self) -> None:
        self._log: SqliteLog = self._transport().log
        await super().on_start()

    async def on_stop(self) -> None:
        await super().on_stop()
        self._work.set()

    async def on_shutdown(self) -> None:
        """Tells who still waits that nothing was promised, and closes the log if this app opened it."""
        for _, done in [*self._writing, *(sent for queue in self._waiting.values() for sent in queue)]:
            if not done.done():
                done.set_exception(LogDownError("the producer stopped before the event was written"))
        self._waiting.clear()
        self._transport().close_log()

    def _transport(self) -> "Transport":
        return cast("Transport", self.app.transport)  # the consumer's: both share its log

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Headers,
        *,
        transactional_id: str | None = None,
    ) -> Awaitable[RecordMetadata]:
        """Takes an event and returns the future of its place.

        Raises ValueError when it is too large or ``partition`` is none of the topic's, LogDownError when the
        producer has stopped.
        """
        record = Record(topic, key, value, dict(headers or {}), partition, timestamp)
        check(record)
        await self._check_partition(topic, partition)
        queue = self._waiting.setdefault(topic, deque())
        while len(queue) >= WAITING_EVENTS and not self.should_stop:
            self._progress.clear()
            await self._progress.wait()
        if self.should_stop:
            raise LogDownError(f"the producer has stopped; an event for topic {topic} was not taken")
        done: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        queue.append((record, done))
        self._work.set()
        return done

    async def _check_partition(self, topic: str, partition: int | None) -> None:
        count = self._log.known_partitions(topic)
        if not count:
            count = await asyncio.to_thread(self._log.create_topic, topic)
        if partition is not None and not 0 <= partition < count:
            raise ValueError(f"topic {topic} has no partition {partition}, only 0 to {count - 1}")

    async def send_and_wait(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Headers,
        *,
        transactional_id: str | None = None,
    ) -> RecordMetadata:
        return await (await self.send(topic, key, value, partition, timestamp, headers))

    async def flush(self) -> None:
        """Waits until what was sent so far is written, but for topics that the log has no room for: whoever
        sent to those awaits a future, and a commit or a stop must not wait with them."""
        await self.buffer.flush()
        last = {record.topic: done for record, done in self._writing}
        last |= {topic: queue[-1][1] for topic, queue in self._waiting.items() if queue}
        while not self.should_stop:
            unwritten = [done for topic, done in last.items() if topic not in self._stalled and not done.done()]
            if not unwritten:
                return
            await asyncio.wait(unwritten, timeout=FULL_PAUSE)

    # -- writing

    def _ready(self) -> list[str]:
        now = time.monotonic()
        return [topic for topic, queue in self._waiting.items() if queue and self._stalled.get(topic, 0.0) <= now]

    @Service.task
    async def _writer(self) -> None:
        while not self.should_stop:
            if not self._ready():
                await self._wait_for_work()
                continue
            self._writing = self._next_batch()
            await self._write(self._writing)
            self._writing = ()
            self._progress.set()

    async def _wait_for_work(self) -> None:
        self._work.clear()
        stalled = any(self._waiting.get(topic) for topic in self._stalled)
        try:
            await asyncio.wait_for(self._work.wait(), FULL_PAUSE if stalled else None)
        except TimeoutError:
            return

    def _next_batch(self) -> list[Sent]:
        batch: list[Sent] = []
        size = 0
        for topic in self._ready():
            queue = self._waiting[topic]
            while queue and len(batch) < BATCH_EVENTS and size < BATCH_BYTES:
                batch.append(queue.popleft())
                size += len(batch[-1][0].value or b"")
        return batch

    async def _write(self, batch: Sequence[Sent]) -> None:
        try:
            positions = await asyncio.to_thread(self._log.write, [record for record, _ in batch])
        except LogFullError:
            await self._write_by_topic(batch)
        except LogDownError as error:
            _fail(batch, error)
        else:
            _resolve(batch, positions)

    async def _write_by_topic(self, batch: Sequence[Sent]) -> None:
        """One topic's lack of room must not stop the others."""
        for topic in dict.fromkeys(record.topic for record, _ in batch):
            part = [sent for sent in batch if sent[0].topic == topic]
            try:
                positions = await asyncio.to_thread(self._log.write, [record for record, _ in part])
            except LogFullError as error:
                if topic not in self._stalled:
                    self.log.warning("Topic %s waits: %s", topic, error)
                self._waiting[topic].extendleft(reversed(part))
                self._stalled[topic] = time.monotonic() + FULL_PAUSE
            except LogDownError as error:
                _fail(part, error)
            else:
                _resolve(part, positions)
                self._stalled.pop(topic, None)

    # -- topics

    async def create_topic(self, topic: str, partitions: int, *args: Any, **kwargs: Any) -> None:
        await asyncio.to_thread(self._log.create_topic, topic, partitions)

    def key_partition(self, topic: str, key: bytes | None) -> TP:
        return TP(topic, partition_of(key, len(self._log.partition_ids(topic))))

    def supports_headers(self) -> bool:
        return True


def _resolve(batch: Sequence[Sent], positions: Sequence[Position]) -> None:
    for (record, done), place in zip(batch, positions, strict=True):
        if not done.done():
            tp = TP(place.topic, place.partition)
            done.set_result(RecordMetadata(*tp, tp, place.offset, record.timestamp, 0))


def _fail(batch: Sequence[Sent], error: LogDownError) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(error)
