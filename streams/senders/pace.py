"""How fast one account may speak: the next moment at which it may is kept where all workers see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from queues.state import AlreadyExistsError, StaleError, StateStore
from streams.replies import NotYetError

__all__ = ["PACE", "Pace"]

PACE = "reply_pace"


@dataclass(frozen=True, slots=True)
class Pace:
    """``apart``: time between two replies of one account."""

    state: StateStore
    clock: Callable[[], datetime]
    apart: timedelta

    def keep(self, account: str) -> None:
        """Takes the next moment of an account. Raises NotYetError, StoreDownError."""
        now = self.clock()
        standing = self.state.get(PACE, account)
        value = {"next": (now + self.apart).isoformat()}
        then = now if standing is None else datetime.fromisoformat(standing.value["next"])
        if now < then <= now + self.apart:  # later only by a clock that was ahead for once
            raise NotYetError(then)
        try:
            if standing is None:
                self.state.create(PACE, account, value)
            else:
                self.state.replace(standing, value)
        except (StaleError, AlreadyExistsError) as error:
            raise NotYetError(now + self.apart) from error
