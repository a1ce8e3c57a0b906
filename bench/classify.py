"""How quickly posts are classified, all heads: ``python -m bench.classify``. One process, one core."""

import statistics
import time

from classifiers.api import Post, load
from classifiers.corpus import shipped_test
from classifiers.model_files import DEFAULT_MODEL

ROUNDS = 5


def main() -> None:
    begun = time.perf_counter()
    classifier = load()
    loading = time.perf_counter() - begun
    posts = [Post(row.text) for row in shipped_test()] * 5
    classifier.classify(posts[:500])
    rates = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        classifier.classify(posts)
        rates.append(len(posts) / (time.perf_counter() - begun))
    singles = []
    for post in posts[:300]:
        begun = time.perf_counter()
        classifier.classify([post])
        singles.append((time.perf_counter() - begun) * 1000)
    size = sum(path.stat().st_size for path in DEFAULT_MODEL.iterdir()) / 1e6
    print(f"batches: median {statistics.median(rates):.0f} posts/s, from {min(rates):.0f} to {max(rates):.0f}")
    print(f"one post: median {statistics.median(singles):.2f} ms; load {loading:.2f} s; files {size:.1f} MB")


if __name__ == "__main__":
    main()
