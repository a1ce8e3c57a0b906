"""Is a series of counts rising? One pass, causal, constant memory: a score from 0 to 1 for each value.

Three readings of one expected rate, for three sorts of series. *Climb*: a CUSUM that adds up what no single window
shows, where values are few. *Rarity*: how improbable the counts of the last 3 to 36 values are. *Novelty*: the same,
told only where it exceeds what the last days had already shown, of a series whose climbs are out of bounds much of the
time and which is no negative binomial around a steady rate (news about companies comes in bursts).
"""

import math
from collections import deque
from dataclasses import dataclass, field

from alerts.rate import ExpectedRate
from alerts.tails import Climb, surprise

__all__ = ["ALERT", "Reading", "SeriesDetector"]

ALERT = 0.5
"""Score from which a value is an alert."""

_WINDOWS = (3, 12, 24, 36)
"""In values: a quarter of an hour to three hours of five-minute counts."""

_DAY = 288
_HALF_LIFE = 14.0 * _DAY
_SHOWN_HALF_LIFE = 2.0 * _DAY
_UNRULY_HALF_LIFE = 7.0 * _DAY

_SURPRISE_AT_ALERT = 0.54
_CLIMB_AT_ALERT = 10.0
_CLIMB_TOLD = 14.0
_CLIMB_STEP = 1.1
_CLIMB_WILD = 50.0
_UNRULY = 0.055
_RARE_AT_ALERT = 6.0
_SPARSE = 0.7
"""Below so many a value only their sum over time shows a rise."""
_WINSOR = 8.0
_LEAST_DISPERSION = 0.02
_CLEAR = 10.0
"""Surprise (powers of ten) that is told even of a calm series."""
_BURST = 3.0
"""Rarity (powers of ten) of a burst: it must not become usual, nor widen what is held for chance."""
_LONGEST_BURST = 144
"""Values in a row; what is rare for longer is how things are from now on."""


@dataclass(frozen=True, slots=True)
class Reading:
    score: float
    alert: bool


@dataclass
class SeriesDetector:
    """Give it values in the order of their time, at even intervals."""

    rate: ExpectedRate = field(default_factory=lambda: ExpectedRate(_HALF_LIFE, settling=_DAY))
    climb: Climb = field(default_factory=Climb)
    _recent: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=max(_WINDOWS)))
    _multiples: dict[int, float] = field(default_factory=lambda: dict.fromkeys(_WINDOWS, 2.0))
    _squares: dict[int, list[float]] = field(
        default_factory=lambda: {length: [0.3 * length**2, float(length**2)] for length in _WINDOWS}
    )
    """By window: squares above what a Poisson rate brings, and squares expected; their ratio is its dispersion."""
    _shown: float = 0.0
    _unruly: float = 0.0
    _climbed: float = 0.0
    _told: bool = False
    _rare: int = 0
    """Values in a row that were those of a burst."""

    def add(self, at: float, value: float) -> Reading:
        """``at`` in seconds since 1970; ``value`` a count (below 0 reads as 0)."""
        value = max(0.0, value)
        if self.rate.level is None:
            self.rate.level = max(value, 0.05)
        expected = self.rate.expect(at)
        self._recent.append((value, expected))
        climbed = self.climb.add(value, expected, self.rate.dispersion)
        self._unruly += self._weight(_UNRULY_HALF_LIFE, 30) * ((climbed > _CLIMB_WILD) - self._unruly)
        windows = self._windows()
        power = max((surprise(*window[1:], self._learn_over(*window)) for window in windows), default=0.0)
        rarity = max((surprise(*window[1:], self._over(*window)) for window in windows), default=0.0)
        novel = self._novelty(power)
        climbing = self._climbing(climbed)
        if self._unruly > _UNRULY:
            score = novel
        elif self.rate.level < _SPARSE:
            score = max(climbing, novel if power > _CLEAR else 0.0)
        else:
            score = rarity / (rarity + _RARE_AT_ALERT)
        self._rare = self._rare + 1 if rarity > _BURST else 0
        is_burst = 0 < self._rare <= _LONGEST_BURST
        for window in () if is_burst else windows:
            self._learn_squares(*window)
        self.rate.learn(at, min(value, expected) if is_burst else value)
        return Reading(score, score >= ALERT)

    def _windows(self) -> list[tuple[int, float, float]]:
        """Length, count and expected count of every window that ends now."""
        found, count, expected = [], 0.0, 0.0
        for length, (value, usual) in enumerate(reversed(self._recent), 1):
            count, expected = count + value, expected + usual
            if length in _WINDOWS:
                found.append((length, count, expected))
        return found

    def _learn_over(self, length: int, count: float, expected: float) -> float:
        """Each window's variance over its mean, as a multiple of what is expected (surprise)."""
        over = max(self._multiples[length], 1.05)
        off = min((count - expected) ** 2 / (expected + 0.1), 16 * over)
        self._multiples[length] += self._weight(_HALF_LIFE, 50) * (off - self._multiples[length])
        return over

    def _over(self, length: int, _: float, expected: float) -> float:
        """The same as a negative binomial's, which is wide by day and narrow at night (rarity)."""
        squares = self._squares[length]
        return 1 + max(squares[0] / squares[1], _LEAST_DISPERSION) * expected

    def _learn_squares(self, length: int, count: float, expected: float) -> None:
        over = self._over(length, count, expected)
        off = min((count - expected) ** 2, _WINSOR * over * (expected + 0.1)) - expected
        squares = self._squares[length]
        for index, value in enumerate((off, expected**2)):
            squares[index] += self._weight(_HALF_LIFE, 50) * (value - squares[index])

    def _novelty(self, power: float) -> float:
        """By how much surprise exceeds what was shown before, on a scale where doubling counts the same."""
        surprised = math.log1p(power)
        beyond = max(0.0, surprised - self._shown)
        self._shown = max(self._shown * 0.5 ** (1 / _SHOWN_HALF_LIFE), surprised)
        return beyond / (beyond + _SURPRISE_AT_ALERT)

    def _climbing(self, climbed: float) -> float:
        """Each climb is told while it grows into an alert, and then not again until it is over."""
        if climbed < 1:
            self._told, self._climbed = False, 0.0
        score = 0.0
        if not self._told and climbed > self._climbed * _CLIMB_STEP:
            score = climbed / (climbed + _CLIMB_AT_ALERT)
            self._climbed = climbed
        self._told = self._told or climbed > _CLIMB_TOLD
        return score

    def _weight(self, half_life: float, settling: int) -> float:
        return max(1.0 - math.pow(0.5, 1 / half_life), 1 / (self.rate.seen + settling))
