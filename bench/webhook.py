"""How many signed requests a second one core takes in: ``python -m bench.webhook``.

The whole of ``POST /ingest/{source}`` and ``POST /meta/{source}`` in process, without a network: signature, nonce, the
readers, the log on disk. In CPU seconds, so that it can be compared on a busy machine; waiting for the disk is beside
that, and requests that come at once share it (``--at-once``).
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from fastapi import FastAPI

from queues.directory_file import load_directory
from queues.sqlite import SqliteStateStore
from schemas.directory import Source
from streams.sources.meta import MetaKeys, meta_router, meta_signature
from streams.sources.publish import Publisher
from streams.sources.webhook import ingest_router, signature
from streams.transports.sqlite_log import SqliteLog

__all__ = ["main"]

_KEY = b"a key of the bench"
_PROJECT = Path(__file__).resolve().parent.parent
Headers = list[tuple[bytes, bytes]]
Request = tuple[str, bytes, Headers]


def _now() -> datetime:
    return datetime.now(UTC)


def _signed(number: int) -> Request:
    post = {"id": f"{number}", "text": f"वार्ड {number} में तीन दिन से पानी नहीं आ रहा", "author_id": f"{number % 999}"}
    body, at, nonce = json.dumps(post).encode(), str(int(time.time())), f"nonce-{number:012}"
    sent = {"timestamp": at, "nonce": nonce, "signature": signature(_KEY, at, nonce, body)}
    return "/ingest/demo-portal", body, [(f"x-sunwai-{name}".encode(), each.encode()) for name, each in sent.items()]


def _of_meta(number: int) -> Request:
    value = {"item": "comment", "verb": "add", "post_id": "1001_5", "comment_id": f"5_{number}", "message": "नल सूखा है"}
    change = {"field": "feed", "value": value | {"from": {"id": str(number % 999), "name": "A"}, "parent_id": "1001_5"}}
    told = {"object": "page", "entry": [{"id": "1001", "time": int(time.time()), "changes": [change]}]}
    body = json.dumps(told).encode()
    return "/meta/fb", body, [(b"x-hub-signature-256", meta_signature(_KEY, body).encode())]


async def _ask(app: FastAPI, path: str, body: bytes, headers: Headers) -> None:
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("desk", 80), "client": ("127.0.0.1", 1)}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        assert message.get("status", 200) < 300, message

    await app(scope, receive, send)


async def _all(app: FastAPI, asked: Sequence[Request], at_once: int) -> tuple[float, float]:
    """Requests a second of CPU, and of time."""
    cpu, wall = time.process_time(), time.perf_counter()
    for start in range(0, len(asked), at_once):
        await asyncio.gather(*(_ask(app, *each) for each in asked[start : start + at_once]))
    return len(asked) / (time.process_time() - cpu), len(asked) / (time.perf_counter() - wall)


def _measure(app: FastAPI, make: Callable[[int], Request], given: argparse.Namespace) -> None:
    runs = []
    for round in range(given.rounds):
        asked = [make(round * given.requests + number) for number in range(given.requests)]
        runs.append(asyncio.run(_all(app, asked, given.at_once)))
    cpu, wall = (median(each) for each in zip(*runs, strict=True))
    slowest, fastest = min(runs)[0], max(runs)[0]
    path = make(0)[0]
    print(f"{path}: {cpu:.0f} a second of CPU ({slowest:.0f} to {fastest:.0f}), {wall:.0f} a second of time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median is told")
    parser.add_argument("--at-once", type=int, default=32)
    given = parser.parse_args()
    plain = load_directory(_PROJECT / "departments.yaml")
    pages = Source(code="fb", name=plain.name, platform="facebook", form="meta", pages={"1001": "JalSundarpur"})
    directory = plain.model_copy(update={"sources": (*plain.sources, pages)})
    with tempfile.TemporaryDirectory() as folder:
        log = SqliteLog(Path(folder) / "log.db", retention=timedelta(days=7), max_bytes=1 << 32)
        log.prepare()
        state = SqliteStateStore(Path(folder) / "cases.db")
        app = FastAPI()

        def publisher_for(source: Source) -> Publisher:
            return Publisher(log, _now, source=source.code, platform=source.platform)

        app.include_router(ingest_router(publisher_for, directory, lambda _: _KEY, state, _now))
        app.include_router(meta_router(publisher_for, directory, lambda _: MetaKeys(_KEY, _KEY), state, _now))
        print(f"{given.at_once} at once; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for make in (_signed, _of_meta):
            _measure(app, make, given)
        state.close()
        log.close()


if __name__ == "__main__":
    main()
