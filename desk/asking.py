"""Who is asking: the session of a page, the session or token of an API call."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from desk.accounts import User
from desk.csrf import check_form
from desk.languages import Language, choose
from desk.pacing import network_of
from desk.parts import Desk
from desk.refusal import Refusal, mark
from desk.sessions import Session
from desk.tokens import Scope, find_token

__all__ = [
    "LANGUAGE_COOKIE",
    "Caller",
    "CallerDep",
    "DeskDep",
    "FormDep",
    "FullFormDep",
    "ReaderDep",
    "SignInNeeded",
    "WriterDep",
    "address_of",
    "count_stranger",
    "desk_of",
    "handset_cookie",
    "language_of",
    "session_cookie",
    "session_of",
    "still_there",
]

LANGUAGE_COOKIE = "sunwai_language"
_READ_ONLY = frozenset({"GET", "HEAD"})


class SignInNeeded(Refusal):
    """Nobody is signed in: a page leads to the sign-in, an API call is refused."""

    def __init__(self, message: str):
        super().__init__(401, "unauthenticated", message, headers={"WWW-Authenticate": "Bearer"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API. ``csrf`` is the session's secret; a token has none, since no browser sends it unasked."""

    user: User
    scopes: frozenset[Scope]
    csrf: str | None


def desk_of(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def session_cookie(desk: Desk) -> str:
    """The prefix makes browsers hold to Secure, to this host and to the whole path (RFC 6265bis, 4.1.3.2)."""
    return "__Host-sunwai" if desk.settings.secure_cookies else "sunwai"


def handset_cookie(desk: Desk) -> str:
    """The cookie of a handset on which PINs count (desk/pins.py)."""
    return "__Host-sunwai-handset" if desk.settings.secure_cookies else "sunwai_handset"


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, looked up once a request. Raises TooOften for who has none."""
    if not hasattr(request.state, "session"):
        desk = desk_of(request)
        token = request.cookies.get(session_cookie(desk))
        request.state.session = desk.sessions.find(token) if token else None
        if request.state.session is None:
            count_stranger(request)
    session: Session | None = request.state.session
    return session


def count_stranger(request: Request) -> None:
    """Counts a request of somebody who is not signed in against the network that it is from. Raises TooOften."""
    desk_of(request).paces.public.spend(network_of(address_of(request)))


def language_of(request: Request) -> Language:
    """As the address asks, else the account, the cookie, the browser. Looks nothing up: only a known session counts."""
    session: Session | None = getattr(request.state, "session", None)
    asked: str | None = getattr(request.state, "language", None)
    wishes = (asked, session.user.language if session else None, request.cookies.get(LANGUAGE_COOKIE))
    return choose(desk_of(request).languages, wishes, request.headers.get("accept-language", ""))


def address_of(request: Request) -> str:
    """The network address of who asks, as the server knows it."""
    return request.client.host if request.client else "unknown"


def reader(request: Request) -> Session:
    """Raises SignInNeeded."""
    session = session_of(request)
    if session is None:
        raise SignInNeeded(mark("Sign in first."))
    return session


def form_sender(request: Request, csrf: Annotated[str, Form()] = "") -> Session:
    """The session that has sent a form of its own. Raises SignInNeeded, Refusal."""
    session = reader(request)
    check_form(request, session.csrf, csrf)
    return session


def full_form_sender(session: Annotated[Session, Depends(form_sender)]) -> Session:
    """For what outlasts a session: one that began by a PIN, which any colleague may have seen, makes none of it.

    Raises Refusal.
    """
    if session.by_pin:
        raise Refusal(403, "forbidden", mark("Sign in with your password first."))
    return session


def caller(request: Request) -> Caller:
    """By ``Authorization: Bearer``, which is never passed over for a cookie, or by session.

    Raises SignInNeeded, TooOften.
    """
    header = request.headers.get("authorization")
    found = _by_session(request) if header is None else _by_token(request, header)
    desk_of(request).paces.api.spend(found.user.name)
    return found


def writer(request: Request) -> Caller:
    """A caller that may change something: a session proves with X-CSRF-Token that its own page asks.

    Raises SignInNeeded, Refusal.
    """
    found = caller(request)
    if found.csrf is not None:
        check_form(request, found.csrf, request.headers.get("x-csrf-token", ""))
    if Scope.WRITE not in found.scopes:
        raise Refusal(403, "forbidden", mark("This token has no scope to write."))
    return found


def still_there(request: Request) -> User | None:
    """Who a request that is still being answered is of by now: None once the session or token has ended. That an
    answer goes on keeps no session alive."""
    desk, header = desk_of(request), request.headers.get("authorization")
    if header is not None:
        found = find_token(desk.state, header.partition(" ")[2].strip(), desk.clock)
        return None if found is None else found[0]
    session = desk.sessions.find(request.cookies.get(session_cookie(desk), ""), seen=False)
    return None if session is None else session.user


def _by_session(request: Request) -> Caller:
    session = session_of(request)
    if session is None:
        raise SignInNeeded(mark("Sign in first, or send a token as Authorization: Bearer."))
    return Caller(session.user, frozenset(Scope), session.csrf)


def _by_token(request: Request, header: str) -> Caller:
    scheme, _, token = header.partition(" ")
    desk = desk_of(request)
    found = find_token(desk.state, token.strip(), desk.clock) if scheme.lower() == "bearer" else None
    if found is None:
        count_stranger(request)
        raise SignInNeeded(mark("This token is not known, or no longer good."))
    user, scopes = found
    if request.method in _READ_ONLY and Scope.READ not in scopes:
        raise Refusal(403, "forbidden", mark("This token has no scope to read."))
    return Caller(user, scopes, None)


DeskDep = Annotated[Desk, Depends(desk_of)]
ReaderDep = Annotated[Session, Depends(reader)]
FormDep = Annotated[Session, Depends(form_sender)]
FullFormDep = Annotated[Session, Depends(full_form_sender)]
CallerDep = Annotated[Caller, Depends(caller)]
WriterDep = Annotated[Caller, Depends(writer)]
