"""The event log on a real Kafka: the contract, and what only it promises."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from streams.log import EventLog, LogDownError, LogRefusedError
from streams.topics import MENTIONS, OBSERVED
from streams.transports.kafka_broker import KafkaBroker, servers_of
from streams.transports.kafka_log import KafkaLog
from tests.contracts.event_log import EventLogContract, event, read_all
from tests.kafka_kit import RETENTION, admin_of, fresh_namespace, make_log
from tests.services import Services

pytestmark = pytest.mark.kafka


@pytest.fixture
def namespace(kafka_address: str) -> Iterator[str]:
    with fresh_namespace(kafka_address) as name:
        yield name


@pytest.fixture
def log(kafka_address: str, namespace: str) -> Iterator[KafkaLog]:
    opened = make_log(kafka_address, namespace)
    opened.prepare()
    yield opened
    opened.close()


class TestKafkaLog(EventLogContract):
    @pytest.fixture
    def log(self, kafka_address: str, namespace: str) -> Iterator[EventLog]:
        opened = make_log(kafka_address, namespace, partitions=self.partitions)
        opened.prepare()
        yield opened
        opened.close()

    def commit(self, log: EventLog, group: str, topic: str, partition: int, offset: int) -> None:
        assert isinstance(log, KafkaLog)
        log.rewind(group, topic, partition, offset)


class TestTopics:
    def test_new_topics_are_as_asked(self, log: KafkaLog, kafka_address: str, namespace: str) -> None:
        with admin_of(kafka_address) as admin:
            name = f"{namespace}.{MENTIONS.name}"
            asked = [ConfigResource(ConfigResourceType.TOPIC, name)]
            found = admin.describe_configs(asked, config_filter="all")["topic"][name]
        assert found["retention.ms"]["value"] == str(7 * 86400 * 1000)
        assert int(found["segment.ms"]["value"]) <= 6 * 3600 * 1000
        assert found["message.timestamp.type"]["value"] == "LogAppendTime"

    @pytest.mark.parametrize(
        ("made", "message"),
        [
            ({"num_partitions": 2}, "mentions has 2 partitions, 4 are asked for: set SUNWAI_PARTITIONS to 2"),
            ({"configs": {"retention.ms": "1000"}}, "mentions has retention.ms=1000 and needs 604800000: kafka-config"),
            ({"configs": {"max.message.bytes": "1000"}}, "mentions has max.message.bytes=1000 and needs"),
            ({"configs": {"cleanup.policy": "compact"}}, "mentions has cleanup.policy=compact and needs delete"),
        ],
    )
    def test_a_topic_that_does_not_fit_is_refused(
        self, kafka_address: str, namespace: str, made: dict[str, Any], message: str
    ) -> None:
        fitting = {"max.message.bytes": "3000000", "retention.ms": str(7 * 86400 * 1000)}
        configs = {**fitting, **made.get("configs", {})}
        with admin_of(kafka_address) as admin:
            admin.create_topics({f"{namespace}.mentions": {"num_partitions": 4, **made, "configs": configs}})
        log = make_log(kafka_address, namespace)
        with pytest.raises(LogRefusedError, match=message):
            log.prepare()
        log.close()

    def test_a_single_topic_in_pieces_is_refused(self, kafka_address: str, namespace: str) -> None:
        with admin_of(kafka_address) as admin:
            admin.create_topics({f"{namespace}.{OBSERVED.name}": {"num_partitions": 2}})
        log = make_log(kafka_address, namespace)
        with pytest.raises(LogRefusedError, match="observed has 2 partitions and must have 1"):
            log.prepare()
        log.close()

    def test_more_copies_than_servers_are_refused(self, kafka_address: str, namespace: str, log: KafkaLog) -> None:
        greedy = make_log(kafka_address, namespace, replication=2)
        with pytest.raises(LogRefusedError, match="has 1 copies, SUNWAI_REPLICATION asks for 2"):
            greedy.prepare()
        greedy.close()

    def test_more_partitions_than_asked_for_do_fit(self, kafka_address: str, namespace: str, log: KafkaLog) -> None:
        fewer = make_log(kafka_address, namespace, partitions=2)
        fewer.prepare()
        fewer.close()


class TestNamespaces:
    def test_offices_on_one_cluster_do_not_see_each_other(self, kafka_address: str, log: KafkaLog) -> None:
        log.append([event(b"mine")])
        with fresh_namespace(kafka_address) as other_name:
            other = make_log(kafka_address, other_name)
            other.prepare()
            assert not [found for n in range(4) for found in read_all(other, MENTIONS.name, n)]
            other.rewind("watch", OBSERVED.name, 0, 0)
            assert not log.lags()
            assert [(lag.group, lag.topic) for lag in other.lags()] == [("watch", OBSERVED.name)]
            other.close()


class TestLag:
    def test_a_known_group_is_behind_by_topics_it_has_not_committed_in(
        self, kafka_address: str, namespace: str, log: KafkaLog
    ) -> None:
        reads = make_log(kafka_address, namespace, groups={"watch": [MENTIONS.name, OBSERVED.name]})
        reads.append([event(topic=OBSERVED.name)] * 3)
        reads.rewind("watch", MENTIONS.name, 0, 0)
        assert sum(lag.lag for lag in reads.lags()) == 3
        assert len(reads.lags()) == 5
        reads.close()


class TestDown:
    def test_a_broker_that_goes_and_comes_is_down_and_then_goes_on(self, own_services: Services) -> None:
        log = make_log(own_services.start("kafka"), "town")
        log.prepare()
        (position,) = log.append([event(b"before", topic=OBSERVED.name)])
        own_services.kill("kafka")
        for act in (log.lags, log.prepare, lambda: log.append([event()]), lambda: log.read(OBSERVED.name, 0, 0)):
            started = time.monotonic()
            with pytest.raises(LogDownError):
                act()
            assert time.monotonic() - started < 60, "bounded, not forever"
        own_services.start("kafka")
        assert log.append([event(b"after", topic=OBSERVED.name)])[0].offset > position.offset
        assert next(read_all(log, OBSERVED.name, 0)).value == b"before"
        log.close()

    def test_nobody_there_is_down(self) -> None:
        log = KafkaLog(KafkaBroker(("127.0.0.1:1",)), retention=RETENTION)
        with pytest.raises(LogDownError, match=r"127\.0\.0\.1:1"):
            log.prepare()
        log.close()


class TestUrl:
    def test_each_server_has_its_port(self) -> None:
        assert servers_of("kafka://one:9093,two") == ("one:9093", "two:9092")
        assert servers_of("kafka://[::1]:9092/") == ("[::1]:9092",)

    @pytest.mark.parametrize("url", ["kafka://", "http://one", "kafka://me:secret@one:9092", "kafka://one:9092,"])
    def test_a_wrong_one_says_what_is_expected_and_no_password(self, url: str) -> None:
        with pytest.raises(ValueError, match="expected kafka://host:port") as raised:
            servers_of(url)
        assert "secret" not in str(raised.value)

    def test_a_password_is_not_sent_readable(self) -> None:
        with pytest.raises(LogRefusedError, match="SUNWAI_BROKER_TLS"):
            KafkaBroker(("one:9092",), user="me", password="x", mechanism="PLAIN")
