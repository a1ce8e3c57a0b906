"""What has changed, as it happens: ``GET /api/v1/events``, server-sent events for open desks and for programs.

An event tells that a case that the account may see was opened or has changed; below ``/claims``, that a claim of the
watch was told, or that somebody did something with it. A client goes on where it was cut off by ``Last-Event-ID``,
which browsers send by themselves, and may then be told of something twice.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import KEEPALIVE_COMMENT
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from desk.accounts import User
from desk.api_answers import COMMON, answers
from desk.asking import CallerDep, DeskDep, still_there
from desk.authorise import visibility
from desk.case_changes import OVERLAP, changed_since, moment_of
from desk.claim_changes import EDITION, unless_of
from desk.events import Changes, Listener
from desk.listing import check_queue
from desk.watching import check_may_watch
from queues.state import StoreDownError
from queues.store import Visibility

__all__ = ["events_api"]

events_api = APIRouter(prefix="/api/v1/events", tags=["events"], responses=COMMON)

_CHECK_SECONDS = 15.0
"""So often a stream says that it is alive, and looks whether its account still may see what it sees."""
_Stamp = Annotated[int, Query(ge=0, le=99_999_999_999_999, examples=[1772433600000])]
_Edition = Annotated[str, Query(pattern=EDITION, examples=["12-40"])]
_Queue = Annotated[str | None, Query(max_length=100, examples=["nigam-water"], description="Of this queue alone.")]
_CLAIM_EXAMPLE = """event: claim
data: {"id":"x:1800000000000000001","doubling":1,"act":0}
id: 13-40

"""
_EXAMPLE = """event: case
data: {"id":"7k3m9qx2ht4d0e5g","docket":"SPR-7K3M-9QX2-HT4D","queue":"nigam-water","status":"new","is_open":true,\
"urgency":"normal","assignee":null,"revision":0,"changed_at":"2026-03-02T05:40:00Z","stamp":1772429999000}
id: 1772429999000

: ping

"""


class EventStream(StreamingResponse):
    """Messages that are whole already; FastAPI's own response writes each anew for each listener."""

    media_type = "text/event-stream"


def _described(example: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "As it happens.", "content": {"text/event-stream": {"example": example}}}}


@events_api.get("", response_class=EventStream, responses=_described(_EXAMPLE) | answers(404))
async def events(  # noqa: PLR0913, PLR0917 - what is asked
    request: Request,
    desk: DeskDep,
    caller: CallerDep,
    queue: _Queue = None,
    after: Annotated[_Stamp | None, Query(description="From this moment on, in milliseconds since 1970.")] = None,
    last: Annotated[
        str | None, Header(alias="Last-Event-ID", max_length=20, description="Of the event that came last.")
    ] = None,
) -> EventStream:
    """`case` when a case was opened or has changed, `missed` when more has changed than was told: look again then."""
    seen = visibility(caller.user)
    if queue is not None:
        await run_in_threadpool(check_queue, desk, caller.user, queue)
        seen = Visibility(frozenset({queue}))
    since = None if after is None else moment_of(after)
    if last is not None and last.isascii() and last.isdecimal():
        since = moment_of(int(last[:14])) - OVERLAP
    missed = partial(changed_since, desk.store, seen, since, desk.clock()) if since is not None else list
    return await _answer(request, desk.changes, caller.user, seen, missed)


@events_api.get("/claims", response_class=EventStream, responses=_described(_CLAIM_EXAMPLE))
async def claim_events(
    request: Request,
    desk: DeskDep,
    caller: CallerDep,
    after: Annotated[_Edition | None, Query(description="The `id` of the event that came last.")] = None,
    last: Annotated[
        str | None, Header(alias="Last-Event-ID", max_length=30, description="Of the event that came last.")
    ] = None,
) -> EventStream:
    """`claim` when a claim of the watch was told, or somebody did something with it; `missed` when more has changed
    than was told: look again then. For those who may see the watch."""
    check_may_watch(caller.user)
    missed = partial(unless_of, last or after, desk.state)
    return await _answer(request, desk.claim_changes, caller.user, Visibility(None), missed)


async def _answer(
    request: Request, changes: Changes, user: User, seen: Visibility, missed: Callable[[], list[bytes]]
) -> EventStream:
    """``missed`` is asked, in a thread, once changes are looked for: so nothing falls in between."""
    listener = changes.join(user.name, seen)
    try:
        await changes.begun()
        first = await run_in_threadpool(missed)
    except BaseException:
        changes.leave(listener)
        raise
    stream = _stream(request, changes, listener, first, user)
    return EventStream(stream, headers={"X-Accel-Buffering": "no"})


async def _stream(
    request: Request, changes: Changes, listener: Listener, missed: list[bytes], user: User
) -> AsyncIterator[bytes]:
    """Ends when the account may see something else than before, or nothing: a client that may connects again."""
    clock = asyncio.get_running_loop().time
    try:
        yield KEEPALIVE_COMMENT
        for each in missed:
            yield each
        check_at = clock() + _CHECK_SECONDS
        while not listener.ended:
            message = await listener.next(max(0.0, check_at - clock()))
            if message is not None:
                yield message
            if clock() >= check_at:
                if await run_in_threadpool(_now, request, user) != user:
                    return
                yield KEEPALIVE_COMMENT
                check_at = clock() + _CHECK_SECONDS
    finally:
        changes.leave(listener)


def _now(request: Request, user: User) -> User | None:
    """Who it is by now. A store that is down is waited for: nothing is told meanwhile."""
    try:
        return still_there(request)
    except StoreDownError:
        return user
