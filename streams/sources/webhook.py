"""Posts over HTTP: ``POST /ingest/{source}``, signed, fresh, and never twice.

The signature is HMAC-SHA-256 under the source's key over ``timestamp.nonce.body``; a request whose timestamp is more
than five minutes off, or whose nonce was used within that time, is refused. 202 is answered only once all is durable.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from queues.state import AlreadyExistsError, StateStore, StoreDownError
from schemas.directory import Directory, Source
from schemas.problem import Problem, ProblemBody
from streams.dead_letters import Origin
from streams.log import LogDownError
from streams.sources.publish import Publisher, Taken

__all__ = ["NONCE", "ingest_router", "signature"]

NONCE = "nonce"
MAX_SKEW_SECONDS = 300
MAX_BODY_BYTES = 2 * 1024 * 1024 - 64 * 1024
"""A body that no dead letter could carry is refused whole."""
RETRY_AFTER_SECONDS = 5

_NONCE_CHARACTERS = range(8, 129)


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str):
        self.status = status
        self.problem = Problem(code=code, message=message)


def signature(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """What the header ``X-Sunwai-Signature`` must hold."""
    return "v1=" + hmac.new(key, f"{timestamp}.{nonce}.".encode() + body, sha256).hexdigest()


def ingest_router(
    publisher_for: Callable[[Source], Publisher],
    directory: Directory,
    secret_of: Callable[[str], bytes | None],
    state: StateStore,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The endpoint for the sources that the directory names; ``secret_of`` gives a source's key, if it has one."""
    router = APIRouter()
    sources = {source.code: source for source in directory.sources}

    async def ingest(source: str, request: Request) -> JSONResponse:
        try:
            body = await _body(request)
            found = sources.get(source)
            key = secret_of(source) if found is not None else None
            _check(request, body, key, clock())
            assert found is not None
            return await run_in_threadpool(_accept, found, request.headers["x-sunwai-nonce"], body)
        except _RefusedError as refused:
            return _answer(refused.status, ProblemBody(error=refused.problem).model_dump())

    def _accept(source: Source, nonce: str, body: bytes) -> JSONResponse:
        try:
            _use(state, f"{source.code}:{nonce}", clock())
            publisher = publisher_for(source)
            taken = _take(publisher, body)
            publisher.append(taken.events)
        except (LogDownError, StoreDownError) as error:
            raise _RefusedError(
                503, "try_later", "events cannot be stored now: send the same again, newly signed"
            ) from error
        refused = [{"index": entry.index, "reason": entry.reason} for entry in taken.rejected]
        return _answer(202, {"accepted": taken.mentions, "dead_letters": refused})

    router.add_api_route("/ingest/{source}", ingest, methods=["POST"], status_code=202)
    return router


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _RefusedError(413, "too_large", f"a body may have {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _check(request: Request, body: bytes, key: bytes | None, now: datetime) -> None:
    """The same answer for an unknown source and a wrong signature: neither tells which sources there are."""
    headers = request.headers
    timestamp, nonce = headers.get("x-sunwai-timestamp", ""), headers.get("x-sunwai-nonce", "")
    given = headers.get("x-sunwai-signature", "")
    expected = signature(key or b"\0", timestamp, nonce, body)
    if not hmac.compare_digest(given.encode(), expected.encode()) or key is None:
        raise _RefusedError(401, "not_signed", "the signature does not fit source, timestamp, nonce and body")
    if not timestamp.isascii() or not timestamp.isdigit() or len(nonce) not in _NONCE_CHARACTERS:
        raise _RefusedError(401, "not_signed", "a timestamp in seconds and a nonce of 8 to 128 characters are needed")
    if abs(now.timestamp() - int(timestamp)) > MAX_SKEW_SECONDS:
        raise _RefusedError(401, "not_fresh", f"the timestamp is more than {MAX_SKEW_SECONDS} seconds off")


def _use(state: StateStore, nonce: str, now: datetime) -> None:
    """Each nonce counts once; those too old to be replayed are forgotten, a few with each request."""
    minute = int(now.timestamp()) // 60
    try:
        state.create(NONCE, nonce, {"minute": minute}, state=str(minute))
    except AlreadyExistsError:
        raise _RefusedError(401, "not_fresh", "this nonce was used before") from None
    for old in range(minute - 20, minute - 2 * MAX_SKEW_SECONDS // 60):
        for record in state.scan(NONCE, state=str(old), limit=100):
            state.delete(record)


def _take(publisher: Publisher, body: bytes) -> Taken:
    """One JSON value, or several, one a line."""
    origin = Origin("http", 0, 0)
    lines = [line for line in body.split(b"\n") if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[:1] == b"{" for line in lines) and body.lstrip()[:1] == b"{":
        parts = [publisher.take(line, origin) for line in lines]
        rejected = tuple(
            type(entry)(index, entry.reason) for index, part in enumerate(parts) for entry in part.rejected
        )
        events = tuple(event for part in parts for event in part.events)
        return Taken(events, sum(part.mentions for part in parts), rejected)
    return publisher.take_whole(body, origin)


def _answer(status: int, content: dict[str, Any]) -> JSONResponse:
    headers = {"retry-after": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    return JSONResponse(content, status_code=status, headers=headers)
