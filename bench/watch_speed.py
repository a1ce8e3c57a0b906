"""How quick the watch is and what it holds, with 50,000 live claims: ``python -m bench.watch_speed``.

The dearest kind of post: three pieces of our own corpus put together at random, so that nearly every post is compared
and becomes a claim. Rates are of processor time, for a machine that others use too.
"""

import gc
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.pages import VERSION, changed_pages, watch_from
from alerts.watch import MAX_CLAIMS, Watch
from bench.rumours import complaints
from queues.sqlite import SqliteStateStore
from schemas.events import Observation
from schemas.labels import ComplaintType
from streams.checkpoints import Checkpoints

START = datetime(2026, 3, 2, tzinfo=UTC)
ROUND = 1000
SAVED = 500


def posts(seed: int = 1) -> Iterator[Observation]:
    """Without end, one a second."""
    rng, texts, number = random.Random(seed), [text.split() for text in complaints()], 0
    while True:
        number += 1
        first, second, third = (rng.choice(texts) for _ in range(3))
        yield Observation(
            key=f"x:{number}",
            author_hash=f"account-{number}",
            at=START + timedelta(seconds=number),
            text=" ".join(first[:8] + second[4:12] + third[2:9]),
            language="hi-Latn",
            type=ComplaintType.OTHER,
            complaint=0.1,
            rumour=0.01,
        )


def take(watch: Watch, source: Iterator[Observation], count: int) -> float:
    """Posts a second of processor time, without the time it takes to make them."""
    made = [next(source) for _ in range(count)]
    begun = time.process_time()
    for post in made:
        for _ in watch.see(post):
            pass
    return count / (time.process_time() - begun)


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _saves(watch: Watch, source: Iterator[Observation]) -> list[float]:
    """Milliseconds of each save after SAVED posts: gathering, compressing, and writing to SQLite durably."""
    saves = []
    with tempfile.TemporaryDirectory() as folder:
        state = SqliteStateStore(Path(folder) / "cases.db")
        checkpoints = Checkpoints(state, VERSION)
        checkpoints.save(changed_pages(watch), 0, 0)
        for number in range(10):
            take(watch, source, SAVED)
            begun = time.perf_counter()
            checkpoints.save(changed_pages(watch), number + 1, 0)
            saves.append(1000 * (time.perf_counter() - begun))
        state.close()
    return saves


def main() -> None:
    gc.set_threshold(50_000, 20, 1000)  # as the watch's own process has it
    before, watch, source = memory_mb(), Watch(), posts()
    while len(watch.records) < MAX_CLAIMS:
        take(watch, source, ROUND)
    rates = sorted(take(watch, source, ROUND) for _ in range(5))
    print(f"{len(watch.records)} live claims: median {rates[2]:.0f} posts/s, {rates[0]:.0f} to {rates[-1]:.0f}")
    print(f"memory: {memory_mb():.0f} MB resident at most, of which {before:.0f} before the first post")
    saves = _saves(watch, source)
    print(f"saving after {SAVED} posts: median {sorted(saves)[5]:.0f} ms, {min(saves):.0f} to {max(saves):.0f}")
    begun = time.perf_counter()
    everything = changed_pages(watch, everything=True)
    saved = time.perf_counter()
    watch_from(everything)
    print(f"all of it: {saved - begun:.1f} s; read back in {time.perf_counter() - saved:.1f} s")


if __name__ == "__main__":
    main()
