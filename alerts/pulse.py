"""The stream as a whole: how busy it usually is at each hour and day, and whether it fell silent."""

from dataclasses import dataclass, field
from typing import Any

from alerts.rate import ExpectedRate
from alerts.situations import HALF_LIFE
from alerts.spikes import LATE_INTERVALS
from alerts.spread import INTERVAL_SECONDS

__all__ = ["Pulse"]

_LONGEST_GAP = 7 * 288
_SILENT_INTERVALS = 6
_SILENT_POSTS = 40.0
"""So many posts are missed, over half an hour at least, before silence is reported."""


@dataclass
class Pulse:
    """Counts posts by interval; intervals teach the rate once nothing late can change them."""

    rate: ExpectedRate = field(default_factory=lambda: ExpectedRate(HALF_LIFE))
    counts: dict[int, int] = field(default_factory=dict)
    closed: int | None = None
    latest: int | None = None

    def beat(self, interval: int, now: int) -> int | None:
        """Counts a post; ``now`` is the interval of the stream's time. The first interval of a silence that ends."""
        broken = self.silent_since(now)
        if self.closed is None:
            self.closed = now - LATE_INTERVALS
        if interval >= self.closed:
            self.counts[interval] = self.counts.get(interval, 0) + 1
        self._close(now - LATE_INTERVALS, learn=broken is None)
        self.latest = max(now, self.latest or now)
        return broken

    def silent_since(self, now: int) -> int | None:
        """The interval after the last post, if by ``now`` far more should have come."""
        if self.latest is None or self.rate.seen < 288 or now - self.latest <= _SILENT_INTERVALS:
            return None
        span = range(self.latest + 1, min(now, self.latest + 288))
        missed = sum(self.rate.expect(number * INTERVAL_SECONDS) for number in span)
        return self.latest + 1 if missed >= _SILENT_POSTS else None

    def season(self, interval: int) -> float:
        """How busy an interval is, 1 on average, a tenth at least and ten at most."""
        if not self.rate.level:
            return 1.0
        return min(max(self.rate.expect(interval * INTERVAL_SECONDS) / self.rate.level, 0.1), 10.0)

    def to_state(self) -> dict[str, Any]:
        return {
            "rate": self.rate.to_state(),
            "counts": list(self.counts.items()),
            "closed": self.closed,
            "latest": self.latest,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Pulse":
        counts = {int(number): int(count) for number, count in state["counts"]}
        return cls(ExpectedRate.from_state(state["rate"], HALF_LIFE), counts, state["closed"], state["latest"])

    def _close(self, upto: int, *, learn: bool) -> None:
        assert self.closed is not None
        for number in range(max(self.closed, upto - _LONGEST_GAP), upto):
            count = self.counts.pop(number, 0)
            if learn or count:
                self.rate.learn(number * INTERVAL_SECONDS, count)
        self.closed = max(self.closed, upto)
