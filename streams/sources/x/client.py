"""One way to speak with X over HTTP: requests that answer or raise one of four errors, and a stream of lines.

httpx rather than tweepy: lines are wanted as they came (what cannot be read is kept), waiting must be ours (a stop is
heeded at once, a test has its own clock), and of its models we need none. Documented under "Response codes" and
"Rate limits" of the X developer platform.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

__all__ = [
    "API",
    "KEEP_ALIVE_SECONDS",
    "LineStream",
    "XClient",
    "XDownError",
    "XError",
    "XLimitedError",
    "XLostError",
    "XRefusedError",
]

API = "https://api.x.com"
KEEP_ALIVE_SECONDS = 21.0
"""A stream sends something every 20 seconds ("Handling disconnections"); a second more for the way."""
MAX_LINE_BYTES = 1024 * 1024
_ANSWER_SECONDS = 10.0
_LONGEST_WORD = 100


class XError(Exception):
    """X did not do it. Messages hold no token and no words of posts."""


class XLostError(XError):
    """No answer came, or it broke off: it is open whether it was done."""


class XDownError(XError):
    """X answered that it cannot now (5xx)."""


class XLimitedError(XError):
    """Too much was asked (429). ``reset``: seconds since 1970 from which on X takes requests again, if it said so."""

    def __init__(self, message: str, reset: int | None):
        super().__init__(message)
        self.reset = reset


class XRefusedError(XError):
    """X will not do it however often it is asked. ``problem``: the last word of the problem's type; ``detail`` is
    X's own, for decisions and never for logs."""

    def __init__(self, status: int, problem: str, detail: str):
        super().__init__(f"X refuses ({status} {problem})".strip())
        self.status = status
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class LineStream:
    """Lines of an open stream; an empty one is a keep-alive. ``close`` may be called by another thread."""

    response: httpx.Response

    def __iter__(self) -> Iterator[bytes]:
        """Ends only by XLostError: a stream that ends has been lost, and so has a line that was cut off."""
        rest = b""
        try:
            for chunk in self.response.iter_bytes():
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (line.strip() for line in lines)
                if len(rest) > MAX_LINE_BYTES:
                    raise XLostError("a line of the stream has no end")
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise XLostError(f"the stream broke off ({type(error).__name__})") from error
        raise XLostError("the stream was ended")

    @property
    def opened_at(self) -> datetime | None:
        """When it was opened by the clock of X, to the second."""
        try:
            return parsedate_to_datetime(self.response.headers.get("date", ""))
        except ValueError:
            return None

    def close(self) -> None:
        """Ends the reading of whoever waits for a line."""
        stream = self.response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream is not None else None
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class XClient:
    """``bearer`` is the app's token; ``auth`` signs in place of it for acts of an account."""

    bearer: str = field(default="", repr=False)
    base: str = API
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS
    auth: httpx.Auth | None = None
    http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        headers = {"User-Agent": "Sunwai"} | ({"Authorization": f"Bearer {self.bearer}"} if self.bearer else {})
        client = httpx.Client(base_url=self.base, headers=headers, timeout=_ANSWER_SECONDS, auth=self.auth)
        object.__setattr__(self, "http", client)

    def ask(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The answer's JSON. Raises XError."""
        with _losses_named():
            answer = self.http.request(method, path, params=params, json=body)
        _check(answer)
        try:
            return answer.json()
        except ValueError as error:
            raise XLostError(f"the answer to {path} is no JSON") from error

    @contextmanager
    def stream(self, path: str, params: Mapping[str, Any]) -> Iterator[LineStream]:
        """An open stream. Raises XError."""
        timeout = httpx.Timeout(_ANSWER_SECONDS, read=self.keep_alive_seconds)
        plain = {"Accept-Encoding": "identity"}  # what is packed comes when the packer likes
        with (
            _losses_named(),
            self.http.stream("GET", path, params=params, timeout=timeout, headers=plain) as response,
        ):
            if response.status_code != httpx.codes.OK:
                response.read()
            _check(response)
            yield LineStream(response)

    def close(self) -> None:
        self.http.close()


@contextmanager
def _losses_named() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise XLostError(f"X cannot be reached ({type(error).__name__})") from error


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    problem, detail = _problem(answer)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise XLimitedError(f"X asks to wait ({problem or 'rate limit'})", _reset(answer))
    if answer.is_server_error:
        raise XDownError(f"X cannot now ({answer.status_code})")
    raise XRefusedError(answer.status_code, problem, detail)


def _problem(answer: httpx.Response) -> tuple[str, str]:
    """Type and detail of the problem that an answer tells, each empty where it tells none."""
    try:
        content = answer.json()
    except ValueError:
        return "", ""
    first = content.get("errors", [{}])[0] if isinstance(content, dict) and content.get("errors") else content
    named = {**first, **content} if isinstance(content, dict) and isinstance(first, dict) else {}
    kind = str(named.get("type", "")).rsplit("/", 1)[-1]
    return kind[:_LONGEST_WORD], str(named.get("detail") or named.get("message") or "")


def _reset(answer: httpx.Response) -> int | None:
    value = answer.headers.get("x-rate-limit-reset", "")
    return int(value) if value.isascii() and value.isdigit() else None
