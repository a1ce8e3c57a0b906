"""How good the watch is: ``python -m bench.watch [--series FILE] [--ottawa FILE] [--only PART…]``.

``--series``: JSONL of {id, timestamps, values, label: [[first, last], …]}, the series of the Numenta benchmark.
``--ottawa``: JSONL of {id, text, ts, label}, posts around a shooting, of rumour threads or not. Everything else is our
own, seeded. What each part means is in docs/watch.md.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from alerts.watch import RUMOUR, Watch
from bench import grouping, nab, simulated
from bench.ordinary_day import ordinary_day
from bench.rumours import HALVES, KINDS
from classifiers.api import Classifier, Post, load
from queues.directory_file import load_directory
from schemas.directory import Directory
from schemas.events import Observation
from schemas.intake import read_mention
from schemas.mention import Mention
from streams.observing import observation_of

PARTS = ("series", "simulated", "grouping", "day", "ottawa")


def series(path: Path) -> None:
    """The Numenta score of the Twitter series, at the threshold that is best for them and at the shipped one."""
    group = [nab_series(row) for row in rows(path) if "twitter" in row["id"].lower()]
    best, threshold = nab.best(group)
    each = ", ".join(f"{s.name} {nab.score([s], threshold):.1f}" for s in group)
    print(f"series: {len(group)} series, {best:.1f} at {threshold:.3f} ({each}); {nab.score(group, 0.5):.1f} at 0.5")


def nab_series(row: dict[str, Any]) -> nab.Series:
    moments = np.array([datetime.fromisoformat(f"{stamp}+00:00").timestamp() for stamp in row["timestamps"]])
    windows = []
    for first, last in row["label"]:
        ends = [datetime.fromisoformat(f"{end[:19]}+00:00").timestamp() for end in (first, last)]
        inside = np.flatnonzero((moments >= ends[0]) & (moments <= ends[1]))
        windows.append((int(inside[0]), int(inside[-1])))
    return nab.Series(row["id"], simulated.detector(moments, np.array(row["values"])), windows)


def bursts() -> None:
    """The detector's constants were settled with seed 1; seed 2 is fresh."""
    for drift, seed, mean in product((0.0, 0.3), (1, 2), (0.2, 2.0)):
        detectors = (simulated.detector, simulated.cusum, simulated.knowing(mean))
        ours, plain, most = (simulated.found(each, mean, drift=drift, seed=seed) for each in detectors)
        print(f"simulated: drift {drift}, seed {seed}, mean {mean}: {ours:.2f} of bursts found", end=" ")
        print(f"(plain CUSUM {plain:.2f}, told the rate {most:.2f})")


def groups() -> None:
    for half in HALVES:
        shares = grouping.measure(half)
        print(
            f"grouping: {half}:", ", ".join(f"{k} {shares[k]:.3f}" for k in (*KINDS, "twin", "complaint", "unrelated"))
        )


def day(directory: Directory, classifier: Classifier, seed: int, *, afresh: bool) -> None:
    """Alerts of an ordinary day; none of them may be of a rumour. The rules were settled on the day that is not
    ``afresh``."""
    kinds: Counter[str] = Counter()
    watch = Watch()
    for post in observed(ordinary_day(directory, seed, afresh=afresh), directory, classifier):
        for alert in watch.see(post):
            kinds[alert.kind] += 1
            if alert.kind == "rumour":
                print(f"  told as rumour: {alert.accounts} accounts, {alert.rumour:.2f}: {alert.text}")
    print(f"day{' afresh' if afresh else ''}: 100,000 posts: {dict(kinds)}")


def ottawa(path: Path, directory: Directory, classifier: Classifier) -> None:
    """With the shipped rumour head, and with every rising claim told."""
    labels, posts = {}, []
    for row in rows(path):
        post = read_mention({"id": row["id"], "text": row["text"], "created_at": row["ts"]}, received_at=NOW)
        labels[post.key] = row["label"] == "rumour_thread"
        posts.append(post)
    seen = list(observed(sorted(posts, key=lambda post: post.created_at), directory, classifier))
    for least in (RUMOUR, 0.0):
        watch, wrong, firsts = Watch(least), [], []
        members: dict[str | None, list[bool]] = defaultdict(list)
        for told in seen:
            alerts = list(watch.see(told))
            members[watch.claims.by_post.get(told.key)].append(labels[told.key])
            for alert in alerts:
                mostly = bool(np.mean(members[alert.claim] or [False]) > 0.5)
                wrong.append(not mostly)
                firsts += [alert.posts] if mostly and alert.doubling == 0 else []
        share = f"{np.mean(wrong):.2f} wrong" if wrong else "none"
        print(
            f"ottawa: least rumour {least}: {len(wrong)} alerts, {share}; first alert of a rumour at post {firsts[:5]}"
        )


NOW = datetime.fromisoformat("2026-03-03T00:00:00+00:00")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def observed(posts: Iterable[Mention], directory: Directory, classifier: Classifier) -> Iterator[Observation]:
    held: list[Mention] = []
    for post in posts:
        held.append(post)
        if len(held) == 500:
            yield from _observed(held, directory, classifier)
            held = []
    yield from _observed(held, directory, classifier)


def _observed(posts: list[Mention], directory: Directory, classifier: Classifier) -> Iterator[Observation]:
    for post, triage in zip(posts, classifier.classify([Post(post.text) for post in posts]), strict=True):
        yield observation_of(post, triage, post.author_key, directory)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=Path)
    parser.add_argument("--ottawa", type=Path)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    given = parser.parse_args()
    directory = load_directory(Path("departments.yaml"))
    classifier = load(None, directory)
    if "grouping" in given.only:
        groups()
    if "simulated" in given.only:
        bursts()
    if "series" in given.only and given.series:
        series(given.series)
    if "ottawa" in given.only and given.ottawa:
        ottawa(given.ottawa, directory, classifier)
    if "day" in given.only:
        day(directory, classifier, 3, afresh=False)
        day(directory, classifier, 11, afresh=True)


if __name__ == "__main__":
    main()
