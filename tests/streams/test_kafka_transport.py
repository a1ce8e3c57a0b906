"""Faust on a real Kafka: the contract that every transport keeps."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import OffsetSpec, TopicPartition

from streams.transports import kafka
from tests.contracts.transport import Broker, TransportContract
from tests.kafka_kit import admin_of

kafka.register()

pytestmark = pytest.mark.kafka


class KafkaBrokerUnderTest:
    takeover_seconds = 15.0
    """The session of a killed worker ends after 6 s; then the group is shared out anew."""

    def __init__(self, address: str) -> None:
        self.url = f"kafka://{address}"
        self.topic = f"test-{uuid.uuid4().hex[:12]}"
        self._address = address
        with admin_of(address) as admin:
            configs = {"max.message.bytes": "2200000"}
            admin.create_topics({self.topic: {"num_partitions": 4, "configs": configs}}, wait_for_metadata=True)

    def group(self, name: str) -> str:
        return f"{self.topic}.{name}"

    def committed(self, group: str) -> dict[int, int]:
        with admin_of(self._address) as admin:
            found = admin.list_group_offsets({self.group(group): None}).get(self.group(group), {})
        return {place.partition: entry.offset for place, entry in found.items() if entry.offset >= 0}

    def total_lag(self, group: str) -> int:
        committed = self.committed(group)
        with admin_of(self._address) as admin:
            places = [TopicPartition(self.topic, n) for n in range(4)]
            ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        return sum(ends[place].offset - committed.get(place.partition, 0) for place in places)

    def delete(self) -> None:
        with admin_of(self._address) as admin:
            admin.delete_topics([self.topic])


class TestKafkaTransport(TransportContract):
    @pytest.fixture
    def broker(self, tmp_path: Path, kafka_address: str) -> Iterator[Broker]:
        broker = KafkaBrokerUnderTest(kafka_address)
        yield broker
        broker.delete()
