"""How long from the post that crosses the line to its alert: ``python -m bench.watch_latency --claims 10``.

A fresh office of real processes on the embedded default. Of each claim seven accounts' posts are worked off first; the
eighth is timed from the moment before it is published until its alert can be read where the desk reads it.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench.rumours import HALVES, families
from classifiers.api import Classifier, Post, load
from queues import watching
from queues.directory_file import load_directory
from queues.state import StateStore
from streams.dead_letters import Origin
from streams.groups import GROUPS
from streams.sources.publish import Publisher
from sunwai.status import is_idle
from tests.pipeline.office import OfficeUnderTest, wait_for

BEFORE = 7
DIRECTORY = Path("departments.yaml")


def told_as_rumours(classifier: Classifier, count: int) -> list[str]:
    """Of our own written rumours those that the head is surest of: the alert, not the head, is measured."""
    texts = [family.original for half in HALVES for family in families(half)]
    scored = zip(classifier.classify([Post(text) for text in texts]), texts, strict=True)
    return [text for _, text in sorted(scored, key=lambda pair: -pair[0].rumour)[:count]]


def publish(publisher: Publisher, claim: int, text: str, accounts: range) -> None:
    for number in accounts:
        post = {"id": f"{claim}{number:02d}", "text": text, "author": {"id": f"{claim}-{number}"}}
        taken = publisher.take_parsed(b"", post, Origin("bench", 0, claim * 100 + number))
        publisher.append(taken.events)


def alerts(state: StateStore) -> int:
    return sum(record.value["kind"] == "rumour" for record in state.scan(watching.ALERT_KIND, limit=1000))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=10)
    texts = told_as_rumours(load(None, load_directory(DIRECTORY)), arguments.parse_args().claims)
    delays: list[float] = []
    with tempfile.TemporaryDirectory(prefix="sunwai-bench-") as folder:
        office = OfficeUnderTest(Path(folder) / "office")
        with office.parts() as parts, office.running("sunwai", "worker"):
            publisher = Publisher(parts.log, parts.clock, source="bench")
            for claim, text in enumerate(texts, 10):
                publish(publisher, claim, text, range(BEFORE))
                wait_for(lambda: is_idle(parts.log.lags(), [*GROUPS]), "all to be worked off", seconds=120)
                begun = time.monotonic()
                publish(publisher, claim, text, range(BEFORE, BEFORE + 1))
                wait_for(lambda: alerts(parts.state) > len(delays), f"an alert on {text!r}")
                delays.append(time.monotonic() - begun)
    median = statistics.median(delays)
    print(f"{len(delays)} claims, published to alert: median {median:.2f} s, {min(delays):.2f} to {max(delays):.2f} s")


if __name__ == "__main__":
    main()
