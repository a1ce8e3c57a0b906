"""How quickly posts are classified, all heads: ``python -m bench.classify``. One process; its processor time counts, so
that other work on the machine tells less."""

import statistics
import time

from classifiers.api import Post, load
from classifiers.corpus import shipped_test
from classifiers.model_files import DEFAULT_MODEL

ROUNDS = 5


def main() -> None:
    begun = time.process_time()
    classifier = load()
    loading = time.process_time() - begun
    posts = [Post(row.text) for row in shipped_test()] * 5
    classifier.classify(posts[:500])
    rates = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        classifier.classify(posts)
        rates.append(len(posts) / (time.process_time() - begun))
    singles = []
    for post in posts[:300]:
        begun = time.process_time()
        classifier.classify([post])
        singles.append((time.process_time() - begun) * 1000)
    size = sum(path.stat().st_size for path in DEFAULT_MODEL.iterdir()) / 1e6
    median = statistics.median(rates)
    print(f"batches: median {median:.0f} posts per CPU second, from {min(rates):.0f} to {max(rates):.0f}")
    print(f"one post: median {statistics.median(singles):.2f} ms; load {loading:.2f} s; files {size:.1f} MB")


if __name__ == "__main__":
    main()
