"""What every transport does for real Faust apps. A subclass supplies the fixture ``broker``."""

import asyncio
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import faust
import pytest

from tests.contracts.transport_worker import make_app

__all__ = ["Broker", "TransportContract", "Workers", "reader", "running", "send_all", "until"]

PROJECT = Path(__file__).resolve().parents[2]


class Broker(Protocol):
    """Where the events of one test go: its topic exists, empty, in four partitions."""

    url: str
    topic: str
    takeover_seconds: float
    """Within this a standby takes over from a worker that was killed."""

    def group(self, name: str) -> str:
        """The group's name at the broker: groups of a shared one must not meet those of other tests."""
        ...

    def committed(self, group: str) -> dict[int, int]:
        """The offset that the group reads next, by partition of the topic; none where it never committed."""
        ...

    def total_lag(self, group: str) -> int:
        """Events of the topic that the group has not committed."""
        ...


async def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Waits for a condition; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running(*apps: faust.App) -> AsyncIterator[None]:
    """The apps at work in this process."""
    try:
        await asyncio.gather(*(app.start() for app in apps))
        yield
    finally:
        await asyncio.gather(*(app.stop() for app in apps))


async def send_all(app: faust.App, topic: str, values: Sequence[bytes | None], **options: Any) -> list[Any]:
    """Sends values under their own text as key, waits until they are durable, gives their places."""
    channel = app.topic(topic, key_serializer="raw", value_serializer="raw")
    sends: list[Awaitable[Any]] = [await channel.send(**{"key": value, "value": value, **options}) for value in values]
    return list(await asyncio.gather(*sends))


def reader(app: faust.App, topic: str, seen: list[Any], *, ack: Callable[[Any], bool] = lambda event: True) -> None:
    """Adds an agent that collects events and acknowledges those that ``ack`` says."""

    async def agent(stream: Any) -> None:
        async for events in stream.noack().noack_take(100, within=0.05):
            seen.extend(events)
            for event in events:
                if ack(event):
                    await stream.ack(event)

    app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"), name=f"{app.conf.id}.reader")(agent)


class Workers:
    """Starts workers in processes of their own and ends all of them with the test."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self._broker = broker
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *groups: str, out: str = "out", arguments: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.contracts.transport_worker", "--url", self._broker.url]
        command += ["--topic", self._broker.topic, "--out", str(self._folder / out)]
        command += ["--groups", *map(self._broker.group, groups), *arguments]
        process = subprocess.Popen(command, cwd=PROJECT)
        self._started.append(process)
        return process

    def lines(self, group: str, out: str = "out") -> list[str]:
        """What the workers of a group have written so far."""
        file = self._folder / f"{out}.{self._broker.group(group)}"
        return file.read_text("utf-8").splitlines() if file.exists() else []

    def handled(self, group: str, out: str = "out") -> Counter[str]:
        return Counter(line for line in self.lines(group, out) if line != "ready")

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()


class TransportContract:
    """Tests that each adapter's test class inherits."""

    @pytest.fixture
    def broker(self, tmp_path: Path) -> Iterator[Broker]:
        raise NotImplementedError

    @pytest.fixture
    def new_app(self, broker: Broker, tmp_path: Path) -> Callable[..., faust.App]:
        return lambda group, **options: make_app(broker.url, broker.group(group), tmp_path / group, **options)

    @pytest.fixture
    def workers(self, broker: Broker, tmp_path: Path) -> Iterator[Workers]:
        workers = Workers(broker, tmp_path)
        yield workers
        workers.end()

    async def test_events_arrive_whole_and_in_order_of_their_key(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("one")
        seen: list[Any] = []
        reader(app, broker.topic, seen)
        async with running(app):
            for key in (b"a", b"b", b"c", None):
                values = [b"%d" % n for n in range(50)]
                await send_all(app, broker.topic, values, key=key, headers=[("refs", b"x:1"), ("raw", b"\x00\xff")])
            await until(lambda: len(seen) == 200)
        for key in (b"a", b"b", b"c"):
            assert [event.value for event in seen if event.key == key] == [b"%d" % n for n in range(50)]
        keyless = [event.value for event in seen if event.key is None]  # these may be spread: no order among them
        assert sorted(keyless) == sorted(b"%d" % n for n in range(50))
        assert {tuple(sorted(event.headers.items())) for event in seen} == {(("raw", b"\x00\xff"), ("refs", b"x:1"))}
        assert all(abs(event.message.timestamp - time.time()) < 60 for event in seen)

    async def test_a_key_has_its_partition_and_a_given_one_is_kept(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("one")
        async with running(app):
            by_key = await send_all(app, broker.topic, [b"1", b"2", b"3"], key=b"k")
            given = await send_all(app, broker.topic, [b"4"], key=b"k", partition=3)
            spread = await send_all(app, broker.topic, [b"%d" % n for n in range(100)])
        assert len({place.partition for place in by_key}) == 1
        assert given[0].partition == 3
        assert {place.partition for place in spread} == {0, 1, 2, 3}

    async def test_large_and_empty_values_arrive(self, broker: Broker, new_app: Callable[..., faust.App]) -> None:
        app = new_app("one")
        seen: list[Any] = []
        reader(app, broker.topic, seen)
        large = bytes(range(256)) * 7600  # 1.9 MB
        async with running(app):
            await send_all(app, broker.topic, [b"", large], key=b"k")
            await until(lambda: len(seen) == 2)
        assert [event.value for event in seen] == [b"", large]

    async def test_a_too_large_value_is_refused_at_the_producer(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("one")
        async with running(app):
            with pytest.raises(Exception, match=r"(?i)bytes|large"):
                await send_all(app, broker.topic, [bytes(2 * 1024 * 1024 + 100)])
            assert await send_all(app, broker.topic, [b"the producer goes on"])

    async def test_events_sent_while_nobody_reads_are_delivered(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        async with running(sender := new_app("sender")):
            await send_all(sender, broker.topic, [b"%d" % n for n in range(100)])
        app = new_app("late")
        seen: list[Any] = []
        reader(app, broker.topic, seen)
        async with running(app):
            await until(lambda: len(seen) == 100)
        assert {event.value for event in seen} == {b"%d" % n for n in range(100)}

    async def test_groups_read_independently(self, broker: Broker, new_app: Callable[..., faust.App]) -> None:
        first, second = new_app("first"), new_app("second")
        seen_first: list[Any] = []
        seen_second: list[Any] = []
        reader(first, broker.topic, seen_first)
        reader(second, broker.topic, seen_second, ack=lambda event: False)
        async with running(first, second):
            await send_all(first, broker.topic, [b"%d" % n for n in range(80)])
            await until(lambda: len(seen_first) == 80 and len(seen_second) == 80)
            await until(lambda: broker.total_lag("first") == 0)
        assert not any(broker.committed("second").values())

    async def test_what_is_committed_is_what_was_acknowledged_in_order(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        """Events after one that is not acknowledged do not count, the very first included."""
        app = new_app("one")
        seen: list[Any] = []
        unwell = {(0, 0), (1, 5), (2, 1)}
        reader(app, broker.topic, seen, ack=lambda event: (event.message.partition, event.message.offset) not in unwell)
        async with running(app):
            for partition in range(4):
                await send_all(app, broker.topic, [b"%d" % n for n in range(10)], partition=partition)
            await until(lambda: len(seen) == 40)
            await until(lambda: broker.committed("one").get(3) == 10 and broker.committed("one").get(1) == 5)
        found = broker.committed("one")
        assert (found.get(0) or 0, found[1], found.get(2) or 0, found[3]) == (0, 5, 1, 10)

    async def test_a_restart_goes_on_at_the_committed_offset(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        first: list[Any] = []
        app = new_app("one", broker_commit_interval=60.0)
        reader(app, broker.topic, first, ack=lambda event: event.message.offset < 6)
        async with running(app):
            await send_all(app, broker.topic, [b"%d" % n for n in range(10)], partition=2)
            await until(lambda: len(first) == 10)
        assert broker.committed("one").get(2) == 6  # a stop commits, long before the interval
        second: list[Any] = []
        app = new_app("one")
        reader(app, broker.topic, second)
        async with running(app):
            await send_all(app, broker.topic, [b"10"], partition=2)
            await until(lambda: len(second) == 5)
        assert [event.value for event in second] == [b"6", b"7", b"8", b"9", b"10"]

    async def test_small_polls_read_all_partitions(self, broker: Broker, new_app: Callable[..., faust.App]) -> None:
        app = new_app("one", broker_max_poll_records=3)
        seen: list[Any] = []
        reader(app, broker.topic, seen)
        async with running(app):
            await send_all(app, broker.topic, [b"%d" % n for n in range(200)])
            await until(lambda: len(seen) == 200)
        assert len({event.value for event in seen}) == 200

    async def test_a_full_buffer_holds_back_and_loses_nothing(
        self, broker: Broker, new_app: Callable[..., faust.App]
    ) -> None:
        app = new_app("one", stream_buffer_maxsize=8)
        seen: list[Any] = []
        reader(app, broker.topic, seen)
        async with running(app):
            await send_all(app, broker.topic, [b"%d" % n for n in range(600)])
            await until(lambda: len(seen) == 600)
            await until(lambda: broker.total_lag("one") == 0)
        assert len({event.value for event in seen}) == 600

    @pytest.mark.process
    async def test_a_worker_that_is_killed_loses_nothing(
        self, broker: Broker, new_app: Callable[..., faust.App], workers: Workers
    ) -> None:
        first = workers.start("one", arguments=["--pause", "0.02"])
        async with running(sender := new_app("sender")):
            await send_all(sender, broker.topic, [b"%d" % n for n in range(1500)])
        await until(lambda: sum(workers.handled("one").values()) >= 400)
        first.kill()
        first.wait()
        before = workers.handled("one")
        assert len(before) < 1500
        assert sum(broker.committed("one").values()) <= len(before)
        workers.start("one", arguments=["--batch", "200"])
        await until(lambda: len(workers.handled("one")) == 1500, 15 + broker.takeover_seconds)
        assert set(workers.handled("one")) == {str(n) for n in range(1500)}

    @pytest.mark.process
    async def test_a_standby_takes_over_from_a_killed_worker(
        self, broker: Broker, new_app: Callable[..., faust.App], workers: Workers
    ) -> None:
        first = workers.start("one", out="first")
        async with running(sender := new_app("sender")):
            await until(lambda: "ready" in workers.lines("one", "first"))
            workers.start("one", out="standby")
            await send_all(sender, broker.topic, [b"%d" % n for n in range(100)])
            await until(lambda: len(workers.handled("one", "first") | workers.handled("one", "standby")) == 100)
            first.kill()
            first.wait()
            await send_all(sender, broker.topic, [b"%d" % n for n in range(100, 200)])
            await until(
                lambda: {str(n) for n in range(100, 200)} <= workers.handled("one", "standby").keys(),
                15 + broker.takeover_seconds,
            )

    @pytest.mark.process
    async def test_a_worker_stops_at_once_and_commits_nothing_it_did_not_do(
        self, broker: Broker, new_app: Callable[..., faust.App], workers: Workers
    ) -> None:
        holding = workers.start("one", arguments=["--hold"])
        async with running(sender := new_app("sender")):
            await send_all(sender, broker.topic, [b"%d" % n for n in range(100)])
        await until(lambda: len(workers.handled("one")) == 100)
        started = time.monotonic()
        holding.send_signal(signal.SIGTERM)
        await asyncio.to_thread(holding.wait, 10)
        assert time.monotonic() - started < 4
        assert not any(broker.committed("one").values())

    @pytest.mark.process
    async def test_a_worker_that_stops_commits_what_it_did(
        self, broker: Broker, new_app: Callable[..., faust.App], workers: Workers
    ) -> None:
        """Three groups in one process, none of which would have committed by itself yet."""
        groups = ["one", "two", "three"]
        worker = workers.start(*groups, arguments=["--commit-interval", "60"])
        async with running(sender := new_app("sender")):
            await send_all(sender, broker.topic, [b"%d" % n for n in range(100)])
        await until(lambda: all(len(workers.handled(group)) == 100 for group in groups))
        worker.send_signal(signal.SIGTERM)
        await asyncio.to_thread(worker.wait, 10)
        assert [broker.total_lag(group) for group in groups] == [0, 0, 0]
        assert all(set(workers.handled(group).values()) == {1} for group in groups)
