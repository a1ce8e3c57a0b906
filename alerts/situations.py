"""Surges of complaints: many accounts that complain of the same type at the same place. No rumour, but news.

Each type and place has an expected rate of its own, shrunk to what the whole stream brings while it is young.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from alerts.rate import ExpectedRate
from alerts.spread import INTERVAL_SECONDS, Spread
from alerts.tails import surprise

__all__ = ["HALF_LIFE", "Situation", "Surge"]

HALF_LIFE = 14 * 288.0
"""Intervals in which what is usual forgets half: two weeks."""

_WINDOWS = (3, 12, 36)
_FIRST_ACCOUNTS = 8
_ALERT_SURPRISE = 8.0
_OVER = 2.0
_BELIEVED = 288.0
"""Intervals of its own (a day) that count as much as what the whole stream suggests."""
_CALM_INTERVALS = 288
"""After so long without a surge, the next one is a new one."""


@dataclass(frozen=True, slots=True)
class Surge:
    name: str
    doubling: int
    accounts: int
    surprise: float
    expected: float
    since: int


@dataclass
class Situation:
    """One type at one place (``name`` is ``type@place``). ``since`` is the interval in which its surge began."""

    rate: ExpectedRate = field(default_factory=lambda: ExpectedRate(HALF_LIFE))
    accounts: Spread = field(default_factory=Spread)
    closed: int | None = None
    since: int | None = None
    latest: int = 0
    told: int = -1

    def add(self, name: str, account: int, interval: int, usual: float) -> Surge | None:
        """``usual`` is what the whole stream suggests an interval brings to a type and place."""
        self._close(interval)
        if self.since is not None and interval - self.latest > _CALM_INTERVALS:
            self.since, self.told = None, -1
        if not self.accounts.add(account, interval):
            return None
        counts = self.accounts.counts()
        end = max(counts)
        most, most_expected, most_accounts = 0.0, 0.0, 0
        for length in _WINDOWS:
            count = sum(counts.get(number, 0) for number in range(end - length + 1, end + 1))
            expected = length * self._expected(end, usual)
            surprised = surprise(count, expected, _OVER)
            if surprised > most:
                most, most_expected, most_accounts = surprised, expected, count
        if most < _ALERT_SURPRISE or most_accounts < _FIRST_ACCOUNTS:
            return None
        self.since = end if self.since is None else self.since
        self.latest = end
        doubling = int(math.log2(most_accounts / _FIRST_ACCOUNTS))
        if doubling <= self.told:
            return None
        self.told = doubling
        return Surge(name, doubling, most_accounts, most, most_expected, self.since)

    def to_state(self) -> dict[str, Any]:
        return {
            "rate": self.rate.to_state(),
            "accounts": self.accounts.to_state(),
            "plain": [self.closed, self.since, self.latest, self.told],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Situation":
        rate = ExpectedRate.from_state(state["rate"], HALF_LIFE)
        return cls(rate, Spread.from_state(state["accounts"]), *state["plain"])

    def _expected(self, interval: int, usual: float) -> float:
        own = self.rate.expect(interval * INTERVAL_SECONDS) if self.rate.seen else 0.0
        return (self.rate.seen * own + _BELIEVED * usual) / (self.rate.seen + _BELIEVED)

    def _close(self, interval: int) -> None:
        """Teaches the rate what intervals brought that are three hours past, of a long gap the last week."""
        upto = interval - _WINDOWS[-1]
        first = upto - 1 if self.closed is None else max(self.closed, upto - 7 * 288)
        counts = self.accounts.counts() if first < upto else {}
        for number in range(first, upto):
            self.rate.learn(number * INTERVAL_SECONDS, counts.get(number, 0))
        self.closed = max(upto, self.closed or upto)
        self.accounts.forget_before(upto - 1)
