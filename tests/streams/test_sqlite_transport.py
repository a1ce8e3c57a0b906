"""The embedded transport: the contract, and what only it promises."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import faust
import pytest
from yarl import URL

from streams.log import Event, LogDownError, LogFullError
from streams.topics import MENTIONS, OBSERVED
from streams.transports import sqlite
from streams.transports.group_lock import GroupLock
from streams.transports.sqlite_log import SqliteLog
from streams.transports.sqlite_records import partition_of
from tests.contracts.transport import Broker, TransportContract, reader, running, send_all, until
from tests.contracts.transport_worker import broker_for, make_app

sqlite.register()

DAY = 86400.0


class SqliteBroker:
    topic = "test"
    takeover_seconds = 3.0

    def __init__(self, path: Path) -> None:
        self.url = broker_for(path)
        self.log = SqliteLog(path, partitions=4, retention=timedelta(days=7), max_bytes=1 << 30)
        self.log.create_topic(self.topic)

    def group(self, name: str) -> str:
        return name

    def committed(self, group: str) -> dict[int, int]:
        found = {partition: self.log.committed(group, self.topic, partition) for partition in range(4)}
        return {partition: offset for partition, offset in found.items() if offset is not None}

    def total_lag(self, group: str) -> int:
        return sum(lag.lag for lag in self.log.lags() if lag.group == group)


class TestSqliteTransport(TransportContract):
    @pytest.fixture
    def broker(self, tmp_path: Path) -> Iterator[Broker]:
        broker = SqliteBroker(tmp_path / "log.db")
        yield broker
        broker.log.close()


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> Iterator[SqliteLog]:
    opened = SqliteLog(tmp_path / "log.db", retention=timedelta(days=7), max_bytes=4 << 20, clock=clock)
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture
def new_app(log: SqliteLog, tmp_path: Path) -> Callable[..., faust.App]:
    """Apps that share the open log."""

    def new(group: str, **options: Any) -> faust.App:
        app = make_app(broker_for(log.path), group, tmp_path / group, **options)
        sqlite.use_log(app, log)
        return app

    return new


class TestGapsAndErasure:
    async def test_an_erased_event_is_delivered_without_value_and_counts(
        self, log: SqliteLog, new_app: Callable[..., faust.App]
    ) -> None:
        log.append([Event(OBSERVED.name, b"k", b"%d" % n, {"refs": b"x:%d" % n}) for n in range(6)])
        log.erase(["x:2", "x:5"])
        app = new_app("watch")
        seen: list[Any] = []
        reader(app, OBSERVED.name, seen)
        async with running(app):
            await until(lambda: log.committed("watch", OBSERVED.name, 0) == 6)
        assert [event.value for event in seen] == [b"0", b"1", None, b"3", b"4", None]
        assert seen[2].headers == {}

    async def test_offsets_that_retention_removed_are_passed_over(
        self, log: SqliteLog, clock: Clock, new_app: Callable[..., faust.App]
    ) -> None:
        log.append([Event(OBSERVED.name, b"k", b"old") for _ in range(4)])
        log.commit("watch", {(OBSERVED.name, 0): 1})
        log.append([Event(OBSERVED.name, b"k", b"young")])
        log.forget("watch")
        clock.now += 8 * DAY
        log.append([Event(OBSERVED.name, b"k", b"younger")])
        log.compact()
        log.commit("watch", {(OBSERVED.name, 0): 1})
        app = new_app("watch")
        seen: list[Any] = []
        reader(app, OBSERVED.name, seen)
        async with running(app):
            await until(lambda: log.committed("watch", OBSERVED.name, 0) == 6)
        assert [event.value for event in seen] == [b"younger"]

    async def test_a_group_that_starts_after_retention_starts_at_what_is_left(
        self, log: SqliteLog, clock: Clock, new_app: Callable[..., faust.App]
    ) -> None:
        log.append([Event(OBSERVED.name, b"k", b"old") for _ in range(4)])
        clock.now += 8 * DAY
        log.compact()
        app = new_app("late")
        seen: list[Any] = []
        reader(app, OBSERVED.name, seen)
        async with running(app):
            await send_all(app, OBSERVED.name, [b"new"])
            await until(lambda: log.committed("late", OBSERVED.name, 0) == 5)
        assert [event.value for event in seen] == [b"new"]

    async def test_nothing_is_dropped_that_a_group_waits_to_read(
        self, log: SqliteLog, clock: Clock, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("watch")
        seen: list[Any] = []
        reader(app, OBSERVED.name, seen, ack=lambda event: False)
        async with running(app):
            await send_all(app, OBSERVED.name, [b"unread"])
            await until(lambda: len(seen) == 1)
            clock.now += 8 * DAY
            log.compact()
        assert log.overdue() == 1


class TestProducer:
    async def test_a_full_log_is_waited_for_and_other_topics_go_on(
        self, log: SqliteLog, new_app: Callable[..., faust.App]
    ) -> None:
        log.register("triage", [MENTIONS.name])
        with pytest.raises(LogFullError):
            while True:
                log.append([Event(MENTIONS.name, b"k", bytes(100_000))])
        app = new_app("source")
        async with running(app):
            waiting = asyncio.ensure_future(send_all(app, MENTIONS.name, [b"patient"]))
            await send_all(app, OBSERVED.name, [b"quick"])
            await asyncio.wait_for(app.producer.flush(), 2)
            assert not waiting.done()
            ends = {n: log.end(MENTIONS.name, n) for n in range(4)}
            log.commit("triage", {(MENTIONS.name, n): end for n, end in ends.items()})
            (place,) = await asyncio.wait_for(waiting, 5)
        assert log.read(MENTIONS.name, place.partition, place.offset)[0].value == b"patient"

    async def test_a_stop_does_not_wait_for_a_full_log(self, log: SqliteLog, new_app: Callable[..., faust.App]) -> None:
        log.register("triage", [MENTIONS.name])
        with pytest.raises(LogFullError):
            while True:
                log.append([Event(MENTIONS.name, b"k", bytes(100_000))])
        app = new_app("source")
        async with running(app):
            waiting = asyncio.ensure_future(send_all(app, MENTIONS.name, [b"%d" % n for n in range(5)]))
            await asyncio.sleep(0)
            started = time.monotonic()
        assert time.monotonic() - started < 3
        with pytest.raises(LogDownError):
            await waiting

    async def test_an_error_reaches_who_awaits(
        self, log: SqliteLog, new_app: Callable[..., faust.App], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = new_app("source")
        async with running(app):
            await send_all(app, OBSERVED.name, [b"before"])
            write = log.write

            def fail(records: Any) -> Any:
                raise LogDownError("the disk is on fire")

            monkeypatch.setattr(log, "write", fail)
            with pytest.raises(LogDownError, match="on fire"):
                await send_all(app, OBSERVED.name, [b"lost"])
            monkeypatch.setattr(log, "write", write)
            assert (await send_all(app, OBSERVED.name, [b"after"]))[0].offset == 1

    async def test_many_sends_share_a_transaction(
        self, log: SqliteLog, new_app: Callable[..., faust.App], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes: list[int] = []
        write = log.write

        def count(records: Any) -> Any:
            sizes.append(len(records))
            time.sleep(0.02)  # a slow disk
            return write(records)

        monkeypatch.setattr(log, "write", count)
        app = new_app("source")
        async with running(app):
            await send_all(app, OBSERVED.name, [b"%d" % n for n in range(1200)])
        assert sum(sizes) == 1200
        assert max(sizes) <= 500
        assert len(sizes) < 30

    async def test_what_makes_no_sense_is_refused_where_it_is_sent(self, new_app: Callable[..., faust.App]) -> None:
        app = new_app("source")
        async with running(app):
            for options in ({"partition": 1}, {"partition": -1}, {"headers": {"n": 1}}):
                with pytest.raises(ValueError, match="topic observed"):
                    await send_all(app, OBSERVED.name, [b"1"], **options)
            assert await send_all(app, OBSERVED.name, [b"2"])

    async def test_a_source_and_an_agent_put_a_key_in_one_partition(
        self, log: SqliteLog, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("agent")
        keys = [b"c:%d" % n for n in range(40)]
        positions = log.append([Event(MENTIONS.name, key, b"") for key in keys])
        async with running(app):
            places = await send_all(app, MENTIONS.name, keys)
            assert app.producer.key_partition(MENTIONS.name, keys[0]).partition == places[0].partition
        assert [place.partition for place in places] == [position.partition for position in positions]


class TestConsumer:
    async def test_large_events_are_not_all_held_in_memory(
        self, log: SqliteLog, new_app: Callable[..., faust.App], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("streams.transports.sqlite_consumer.IN_FLIGHT_BYTES", 400_000)
        monkeypatch.setattr("streams.transports.sqlite_consumer.FETCH_BYTES", 100_000)
        log.append([Event(OBSERVED.name, b"k", bytes(50_000)) for _ in range(30)])
        app = new_app("watch")
        seen: list[Any] = []
        gate = asyncio.Event()
        source = app.topic(OBSERVED.name, key_serializer="raw", value_serializer="raw")

        async def agent(stream: Any) -> None:
            async for events in stream.noack().noack_take(50, within=0.05):
                seen.extend(events)
                await gate.wait()
                for event in events:
                    await stream.ack(event)

        app.agent(source, name="watch.gated")(agent)
        async with running(app):
            await until(lambda: bool(seen))
            await asyncio.sleep(0.3)  # nothing more comes, however long one waits
            assert sum(event.message.serialized_value_size for event in seen) <= 500_000
            assert app.consumer.highwater(seen[0].message.tp) <= 10
            gate.set()
            await until(lambda: log.committed("watch", OBSERVED.name, 0) == 30)
        assert len(seen) == 30

    async def test_a_file_that_fails_for_a_moment_is_tried_again(
        self, log: SqliteLog, new_app: Callable[..., faust.App], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = log.commit
        failures = 2

        def flaky(group: str, offsets: Any) -> None:
            nonlocal failures
            if failures:
                failures -= 1
                raise LogDownError("a cable is loose")
            commit(group, offsets)

        monkeypatch.setattr(log, "commit", flaky)
        app = new_app("watch")
        seen: list[Any] = []
        reader(app, OBSERVED.name, seen)
        async with running(app):
            await send_all(app, OBSERVED.name, [b"1"])
            await until(lambda: log.committed("watch", OBSERVED.name, 0) == 1)
        assert failures == 0

    async def test_a_busy_partition_does_not_starve_the_others(
        self, log: SqliteLog, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("triage", broker_max_poll_records=40, stream_buffer_maxsize=100)
        seen: list[Any] = []
        log.create_topic("busy", 4)
        for partition in (0, 1, 2, 3):
            await asyncio.to_thread(fill, log, partition, 1000 if partition == 0 else 20)
        reader(app, "busy", seen)
        async with running(app):
            await until(lambda: len(seen) == 1060)
        last = max(n for n, event in enumerate(seen) if event.message.partition)
        assert last < 400

    async def test_an_operator_cannot_rewind_under_a_running_worker(
        self, log: SqliteLog, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("watch")
        seen: list[Any] = []
        reader(app, OBSERVED.name, seen)
        async with running(app):
            await send_all(app, OBSERVED.name, [b"1", b"2"])
            await until(lambda: log.committed("watch", OBSERVED.name, 0) == 2)
            with pytest.raises(ValueError, match="a worker reads for group watch: stop it first"):
                log.rewind("watch", OBSERVED.name, 0, 0)
        log.rewind("watch", OBSERVED.name, 0, 1)
        again = new_app("watch")
        seen_again: list[Any] = []
        reader(again, OBSERVED.name, seen_again)
        async with running(again):
            await until(lambda: len(seen_again) == 1)
        assert seen_again[0].value == b"2"


def fill(log: SqliteLog, partition: int, count: int) -> None:
    keys = (b"%d" % n for n in range(1_000_000))
    mine = [key for key in (next(keys) for _ in range(count * 8)) if partition_of(key, 4) == partition]
    log.append([Event("busy", key, b"v") for key in mine[:count]])


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("sqlite:///log.db?partitions=4&retention=1", "max_bytes is missing"),
            ("sqlite:///log.db?partitions=four&retention=1&max_bytes=1", "partitions: .*'four'"),
            ("sqlite:///log.db?partitions=4&retention=1&max_bytes=1&colour=red", "expected sqlite:///path"),
            ("sqlite://host/log.db?partitions=4&retention=1&max_bytes=1", "expected sqlite:///path"),
        ],
    )
    def test_a_wrong_url_names_what_is_wrong(self, url: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            sqlite.log_from_url(URL(url))

    def test_a_path_with_odd_characters_survives(self, tmp_path: Path) -> None:
        path = tmp_path / "ज़िला, 50% ; ?x=1#y"
        path.mkdir()
        log = sqlite.log_from_url(URL(broker_for(path / "log.db")))
        log.close()
        assert (path / "log.db").exists()


class TestGroupLock:
    def test_one_holds_it_at_a_time(self, tmp_path: Path) -> None:
        first, second = GroupLock(tmp_path / "log.db", "g"), GroupLock(tmp_path / "log.db", "g")
        assert first.acquire()
        assert first.acquire()
        assert not second.acquire()
        assert GroupLock(tmp_path / "log.db", "other").acquire()
        first.release()
        assert second.acquire()

    def test_a_group_name_is_no_path(self, tmp_path: Path) -> None:
        lock = GroupLock(tmp_path / "log.db", "../../etc/x")
        assert lock.acquire()
        assert [file.parent for file in tmp_path.iterdir()] == [tmp_path]
        lock.release()

    @pytest.mark.process
    @pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
    def test_a_forked_child_does_not_keep_it(self, tmp_path: Path) -> None:
        lock = GroupLock(tmp_path / "log.db", "g")
        assert lock.acquire()
        context = multiprocessing.get_context("fork")
        started, done = context.Event(), context.Event()
        child = context.Process(target=wait_for_end, args=(started, done), daemon=True)
        child.start()
        assert started.wait(10)
        try:
            lock.release()
            assert GroupLock(tmp_path / "log.db", "g").acquire()
        finally:
            done.set()
            child.join(10)


def wait_for_end(started: Any, done: Any) -> None:
    started.set()
    done.wait(30)
