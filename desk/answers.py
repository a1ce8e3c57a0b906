"""Answers to a browser: a rendered page, a way onwards, cookies."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from desk.asking import desk_of, handset_cookie, language_of
from desk.csrf import FORM_COOKIE, visitor_token
from desk.sessions import Session

__all__ = ["local_path", "own_address", "own_path", "page", "see", "set_cookie"]

_LONGEST_PATH = 2000


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """A page for whoever asks. Somebody who is not signed in gets a form secret as a cookie with it."""
    desk = desk_of(request)
    session: Session | None = getattr(request.state, "session", None)
    csrf = session.csrf if session else visitor_token(request)
    body = desk.pages.render(
        template,
        language_of(request),
        user=session.user if session else None,
        csrf=csrf,
        path=own_path(request),
        on_handset=handset_cookie(desk) in request.cookies,
        office_sign_in=desk.oidc.settings.shown_name if desk.oidc is not None else "",
        **values,
    )
    answer = HTMLResponse(body, status, dict(headers or {}))
    if session is None and request.cookies.get(FORM_COOKIE) != csrf:
        set_cookie(answer, request, FORM_COOKIE, csrf)
    return answer


def see(path: str) -> RedirectResponse:
    """Leads on after a form, so that reloading does not send it again."""
    return RedirectResponse(path, 303)


def set_cookie(answer: Response, request: Request, name: str, value: str, *, max_age: int | None = None) -> None:
    """``max_age`` in seconds; None: until the browser is closed."""
    answer.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=desk_of(request).settings.secure_cookies,
    )


def local_path(given: str | None) -> str:
    """``given`` if it is a path on this desk, else the first page: a link may not lead people elsewhere."""
    if given is None or len(given) > _LONGEST_PATH or not given.startswith("/") or given.startswith(("//", "/\\")):
        return "/"
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    plain = given.isascii() and given.isprintable() and "\\" not in given
    return given if plain and not parts.scheme and not parts.netloc else "/"


def own_address(request: Request, path: str) -> str:
    """The whole address of a page of this desk, as whoever asks has reached it."""
    scheme = "https" if desk_of(request).settings.secure_cookies else request.url.scheme
    return f"{scheme}://{request.url.netloc}{path}"


def own_path(request: Request) -> str:
    """Where to come back to: the page itself, or the first page after a form that has no address of its own."""
    if request.method != "GET":
        return "/"
    query = request.url.query
    return local_path(request.url.path + (f"?{query}" if query else ""))
