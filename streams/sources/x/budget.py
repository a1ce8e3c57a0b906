"""How many posts may still be read today and this month.

X bills each post that it delivers, once a day ("Usage and billing"). A part of both budgets is kept for what is
addressed to a department: when the rest is spent, reposts and terms wait; only when all is spent, everything does.
Days and months are those of UTC, as X counts them.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from schemas.platforms import XPlan
from streams.sources.x.scopes import FIRST_TO_GO, SCOPES, Scope

__all__ = ["Budget", "Spent"]

_WARNED_AT = (50, 80, 95)
"""Percent."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Spent:
    """Posts read in a day (ISO date) and a month (its first seven characters); ``warned``: the highest percentages
    of either that were told."""

    day: str = ""
    today: int = 0
    this_month: int = 0
    warned: tuple[int, int] = (0, 0)


@dataclass
class Budget:
    """May be used by several threads."""

    plan: XPlan
    clock: Callable[[], datetime]
    spent: Spent = Spent()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, posts: int) -> None:
        with self._lock:
            now = self._now()
            today, month = now.today + posts, now.this_month + posts
            of_day = _told("day", 100 * today // self.plan.posts_per_day, now.warned[0])
            of_month = _told("month", 100 * month // self.plan.posts_per_month, now.warned[1])
            self.spent = Spent(now.day, today, month, (of_day, of_month))

    def left(self, scope: Scope) -> int:
        """Posts that may still be read of a scope."""
        with self._lock:
            now = self._now()
        kept = self.plan.reserve_percent if scope in FIRST_TO_GO else 0
        pairs = ((self.plan.posts_per_day, now.today), (self.plan.posts_per_month, now.this_month))
        return max(0, min(most * (100 - kept) // 100 - used for most, used in pairs))

    def scopes(self) -> tuple[Scope, ...]:
        """What may be read at all."""
        return tuple(scope for scope in SCOPES if self.left(scope) > 0)

    def _now(self) -> Spent:
        day = self.clock().date().isoformat()
        old = self.spent
        if old.day == day:
            return old
        same_month = old.day[:7] == day[:7]
        return Spent(day, 0, old.this_month if same_month else 0, (0, old.warned[1] if same_month else 0))


def _told(what: str, percent: int, before: int) -> int:
    """The highest mark that is reached, told when it is new."""
    reached = max((mark for mark in _WARNED_AT if percent >= mark), default=0)
    if reached > before:
        _log.warning("x_budget", of=what, percent=reached)
    return max(reached, before)
