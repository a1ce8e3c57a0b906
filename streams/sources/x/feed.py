"""The filtered stream: connected for as long as X and the budget let it, and again when it was lost.

Documented under "GET /2/tweets/search/stream" and "Consuming streaming data". Lines are only handed on here, so that X
never finds us slow; what a stream can have missed is written down as a gap before anything that it brings is counted.
"""

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import structlog

from streams.sources.x.backoff import Backoff
from streams.sources.x.client import LineStream, XClient, XError, XRefusedError
from streams.sources.x.intake import FIELDS
from streams.sources.x.room import Room
from streams.sources.x.waiting import Waiting

__all__ = ["MOST_IN_HAND", "Arrived", "ClockError", "Feed"]

STREAM = "/2/tweets/search/stream"
MOST_IN_HAND = 5_000
"""Lines read and not yet published; with more of them X waits, and at last closes the stream."""
_IDLE_SECONDS = 30.0
_OFFER_SECONDS = 0.5

_log = structlog.get_logger()


class ClockError(Exception):
    """Our clock and that of X are further apart than gaps overlap."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A line of the stream, and when it came; an empty one says that all before it has come."""

    line: bytes
    at: datetime


@dataclass
class Feed:
    """Runs in a thread of its own. ``in_step`` sees to the rules before each connection, ``opened`` writes the gap
    down, ``spent`` is told when the budget has no more room."""

    client: XClient
    waiting: Waiting
    in_step: Callable[[], None]
    opened: Callable[[], None]
    closed: Callable[[], None]
    spent: Callable[[], None]
    room: Room
    failed: Callable[[Exception], None]
    clocks_apart_seconds: float
    arrived: "queue.Queue[Arrived]" = field(default_factory=lambda: queue.Queue(MOST_IN_HAND))
    _backoff: Backoff = field(default_factory=Backoff)
    _stream: LineStream | None = None

    def run(self) -> None:
        """Until told to stop; an account without credits is waited for. Raises XRefusedError for what no waiting mends,
        StoreDownError."""
        while not self.waiting.is_over():
            if self.room() <= 0:
                self._idle()
                continue
            try:
                self._read()
            except XError as error:
                if isinstance(error, XRefusedError) and error.status != httpx.codes.PAYMENT_REQUIRED:
                    raise
                pause = self._backoff.pause_seconds(error, self.waiting.clock().timestamp())
                if not self.waiting.is_over():
                    self.failed(error)
                    _log.warning("x_stream_lost", error=str(error), pause_seconds=round(pause, 2))
                self.waiting.wait(pause)

    def stop(self) -> None:
        """Ends the reading of a line that may be long in coming."""
        if self._stream is not None:
            self._stream.close()

    def _idle(self) -> None:
        """Until there is a budget again."""
        self.spent()
        while self.room() <= 0 and not self.waiting.is_over():
            self.waiting.wait(_IDLE_SECONDS)

    def _read(self) -> None:
        self.in_step()
        with self.client.stream(STREAM, FIELDS) as stream:
            self._stream = stream
            try:
                self._compare_clocks(stream)
                self.opened()
                self._hand_on(stream)
            finally:
                self._stream = None
                self.closed()

    def _compare_clocks(self, stream: LineStream) -> None:
        """Gaps are reckoned by our clock: one that is wrong would leave posts out, and nobody would see it."""
        theirs = stream.opened_at
        off = 0.0 if theirs is None else abs((theirs - self.waiting.clock()).total_seconds())
        if off > self.clocks_apart_seconds:
            self.failed(ClockError(f"the clocks of X and of this machine are {off:.0f} seconds apart: set ours"))
            _log.error("x_clocks_apart", seconds=round(off))

    def _hand_on(self, stream: LineStream) -> None:
        for line in stream:
            self._backoff.good()
            self.room.delivered(1 if line else 0)
            self._offer(Arrived(line, self.waiting.clock()))
            if self.waiting.is_over() or (line and self.room() <= 0):
                return

    def _offer(self, arrived: Arrived) -> None:
        while not self.waiting.is_over():
            try:
                return self.arrived.put(arrived, timeout=_OFFER_SECONDS)
            except queue.Full:
                continue
