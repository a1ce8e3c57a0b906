"""The score of the Numenta Anomaly Benchmark, written from its published definition (Lavin & Ahmad, "Evaluating
Real-time Anomaly Detection Algorithms", ICMLA 2015): standard profile.

A detection inside a window of anomaly earns up to 1, more the earlier; only the first in each window counts. One
outside costs up to 0.11, little when it comes soon after a window. A window without any costs 1. The sum is scaled so
that a detector that never speaks has 0 and a perfect one 100. The first 15 % of a series (at most 750 points) are a
probation in which nothing counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Series", "best", "score"]

FALSE_POSITIVE = 0.11
FALSE_NEGATIVE = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """A series with the scores that a detector gave it; ``windows`` are first and last index of each anomaly."""

    name: str
    scores: Floats
    windows: Sequence[tuple[int, int]]

    @property
    def probation(self) -> int:
        return int(min(0.15 * len(self.scores), 750))


def _sigmoid(position: Floats) -> Floats:
    return np.asarray(2 / (1 + np.exp(5 * position)) - 1)


def _gains(series: Series) -> tuple[Floats, Floats]:
    """For every point: the number of its window (-1 outside) and what a detection there is worth."""
    at = np.arange(len(series.scores), dtype=float)
    window = np.full(len(at), -1.0)
    worth = np.full(len(at), -1.0)
    for first, last in series.windows:
        width = last - first + 1
        after = at > last
        worth[after] = _sigmoid((at[after] - last) / max(1.0, width - 1))
    for number, (first, last) in enumerate(series.windows):
        inside = slice(first, last + 1)
        window[inside] = number
        worth[inside] = _sigmoid(-(last - at[inside] + 1) / (last - first + 1)) / _sigmoid(np.array(-1.0))
    worth[window < 0] *= FALSE_POSITIVE
    return window, worth


def raw(series: Series, threshold: float) -> float:
    window, worth = _gains(series)
    counted = np.arange(len(window)) >= series.probation
    hit = (series.scores >= threshold) & counted
    total = float(worth[hit & (window < 0)].sum())
    for number, (first, _) in enumerate(series.windows):
        hits = np.flatnonzero(hit & (window == number))
        if hits.size:
            total += float(worth[hits[0]])
        elif first >= series.probation:
            total -= FALSE_NEGATIVE
    return total


def score(group: Iterable[Series], threshold: float) -> float:
    """The normalised score of a group of series, 100 for a perfect detector."""
    group = list(group)
    anomalies = sum(first >= s.probation for s in group for first, _ in s.windows)
    null = -FALSE_NEGATIVE * anomalies
    return 100 * (sum(raw(series, threshold) for series in group) - null) / (anomalies - null)


def best(group: Sequence[Series], steps: int = 200) -> tuple[float, float]:
    """The best score and its threshold, among quantiles of the scores: as NAB optimises every detector's."""
    values = np.concatenate([series.scores[series.probation :] for series in group])
    values = np.unique(
        np.concatenate([np.quantile(values, np.linspace(0.9, 1, steps)), np.sort(values)[-300:], [np.inf]])
    )
    return max((score(group, threshold), float(threshold)) for threshold in values)
