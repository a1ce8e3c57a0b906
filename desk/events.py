"""Open desks are told what has changed: one look a second for all of them, whatever process changed it.

Each desk process looks by itself, so two of them need nothing of one another. What is told is a hint to look again, not
a record: an event may come twice, and who has missed too many is told so instead. Sealed cases are never told of.
What is looked for: desk/case_changes.py, desk/claim_changes.py.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from weakref import WeakSet

import structlog
from fastapi.sse import format_sse_event

from desk.refusal import Refusal, mark
from queues.state import StoreDownError
from queues.store import Visibility
from schemas.base import Value

__all__ = ["MISSED", "Changes", "Listener", "Source", "Told", "format_event", "missed"]

_LOOK_SECONDS = 1.0
_MOST_WAITING = 100
_MOST_OF_ONE = 12
_LOOK_AGAIN_SECONDS = 30
MISSED = "missed"
"""The event that says: more has changed than was told."""

_log = structlog.get_logger("desk")


def format_event(name: str, value: Value, id: str) -> bytes:
    """As it goes out. ``id``: what a client goes on after."""
    return format_sse_event(event=name, data_str=value.model_dump_json(), id=id)


def missed(id: str) -> bytes:
    return format_sse_event(event=MISSED, data_str="{}", id=id)


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it goes out, and who may see it."""

    message: bytes
    id: str
    may_see: Callable[[Visibility], bool]


class Source(Protocol):
    """What is looked at once a second, in a thread. ``begin`` forgets what is known: what the next look finds is not
    told. ``find`` may raise StoreDownError."""

    @property
    def latest(self) -> str:
        """The id of the event that came last."""
        ...

    def begin(self) -> None: ...

    def find(self) -> Sequence[Told] | None:
        """What has changed since the last look; None: more than can be told."""
        ...


@dataclass(eq=False)
class Listener:
    """One open desk: what it ``seen`` may see, what waits to be sent to it, at most so much. Of one event loop."""

    who: str
    seen: Visibility
    waiting: deque[bytes] = field(default_factory=deque)
    ended: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, message: bytes, id: str) -> None:
        """Who does not take what waits is told to look again instead."""
        if len(self.waiting) >= _MOST_WAITING:
            self.waiting.clear()
            message = missed(id)
        self.waiting.append(message)
        self._woken.set()

    def end(self) -> None:
        self.ended = True
        self._woken.set()

    async def next(self, seconds: float) -> bytes | None:
        """The next message; None when there is none for so long, or when it is over."""
        if not self.waiting and not self.ended:
            self._woken.clear()
            try:
                await asyncio.wait_for(self._woken.wait(), seconds)
            except TimeoutError:
                return None
        return self.waiting.popleft() if self.waiting and not self.ended else None


@dataclass
class Changes:
    """Who listens, and the task that looks for them while there is somebody. ``most``: listeners of this process."""

    source: Source
    most: int
    _listeners: WeakSet[Listener] = field(default_factory=WeakSet)
    """Weak, since a stream that is cut off before it began says nothing of its end."""
    _task: asyncio.Task[None] | None = None
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    def join(self, who: str, seen: Visibility) -> Listener:
        """Raises Refusal when there are too many, or the process is to stop. Within the event loop."""
        own = sum(listener.who == who for listener in self._listeners)
        if own >= _MOST_OF_ONE:
            raise _too_many(429, "too_many_open")
        if self._over or len(self._listeners) >= self.most:
            raise _too_many(503, "too_many_listen")
        listener = Listener(who, replace(seen, sealed=False))
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._begun.clear()
            self._task = asyncio.get_running_loop().create_task(self._watch())
        return listener

    async def begun(self) -> None:
        """Until what is there is known: whatever changes afterwards will be told."""
        await self._begun.wait()

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def end(self) -> None:
        """Ends every stream, so that a process that is to stop does not wait for them."""
        self._over = True
        for listener in [*self._listeners]:
            listener.end()

    async def _watch(self) -> None:
        """Ends with the last listener. If it breaks, the streams end too, and clients connect again."""
        try:
            self.source.begin()
            await self._look(tell=False)
            self._begun.set()
            while self._listeners and not self._over:
                await asyncio.sleep(_LOOK_SECONDS)
                await self._look(tell=True)
        finally:
            self._begun.set()
            for listener in [*self._listeners]:
                listener.end()

    async def _look(self, *, tell: bool) -> None:
        try:
            found = await asyncio.to_thread(self.source.find)
        except StoreDownError as error:
            _log.warning("changes_not_read", error=str(error))
            return
        if tell:
            self._tell(found)

    def _tell(self, found: Sequence[Told] | None) -> None:
        latest = self.source.latest
        for told in [Told(missed(latest), latest, lambda _: True)] if found is None else found:
            for listener in self._listeners:
                if told.may_see(listener.seen):
                    listener.tell(told.message, told.id)


def _too_many(status: int, code: str) -> Refusal:
    message = mark("Too many pages are listening for changes. Close some, or reload the page now and then.")
    return Refusal(status, code, message, headers={"Retry-After": str(_LOOK_AGAIN_SECONDS)})
