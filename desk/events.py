"""Open desks are told what has changed: one look a second at the store for all of them, whatever process changed it.

Each desk process looks by itself, so two of them need nothing of one another. What is told is a hint to look again, not
a record: an event may come twice, and who has missed too many is told so instead. Sealed cases are never told of.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from weakref import WeakSet

import structlog
from fastapi.sse import format_sse_event

from desk.refusal import Refusal, mark
from desk.shapes import CaseChanged, case_changed
from queues.ordering import milliseconds
from queues.state import StoreDownError
from queues.store import CaseQuery, CaseStore, Sort, Visibility
from schemas.case import Case

__all__ = ["MISSED", "Changes", "Listener", "changed_since", "event", "moment_of", "stamp"]

OVERLAP = timedelta(seconds=5)
"""A change is in every search by then: Elasticsearch refreshes each second, clocks of machines are no further apart."""
_LOOK_SECONDS = 1.0
_PAGE = 500
_MOST_KNOWN = 2000
"""Changes of the last seconds that are told one by one; when there are more, everybody is told to look again."""
_MILLISECOND = timedelta(milliseconds=1)
_MOST_WAITING = 100
_MOST_MISSED = 200
_MOST_OF_ONE = 12
_LOOK_AGAIN_SECONDS = 30
_EVERY_QUEUE = Visibility(None)
"""All but what is sealed."""
MISSED = "missed"
"""The event that says: more has changed than was told."""

_log = structlog.get_logger("desk")


def stamp(moment: datetime) -> int:
    """Milliseconds since 1970 UTC: the id of an event, by which a client goes on after it."""
    return milliseconds(moment) // 1000


def moment_of(stamp: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=stamp)


def event(changed: CaseChanged | None, id: int) -> bytes:
    """As it goes out; None: more than can be told."""
    if changed is None:
        return format_sse_event(event=MISSED, data_str="{}", id=str(id))
    return format_sse_event(event="case", data_str=changed.model_dump_json(), id=str(id))


@dataclass(eq=False)
class Listener:
    """One open desk: what it ``seen`` may see, what waits to be sent to it, at most so much. Of one event loop."""

    who: str
    seen: Visibility
    waiting: deque[bytes] = field(default_factory=deque)
    ended: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, message: bytes, id: int) -> None:
        """Who does not take what waits is told to look again instead."""
        if len(self.waiting) >= _MOST_WAITING:
            self.waiting.clear()
            message = event(None, id)
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

    store: CaseStore
    clock: Callable[[], datetime]
    most: int
    _listeners: WeakSet[Listener] = field(default_factory=WeakSet)
    """Weak, since a stream that is cut off before it began says nothing of its end."""
    _task: asyncio.Task[None] | None = None
    _over: bool = False
    _known: dict[str, datetime] = field(default_factory=dict)
    _latest: int = 0

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
            self._task = asyncio.get_running_loop().create_task(self._watch())
        return listener

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
            self._known = {}
            self._latest = stamp(self.clock())
            await self._look(tell=False)
            while self._listeners and not self._over:
                await asyncio.sleep(_LOOK_SECONDS)
                await self._look(tell=True)
        finally:
            for listener in [*self._listeners]:
                listener.end()

    async def _look(self, *, tell: bool) -> None:
        try:
            found = await asyncio.to_thread(self._new_ones)
        except StoreDownError as error:
            _log.warning("changes_not_read", error=str(error))
            return
        if tell:
            self._tell(found)

    def _new_ones(self) -> list[Case] | None:
        """Changed since the last look; None: too many."""
        since = self.clock() - OVERLAP
        query = CaseQuery(changed_after=since, merged=True, sort=Sort.CHANGED, limit=_PAGE)
        found: list[Case] = []
        for cases in _pages(self.store, query, _EVERY_QUEUE):
            found += [case for case in cases if self._known.get(case.id) != case.changed_at]
            self._known |= {case.id: case.changed_at for case in cases}
            if len(self._known) > _MOST_KNOWN:
                self._known = {}
                return None
        self._known = {id: at for id, at in self._known.items() if at >= since - _MILLISECOND}
        return found

    def _tell(self, found: list[Case] | None) -> None:
        if found is None:
            self._latest = max(self._latest, stamp(self.clock()))
            message = event(None, self._latest)
            for listener in self._listeners:
                listener.tell(message, self._latest)
            return
        for case in found:
            self._latest = max(self._latest, stamp(case.changed_at))
            message = event(case_changed(case), self._latest)
            for listener in self._listeners:
                if listener.seen.sees(case):
                    listener.tell(message, self._latest)


def changed_since(store: CaseStore, seen: Visibility, since: datetime, now: datetime) -> list[bytes]:
    """What somebody has missed since then, as events: at most 200, of the last day; more is said in one."""
    query = CaseQuery(changed_after=since, merged=True, sort=Sort.CHANGED, limit=_MOST_MISSED)
    if now - since > timedelta(days=1):
        return [event(None, stamp(now))]
    page = store.search(query, replace(seen, sealed=False))
    if page.cursor is not None:
        return [event(None, stamp(now))]
    return [event(case_changed(found.case), stamp(found.case.changed_at)) for found in page.cases]


def _pages(store: CaseStore, query: CaseQuery, seen: Visibility) -> Iterator[list[Case]]:
    while True:
        page = store.search(query, seen)
        yield [found.case for found in page.cases]
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)


def _too_many(status: int, code: str) -> Refusal:
    message = mark("Too many pages are listening for changes. Close some, or reload the page now and then.")
    return Refusal(status, code, message, headers={"Retry-After": str(_LOOK_AGAIN_SECONDS)})
