"""What sources over HTTP bring, counted: by each process in memory, noted in the source's record once a second."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from queues.state import AlreadyExistsError, StaleError, StateStore, StoreDownError
from streams.sources.standing import SOURCE

__all__ = ["Meter"]

NOTED_AFTER_SECONDS = 1.0
_ROUNDS = 20

_log = structlog.get_logger()


@dataclass
class _Counted:
    posts: int = 0
    errors: int = 0
    last_error: str = ""
    last_post_at: str = ""


@dataclass
class Meter:
    """May be used by several threads and processes at once. The end of a burst is noted with the next request; a
    process that is killed forgets what it has not noted."""

    state: StateStore
    clock: Callable[[], datetime]
    _counted: dict[str, _Counted] = field(default_factory=dict)
    _noted_at: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, source: str, posts: int) -> None:
        """Counts posts of a source that are in the log."""
        at = self.clock().isoformat() if posts else ""
        self._count(source, _Counted(posts=posts, last_post_at=at))

    def refused(self, source: str, why: str) -> None:
        """Counts a request of a known source that was not taken; ``why`` holds no words of posts."""
        self._count(source, _Counted(errors=1, last_error=why))

    def _count(self, source: str, more: _Counted) -> None:
        now = self.clock()
        with self._lock:
            counted = _sum(self._counted.pop(source, _Counted()), more)
            noted_at = self._noted_at.get(source)
            if noted_at is not None and (now - noted_at).total_seconds() < NOTED_AFTER_SECONDS:
                self._counted[source] = counted
                return
            self._noted_at[source] = now
        try:
            self._add(source, counted)
        except StoreDownError as error:
            _log.warning("source_not_noted", source=source, error=str(error))
            with self._lock:
                self._counted[source] = _sum(counted, self._counted.pop(source, _Counted()))

    def _add(self, source: str, counted: _Counted) -> None:
        for _ in range(_ROUNDS):
            standing = self.state.get(SOURCE, source)
            value = self._with(dict(standing.value) if standing is not None else {}, counted)
            try:
                if standing is None:
                    self.state.create(SOURCE, source, value)
                else:
                    self.state.replace(standing, value)
                return
            except (StaleError, AlreadyExistsError):
                continue  # another process has noted meanwhile
        raise StoreDownError(f"{source}: others noted in every round")

    def _with(self, value: dict[str, Any], counted: _Counted) -> dict[str, Any]:
        now = self.clock()
        day = now.date().isoformat()
        today = value.get("today", 0) if value.get("day") == day else 0
        return value | {
            "connected": True,
            "seen_at": now.isoformat(),
            "day": day,
            "today": today + counted.posts,
            "last_post_at": counted.last_post_at or value.get("last_post_at"),
            "errors": value.get("errors", 0) + counted.errors,
            "last_error": counted.last_error or value.get("last_error", ""),
        }


def _sum(one: _Counted, other: _Counted) -> _Counted:
    return _Counted(
        one.posts + other.posts,
        one.errors + other.errors,
        other.last_error or one.last_error,
        other.last_post_at or one.last_post_at,
    )
