"""The event log on Kafka, for everything that is not a Faust agent."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetSpec, TopicPartition
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, MessageSizeTooLargeError
from kafka.structs import OffsetAndMetadata

from streams.log import Event, LogDownError, LogRefusedError, PartitionLag, Position, StoredEvent
from streams.topics import MAX_EVENT_BYTES, TOPICS
from streams.transports.kafka_broker import KafkaBroker
from streams.transports.kafka_topics import TOPIC_BYTES, prepare_topics
from streams.transports.sqlite_records import Record, check

__all__ = ["KafkaLog"]

REQUEST_SECONDS = 10.0
"""A broker that does not answer one request for so long is down."""

WRITE_SECONDS = 20.0
"""What is not written to every copy in so long is not written, as far as the caller is told."""

READ_SECONDS = 10.0
POLL_SECONDS = 0.5
_COORDINATOR_PAUSE_SECONDS = 0.2
FETCH_BYTES = 8 * 1024 * 1024
BATCH_BYTES = 256 * 1024
LINGER_MS = 5

Client = TypeVar("Client")


class KafkaLog:
    """Keeps ``streams.log.EventLog``. Threads may share one.

    ``prefix`` stands before the names of topics and groups, so that several offices share a cluster; nobody outside
    sees it. ``groups``: which topics each group reads, by their plain names. ``replication`` 0: the cluster's default.
    Each of producer, consumer and admin is made at its first use and dropped when it fails.
    """

    def __init__(
        self,
        broker: KafkaBroker,
        *,
        prefix: str = "",
        partitions: int = 4,
        retention: timedelta,
        replication: int = 0,
        groups: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._broker = broker
        self._prefix = prefix
        self._partitions = partitions
        self._retention = retention
        self._replication = replication
        self._groups = {group: tuple(topics) for group, topics in (groups or {}).items()}
        self._topics = frozenset(topic.name for topic in TOPICS)
        self._clients: dict[type[Any], Any] = {}
        self._locks = {kind: threading.RLock() for kind in (KafkaProducer, KafkaConsumer, KafkaAdminClient)}

    def prepare(self) -> None:
        self._with(
            KafkaAdminClient,
            lambda admin: prepare_topics(
                admin,
                self._prefix,
                partitions=self._partitions,
                retention=self._retention,
                replication=self._replication,
            ),
        )

    def append(self, events: Sequence[Event]) -> Sequence[Position]:
        """As the protocol says. When it raises LogDownError the first events may be written: do all of it again."""
        for event in events:
            check(Record(event.topic, event.key, event.value, event.headers))
        return self._with(KafkaProducer, lambda producer: self._append(producer, events)) if events else []

    def _append(self, producer: KafkaProducer, events: Sequence[Event]) -> Sequence[Position]:
        try:
            sent = [
                producer.send(
                    self._prefix + event.topic, event.value, key=event.key, headers=list(event.headers.items())
                )
                for event in events
            ]
            found = [future.get(WRITE_SECONDS + REQUEST_SECONDS) for future in sent]
        except MessageSizeTooLargeError as error:
            raise ValueError(f"an event has more than the {MAX_EVENT_BYTES} bytes that are allowed") from error
        return [Position(event.topic, done.partition, done.offset) for event, done in zip(events, found, strict=True)]

    def read(self, topic: str, partition: int, offset: int, *, limit: int = 500) -> Sequence[StoredEvent]:
        place = TopicPartition(self._prefix + topic, partition)
        records = self._with(KafkaConsumer, lambda consumer: _read(consumer, place, offset, limit))
        return [
            StoredEvent(
                Position(topic, partition, record.offset),
                record.key,
                record.value,
                record.timestamp / 1000,
                dict(record.headers),
            )
            for record in records
        ]

    def partitions(self, topic: str) -> int:
        (found,) = self._with(KafkaAdminClient, lambda admin: admin.describe_topics([self._prefix + topic]))
        if not found["partitions"]:
            raise ValueError(f"there is no topic {self._prefix}{topic}: prepare() makes the topics")
        return len(found["partitions"])

    def live_groups(self) -> Sequence[str]:
        return self._with(KafkaAdminClient, self._live_groups)

    def _live_groups(self, admin: KafkaAdminClient) -> list[str]:
        names = [entry["group_id"] for entry in admin.list_groups() if entry["group_id"].startswith(self._prefix)]
        found = admin.describe_groups(names) if names else {}
        return sorted(name.removeprefix(self._prefix) for name, about in found.items() if about["members"])

    def lags(self) -> Sequence[PartitionLag]:
        """As the protocol says; a known group that has joined and not yet committed is behind by all there is."""
        return self._with(KafkaAdminClient, self._lags)

    def _lags(self, admin: KafkaAdminClient) -> list[PartitionLag]:
        names = [entry["group_id"] for entry in admin.list_groups() if entry["group_id"].startswith(self._prefix)]
        commits = admin.list_group_offsets(dict.fromkeys(names)) if names else {}
        reads = {name: self._read_by(name, commits.get(name, {})) for name in names}
        reads = {name: topics for name, topics in reads.items() if topics}
        places = self._places(admin, {topic for topics in reads.values() for topic in topics})
        starts = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST)) if places else {}
        ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST)) if places else {}
        return [
            PartitionLag(
                name.removeprefix(self._prefix),
                place.topic.removeprefix(self._prefix),
                place.partition,
                max(starts[place].offset, _committed(commits[name], place)),
                ends[place].offset,
            )
            for name, topics in sorted(reads.items())
            for place in places
            if place.topic in topics
        ]

    def _read_by(self, group: str, commits: Mapping[TopicPartition, Any]) -> frozenset[str]:
        """The topics of ours that a group reads, by their full names."""
        known = self._groups.get(group.removeprefix(self._prefix), ())
        committed = {place.topic for place in commits}
        ours = {self._prefix + name for name in self._topics}
        return frozenset({self._prefix + name for name in known} | (committed & ours))

    def _places(self, admin: KafkaAdminClient, topics: set[str]) -> list[TopicPartition]:
        described = admin.describe_topics(sorted(topics)) if topics else []
        return sorted(
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in described
            for partition in topic["partitions"]
        )

    def rewind(self, group: str, topic: str, partition: int, offset: int) -> None:
        """Makes a group read again from ``offset``. Raises LogDownError while a worker reads for the group."""
        place = TopicPartition(self._prefix + topic, partition)
        new = {place: OffsetAndMetadata(offset, "", -1)}
        self._with(KafkaAdminClient, lambda admin: admin.alter_group_offsets(self._prefix + group, new))

    def naming(self, refs: Sequence[str]) -> Iterator[tuple[Position, frozenset[str]]]:
        """Nothing: what cannot be erased is read, and counted, by who finds its tombstone first."""
        return iter(())

    def erase(self, refs: Sequence[str]) -> int:
        """Kafka cannot: an event goes with its topic's retention. Whoever reads it looks for its tombstone first."""
        return 0

    def compact(self) -> bool:
        """Kafka drops by itself what is past its retention."""
        return True

    def close(self) -> None:
        for kind in self._locks:
            self._drop(kind)

    # -- clients

    def _with(self, kind: type[Any], act: Callable[[Any], Client]) -> Client:
        """``act`` with the client of that kind, one call at a time; a client that failed is not used again."""
        with self._locks[kind], self._broker.plain_errors():
            try:
                if kind not in self._clients:
                    self._clients[kind] = kind(**self._broker.client, **_SETTINGS[kind])
                return _once_coordinated(lambda: act(self._clients[kind]))
            except (LogRefusedError, LogDownError):
                raise
            except Exception:
                self._drop(kind)
                raise

    def _drop(self, kind: type[Any]) -> None:
        with self._locks[kind]:
            client = self._clients.pop(kind, None)
            if client is None:
                return
            client.close(timeout=0) if kind is KafkaProducer else client.close()


def _once_coordinated(act: Callable[[], Client]) -> Client:
    """A broker that has just started, or a group that is new, has no coordinator for a moment."""
    until = time.monotonic() + REQUEST_SECONDS
    while True:
        try:
            return act()
        except (CoordinatorNotAvailableError, CoordinatorLoadInProgressError):
            if time.monotonic() > until:
                raise
        time.sleep(_COORDINATOR_PAUSE_SECONDS)


_SETTINGS: Mapping[type[Any], Mapping[str, Any]] = {
    KafkaProducer: {
        "acks": "all",
        "enable_idempotence": True,
        "request_timeout_ms": int(REQUEST_SECONDS * 1000),
        "delivery_timeout_ms": int(WRITE_SECONDS * 1000),
        "max_block_ms": int(REQUEST_SECONDS * 1000),
        "linger_ms": LINGER_MS,
        "batch_size": BATCH_BYTES,
        "max_request_size": TOPIC_BYTES,
        "allow_auto_create_topics": False,
    },
    KafkaConsumer: {
        "group_id": None,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "request_timeout_ms": int(REQUEST_SECONDS * 1000),
        "fetch_max_bytes": FETCH_BYTES,
        "max_partition_fetch_bytes": TOPIC_BYTES,
        "allow_auto_create_topics": False,
    },
    KafkaAdminClient: {"request_timeout_ms": int(REQUEST_SECONDS * 1000)},
}


def _read(consumer: KafkaConsumer, place: TopicPartition, offset: int, limit: int) -> list[Any]:
    if consumer.assignment() != {place}:
        consumer.assign([place])
    start = consumer.beginning_offsets([place])[place]
    end = consumer.end_offsets([place])[place]
    consumer.seek(place, max(start, offset))
    until = time.monotonic() + READ_SECONDS
    records: list[Any] = []
    while len(records) < limit and max(start, offset) + len(records) < end:
        if time.monotonic() > until:
            raise LogDownError(f"Kafka: reading {place.topic}/{place.partition} took more than {READ_SECONDS:.0f} s")
        found = consumer.poll(timeout_ms=int(POLL_SECONDS * 1000), max_records=limit - len(records))
        records += found.get(place, [])
        if consumer.position(place) >= end:
            break
    return records


def _committed(commits: Mapping[TopicPartition, Any], place: TopicPartition) -> int:
    entry = commits.get(place)
    return entry.offset if entry is not None else 0
