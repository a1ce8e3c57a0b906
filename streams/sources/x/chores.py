"""What is done beside the stream: rules and gaps."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from streams.sources.publish import wait_out
from streams.sources.x.backoff import Backoff
from streams.sources.x.client import XError
from streams.sources.x.waiting import Waiting

__all__ = ["Chores"]

_log = structlog.get_logger()


@dataclass(frozen=True)
class Chores:
    """Runs in a thread of its own. ``rescope`` sees to the rules when ``is_due`` so many seconds after it last did;
    ``fill`` reads a page of a gap and says whether there was one."""

    waiting: Waiting
    rescope: Callable[[], None]
    fill: Callable[[], bool]
    failed: Callable[[Exception], None]
    is_due: Callable[[float], bool]
    pause_seconds: float

    def run(self) -> None:
        """Until told to stop. What X refuses is tried again, ever more rarely: a gap is listed, the stream goes on."""
        backoff, looked_at = Backoff(), self.waiting.clock()
        while not self.waiting.is_over():
            try:
                now = self.waiting.clock()
                if self.is_due((now - looked_at).total_seconds()):
                    looked_at = now
                    self.rescope()
                more = wait_out(self.fill, "x", self.waiting.sleep)
                backoff.good()
                self.waiting.wait(0.0 if more else self.pause_seconds)
            except XError as error:
                self.failed(error)
                pause = backoff.pause_seconds(error, self.waiting.clock().timestamp())
                _log.warning("x_search_waits", error=str(error), pause_seconds=round(pause, 2))
                self.waiting.wait(pause)
