"""Posts over HTTP: ``POST /ingest/{source}``, signed, fresh, and never twice.

A request is refused when its timestamp is more than five minutes off or its nonce was used before. The body is one
post, a list, a page of X, one of these a line, or what the directory has a mapping for. 202 is answered only once all
of it is durable; a source speaks for its own platform only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from queues.state import StateStore
from schemas.directory import Directory, Source
from schemas.intake import IntakeError, read_bytes, split_page
from schemas.mention import Mention
from streams.dead_letters import Origin
from streams.sources.deliveries import Deliveries, Delivery
from streams.sources.http import MAX_BODY_BYTES, RefusedError, answer, read_body
from streams.sources.mapping import Mapper
from streams.sources.meter import Meter
from streams.sources.nonces import Nonce, Nonces
from streams.sources.publish import MAX_POSTS, Publisher, Rejected, Taken
from streams.sources.signing import Stamp, signature
from streams.sources.terms import Terms

__all__ = ["MAX_BODY_BYTES", "ingest_router", "read_signed", "signature"]

MAX_SKEW_SECONDS = 300
_MANY_BYTES = 64 * 1024
"""From here on a body is read apart from others: it takes longer than they should wait."""


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
        sources={source.code: source for source in directory.sources if source.form == "signed"},
        secret_of=secret_of,
        mappers={source.code: Mapper(source.mapping) for source in directory.sources if source.mapping is not None},
        clock=clock,
        terms=Terms(directory),
    )
    meter = Meter(state, clock)
    deliveries = Deliveries(Nonces(state, keep_seconds=2 * MAX_SKEW_SECONDS), meter)

    @router.post("/ingest/{source}", status_code=202)
    async def ingest(source: str, request: Request) -> JSONResponse:
        """Takes signed posts of a source."""
        try:
            stamp, body = Stamp.of(request.headers), await read_body(request)
            read = partial(intake.read, source, stamp, body)
            taken = await deliveries.take(read, apart=len(body) > _MANY_BYTES)
            if taken is None:
                raise RefusedError(401, "replayed", "this nonce was used before", "X-Sunwai-Nonce")
            return answer(202, taken.outcome)
        except RefusedError as refused:
            if source in intake.sources:
                await run_sync(meter.refused, f"ingest/{source}", refused.problem.code)
            return refused.answer

    return router


@dataclass(frozen=True, slots=True)
class _Intake:
    publisher_for: Callable[[Source], Publisher]
    sources: dict[str, Source]
    secret_of: Callable[[str], bytes | None]
    mappers: dict[str, Mapper]
    clock: Callable[[], datetime]
    terms: Terms

    def read(self, code: str, stamp: Stamp, body: bytes) -> Delivery:
        """What a request brings. Raises RefusedError, LogDownError."""
        source, seconds = self._known(code, stamp, body)
        publisher = self.publisher_for(source)
        terms = self.terms if source.terms else None
        taken = read_signed(publisher, source, body, self.mappers.get(code), terms)
        rejected = [{"index": post.index, "reason": post.reason} for post in taken.rejected]
        outcome: dict[str, Any] = {"accepted": len(taken.mentions), "dead_letters": rejected}
        outcome |= {"left_out": taken.left_out} if source.terms else {}
        nonce = Nonce(code, seconds, stamp.nonce)
        return Delivery(f"ingest/{code}", nonce, publisher, body, taken.events, len(taken.mentions), outcome)

    def _known(self, code: str, stamp: Stamp, body: bytes) -> tuple[Source, int]:
        """Source and timestamp of a request that is signed and fresh.

        The same answer for an unknown source and a wrong signature: nobody learns which sources there are.
        """
        source = self.sources.get(code)
        key = self.secret_of(code) if source is not None else None
        if not stamp.fits(key, body) or source is None:
            raise RefusedError(
                401, "not_signed", "the signature does not fit source, timestamp, nonce and body", "X-Sunwai-Signature"
            )
        if stamp.seconds is None:
            message = "X-Sunwai-Timestamp takes seconds since 1970, X-Sunwai-Nonce 8 to 128 visible characters"
            raise RefusedError(401, "not_signed", message, "X-Sunwai-Timestamp")
        if abs(self.clock().timestamp() - stamp.seconds) > MAX_SKEW_SECONDS:
            message = f"the timestamp is more than {MAX_SKEW_SECONDS} seconds off: set the clock"
            raise RefusedError(401, "not_fresh", message, "X-Sunwai-Timestamp")
        return source, stamp.seconds


def read_signed(publisher: Publisher, source: Source, body: bytes, mapper: Mapper | None, terms: Terms | None) -> Taken:
    """What a body of ``source`` holds. Raises RefusedError for more posts than one request may bring."""

    def own(post: Mention) -> Mention | None:
        if post.platform != source.platform:
            raise IntakeError(f"platform: this source may send posts of {source.platform} only")
        return post if terms is None else terms(post)

    parts: list[Taken] = []
    for number, (raw, payload) in enumerate(_payloads(body, mapper)):
        origin = Origin(f"ingest/{source.code}", 0, number)
        if isinstance(payload, IntakeError):
            parts.append(publisher.reject(raw, str(payload), origin))
        else:
            parts.append(publisher.take_parsed(raw, payload, origin, own))
    return _joined(parts)


def _payloads(body: bytes, mapper: Mapper | None) -> list[tuple[bytes, Any]]:
    """Each payload of a body, or why it cannot be read. Raises RefusedError for more posts than one request may
    bring, before any of them is looked at."""
    payloads = [(raw, _payload(raw)) for raw in _lines(body)]
    if mapper is not None:
        payloads = [*islice(_mapped(payloads, mapper), MAX_POSTS + 1)]
    posts = (post for _, payload in payloads for post in split_page(payload))
    try:
        too_many = sum(1 for _ in islice(posts, MAX_POSTS + 1)) > MAX_POSTS
    except RecursionError:
        too_many = False  # the publisher makes it a dead letter
    if too_many:
        raise RefusedError(413, "too_many", f"a request may bring {MAX_POSTS} posts: send fewer at once")
    return payloads


def _mapped(payloads: list[tuple[bytes, Any]], mapper: Mapper) -> Iterator[tuple[bytes, Any]]:
    """Posts as the directory maps them; a payload in which there is none is kept as a dead letter."""
    for raw, payload in payloads:
        found = False
        try:
            for each in mapper.posts(payload) if not isinstance(payload, IntakeError) else ():
                found = True
                yield each
        except IntakeError as error:
            yield raw, error
            continue
        if not found:
            yield raw, payload if isinstance(payload, IntakeError) else IntakeError("post: none where it should be")


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
        posts += len(part.events) + part.left_out
    events = tuple(event for part in parts for event in part.events)
    return Taken(events, tuple(post for part in parts for post in part.mentions), tuple(rejected), posts - len(events))
