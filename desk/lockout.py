"""Slows down those who guess passwords: so many tries, then a wait that grows.

Kept as kind ``lockout``. An account that exists has a record of its own; names that do not exist and network addresses
share a fixed number of buckets, so that no flood of either makes the store grow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from desk.accounts import remove
from desk.pacing import network_of
from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from schemas.base import Utc, Value

__all__ = ["BY_ACCOUNT", "BY_ADDRESS", "Limit", "Lockout", "address_id", "user_id"]

LOCKOUT = "lockout"
_BUCKET_DIGITS = 4
"""Hexadecimal digits of a bucket's number: 65,536 buckets."""
_FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """``tries`` failures lead to a wait of ``first``, doubled each time, at most ``longest``."""

    tries: int
    first: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=1)

    def wait(self, failures: int) -> timedelta:
        """How long to wait after the last of ``failures``; zero unless it fills another round of tries."""
        if failures % self.tries:
            return timedelta(0)
        rounds = min(failures // self.tries - 1, 20)
        return min(self.first * (1 << rounds), self.longest)


BY_ACCOUNT = Limit(tries=5)
BY_ADDRESS = Limit(tries=50)
"""An office behind one address has many people who mistype."""


class _Stored(Value):
    failures: int
    last_at: Utc
    until: Utc


def user_id(name: str, *, exists: bool) -> str:
    return f"user:{name}" if exists else f"nobody:{_bucket(name)}"


def address_id(address: str) -> str:
    """The network of an address shares one of the buckets."""
    return f"address:{_bucket(network_of(address))}"


class Lockout:
    def __init__(self, state: StateStore, clock: Callable[[], datetime]):
        self._state = state
        self._clock = clock

    def remaining(self, id: str) -> timedelta:
        """How long ``id`` still has to wait; zero: not at all."""
        record = self._state.get(LOCKOUT, id)
        return timedelta(0) if record is None else self._remaining(_Stored.model_validate(record.value))

    def spend(self, id: str, limit: Limit) -> timedelta:
        """Counts one try *before* it is made, so that tries at the same time cannot pass the limit together.

        Returns how long ``id`` has to wait instead; zero: the try is granted.
        """
        while True:
            record = self._state.get(LOCKOUT, id)
            stored = None if record is None else _Stored.model_validate(record.value)
            wait = timedelta(0) if stored is None else self._remaining(stored)
            if wait or self._wrote(id, record, self._after(stored, limit)):
                return wait

    def clear(self, id: str) -> None:
        """Forgets the failures of ``id``: its password was right."""
        record = self._state.get(LOCKOUT, id)
        if record is not None:
            remove(self._state, record)

    def _remaining(self, stored: _Stored) -> timedelta:
        return max(stored.until - self._clock(), timedelta(0))

    def _after(self, stored: _Stored | None, limit: Limit) -> _Stored:
        now = self._clock()
        forgotten = stored is None or now - stored.last_at >= _FORGOTTEN_AFTER
        failures = 1 if stored is None or forgotten else stored.failures + 1
        return _Stored(failures=failures, last_at=now, until=now + limit.wait(failures))

    def _wrote(self, id: str, record: StateRecord | None, stored: _Stored) -> bool:
        value = stored.model_dump(mode="json")
        try:
            if record is None:
                self._state.create(LOCKOUT, id, value)
            else:
                self._state.replace(record, value)
        except (AlreadyExistsError, StaleError):
            return False
        return True


def _bucket(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_BUCKET_DIGITS]
