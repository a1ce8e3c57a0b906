"""How much is usual: an expected count per interval that knows the hour of day and the day of week."""

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ExpectedRate"]

_HOUR_SECONDS = 3600
_DAY_SECONDS = 86400
_LEAST = 1e-3
_HOUR_MEMORY = 0.9997
_DAY_MEMORY = 0.99995
_WINSOR = 3.0
"""Standard deviations above what is expected that teach at most: a burst must not become usual."""


@dataclass
class ExpectedRate:
    """Exponentially weighted level times an hour factor times a day factor, each shrunk towards 1.

    ``half_life`` is in intervals. ``dispersion`` is the negative binomial's: variance = m + dispersion m².

    The first ``settling`` intervals teach the level alone (what an hour is to a level that is not known yet would be
    remembered for months), and after each so many more the factors are made 1 on average: learnt against one another,
    level and factors wander. 0: neither.
    """

    half_life: float
    level: float | None = None
    seen: int = 0
    _hours: list[list[float]] = field(default_factory=lambda: [[12.0, 12.0] for _ in range(24)])
    _days: list[list[float]] = field(default_factory=lambda: [[48.0, 48.0] for _ in range(7)])
    _squares: list[float] = field(default_factory=lambda: [10.0, 20.0])
    settling: int = 0

    @property
    def dispersion(self) -> float:
        over, expected = self._squares
        return min(max(over / expected, 0.02), 5.0)

    def expect(self, at: float) -> float:
        """The expected count of the interval at ``at`` (seconds since 1970)."""
        return max((self.level or 0.0) * self._hour_factor(at) * self._day_factor(at), _LEAST)

    def learn(self, at: float, count: float) -> None:
        """Takes in the count of a finished interval, winsorised."""
        if self.level is None:
            self.level = max(count, 0.05)
        hour, day, expected = self._hour_factor(at), self._day_factor(at), self.expect(at)
        counted = min(count, expected + _WINSOR * (expected + self.dispersion * expected**2 + 0.3) ** 0.5)
        self._learn_dispersion(counted, expected)
        weight = max(1.0 - math.pow(0.5, 1 / self.half_life), 1 / (self.seen + 12))
        self.level = max(self.level + weight * (counted / (hour * day) - self.level), _LEAST)
        if self.seen >= self.settling:
            _learn_factor(self._hours[int(at // _HOUR_SECONDS) % 24], counted / (self.level * day), _HOUR_MEMORY)
            _learn_factor(self._days[int(at // _DAY_SECONDS) % 7], counted / (self.level * hour), _DAY_MEMORY)
        self.seen += 1
        if self.settling and self.seen % self.settling == 0:
            self._make_level()

    def _make_level(self) -> None:
        """Makes both sorts of factors 1 on average: the level is what an interval brings on average."""
        for factors in (self._hours, self._days):
            average = sum(counted / expected for counted, expected in factors) / len(factors)
            for factor in factors:
                factor[0] /= average
            self.level = (self.level or 0.0) * average

    def to_state(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "seen": self.seen,
            "hours": self._hours,
            "days": self._days,
            "squares": self._squares,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], half_life: float) -> "ExpectedRate":
        return cls(half_life, state["level"], state["seen"], state["hours"], state["days"], state["squares"])

    def _hour_factor(self, at: float) -> float:
        """The hour's factor, blended with the nearer neighbour's towards the edge of the hour."""
        hour, past = int(at // _HOUR_SECONDS) % 24, at % _HOUR_SECONDS / _HOUR_SECONDS
        own, beside = self._hours[hour], self._hours[(hour + (1 if past > 0.5 else -1)) % 24]
        blend = abs(past - 0.5)
        return own[0] / own[1] * (1 - blend) + beside[0] / beside[1] * blend

    def _day_factor(self, at: float) -> float:
        counted, expected = self._days[int(at // _DAY_SECONDS) % 7]
        return counted / expected

    def _learn_dispersion(self, counted: float, expected: float) -> None:
        if self.seen > _SETTLING:
            self._squares[0] += (counted - expected) ** 2 - expected
            self._squares[1] += expected**2
            if self._squares[1] > _FORGET_ABOVE:
                self._squares[:] = [value / 2 for value in self._squares]


_SETTLING = 576
"""Intervals after which the level is known well enough to measure dispersion about it."""
_FORGET_ABOVE = 2e4


def _learn_factor(factor: list[float], ratio: float, memory: float) -> None:
    factor[0] = factor[0] * memory + ratio
    factor[1] = factor[1] * memory + 1
