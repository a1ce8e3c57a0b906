"""Who tells a claim, and since when: distinct accounts by the interval in which each first told it.

Exact up to ``_MOST`` accounts, then a sample (Flajolet, "On adaptive sampling", 1990): only accounts whose hash falls
in a half, a quarter, … are kept, and each stands for two, four, …. What is kept does not depend on the order in which
posts come.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["INTERVAL_SECONDS", "Spread", "interval_of"]

INTERVAL_SECONDS = 300

_MOST = 1024


def interval_of(at: float) -> int:
    """The number of the five-minute interval that a moment (seconds since 1970) is in."""
    return int(at // INTERVAL_SECONDS)


@dataclass(slots=True)
class Spread:
    """Distinct accounts and when each came; never fewer than none."""

    first: dict[int, int] = field(default_factory=dict)
    stands_for: int = 1

    def add(self, account: int, interval: int) -> bool:
        """Counts an account (a 64-bit hash); whether it is new, or was seen earlier than known."""
        if account % self.stands_for:
            return False
        before = self.first.get(account)
        if before is not None and before <= interval:
            return False
        self.first[account] = interval
        if len(self.first) > _MOST:
            self._thin()
        return True

    def absorb(self, other: "Spread") -> None:
        """Takes in the accounts of another one; who is in both came when it came first."""
        while self.stands_for < other.stands_for:
            self._thin()
        for account, interval in other.first.items():
            self.add(account, interval)

    @property
    def accounts(self) -> int:
        return len(self.first) * self.stands_for

    def counts(self) -> dict[int, int]:
        """Accounts by the interval in which they came."""
        return {number: count * self.stands_for for number, count in Counter(self.first.values()).items()}

    def forget_before(self, interval: int) -> None:
        """Lets accounts go that came before an interval: seen again, they count again."""
        self.first = {account: first for account, first in self.first.items() if first >= interval}

    def to_state(self) -> dict[str, Any]:
        return {"first": list(self.first.items()), "stands_for": self.stands_for}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Spread":
        return cls({int(account): int(interval) for account, interval in state["first"]}, state["stands_for"])

    def _thin(self) -> None:
        self.stands_for *= 2
        self.first = {account: first for account, first in self.first.items() if account % self.stands_for == 0}
