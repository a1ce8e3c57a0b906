"""Waiting for a dependency that is down: in place, with back-off, and at last by leaving without acknowledging."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from queues.state import StoreDownError
from streams.log import LogDownError

__all__ = ["EXIT_DEPENDENCY_DOWN", "PATIENCE_SECONDS", "patiently"]

PATIENCE_SECONDS = 60.0
"""Longer than this a process does not wait in place: it would be taken out of its consumer group."""

EXIT_DEPENDENCY_DOWN = 75
"""EX_TEMPFAIL of sysexits.h: start me again later."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_DOWN = (StoreDownError, LogDownError)

_log = structlog.get_logger()
T = TypeVar("T")


async def patiently(act: Callable[[], Awaitable[T]], what: str, *, patience_seconds: float = PATIENCE_SECONDS) -> T:
    """The result of ``act``, tried again while its dependency is down.

    When patience ends the process leaves at once, with nothing more acknowledged: the supervisor starts it again, and
    what was in hand is delivered again.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return await act()
        except _DOWN as error:
            if loop.time() >= until:
                _log.error("dependency_down_leaving", what=what, error=str(error))
                os._exit(EXIT_DEPENDENCY_DOWN)
            _log.warning("dependency_down_waiting", what=what, error=str(error), pause_seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
