"""Nonces that were used, kept for as long as a request with them would be fresh."""

from contextlib import suppress
from dataclasses import dataclass

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore

__all__ = ["NONCE", "Nonces"]

NONCE = "nonce"
_FORGOTTEN_WITH_EACH = 4


@dataclass(frozen=True, slots=True)
class Nonces:
    """``keep_seconds`` is how long after its timestamp a nonce is kept. Every method may raise StoreDownError."""

    state: StateStore
    keep_seconds: int

    def use(self, source: str, seconds: int, nonce: str, now: float) -> StateRecord | None:
        """Marks a nonce as used; None when it was used before. A few that are too old are forgotten with each."""
        self._forget(now)
        with suppress(AlreadyExistsError):
            return self.state.create(NONCE, f"{seconds:012}:{source}:{nonce}", {})
        return None

    def free(self, used: StateRecord) -> None:
        """Lets a nonce be used again, since what came with it was not taken."""
        self.state.delete(used)

    def _forget(self, now: float) -> None:
        """Ids begin with the timestamp, so the first ones are the oldest."""
        for record in self.state.scan(NONCE, limit=_FORGOTTEN_WITH_EACH):
            if int(record.id[:12]) >= now - self.keep_seconds:
                return
            with suppress(StaleError):
                self.state.delete(record)
