"""How fast events move through the embedded log: ``python -m bench.transport [--events N]``.

Prints append events/s without Faust; then events/s of Faust apps that consume 500, produce 500 and acknowledge:
one hop, and two hops in processes of their own, as a deployment runs them; what an idle consumer costs; memory.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import faust

from streams.log import Event
from streams.topics import MENTIONS, TRIAGED
from streams.transports import sqlite
from streams.transports.sqlite_log import SqliteLog

VALUE_BYTES = 900
BATCH = 500
IDLE_SECONDS = 10.0


def open_log(path: Path) -> SqliteLog:
    log = SqliteLog(path, retention=timedelta(days=7), max_bytes=4 << 30)
    log.prepare()
    return log


def fill(path: Path, count: int) -> float:
    """Appends ``count`` events as a source does; returns events/s."""
    log = open_log(path)
    value = os.urandom(VALUE_BYTES)
    started = time.perf_counter()
    for first in range(0, count, BATCH):
        log.append([event(n, value) for n in range(first, min(count, first + BATCH))])
    took = time.perf_counter() - started
    log.close()
    return count / took


def event(number: int, value: bytes) -> Event:
    return Event(MENTIONS.name, b"c:%d" % (number // 3), value, {"refs": b"x:%d x:author%d" % (number, number // 5)})


def run_hop(path: Path, group: str, source: str, target: str | None, count: int) -> None:
    """Moves ``count`` events from topic to topic in this process, then ends it."""
    sqlite.register()
    app = new_app(path, group)
    asyncio.run(move(app, source, target, count))


def new_app(path: Path, group: str) -> faust.App:
    return faust.App(
        group,
        broker=sqlite.broker_url(path, partitions=4, retention=timedelta(days=7), max_bytes=4 << 30),
        datadir=path.parent / group,
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        broker_commit_interval=0.5,
        broker_max_poll_records=1000,
        stream_buffer_maxsize=4096,
    )


async def move(app: faust.App, source: str, target: str | None, count: int) -> None:
    topics = {name: app.topic(name, key_serializer="raw", value_serializer="raw") for name in (source, target) if name}
    done = 0
    started = 0.0
    finished = asyncio.Event()

    async def agent(stream: Any) -> None:
        nonlocal done, started
        async for events in stream.noack().noack_take(BATCH, within=0.1):
            started = started or time.perf_counter()
            if target:
                sent = [await topics[target].send(key=e.key, value=e.value, headers=e.headers) for e in events]
                await asyncio.gather(*sent)
            for e in events:
                await stream.ack(e)
            done += len(events)
            if done >= count:
                finished.set()

    app.agent(topics[source], name=f"{app.conf.id}.move")(agent)
    await app.start()
    await finished.wait()
    took = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{app.conf.id}: {count / took:,.0f} events/s, {memory} MB at most")
    await app.stop()


async def idle(app: faust.App) -> None:
    """Prints the share of a core that a consumer costs that has nothing to do."""

    async def agent(stream: Any) -> None:
        async for events in stream.noack().noack_take(BATCH, within=1.0):
            for e in events:
                await stream.ack(e)

    app.agent(app.topic(MENTIONS.name, value_serializer="raw"), name="idle")(agent)
    await app.start()
    await asyncio.sleep(3)
    before = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    print(f"idle: {(time.process_time() - before) / IDLE_SECONDS:.2%} of a core")
    await app.stop()


def run_idle(path: Path) -> None:
    sqlite.register()
    asyncio.run(idle(new_app(path, "idle")))


def in_processes(*calls: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=function, args=arguments) for function, arguments in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a part of the measurement ended with {process.exitcode}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    count = parser.parse_args().events
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one.db", Path(folder) / "two.db"
        open_log(one).close()
        in_processes((run_idle, (one,)))
        print(f"append: {fill(one, count):,.0f} events/s of {VALUE_BYTES} bytes, {BATCH} a call")
        in_processes((run_hop, (one, "one-hop", MENTIONS.name, TRIAGED.name, count)))
        in_processes((run_hop, (one, "read-only", MENTIONS.name, None, count)))
        fill(two, count)
        in_processes(
            (run_hop, (two, "two-hops-first", MENTIONS.name, TRIAGED.name, count)),
            (run_hop, (two, "two-hops-second", TRIAGED.name, None, count)),
        )


if __name__ == "__main__":
    main()
