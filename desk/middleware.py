"""Around every request: its id, time and log line; a bound on its body; the headers that keep browsers safe."""

import secrets
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.metrics import DeskMetrics
from desk.refusal import Refusal, mark

__all__ = ["BodyLimit", "Observing", "SafeHeaders"]

Answer = Callable[[Request, Refusal], Response]

_log = structlog.get_logger("desk")

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers send "Origin: null" with our own forms, and that could not be checked.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR = 31_536_000
_STEPS_LOGGED = 8


class Observing:
    """Gives each request an id, counts and logs it by its route (never its path, which may hold what people typed),
    and answers what nobody has caught."""

    def __init__(self, app: ASGIApp, metrics: DeskMetrics, answer_broken: Callable[[Request, str], Response]):
        self._app = app
        self._metrics = metrics
        self._answer_broken = answer_broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = secrets.token_hex(8), time.perf_counter(), 0

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, observe)
        except Exception as error:  # this is the last place where anything can still be answered
            _log.error("request_broke", id=request_id, error=type(error).__name__, where=_where(error))
            if status:
                raise  # half an answer is out: only the server can break the connection off
            await self._answer_broken(Request(scope, receive), request_id)(scope, receive, observe)
        self._count(scope, request_id, status, time.perf_counter() - started)

    def _count(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self._metrics.requests.labels(route, scope["method"], status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        _log.info(
            "request", id=request_id, route=route, method=scope["method"], status=status, ms=round(seconds * 1000, 1)
        )


class SafeHeaders:
    """Adds the headers of every answer; only static files may be kept by browsers."""

    def __init__(self, app: ASGIApp, https_only: bool):
        self._app = app
        self._https_only = https_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guard(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Cache-Control"] = _caching(scope, message["status"])
                if self._https_only:
                    headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
            await send(message)

        await self._app(scope, receive, guard if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a body above ``most`` bytes, whether its length is announced or not, except under ``exempt`` paths;
    ``larger`` names paths that take another number of bytes."""

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int], exempt: Iterable[str], answer: Answer):
        self._app = app
        self._most = most
        self._larger = larger
        self._exempt = tuple(exempt)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._exempt):
            await self._app(scope, receive, send)
            return
        body = await self._read(Request(scope, receive), self._larger.get(scope["path"], self._most))
        if body is None:
            refusal = Refusal(413, "too_large", mark("This is larger than the desk takes."))
            await self._answer(Request(scope, receive), refusal)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, request: Request, most: int) -> bytes | None:
        """The whole body, None when it is too large: what is taken fits into memory."""
        announced = request.headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > most:
            return None
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
        return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _caching(scope: Scope, status: int) -> str:
    versioned = scope["path"].startswith("/static/") and "v" in parse_qs(scope["query_string"].decode("latin-1"))
    return f"public, max-age={_A_YEAR}, immutable" if versioned and status == 200 else "no-store"


def _where(error: BaseException) -> list[str]:
    """The innermost lines of code, without values: an error's own message may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-_STEPS_LOGGED:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
