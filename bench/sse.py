"""Open desks on one process: ``python -m bench.sse --desks 500 --seconds 30``, on the embedded store, over sockets.

The desk is a process of its own; this one opens the streams, each as a supervisor of every queue, and has a case
filed five times a second. Printed: how many streams were open, the desk's processor time and memory with none, with
all of them idle, and while it tells them, how many events came, and how long after the case was filed.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
import structlog
import uvicorn

from desk.accounts import Role, add_user
from desk.app import Desk, DeskSettings, create_app
from desk.serving import DeskServer
from desk.tokens import Scope, add_token
from queues.seal import Sealer
from schemas.case import Case
from sunwai.settings import Settings
from sunwai.stores import open_stores
from tests.desk.office import CHEAP, PASSWORD, hindi_directory
from tests.queues.factories import make_case

EACH = 10
"""Streams of one account."""
EVERY_SECONDS = 0.2
PORT = 18421


def utc_now() -> datetime:
    return datetime.now(UTC)


def serve(folder: Path) -> None:
    """The desk's process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    stores = open_stores(Settings(data=folder))
    desk = Desk(
        store=stores.cases,
        state=stores.state,
        directory=hindi_directory(),
        clock=utc_now,
        sealer=Sealer(bytes(32)),
        settings=DeskSettings(api_a_minute=0),
        hasher=CHEAP,
    )
    config = uvicorn.Config(create_app(desk), host="127.0.0.1", port=PORT, log_config=None, access_log=False)
    DeskServer(config, desk).run()


def spent(process: int) -> tuple[float, float]:
    """Seconds of processor time of a process so far, and MiB of memory that it holds."""
    times = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    ticks = os.sysconf("SC_CLK_TCK")
    return (int(times[11]) + int(times[12])) / ticks, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Open:
    """Streams that are open, and after how long each event came."""

    def __init__(self) -> None:
        self.count = 0
        self.delays: list[float] = []

    async def listen(self, client: httpx.AsyncClient, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with client.stream("GET", "/api/v1/events", headers=headers, timeout=None) as answer:
            assert answer.status_code == 200, answer.status_code
            self.count += 1
            async for line in answer.aiter_lines():
                if line.startswith("data: ") and "stamp" in line:
                    self.delays.append(time.time() - json.loads(line[6:])["stamp"] / 1000)


async def measure(folder: Path, desk: int, desks: int, seconds: float) -> None:
    stores = open_stores(Settings(data=folder))
    tokens = []
    for number in range(-(-desks // EACH)):
        name = f"user{number}"
        add_user(stores.state, name, PASSWORD, Role.SUPERVISOR, None, known_queues=(), hasher=CHEAP)
        lifetime = timedelta(days=1)
        tokens.append(add_token(stores.state, name, "bench", [Scope.READ], now=utc_now(), lifetime=lifetime))
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", limits=limits) as client:
        await reachable(client)
        print(f"no stream: {spent(desk)[1]:.0f} MiB")
        streams = Open()
        tasks = [asyncio.create_task(streams.listen(client, tokens[n // EACH])) for n in range(desks)]
        while streams.count < desks:
            assert not any(task.done() for task in tasks), "a stream ended"
            await asyncio.sleep(0.1)
        await phase(desk, f"{desks} idle", seconds)
        filing = asyncio.create_task(file(stores.cases.write_cases))
        await phase(desk, f"{desks} told of {1 / EVERY_SECONDS:.0f} cases/s", seconds)
        filing.cancel()
        assert not any(task.done() for task in tasks), "a stream ended"
        told = streams.delays
        late = quantiles(told, n=100)[98]
        print(f"{len(told)} events, median {median(told):.2f} s after the case was filed, p99 {late:.2f} s")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    stores.close()


async def reachable(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            await client.get("/health")
            return
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
    raise SystemExit("the desk did not begin")


async def phase(desk: int, name: str, seconds: float) -> None:
    before, began = spent(desk)[0], time.monotonic()
    own = time.process_time()
    await asyncio.sleep(seconds)
    wall = time.monotonic() - began
    used, memory = spent(desk)
    own = time.process_time() - own
    print(f"{name}: {(used - before) / wall:.1%} of a core, {memory:.0f} MiB;", end=" ")
    print(f"this client {own / wall:.1%} of a core, load {os.getloadavg()[0]:.1f}")


async def file(write: Callable[[Sequence[tuple[Case, str | None]]], Sequence[bool]]) -> None:
    number = 0
    while True:
        number += 1
        now = utc_now()
        case = make_case(f"live{number}").model_copy(update={"changed_at": now, "received_at": now})
        await asyncio.to_thread(write, [(case, None)])
        await asyncio.sleep(EVERY_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    with tempfile.TemporaryDirectory() as folder:
        desk = multiprocessing.get_context("spawn").Process(target=serve, args=(Path(folder),), daemon=True)
        desk.start()
        assert desk.pid is not None
        asyncio.run(measure(Path(folder), desk.pid, asked.desks, asked.seconds))
        desk.terminate()
        desk.join()


if __name__ == "__main__":
    main()
