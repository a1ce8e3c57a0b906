"""Nonces that were used, kept for as long as a request with them would be fresh."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from queues.state import AlreadyExistsError, StaleError, StateStore, StoreDownError

__all__ = ["NONCE", "Nonces"]

NONCE = "nonce"
_FORGOTTEN_WITH_EACH = 4


@dataclass(frozen=True, slots=True)
class Nonces:
    """``keep_seconds`` is how long after its timestamp a nonce is kept; those of one ``kind`` are kept as
    long. Every method may raise StoreDownError."""

    state: StateStore
    keep_seconds: int
    kind: str = NONCE

    @contextmanager
    def once(self, source: str, seconds: int, nonce: str, now: float) -> Iterator[bool]:
        """Marks a nonce as used while what came with it is taken; False when it was used before. It can be used again
        when the taking fails. A few that are too old are forgotten with each."""
        self._forget(now)
        try:
            used = self.state.create(self.kind, f"{seconds:012}:{source}:{nonce}", {})
        except AlreadyExistsError:
            yield False
            return
        try:
            yield True
        except BaseException:
            with suppress(StoreDownError):
                self.state.delete(used)
            raise

    def _forget(self, now: float) -> None:
        """Ids begin with the timestamp, so the first ones are the oldest."""
        for record in self.state.scan(self.kind, limit=_FORGOTTEN_WITH_EACH):
            if int(record.id[:12]) >= now - self.keep_seconds:
                return
            with suppress(StaleError):
                self.state.delete(record)
