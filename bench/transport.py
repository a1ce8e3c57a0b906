"""How fast events move through the log: ``python -m bench.transport [--events N] [--broker kafka://host:port]``.

Prints append events/s without Faust; then events/s of Faust apps, made as the steps' are, that consume 500, produce
500 and acknowledge: one hop, and two hops in processes of their own, as a deployment runs them; what an idle consumer
costs; memory. Without a broker, through the embedded log.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faust

from streams.app import new_app
from streams.log import Event
from streams.topics import MENTIONS, TRIAGED
from sunwai.assembly import Office
from sunwai.settings import Settings
from sunwai.steps.runtime import runtime_of

VALUE_BYTES = 900
BATCH = 500
IDLE_SECONDS = 10.0


def fill(settings: Settings, count: int) -> float:
    """Appends ``count`` events as a source does; returns events/s."""
    office = Office(settings)
    office.log.prepare()
    value = os.urandom(VALUE_BYTES)
    started = time.perf_counter()
    for first in range(0, count, BATCH):
        office.log.append([event(n, value) for n in range(first, min(count, first + BATCH))])
    took = time.perf_counter() - started
    office.close()
    return count / took


def event(number: int, value: bytes) -> Event:
    return Event(MENTIONS.name, b"c:%d" % (number // 3), value, {"refs": b"x:%d x:author%d" % (number, number // 5)})


def run_hop(settings: Settings, group: str, source: str, target: str | None, count: int) -> None:
    """Moves ``count`` events from topic to topic in this process, then ends it."""
    runtime = runtime_of(Office(settings))
    asyncio.run(move(new_app(group, runtime), runtime.prefix, source, target, count))


async def move(app: faust.App, prefix: str, source: str, target: str | None, count: int) -> None:
    topics = {
        name: app.topic(prefix + name, key_serializer="raw", value_serializer="raw")
        for name in (source, target)
        if name
    }
    done = 0
    started = used = 0.0
    finished = asyncio.Event()

    async def agent(stream: Any) -> None:
        nonlocal done, started, used
        async for events in stream.noack().noack_take(BATCH, within=0.1):
            if not started:
                started, used = time.perf_counter(), time.process_time()
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
    took, each = time.perf_counter() - started, 1e6 * (time.process_time() - used) / count
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    group = app.conf.id.removeprefix(prefix)
    print(f"{group}: {count / took:,.0f} events/s, {each:.0f} us of a core each, {memory} MB at most")
    await app.stop()


async def idle(app: faust.App, prefix: str) -> None:
    """Prints the share of a core that a consumer costs that has nothing to do."""

    async def agent(stream: Any) -> None:
        async for events in stream.noack().noack_take(BATCH, within=1.0):
            for e in events:
                await stream.ack(e)

    app.agent(app.topic(prefix + MENTIONS.name, value_serializer="raw"), name="idle")(agent)
    await app.start()
    await asyncio.sleep(3)
    before = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    print(f"idle: {(time.process_time() - before) / IDLE_SECONDS:.2%} of a core")
    await app.stop()


def run_idle(settings: Settings) -> None:
    runtime = runtime_of(Office(settings))
    asyncio.run(idle(new_app("idle", runtime), runtime.prefix))


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
    parser.add_argument("--broker", default="", help="kafka://host:port; its topics are left there, under a new name")
    asked = parser.parse_args()
    count = asked.events
    with tempfile.TemporaryDirectory() as folder:
        one, two = (settings_of(Path(folder) / name, asked.broker) for name in ("one", "two"))
        fill(one, 0)
        in_processes((run_idle, (one,)))
        print(f"append: {fill(one, count):,.0f} events/s of {VALUE_BYTES} bytes, {BATCH} a call")
        in_processes((run_hop, (one, "one-hop", MENTIONS.name, TRIAGED.name, count)))
        in_processes((run_hop, (one, "read-only", MENTIONS.name, None, count)))
        fill(two, count)
        in_processes(
            (run_hop, (two, "two-hops-first", MENTIONS.name, TRIAGED.name, count)),
            (run_hop, (two, "two-hops-second", TRIAGED.name, None, count)),
        )


def settings_of(data: Path, broker: str) -> Settings:
    """An office of its own."""
    return Settings(data=data, broker=broker, namespace=f"bench-{secrets.token_hex(4)}" if broker else "")


if __name__ == "__main__":
    main()
