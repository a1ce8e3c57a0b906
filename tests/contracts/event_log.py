"""What every event log keeps. A subclass supplies the fixture ``log``, prepared and empty, and ``commit``."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.log import Event, EventLog, PartitionLag, StoredEvent
from streams.topics import DEAD_LETTERS, DELETIONS, MAX_EVENT_BYTES, MENTIONS, OBSERVED, TOPICS, TRIAGED
from tests.contracts import SHARED

__all__ = ["EventLogContract", "event", "read_all"]


def event(value: bytes = b"{}", *, key: bytes = b"conversation", topic: str = MENTIONS.name, refs: str = "") -> Event:
    return Event(topic, key, value, {"refs": refs.encode()} if refs else {})


def read_all(log: EventLog, topic: str, partition: int) -> Iterator[StoredEvent]:
    """Pages through a partition from its start."""
    offset = 0
    while found := log.read(topic, partition, offset, limit=7):
        yield from found
        offset = found[-1].position.offset + 1


class EventLogContract:
    """Tests that each adapter's test class inherits."""

    partitions = 4

    @pytest.fixture
    def log(self) -> Iterator[EventLog]:
        raise NotImplementedError

    def commit(self, log: EventLog, group: str, topic: str, partition: int, offset: int) -> None:
        """Commits as a consumer of ``group`` would."""
        raise NotImplementedError

    def test_what_was_appended_is_read_back_whole(self, log: EventLog) -> None:
        sent = Event(TRIAGED.name, b"c:1", "पानी नहीं आ रहा".encode(), {"refs": b"x:1 x:2", "reason": b"\x00\xff"})
        (position,) = log.append([sent])
        (found,) = log.read(position.topic, position.partition, position.offset)
        assert (found.position, found.key, found.value) == (position, sent.key, sent.value)
        assert dict(found.headers) == dict(sent.headers)
        assert found.timestamp > 0

    def test_positions_follow_the_order_of_the_events(self, log: EventLog) -> None:
        events = [event(str(n).encode(), key=str(n % 9).encode()) for n in range(60)]
        positions = log.append(events)
        for sent, position in zip(events, positions, strict=True):
            assert log.read(position.topic, position.partition, position.offset, limit=1)[0].value == sent.value

    def test_one_key_keeps_one_partition_in_order(self, log: EventLog) -> None:
        positions = [log.append([event(str(n).encode(), key=b"same")])[0] for n in range(12)]
        assert len({position.partition for position in positions}) == 1
        values = [found.value for found in read_all(log, MENTIONS.name, positions[0].partition)]
        assert values == [str(n).encode() for n in range(12)]

    def test_keys_spread_over_the_partitions(self, log: EventLog) -> None:
        positions = log.append([event(key=str(n).encode()) for n in range(200)])
        assert {position.partition for position in positions} == set(range(self.partitions))

    def test_a_single_topic_has_one_partition(self, log: EventLog) -> None:
        for topic in (OBSERVED, DELETIONS, DEAD_LETTERS):
            positions = log.append([event(topic=topic.name, key=str(n).encode()) for n in range(20)])
            assert {position.partition for position in positions} == {0}

    def test_partitions_are_as_prepared(self, log: EventLog) -> None:
        assert {topic.name: log.partitions(topic.name) for topic in TOPICS} == {
            topic.name: topic.partitions(self.partitions) for topic in TOPICS
        }
        with pytest.raises(ValueError, match="unheard"):
            log.partitions("unheard")

    def test_a_group_that_only_committed_is_not_live(self, log: EventLog) -> None:
        (position,) = log.append([event(topic=OBSERVED.name)])
        self.commit(log, "watch", OBSERVED.name, 0, position.offset)
        assert list(log.live_groups()) == []

    def test_reading_stops_at_the_end_and_at_the_limit(self, log: EventLog) -> None:
        positions = log.append([event(key=b"k") for _ in range(10)])
        partition, first = positions[0].partition, positions[0].offset
        assert len(log.read(MENTIONS.name, partition, first, limit=4)) == 4
        assert len(log.read(MENTIONS.name, partition, first + 8, limit=4)) == 2
        assert not log.read(MENTIONS.name, partition, first + 10)

    def test_an_empty_value_is_not_an_erased_one(self, log: EventLog) -> None:
        (position,) = log.append([event(b"")])
        assert log.read(position.topic, position.partition, position.offset)[0].value == b""

    def test_nothing_appended_is_nothing(self, log: EventLog) -> None:
        assert list(log.append([])) == []

    def test_a_large_event_goes_through(self, log: EventLog) -> None:
        value = bytes(range(256)) * 7600  # 1.9 MB
        (position,) = log.append([event(value)])
        assert log.read(position.topic, position.partition, position.offset)[0].value == value

    def test_a_too_large_event_is_refused_and_nothing_is_written(self, log: EventLog) -> None:
        with pytest.raises(ValueError, match=f"{MENTIONS.name}.*{MAX_EVENT_BYTES}"):
            log.append([event(b"small", key=b"k"), event(bytes(MAX_EVENT_BYTES + 1), key=b"k")])
        assert not any(log.read(MENTIONS.name, partition, 0) for partition in range(self.partitions))

    def test_prepare_again_changes_nothing(self, log: EventLog) -> None:
        (position,) = log.append([event(b"kept")])
        log.prepare()
        assert log.read(position.topic, position.partition, position.offset)[0].value == b"kept"

    def test_lag_is_what_a_group_has_not_committed(self, log: EventLog) -> None:
        positions = log.append([event(topic=OBSERVED.name) for _ in range(10)])
        assert not [lag for lag in log.lags() if lag.topic == OBSERVED.name]
        self.commit(log, "watch", OBSERVED.name, 0, positions[6].offset)
        (lag,) = [lag for lag in log.lags() if lag.topic == OBSERVED.name]
        assert lag == PartitionLag("watch", OBSERVED.name, 0, positions[6].offset, positions[9].offset + 1)
        assert lag.lag == 4

    def test_groups_have_lags_of_their_own(self, log: EventLog) -> None:
        positions = log.append([event(topic=DELETIONS.name) for _ in range(3)])
        self.commit(log, "filing", DELETIONS.name, 0, positions[2].offset + 1)
        self.commit(log, "watch", DELETIONS.name, 0, positions[1].offset)
        lags = {lag.group: lag.lag for lag in log.lags() if lag.topic == DELETIONS.name}
        assert lags == {"filing": 0, "watch": 2}

    def test_erase_empties_what_names_the_ref_or_leaves_all(self, log: EventLog) -> None:
        positions = log.append([event(b"gone", refs="x:1 x:9"), event(b"stays", refs="x:11"), event(b"bare")])
        erased = log.erase(["x:1"])
        values = [log.read(p.topic, p.partition, p.offset, limit=1)[0].value for p in positions]
        assert (erased, values) in [(1, [None, b"stays", b"bare"]), (0, [b"gone", b"stays", b"bare"])]

    def test_what_would_be_erased_is_named_with_all_it_names_or_nothing_is(self, log: EventLog) -> None:
        positions = log.append([event(b"one", refs="x:1 x:9"), event(b"other", refs="x:11"), event(b"bare")])
        named = [*log.naming(["x:1", "x:404"])]
        assert named in [[(positions[0], frozenset({"x:1", "x:9"}))], []]
        log.erase(["x:1"])
        assert [*log.naming(["x:1"])] == []

    def test_erase_of_what_is_not_there_is_nothing(self, log: EventLog) -> None:
        assert log.erase(["x:404"]) == 0
        assert log.erase([]) == 0

    def test_compact_keeps_what_is_young(self, log: EventLog) -> None:
        (position,) = log.append([event(b"young")])
        assert log.compact()
        assert log.read(position.topic, position.partition, position.offset)[0].value == b"young"

    @settings(max_examples=15, suppress_health_check=SHARED)
    @given(
        st.lists(
            st.builds(
                Event,
                st.sampled_from([topic.name for topic in TOPICS]),
                st.binary(max_size=12),
                st.binary(max_size=300),
                st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), st.binary(max_size=20)),
            ),
            max_size=20,
        )
    )
    def test_any_bytes_come_back(self, log: EventLog, events: list[Event]) -> None:
        for sent, position in zip(events, log.append(events), strict=True):
            (found,) = log.read(position.topic, position.partition, position.offset, limit=1)
            assert (found.key, found.value, dict(found.headers)) == (sent.key, sent.value, dict(sent.headers))
