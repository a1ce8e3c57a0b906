"""Whether all there is has been worked off."""

import time
from collections.abc import Callable

from queues import tombstones
from queues.state import StateStore, StoreDownError
from streams.groups import GROUPS
from streams.log import EventLog, LogDownError
from sunwai.status import is_idle

__all__ = ["Idleness"]

LOOK_SECONDS = 0.3


class Idleness:
    """Asked often, looks seldom: true once two looks running found every group at its end and nothing to erase.

    Two, because an event can be acknowledged in one topic a moment before it is counted in the next.
    """

    def __init__(self, log: EventLog, state: StateStore, clock: Callable[[], float] = time.monotonic):
        self._log = log
        self._state = state
        self._clock = clock
        self._next_look = 0.0
        self._idle_looks = 0

    def __call__(self) -> bool:
        if self._clock() < self._next_look:
            return False
        self._next_look = self._clock() + LOOK_SECONDS
        self._idle_looks = self._idle_looks + 1 if self._look() else 0
        return self._idle_looks >= 2

    def _look(self) -> bool:
        try:
            return self._is_idle()
        except (LogDownError, StoreDownError):
            return False  # the steps wait for it too

    def _is_idle(self) -> bool:
        return is_idle(self._log.lags(), [*GROUPS]) and not self._state.count(tombstones.KIND, state=tombstones.PENDING)
