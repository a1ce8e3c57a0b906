"""Comments, posts and mentions on pages of Facebook and accounts of Instagram: ``/meta/{source}``.

Documented under "Webhooks: Getting Started" (verification, ``X-Hub-Signature-256``), "Webhooks for Pages" (``feed``,
``mention``) and "Instagram Platform: Webhooks" (``comments``). Meta signs only the body, so what is old is known by the
moment at which it was sent, and what came before by its digest. It tries again for 36 hours what was not answered 200;
so a body that is known is answered 200, and not taken again.
"""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from queues.state import StateStore
from schemas.directory import Directory, Source
from schemas.events import Deletion
from schemas.intake import IntakeError, read_bytes
from streams.dead_letters import Origin
from streams.log import Event
from streams.sources.deliveries import Deliveries, Delivery
from streams.sources.http import MAX_BODY_BYTES, RefusedError, answer, read_body
from streams.sources.meta_changes import LookUp, entries, no_look_up, seconds, told_by
from streams.sources.meter import Meter
from streams.sources.nonces import Nonce, Nonces
from streams.sources.publish import MAX_POSTS, Publisher, Taken
from streams.topics import DELETIONS

__all__ = ["OLDEST_SECONDS", "MetaKeys", "meta_router", "meta_signature", "read_notification"]

OLDEST_SECONDS = 37 * 3600
"""Meta tries again for 36 hours."""
SKEW_SECONDS = 300
DIGEST = "meta_digest"
_OBJECT = {"page": "facebook", "instagram": "instagram"}


def meta_signature(key: bytes, body: bytes) -> str:
    """What the header ``X-Hub-Signature-256`` must hold."""
    return "sha256=" + hmac.new(key, body, sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class MetaKeys:
    """The app's secret, and the word that Meta shows when the endpoint is set up. Without one nothing is taken."""

    secret: bytes | None = field(default=None, repr=False)
    token: bytes | None = field(default=None, repr=False)


def meta_router(  # noqa: PLR0913, PLR0917 - an endpoint is made of these
    publisher_for: Callable[[Source], Publisher],
    directory: Directory,
    keys_of: Callable[[str], MetaKeys],
    state: StateStore,
    clock: Callable[[], datetime],
    look_up: LookUp = no_look_up,
) -> APIRouter:
    """The endpoint for the sources of the form ``meta``; ``look_up`` asks Instagram for the words of a mention."""
    router = APIRouter()
    intake = _Intake(
        publisher_for,
        {source.code: source for source in directory.sources if source.form == "meta"},
        keys_of,
        clock,
        look_up,
    )
    meter = Meter(state, clock)
    deliveries = Deliveries(Nonces(state, OLDEST_SECONDS + SKEW_SECONDS, kind=DIGEST), meter)

    @router.get("/meta/{source}")
    def verify(source: str, request: Request) -> Response:
        """Shows Meta that the endpoint is ours."""
        asked = request.query_params
        token = keys_of(source).token if source in intake.sources else None
        shown = asked.get("hub.verify_token", "").encode()
        challenge = asked.get("hub.challenge", "")
        fits = hmac.compare_digest(shown, token or b"\0") and bool(token)
        if not fits or asked.get("hub.mode") != "subscribe" or not (challenge.isascii() and challenge.isdigit()):
            return RefusedError(403, "not_verified", "the verify token does not fit").answer
        return PlainTextResponse(challenge)

    @router.post("/meta/{source}")
    async def receive(source: str, request: Request) -> Response:
        """Takes what Meta tells of a page."""
        try:
            signature, body = request.headers.get("x-hub-signature-256", ""), await read_body(request)
            taken = await deliveries.take(partial(intake.read, source, signature, body), apart=True)
            return answer(200, {"accepted": 0, "known": True} if taken is None else taken.outcome)
        except RefusedError as refused:
            if source in intake.sources:
                await run_sync(meter.refused, f"meta/{source}", refused.problem.code)
            return refused.answer

    return router


@dataclass(frozen=True, slots=True)
class _Intake:
    publisher_for: Callable[[Source], Publisher]
    sources: dict[str, Source]
    keys_of: Callable[[str], MetaKeys]
    clock: Callable[[], datetime]
    look_up: LookUp

    def read(self, code: str, signature: str, body: bytes) -> Delivery:
        """What a request brings. Raises RefusedError, LogDownError. Blocks: it may ask Instagram."""
        source = self._signed(code, signature, body)
        payload = _payload(source, body)
        now = self.clock().timestamp()
        sent = max((seconds(entry.get("time")) for entry in entries(payload)), default=0.0)
        if not now - OLDEST_SECONDS <= sent <= now + SKEW_SECONDS:
            raise RefusedError(400, "not_fresh", "this was sent too long ago, or the clock is wrong")
        publisher = self.publisher_for(source)
        events = read_notification(publisher, source, payload, body, self.look_up)
        if len(events) > MAX_POSTS:
            raise RefusedError(413, "too_many", f"a request may bring {MAX_POSTS} posts")
        nonce = Nonce(code, int(sent), sha256(body).hexdigest())
        outcome = {"accepted": len(events), "known": False}
        return Delivery(f"meta/{code}", nonce, publisher, body, events, len(events), outcome)

    def _signed(self, code: str, signature: str, body: bytes) -> Source:
        """The same answer for an unknown source and a wrong signature: nobody learns which sources there are."""
        source = self.sources.get(code)
        key = self.keys_of(code).secret if source is not None else None
        fits = hmac.compare_digest(signature.encode(), meta_signature(key or b"\0", body).encode())
        if source is None or not key or not fits:
            raise RefusedError(401, "not_signed", "the signature does not fit the body", "X-Hub-Signature-256")
        return source


def read_notification(
    publisher: Publisher, source: Source, payload: Mapping[str, Any], body: bytes, look_up: LookUp = no_look_up
) -> Sequence[Event]:
    """What a body that holds ``payload`` tells: posts, deletions, and dead letters of what cannot be read."""
    origin = Origin(f"meta/{source.code}", 0, 0)
    events: list[Event] = []
    for told in told_by(source, payload, publisher.clock(), look_up):
        match told:
            case Deletion():
                events.append(Event(DELETIONS.name, b"", told.model_dump_json().encode()))
            case str():
                events.extend(publisher.reject(body, told, origin).events)
            case _:
                events.extend(_taken(publisher, told, origin).events)
    return events


def _taken(publisher: Publisher, post: dict[str, Any], origin: Origin) -> Taken:
    return publisher.take_parsed(json.dumps(post).encode(), post, origin)


def _payload(source: Source, body: bytes) -> Mapping[str, Any]:
    """Raises RefusedError for what is not of the source's platform."""
    try:
        payload = read_bytes(body, most=MAX_BODY_BYTES)
    except IntakeError as error:
        raise RefusedError(400, "not_json", str(error)) from error
    if not isinstance(payload, dict) or _OBJECT.get(str(payload.get("object"))) != source.platform:
        raise RefusedError(400, "wrong_object", f"this source tells of {source.platform} only", "object")
    return payload
