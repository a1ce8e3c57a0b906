"""Simulated claims: overdispersed, diurnal counts of five minutes, with bursts of four times the rate for two hours.

The threshold is set on series without bursts, so that there is at most one false alarm per claim and thirty days.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from alerts.series import SeriesDetector
from alerts.tails import surprises

__all__ = ["cusum", "detector", "found", "knowing"]

DAY = 288
DAYS = 56
WARM = 28
DISPERSION = 0.3
BURST = 24
REFRACTORY = 36
_MEMORY = 0.9
_KNOWING_WINDOWS = (3, 12, 24, 36)

Floats = NDArray[np.float64]
Detector = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Simulated:
    """``bursts`` are the first intervals of bursts of two hours."""

    at: Floats
    counts: Floats
    bursts: tuple[int, ...]


def simulate(rng: np.random.Generator, mean: float, *, bursts: bool, drift: float = 0.0) -> Simulated:
    """Eight weeks; the last four with a burst at a random moment of every second day. ``drift`` is the deviation of the
    rate's logarithm, wandering with a memory of about an hour."""
    at: Floats = np.arange(DAYS * DAY, dtype=np.float64) * 300 + 1_700_006_400
    rate = _usual(at, mean)
    rate *= np.exp(_wandering(rng, len(at), drift) - drift**2 / 2)
    starts = tuple(day * DAY + int(rng.integers(0, DAY - BURST)) for day in range(WARM, DAYS, 2)) if bursts else ()
    for start in starts:
        rate[start : start + BURST] *= 4
    counts = rng.negative_binomial(1 / DISPERSION, 1 / (1 + rate * DISPERSION)).astype(float)
    return Simulated(at, counts, starts)


def _usual(at: Floats, mean: float) -> Floats:
    """The rate of each interval without bursts and drift."""
    hour, weekday = at / 3600 % 24, at // 86400 % 7
    return np.asarray(mean * (1 + 0.8 * np.sin(2 * np.pi * (hour - 9) / 24)) * np.where(weekday >= 5, 0.7, 1.1))


def _wandering(rng: np.random.Generator, length: int, deviation: float) -> Floats:
    """A stationary autoregression of the first order."""
    steps = rng.normal(size=length) * deviation
    steps[1:] *= np.sqrt(1 - _MEMORY**2)
    return np.asarray(lfilter([1.0], [1.0, -_MEMORY], steps))


def detector(at: Floats, counts: Floats) -> Floats:
    """Ours."""
    ours = SeriesDetector()
    return np.array([ours.add(float(moment), float(count)).score for moment, count in zip(at, counts, strict=True)])


def cusum(_: Floats, counts: Floats) -> Floats:
    """A plain CUSUM on standardised counts, for comparison."""
    standard = (counts - counts[: 7 * DAY].mean()) / (counts[: 7 * DAY].std() + 1e-9)
    scores, total = np.zeros(len(counts)), 0.0
    for number, value in enumerate(standard):
        total = max(0.0, total + value - 0.5)
        scores[number] = total
    return scores


def knowing(mean: float) -> Detector:
    """For comparison: one who is told the rate without drift, and learns from the days without bursts how much windows
    vary about it. About as much is to be had."""

    def detect(at: Floats, counts: Floats) -> Floats:
        rate, scores = _usual(at, mean), np.zeros(len(at))
        for length in _KNOWING_WINDOWS:
            count, usual = (np.convolve(values, np.ones(length))[: len(at)] for values in (counts, rate))
            before = slice(length, WARM * DAY)
            excess = ((count - usual)[before] ** 2 - usual[before]).sum() / (usual[before] ** 2).sum()
            scores = np.maximum(scores, surprises(count, usual, 1 + max(excess, 1e-3) * usual))
        return scores

    return detect


def found(detect: Detector, mean: float, *, drift: float = 0.0, claims: int = 12, seed: int = 1) -> float:
    """The share of bursts during which (or up to 15 minutes after) the score crosses the threshold."""
    rng = np.random.default_rng(seed)
    calm = [simulate(rng, mean, bursts=False, drift=drift) for _ in range(claims)]
    threshold = _threshold([detect(series.at, series.counts)[WARM * DAY :] for series in calm])
    hits: list[bool] = []
    for _ in range(claims):
        series = simulate(rng, mean, bursts=True, drift=drift)
        scores = detect(series.at, series.counts)
        hits += [bool((scores[start : start + BURST + 3] >= threshold).any()) for start in series.bursts]
    return float(np.mean(hits))


def _threshold(calm: list[Floats]) -> float:
    months = sum(map(len, calm)) / (30 * DAY)
    candidates = np.unique(np.quantile(np.concatenate(calm), 1 - np.geomspace(1e-2, 1e-5, 60)))
    fitting = (float(value) for value in candidates if sum(_alarms(s, value) for s in calm) <= months)
    return next(fitting, float("inf"))


def _alarms(scores: Floats, threshold: float) -> int:
    """Crossings, those within three hours of the one before counting as one."""
    hits = np.flatnonzero(scores >= threshold)
    return int(hits.size > 0) + int((np.diff(hits) > REFRACTORY).sum())
