"""Figures of a classifier that are drawn: how true its probabilities are, and how right it is where it is sure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.base import Value

__all__ = ["Bin", "Point", "calibration_error", "coverage_curve", "reliability"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BINS = 10
_POINTS = 50


class Bin(Value):
    """Rows whose probability lies in one tenth: what was ``said`` in the mean, and the share that it ``held`` of."""

    said: float
    held: float
    rows: int


class Point(Value):
    """Of the ``share`` of rows that are surest, how many are ``right``; ``least`` is the confidence of the last."""

    share: float
    right: float
    least: float


def reliability(held: Bools, scores: Floats) -> tuple[Bin, ...]:
    """The tenths of probability that hold rows, from the lowest."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(said=float(scores[bins == b].mean()), held=float(held[bins == b].mean()), rows=int((bins == b).sum()))
        for b in sorted(set(bins.tolist()))
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error over bins of equal width (Naeini et al., 2015)."""
    rows = sum(each.rows for each in bins)
    return sum(abs(each.held - each.said) * each.rows for each in bins) / rows if rows else 0.0


def coverage_curve(confidence: Floats, right: Bools) -> tuple[Point, ...]:
    """What share of the rows can be decided at which precision, surest first; rows of like confidence go together."""
    order = np.argsort(-confidence, kind="stable")
    sure, good = confidence[order], right[order].cumsum()
    last = np.flatnonzero(np.append(sure[1:] != sure[:-1], True)) if len(sure) else np.zeros(0, dtype=int)
    if len(last) > _POINTS:
        last = last[np.unique(np.linspace(0, len(last) - 1, _POINTS).astype(int))]
    return tuple(
        Point(share=(place + 1) / len(sure), right=float(good[place]) / (place + 1), least=float(sure[place]))
        for place in last.tolist()
    )
