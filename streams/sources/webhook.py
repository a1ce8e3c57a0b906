"""Posts over HTTP: ``POST /ingest/{source}``, signed, fresh, and never twice.

A request is refused when its timestamp is more than five minutes off or its nonce was used before. The body is one
post, a list, a page of X, or one of these a line. 202 is answered only once all of it is durable; a source speaks for
its own platform only.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from queues.state import StateStore, StoreDownError
from schemas.directory import Directory, Source
from schemas.intake import IntakeError, read_bytes, split_page
from schemas.mention import Mention
from schemas.problem import Problem, ProblemBody
from streams.dead_letters import Origin
from streams.log import LogDownError
from streams.sources.nonces import Nonces
from streams.sources.publish import MAX_POSTS, Publisher, Rejected, Taken
from streams.sources.signing import Stamp, signature
from streams.topics import MAX_EVENT_BYTES

__all__ = ["MAX_BODY_BYTES", "ingest_router", "signature"]

MAX_SKEW_SECONDS = 300
MAX_BODY_BYTES = MAX_EVENT_BYTES - 64 * 1024
"""A body that no dead letter could carry is refused whole."""

BODY_SECONDS = 60
"""Longest time in which a body must have come."""

RETRY_AFTER_SECONDS = 5


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str, field: str | None = None):
        super().__init__(message)
        self.status = status
        self.problem = Problem(code=code, message=message, field=field)


def ingest_router(
    publisher_for: Callable[[Source], Publisher],
    directory: Directory,
    secret_of: Callable[[str], bytes | None],
    state: StateStore,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The endpoint for the sources that the directory names; ``secret_of`` gives a source's key, if it has one."""
    router = APIRouter()
    intake = _Intake(
        publisher_for=publisher_for,
        sources={source.code: source for source in directory.sources},
        secret_of=secret_of,
        nonces=Nonces(state, keep_seconds=2 * MAX_SKEW_SECONDS),
        clock=clock,
    )

    @router.post("/ingest/{source}", status_code=202)
    async def ingest(source: str, request: Request) -> JSONResponse:
        """Takes signed posts of a source."""
        try:
            stamp, body = Stamp.of(request.headers), await _body(request)
            return await run_sync(intake.accept, source, stamp, body)
        except _RefusedError as refused:
            return _answer(refused.status, ProblemBody(error=refused.problem).model_dump())

    return router


@dataclass(frozen=True, slots=True)
class _Intake:
    publisher_for: Callable[[Source], Publisher]
    sources: dict[str, Source]
    secret_of: Callable[[str], bytes | None]
    nonces: Nonces
    clock: Callable[[], datetime]

    def accept(self, code: str, stamp: Stamp, body: bytes) -> JSONResponse:
        """Raises _RefusedError. Blocks: it waits for the disk."""
        source, seconds = self._known(code, stamp, body)
        try:
            used = self.nonces.use(source.code, seconds, stamp.nonce, self.clock().timestamp())
            if used is None:
                raise _RefusedError(401, "replayed", "this nonce was used before", "X-Sunwai-Nonce")
            try:
                taken = self._append(source, body)
            except BaseException:
                with suppress(StoreDownError):
                    self.nonces.free(used)
                raise
        except (LogDownError, StoreDownError) as error:
            raise _RefusedError(503, "try_later", "nothing can be stored now: send the same again later") from error
        rejected = [{"index": post.index, "reason": post.reason} for post in taken.rejected]
        return _answer(202, {"accepted": len(taken.mentions), "dead_letters": rejected})

    def _known(self, code: str, stamp: Stamp, body: bytes) -> tuple[Source, int]:
        """Source and timestamp of a request that is signed and fresh.

        The same answer for an unknown source and a wrong signature: nobody learns which sources there are.
        """
        source = self.sources.get(code)
        key = self.secret_of(code) if source is not None else None
        if not stamp.fits(key, body) or source is None:
            raise _RefusedError(
                401, "not_signed", "the signature does not fit source, timestamp, nonce and body", "X-Sunwai-Signature"
            )
        if stamp.seconds is None:
            message = "X-Sunwai-Timestamp takes seconds since 1970, X-Sunwai-Nonce 8 to 128 visible characters"
            raise _RefusedError(401, "not_signed", message, "X-Sunwai-Timestamp")
        if abs(self.clock().timestamp() - stamp.seconds) > MAX_SKEW_SECONDS:
            message = f"the timestamp is more than {MAX_SKEW_SECONDS} seconds off: set the clock"
            raise _RefusedError(401, "not_fresh", message, "X-Sunwai-Timestamp")
        return source, stamp.seconds

    def _append(self, source: Source, body: bytes) -> Taken:
        publisher = self.publisher_for(source)
        taken = _taken(publisher, source, body)
        publisher.append(taken.events)
        return taken


def _taken(publisher: Publisher, source: Source, body: bytes) -> Taken:
    def own(post: Mention) -> Mention:
        if post.platform != source.platform:
            raise IntakeError(f"platform: this source may send posts of {source.platform} only")
        return post

    parts: list[Taken] = []
    for number, (raw, payload) in enumerate(_payloads(body)):
        origin = Origin(f"ingest/{source.code}", 0, number)
        if isinstance(payload, IntakeError):
            parts.append(publisher.reject(raw, str(payload), origin))
        else:
            parts.append(publisher.take_parsed(raw, payload, origin, own))
    return _joined(parts)


def _payloads(body: bytes) -> list[tuple[bytes, Any]]:
    """Each payload of a body, or why it cannot be read. Raises _RefusedError for more posts than one request may
    bring, before any of them is looked at."""
    payloads = [(raw, _payload(raw)) for raw in _lines(body)]
    posts = (post for _, payload in payloads for post in split_page(payload))
    try:
        too_many = sum(1 for _ in islice(posts, MAX_POSTS + 1)) > MAX_POSTS
    except RecursionError:
        too_many = False  # the publisher makes it a dead letter
    if too_many:
        raise _RefusedError(413, "too_many", f"a request may bring {MAX_POSTS} posts: send fewer at once")
    return payloads


def _payload(raw: bytes) -> Any:
    try:
        return read_bytes(raw, most=MAX_BODY_BYTES)
    except IntakeError as error:
        return error


def _lines(body: bytes) -> list[bytes]:
    """The lines of a body with one JSON object a line; a single entry for any other: of an object that is written over
    several lines not each begins with a brace and ends with one."""
    lines = [line for line in body.split(b"\n") if line.strip()]
    return lines if all(line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for line in lines) else [body]


def _joined(parts: list[Taken]) -> Taken:
    rejected: list[Rejected] = []
    posts = 0
    for part in parts:
        rejected.extend(Rejected(posts + entry.index, entry.reason) for entry in part.rejected)
        posts += len(part.events)
    events = tuple(event for part in parts for event in part.events)
    return Taken(events, tuple(post for part in parts for post in part.mentions), tuple(rejected))


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise _RefusedError(413, "too_large", f"a body may have {MAX_BODY_BYTES} bytes: send less at once")
    except TimeoutError as error:
        raise _RefusedError(408, "too_slow", f"the body did not come within {BODY_SECONDS} seconds") from error
    except ClientDisconnect as error:
        raise _RefusedError(400, "broken_off", "the request was broken off") from error
    if not body.strip():
        raise _RefusedError(400, "empty", "the body has no posts")
    return bytes(body)


def _answer(status: int, content: dict[str, Any]) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    return JSONResponse(content, status_code=status, headers=headers)
