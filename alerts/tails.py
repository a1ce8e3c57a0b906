"""How surprising a count is, and whether counts have crept up."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Climb", "surprise", "surprises"]

_RISE = 3.0
"""The rise over what is expected that a climb is tuned to find soonest."""

_MOST = 100.0


def _betainc(a: Any, b: Any, x: Any) -> Any:
    """SciPy's, loaded when it is first needed: 26 MB that only the watch has a use for."""
    from scipy.special import betainc  # noqa: PLC0415

    return betainc(a, b, x)


def surprise(count: float, expected: float, over: float) -> float:
    """-log10 of the probability of ``count`` or more under a negative binomial.

    ``expected`` is its mean, ``over`` (above 1) its variance over its mean. 0 for a count that is not above the mean.
    """
    if count <= expected:
        return 0.0
    size = expected / (over - 1)
    return -math.log10(max(float(_betainc(count, size, expected / (expected + size))), 1e-300))


def surprises(counts: NDArray[Any], expected: NDArray[Any], over: NDArray[Any]) -> NDArray[Any]:
    """``surprise`` for each of many counts."""
    size = expected / (over - 1)
    tails = _betainc(np.maximum(counts, 1e-9), size, expected / (expected + size))
    return np.where(counts > expected, -np.log10(np.maximum(tails, 1e-300)), 0.0)


@dataclass
class Climb:
    """Page's CUSUM of the log likelihood ratio of a rise, under a negative binomial (Page 1954): slow climbs add up."""

    sum: float = 0.0

    def add(self, count: float, expected: float, dispersion: float) -> float:
        """The sum after a further interval; ``_MOST`` at most, so that it comes down when the rise ends."""
        growth = (1 + dispersion * _RISE * expected) / (1 + dispersion * expected)
        ratio = count * math.log(_RISE / growth) - math.log(growth) / dispersion
        self.sum = min(max(0.0, self.sum + ratio), _MOST)
        return self.sum
