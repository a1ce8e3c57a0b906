"""Waiting for a dependency that is down: in place, with back-off, and at last by leaving without acknowledging.

An agent that raises would have its events acknowledged by Faust. So a fault of our own leaves too, at once: the events
are delivered again to the process that the supervisor starts, and the log says what failed.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from traceback import extract_tb
from typing import TypeVar

import structlog

from queues.state import StaleError, StoreDownError
from streams.log import LogDownError

__all__ = ["EXIT_DEPENDENCY_DOWN", "EXIT_FAULT", "PATIENCE_SECONDS", "patiently", "pauses"]

PATIENCE_SECONDS = 60.0
"""Longer than this a process does not wait in place: it would be taken out of its consumer group."""

EXIT_DEPENDENCY_DOWN = 75
"""EX_TEMPFAIL of sysexits.h: start me again later."""

EXIT_FAULT = 70
"""EX_SOFTWARE of sysexits.h: something is wrong in the program itself."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_AGAIN = (StoreDownError, LogDownError, StaleError)
"""What doing it again mends: a dependency comes back, and what somebody changed in between is read anew."""

_log = structlog.get_logger()
T = TypeVar("T")


def pauses() -> Iterator[float]:
    """Seconds to wait between tries, doubling up to a longest, without end."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _places(error: BaseException) -> list[str]:
    """Where a fault arose, without its message and values: those may be a person's words."""
    return [f"{frame.name} in {frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]


async def patiently(act: Callable[[], Awaitable[T]], what: str, *, patience_seconds: float = PATIENCE_SECONDS) -> T:
    """The result of ``act``, done again while its dependency is down, or somebody else changed what it read.

    When patience ends the process leaves at once, with nothing more acknowledged: the supervisor starts it again, and
    what was in hand is delivered again.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_seconds
    for pause in pauses():
        try:
            return await act()
        except _AGAIN as error:
            if loop.time() >= until:
                _log.error("patience_over_leaving", what=what, error=str(error))
                os._exit(EXIT_DEPENDENCY_DOWN)
            _log.warning("waiting_to_try_again", what=what, error=str(error), pause_seconds=pause)
        except Exception as error:  # noqa: BLE001 - nothing may leave an agent but a result
            _log.error("fault_leaving", what=what, error=type(error).__name__, at=_places(error))
            os._exit(EXIT_FAULT)
        await asyncio.sleep(pause)
    raise AssertionError("pauses never end")
