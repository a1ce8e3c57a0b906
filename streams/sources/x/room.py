"""How many posts may still be ordered of X, those counted in that are on their way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streams.sources.x.budget import Budget
from streams.sources.x.scopes import Scope

__all__ = ["Room"]


@dataclass
class Room:
    """A post is billed when X delivers it and counted when it is published: in between it is in hand."""

    budget: Budget
    _in_hand: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, scope: Scope = Scope.ADDRESSED) -> int:
        with self._lock:
            return self.budget.left(scope) - self._in_hand

    def delivered(self, posts: int) -> None:
        with self._lock:
            self._in_hand += posts

    def counted(self, posts: int) -> None:
        self.delivered(-posts)

    @contextmanager
    def ordered(self, posts: int) -> Iterator[None]:
        """So many may be delivered within."""
        self.delivered(posts)
        try:
            yield
        finally:
            self.counted(posts)
