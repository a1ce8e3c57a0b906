"""Nonces that were used, kept for as long as a request with them would be fresh."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from queues.state import StateStore, StoreDownError

__all__ = ["NONCE", "Nonce", "Nonces"]

NONCE = "nonce"
_FORGOTTEN_AT_ONCE = 5000
_FORGETS_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Nonce:
    """What makes a request of ``source`` this one and no other; ``seconds`` is its timestamp, since 1970."""

    source: str
    seconds: int
    word: str

    @property
    def id(self) -> str:
        return f"{self.seconds:012}:{self.source}:{self.word}"


@dataclass
class Nonces:
    """``keep_seconds`` is how long after its timestamp a nonce is kept; those of one ``kind`` are kept as
    long. Every method may raise StoreDownError."""

    state: StateStore
    keep_seconds: int
    kind: str = NONCE
    _forgot_at: float = 0.0

    @contextmanager
    def once(self, nonces: Sequence[Nonce], now: float) -> Iterator[list[bool]]:
        """Marks nonces as used, in one go, while what came with them is taken. Of each, whether this is its first use;
        all can be used again when the taking fails. Those that are too old are forgotten."""
        self._forget(now)
        used = self.state.create_each(self.kind, {nonce.id: {} for nonce in nonces})
        unused = {record.id for record in used}
        fresh = []
        for nonce in nonces:
            fresh.append(nonce.id in unused)
            unused.discard(nonce.id)
        try:
            yield fresh
        except BaseException:
            with suppress(StoreDownError):
                self.state.delete_each(used)
            raise

    def _forget(self, now: float) -> None:
        """Ids begin with the timestamp, so the first ones are the oldest. More go than can come in as long."""
        if abs(now - self._forgot_at) < _FORGETS_EVERY_SECONDS:
            return
        self._forgot_at = now
        oldest = self.state.scan(self.kind, limit=_FORGOTTEN_AT_ONCE)
        old = [record for record in oldest if int(record.id[:12]) < now - self.keep_seconds]
        if old:
            self.state.delete_each(old)
