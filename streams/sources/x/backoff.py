"""How long to wait before speaking to X again, as "Handling disconnections" of its documentation asks.

A connection that was good is made again at once. Network errors wait linearly (250 ms more each, to 16 s), HTTP errors
exponentially (5 s to 320 s), and a limit until the moment that X names; where it names none, from a minute on, doubled.
"""

import math
from dataclasses import dataclass

from streams.sources.x.client import XError, XLimitedError, XLostError

__all__ = ["Backoff"]

NETWORK_STEP_SECONDS = 0.25
NETWORK_MOST_SECONDS = 16.0
HTTP_FIRST_SECONDS = 5.0
HTTP_MOST_SECONDS = 320.0
LIMIT_FIRST_SECONDS = 60.0
LIMIT_MOST_SECONDS = 900.0
"""X counts requests in windows of 15 minutes."""


@dataclass
class Backoff:
    """The tries that have failed since the last good one, by kind of error."""

    _lost: int = 0
    _down: int = 0
    _limited: int = 0

    def good(self) -> None:
        self._lost = self._down = self._limited = 0

    def pause_seconds(self, error: XError, now: float) -> float:
        """Seconds to wait after ``error``; ``now`` in seconds since 1970."""
        if isinstance(error, XLimitedError):
            if error.reset is not None:
                return max(0.0, error.reset - now)
            self._limited += 1
            return _doubled(LIMIT_FIRST_SECONDS, self._limited, LIMIT_MOST_SECONDS)
        if isinstance(error, XLostError):
            self._lost += 1
            return min(NETWORK_STEP_SECONDS * (self._lost - 1), NETWORK_MOST_SECONDS)
        self._down += 1
        return _doubled(HTTP_FIRST_SECONDS, self._down, HTTP_MOST_SECONDS)


def _doubled(first: float, tries: int, most: float) -> float:
    return min(first * 2.0 ** min(tries - 1, math.ceil(math.log2(most / first))), most)
