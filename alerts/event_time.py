"""What time it is in a stream: the latest event time that can be believed."""

from dataclasses import dataclass

__all__ = ["EventTime"]

_JUMP_SECONDS = 6 * 3600.0
_CONFIRMED_BY = 3
"""A leap of hours is believed once so many events running agree: one wrong clock must not end every claim."""


@dataclass
class EventTime:
    """``now`` (seconds since 1970) never goes back."""

    now: float | None = None
    leaps: int = 0

    def see(self, at: float) -> float:
        """Takes in an event's time and gives the time to count it at: its own, or now for one that leapt ahead."""
        if self.now is None:
            self.now = at
        elif at - self.now > _JUMP_SECONDS:
            self.leaps += 1
            if self.leaps < _CONFIRMED_BY:
                return self.now
            self.now, self.leaps = at, 0
        else:
            self.leaps = 0
            self.now = max(self.now, at)
        return at
