"""What reading X keeps between runs: up to where each handle is read, what was spent, what went wrong."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from streams.sources.standing import SOURCE
from streams.sources.x.budget import Budget, Spent
from streams.sources.x.gaps import Gaps
from streams.sources.x.scopes import Scope

__all__ = ["AnotherReaderError", "Progress"]

_ID = "x"
ANOTHER = "another process reads X for this office: stop one of them"
SILENT_AFTER = timedelta(seconds=20)
"""A reader that was killed is waited out for so long."""
_COUNTED = ("last_post_at", "filled", "errors", "last_error", "partial", "checked_at")
_KEPT = ("read_to", "reposts_from", "running", "connected", *_COUNTED)


class AnotherReaderError(Exception):
    """Another process reads X for this office."""


@dataclass
class Progress:
    """May be used by several threads. ``read_to``: by handle, the id below which everything was read or is a gap.
    ``reposts_from``: from which id on reposts and terms were left out for the budget's sake."""

    state: StateStore
    clock: Callable[[], datetime]
    budget: Budget
    gaps: Gaps
    read_to: dict[str, int] = field(default_factory=dict)
    reposts_from: int | None = None
    running: bool = True
    connected: bool = False
    last_post_at: str | None = None
    filled: int = 0
    errors: int = 0
    last_error: str = ""
    partial: int = 0
    checked_at: str | None = None
    _record: StateRecord | None = None
    _seen: str | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def is_taken(self) -> bool:
        """Whether another process reads X: it notes so every few seconds, until it stops or is silent for
        ``SILENT_AFTER``. Raises StoreDownError, and AnotherReaderError for one that has noted so since last asked."""
        record = self.state.get(SOURCE, _ID)
        value = record.value if record is not None else {}
        seen = value.get("seen_at") if value.get("running") else None
        if seen is None or self.clock() - datetime.fromisoformat(seen) > SILENT_AFTER:
            return False
        if self._seen not in (None, seen):
            raise AnotherReaderError(ANOTHER)
        self._seen = seen
        return True

    def load(self) -> None:
        """What an earlier run has kept. Raises StoreDownError."""
        self._record = self.state.get(SOURCE, _ID)
        value: dict[str, Any] = dict(self._record.value) if self._record is not None else {}
        self.read_to = {handle: int(id) for handle, id in value.get("read_to", {}).items()}
        self.reposts_from = value.get("reposts_from")
        for name in _COUNTED:
            setattr(self, name, value.get(name, getattr(self, name)))
        warned = (value.get("warned") or (0, 0))[:2]
        spent = (value.get("day", ""), value.get("today", 0), value.get("this_month", 0))
        self.budget.spent = Spent(*spent, (warned[0], warned[1]))

    def advance(self, handles: Sequence[str], id: int) -> None:
        """All before ``id`` was read, or is written down as a gap."""
        with self._lock:
            self.read_to = {handle: max(id, self.read_to.get(handle, 0)) for handle in handles}

    def failed(self, error: Exception) -> None:
        with self._lock:
            self.errors += 1
            self.last_error = str(error)

    def checked(self, at: datetime) -> None:
        """All that was kept at that moment was looked for."""
        with self._lock:
            self.checked_at = at.isoformat()

    def took(self, posts: int, newest: datetime | None) -> None:
        with self._lock:
            self.budget.spend(posts)
            if newest is not None:
                self.last_post_at = max(self.last_post_at or "", newest.isoformat())

    def save(self) -> None:
        """Raises StoreDownError, AnotherReaderError."""
        with self._lock:
            value = self._value()
            try:
                if self._record is None:
                    self._record = self.state.create(SOURCE, _ID, value)
                else:
                    self._record = self.state.replace(self._record, value)
            except (StaleError, AlreadyExistsError) as error:
                raise AnotherReaderError(ANOTHER) from error

    def _value(self) -> dict[str, Any]:
        left = self.budget.left(Scope.ADDRESSED)
        gaps, lost = self.gaps.counts()
        gaps += self.reposts_from is not None
        spent = asdict(self.budget.spent)
        own = {name: getattr(self, name) for name in _KEPT}
        return own | spent | {"seen_at": self.clock().isoformat(), "budget_left": left, "gaps": gaps, "lost": lost}
