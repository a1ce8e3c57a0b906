"""Is a claim rising? A pure state machine over who tells what, when.

Only accounts that *spread* a claim count, each once; who denies or questions it is counted apart and raises nothing.
The accounts of the last quarter of an hour, hour and three hours are held against an expected rate: the claim's own
earlier rate, shrunk to what claims usually have, times how busy the whole stream is at that hour and day. A claim is
told once for each doubling of its accounts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.spread import Spread
from alerts.tails import Climb, surprises

__all__ = ["FIRST_ACCOUNTS", "LATE_INTERVALS", "Growth", "Rise", "account_number", "doubling_of"]

FIRST_ACCOUNTS = 8
"""Distinct accounts from which a claim can be told at all; told again at 16, 32, …."""

LATE_INTERVALS = 36
"""Events up to three hours late count as if they had been in time; later ones no longer."""

_WINDOWS = (3, 12, 36)
_ALERT_SURPRISE = 6.0
"""Powers of ten: with 50,000 claims looked at in three windows all day, chance alone tells about one a week."""
_ALERT_CLIMB = 14.0
_PRIOR_ACCOUNTS = 1.0
_PRIOR_INTERVALS = 72.0
"""What claims usually have: one further account in six hours, believed as much as six hours of a claim's own past."""
_LARGEST_SIZE = 10.0
_DISPERSION = 1.0
"""However long a claim's past, its next hours vary by a third of what is expected, an interval by all of it. (With a
gamma prior on the rate, the count of a window is negative binomial, its size the accounts that the rate rests on.)"""


@dataclass(frozen=True, slots=True)
class Rise:
    """A claim at the moment it is told. ``surprise`` in powers of ten; ``expected`` in the window of three hours.

    ``usual`` accounts an interval are what the claim was expected to bring where the stream is as busy as on average,
    and that rests on ``size`` accounts.
    """

    claim: str
    doubling: int
    accounts: int
    surprise: float
    climb: float
    expected: float
    interval: int
    usual: float
    size: float


@dataclass(slots=True)
class Growth:
    """One claim's accounts, and the highest doubling that was told."""

    born: int
    spreading: Spread = field(default_factory=Spread)
    told: int = -1

    def add(self, account: int, interval: int) -> bool:
        """Counts an account that spreads the claim; whether that may complete a rise not yet told."""
        self.born = min(self.born, interval)
        return self.spreading.add(account, interval) and doubling_of(self.spreading.accounts) > self.told

    def rise(self, claim: str, season: Callable[[int], float]) -> Rise | None:
        """The rise that is to be told, if any. ``season`` gives how busy an interval usually is, about 1 on average.

        Every window that ends within the last three hours is looked at, and what is usual rests on what came before
        them all: so the order of events that are in time does not matter.
        """
        counts = self.spreading.counts()
        latest = max(counts)
        numbers = range(latest - 2 * LATE_INTERVALS + 1, latest + 1)
        came = np.array([counts.get(number, 0) for number in numbers])
        older = self.spreading.accounts - int(came.sum())
        usual = (_PRIOR_ACCOUNTS + older) / (_PRIOR_INTERVALS + max(0, numbers[0] - self.born))
        expected = usual * np.array([season(number) for number in numbers])
        size = min(_PRIOR_ACCOUNTS + older, _LARGEST_SIZE)
        surprised = _most_surprise(came, expected, size)
        climbed = _highest_climb(came, expected)
        if surprised < _ALERT_SURPRISE and climbed < _ALERT_CLIMB:
            return None
        accounts = self.spreading.accounts
        usually = float(expected[-_WINDOWS[-1] :].sum())
        return Rise(claim, doubling_of(accounts), accounts, surprised, climbed, usually, latest, usual, size)

    def absorb(self, other: "Growth") -> None:
        """Takes in the accounts of a claim that turned out to be this one; nothing of either is told again."""
        self.born = min(self.born, other.born)
        self.spreading.absorb(other.spreading)
        self.told = max(self.told, other.told)

    def tell(self, rise: Rise) -> None:
        self.told = max(self.told, rise.doubling)

    def to_state(self) -> dict[str, Any]:
        return {"born": self.born, "told": self.told, "spreading": self.spreading.to_state()}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Growth":
        return cls(state["born"], Spread.from_state(state["spreading"]), state["told"])


def _most_surprise(came: NDArray[Any], expected: NDArray[Any], size: float) -> float:
    """Over all windows that end in the last half of the intervals."""
    most = 0.0
    for length in _WINDOWS:
        counts, usual = (_sums(values, length) for values in (came, expected))
        most = max(most, float(surprises(counts, usual, 1 + usual / size).max()))
    return most


def _sums(values: NDArray[Any], length: int) -> NDArray[Any]:
    """Of the ``length`` values up to and with each of the last LATE_INTERVALS."""
    total = np.concatenate([[0], np.cumsum(values)])
    return np.asarray(total[LATE_INTERVALS + 1 :] - total[LATE_INTERVALS + 1 - length : -length])


def _highest_climb(came: NDArray[Any], expected: NDArray[Any]) -> float:
    climb = Climb()
    return max(
        climb.add(count, usual, _DISPERSION) for count, usual in zip(came.tolist(), expected.tolist(), strict=True)
    )


def doubling_of(accounts: int) -> int:
    """0 from FIRST_ACCOUNTS on, 1 from twice as many, …; -1 below."""
    return (accounts // FIRST_ACCOUNTS).bit_length() - 1


def account_number(hash: str) -> int:
    """An even 64-bit number for a keyed hash of an account."""
    return int.from_bytes(blake2b(hash.encode(), digest_size=8).digest())
