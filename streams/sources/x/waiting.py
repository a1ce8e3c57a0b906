"""Waiting that a stop ends."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["StoppedError", "Waiting"]


class StoppedError(Exception):
    """Told to stop in the middle of waiting for something."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """``pause`` waits the given seconds or until ``over`` is set."""

    over: threading.Event
    clock: Callable[[], datetime]
    pause: Callable[[float], object]

    def is_over(self) -> bool:
        return self.over.is_set()

    def wait(self, seconds: float) -> None:
        if seconds > 0 and not self.over.is_set():
            self.pause(seconds)

    def sleep(self, seconds: float) -> None:
        """As ``wait``, for whoever would try again for ever. Raises StoppedError."""
        self.wait(seconds)
        if self.over.is_set():
            raise StoppedError
