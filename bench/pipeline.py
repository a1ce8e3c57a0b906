"""How many mentions a second the office files, from a file to the queue: ``python -m bench.pipeline --posts 20000``.

Feeds written posts (tests/pipeline/feed.py) to a fresh office of real processes and times until all are filed; also how
long a lone post takes to be visible, how long ``sunwai worker`` needs to be ready, and the memory of each process.

``--broker kafka://host:port --store http://host:port`` do the same on Kafka and Elasticsearch, under a name of their
own that is not removed; ``--workers 2`` with two workers.
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from queues.store import CaseStore
from streams.dead_letters import Origin
from streams.sources.publish import Publisher
from tests.pipeline.feed import write_feed
from tests.pipeline.office import OfficeUnderTest, wait_for


def main() -> None:
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="sunwai-bench-") as folder, ExitStack() as workers:
        office = OfficeUnderTest(Path(folder) / "office", _settings(asked))
        feed = write_feed(Path(folder) / "feed.jsonl", asked.posts)
        office.sunwai("status")
        running = [workers.enter_context(office.running("sunwai", "worker")) for _ in range(asked.workers)]
        started = time.monotonic()
        ingest = subprocess.Popen(
            [sys.executable, "-m", "sunwai", "ingest", "file", str(feed)],
            env={**os.environ, **office.environment, "SUNWAI_DATA": str(office.data)},
            stdout=subprocess.DEVNULL,
        )
        with office.parts() as parts:
            wait_for(lambda: _filed(parts.store) > 0, "the first post")
            first = time.monotonic() - started
            # Seldom: Elasticsearch refreshes its index for each look.
            wait_for(lambda: _filed(parts.store) == asked.posts, "all posts", seconds=3600, every=0.5)
            whole = time.monotonic() - started
            ingest.wait()
            publisher = Publisher(parts.log, parts.clock, source="bench")
            delays = [_lone_delay(publisher, parts.store, number) for number in range(asked.lone)]
        memory = [{_name(pid): _memory_mb(pid) for pid in _tree(worker.pid)} for worker in running]
        cost = sum(_cpu_seconds(pid) for worker in running for pid in _tree(worker.pid))
        size = sum(path.stat().st_size for path in office.data.rglob("*") if path.is_file())
    print(f"{asked.posts} posts, file to queue, start included: {asked.posts / whole:.0f}/s ({whole:.1f} s)")
    print(f"after the first post was filed ({first:.1f} s): {asked.posts / (whole - first):.0f}/s")
    median = statistics.median(delays)
    print(f"a lone post, published to visible: median {median:.2f} s, from {min(delays):.2f} to {max(delays):.2f} s")
    for each in memory:
        by_process = ", ".join(f"{name} {resident} ({own})" for name, (resident, own) in each.items())
        together = "{} ({})".format(*map(sum, zip(*each.values(), strict=True)))
        print(f"memory of a worker, MB resident (what is shared counted once): {by_process}; together {together}")
    print(f"processor time of the workers, start included: {1e6 * cost / asked.posts:.0f} µs a post")
    print(f"disk of the data folder: {size / asked.posts / 1000:.1f} kB a post")


def _asked() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--posts", type=int, default=20_000)
    arguments.add_argument("--lone", type=int, default=20, help="lone posts whose delay is measured")
    arguments.add_argument("--broker", default="", help="kafka://host:port; without: the embedded log")
    arguments.add_argument("--store", default="", help="address of Elasticsearch; without: SQLite")
    arguments.add_argument("--workers", type=int, default=1)
    return arguments.parse_args()


def _settings(asked: argparse.Namespace) -> dict[str, str]:
    chosen = {"SUNWAI_BROKER": asked.broker, "SUNWAI_STORE": asked.store}
    if not any(chosen.values()):
        return {}
    shared = {"SUNWAI_NAMESPACE": f"bench-{secrets.token_hex(4)}", "SUNWAI_STORE_REPLICAS": "0"}
    return {name: value for name, value in chosen.items() if value} | shared


def _filed(store: CaseStore) -> int:
    return sum(store.dispositions().values())


def _lone_delay(publisher: Publisher, store: CaseStore, number: int) -> float:
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


def _cpu_seconds(pid: int) -> float:
    """Of all threads so far, in the kernel too (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _name(pid: int) -> str:
    """The step that a process runs."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
    return words[-1] if "sunwai.step" in words else "supervisor"


def _memory_mb(pid: int) -> tuple[int, int]:
    """(resident, the same with each page that processes share divided among them), by proc_pid_smaps_rollup(5)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(size.split()[0]) // 1024 for name, size in (line.split(":") for line in lines)}
    return sizes["Rss"], sizes["Pss"]


if __name__ == "__main__":
    main()
