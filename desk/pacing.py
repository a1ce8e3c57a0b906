"""How often one caller may ask: so many requests a minute, a minute's worth of them at once, then a wait.

The generic cell rate algorithm (ITU-T I.371, appendix I): of each caller only the moment is kept at which its allowance
will be whole again. The moments lie in a fixed number of slots, so no flood of callers makes memory grow; two callers
that fall into one slot share an allowance (of 500 at a time, fewer than one in a hundred does so). Which ones do is
drawn anew in each process, so nobody can choose it.

Kept in the process: two desk processes let each caller ask twice as often.
"""

import secrets
import threading
import time
from array import array
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import ip_address
from math import ceil

from desk.refusal import Refusal, mark

__all__ = ["Pace", "TooOften", "network_of"]

_SLOTS = 1 << 16
"""Half a mebibyte for each pace."""
_MINUTE = 60.0
_IPV6_HOME = 64
"""Bits of an IPv6 address that one subscriber has; the rest is theirs to choose."""


class TooOften(Refusal):
    """Answered 429; ``seconds`` until the next request is taken are in Retry-After."""

    def __init__(self, seconds: float):
        whole = max(1, ceil(seconds))
        message = mark("Too many requests. Try again in %(seconds)s seconds.")
        super().__init__(429, "too_often", message, params={"seconds": str(whole)}, headers={"Retry-After": str(whole)})


class Pace:
    """``a_minute`` requests of each caller in the long run, and as many at once after a rest; 0: no limit. ``ticks``
    gives seconds that never go back. Used by several threads."""

    def __init__(self, a_minute: int, ticks: Callable[[], float] = time.monotonic):
        self._each = _MINUTE / a_minute if a_minute else 0.0
        self._ticks = ticks
        self._key = secrets.token_bytes(16)
        self._whole_at = array("d", bytes(8 * _SLOTS))
        self._lock = threading.Lock()

    def spend(self, who: str) -> None:
        """Counts one request of ``who``. Raises TooOften, and then counts nothing: waiting is enough."""
        slot, now = self._slot(who), self._ticks()
        with self._lock:
            whole_at = max(self._whole_at[slot], now) + self._each
            wait = whole_at - now - _MINUTE
            if self._each and wait > _ROUNDING:
                raise TooOften(wait)
            self._whole_at[slot] = whole_at

    def _slot(self, who: str) -> int:
        digest = blake2b(who.encode("utf-8", "surrogatepass"), digest_size=4, key=self._key).digest()
        return int.from_bytes(digest) % _SLOTS


_ROUNDING = 1e-6
"""Seconds: sums of floats are not refused for their last digit."""


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 one; anything else as it is written."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(ip) if ip.version == 4 else f"{int(ip) >> _IPV6_HOME:x}"
