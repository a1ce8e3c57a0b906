"""How common each feature is: ``python -m alerts.frequencies POSTS.jsonl…`` counts it anew into `frequencies.npz`.

The shipped counts are of classifiers/corpus/, the project's own posts.
"""

import json
import sys
from pathlib import Path

import numpy as np

from alerts.wording import DIMENSIONS, wording_of

__all__ = ["main"]

_LEAST = 2
"""A feature seen once is as good as new."""


def main(paths: list[str]) -> None:
    counts, posts = np.zeros(DIMENSIONS, np.int32), 0
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            wording = wording_of(json.loads(line)["text"])
            counts[wording.lexical] += 1
            counts[np.setdiff1d(wording.meanings, wording.lexical)] += 1
            posts += 1
    ids = np.flatnonzero(counts >= _LEAST).astype(np.int32)
    out = Path(__file__).with_name("frequencies.npz")
    np.savez_compressed(out, posts=np.int32(posts), ids=ids, counts=counts[ids])


if __name__ == "__main__":
    main(sys.argv[1:])
