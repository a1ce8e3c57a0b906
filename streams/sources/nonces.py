"""Nonces that were used, kept for as long as a request with them would be fresh."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from queues.state import StateStore

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
        """Of each, whether this is its first use. Marks them as used, in one go, once what came with them was taken:
        whoever is killed in between has not answered, and is sent the same again, which is then taken twice rather than
        never. Those that are too old are forgotten."""
        self._forget(now)
        used = {*self.state.get_many(self.kind, [nonce.id for nonce in nonces])}
        fresh = []
        for nonce in nonces:
            fresh.append(nonce.id not in used)
            used.add(nonce.id)
        yield fresh
        self.state.create_each(self.kind, {nonce.id: {} for nonce in nonces})

    def _forget(self, now: float) -> None:
        """Ids begin with the timestamp, so the first ones are the oldest. More go than can come in as long."""
        if abs(now - self._forgot_at) < _FORGETS_EVERY_SECONDS:
            return
        self._forgot_at = now
        oldest = self.state.scan(self.kind, limit=_FORGOTTEN_AT_ONCE)
        old = [record for record in oldest if int(record.id[:12]) < now - self.keep_seconds]
        if old:
            self.state.delete_each(old)
