"""How many mentions a second the office files, from a file to the queue: ``python -m bench.pipeline --posts 20000``.

Feeds written posts (tests/pipeline/feed.py) to a fresh office of real processes and times until all are filed; also how
long a lone post takes to be visible, how long ``sunwai worker`` needs to be ready, and the memory of each process.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from queues.sqlite import SqliteCaseStore
from streams.dead_letters import Origin
from streams.sources.publish import Publisher
from sunwai.assembly import Office
from sunwai.settings import read_settings
from tests.pipeline.feed import write_feed
from tests.pipeline.office import OfficeUnderTest, wait_for


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--posts", type=int, default=20_000)
    arguments.add_argument("--lone", type=int, default=20, help="lone posts whose delay is measured")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="sunwai-bench-") as folder:
        office = OfficeUnderTest(Path(folder) / "office")
        feed = write_feed(Path(folder) / "feed.jsonl", asked.posts)
        office.sunwai("status")
        with office.running("sunwai", "worker") as worker:
            started = time.monotonic()
            ingest = subprocess.Popen(
                [sys.executable, "-m", "sunwai", "ingest", "file", str(feed)],
                env={**os.environ, "SUNWAI_DATA": str(office.data)},
                stdout=subprocess.DEVNULL,
            )
            store = SqliteCaseStore(office.data / "cases.db")
            wait_for(lambda: _filed(store) > 0, "the first post")
            first = time.monotonic() - started
            wait_for(lambda: _filed(store) == asked.posts, "all posts", seconds=3600)
            whole = time.monotonic() - started
            ingest.wait()
            parts = Office(read_settings(data=office.data))
            publisher = Publisher(parts.log, parts.clock, source="bench")
            delays = [_lone_delay(publisher, store, number) for number in range(asked.lone)]
            parts.log.close()
            memory = {pid: _resident_mb(pid) for pid in _tree(worker.pid)}
            store.close()
        size = sum(path.stat().st_size for path in office.data.rglob("*") if path.is_file())
    print(f"{asked.posts} posts, file to queue, start included: {asked.posts / whole:.0f}/s ({whole:.1f} s)")
    print(f"after the first post was filed ({first:.1f} s): {asked.posts / (whole - first):.0f}/s")
    median = statistics.median(delays)
    print(f"a lone post, published to visible: median {median:.2f} s, from {min(delays):.2f} to {max(delays):.2f} s")
    print(f"memory, MB by process: {sorted(memory.values())}, together {sum(memory.values())}")
    print(f"disk: {size / asked.posts / 1000:.1f} kB a post")


def _filed(store: SqliteCaseStore) -> int:
    return sum(store.dispositions().values())


def _lone_delay(publisher: Publisher, store: SqliteCaseStore, number: int) -> float:
    """From the moment the post is durably in the log until the store shows it."""
    before = _filed(store)
    raw = json.dumps({"id": f"lone{number}", "text": "bijli nahi hai teen din se, koi sunta nahi"}).encode()
    publisher.append(publisher.take(raw, Origin("bench", 0, number)).events)
    published = time.monotonic()
    wait_for(lambda: _filed(store) > before, "the lone post")
    return time.monotonic() - published


def _tree(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *children]


def _resident_mb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    main()
