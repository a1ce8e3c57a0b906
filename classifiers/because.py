"""The words that carried a decision: those that pulled the post's logits its way, strongest first."""

from collections.abc import Sequence
from heapq import nlargest
from itertools import pairwise

import numpy as np

from classifiers.judging import Judge, Weighed
from classifiers.reading import Reading

__all__ = ["carrying_words"]

_WORDS_SHOWN = 5


def carrying_words(
    readings: Sequence[Reading], model: Judge, evidence: Weighed, types: Sequence[int | None]
) -> list[tuple[str, ...]]:
    """Give each post's words. ``types`` has the place of the type of each complaint, whose words count too; None for a
    post that was decided to be none."""
    ends = np.cumsum([0, *(len(reading.tokens) for reading in readings)]).tolist()
    first = model.columns["type"].start
    kinds = np.array([-1 if place is None else first + place for place in types], dtype=np.int64)
    toward = np.full(len(readings), model.columns["complaint"].start, dtype=np.int64)
    pulls = evidence.pulls(toward, ends[-1])
    pulls[np.repeat(kinds < 0, np.diff(ends))] *= -1
    pulls += evidence.pulls(kinds, ends[-1])
    told = pulls.tolist()
    return [
        _strongest(reading, told[start:end]) for reading, (start, end) in zip(readings, pairwise(ends), strict=True)
    ]


def _strongest(reading: Reading, pulls: Sequence[float]) -> tuple[str, ...]:
    best: dict[str, float] = {}
    for token, pull in zip(reading.tokens, pulls, strict=True):
        if token.is_word and pull > best.get(token.form, 0.0):
            best[token.form] = pull
    return tuple(nlargest(_WORDS_SHOWN, best, key=best.__getitem__))
