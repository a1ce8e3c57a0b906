"""Requests that change something must come from our own pages.

Two checks, both needed: the browser says that the request is not from another site (Sec-Fetch-Site, Origin), and the
form brings back a secret: the session's own, or for people who are not signed in yet the one in their cookie.
"""

import secrets
from urllib.parse import urlsplit

from fastapi import Request

from desk.refusal import Refusal, mark

__all__ = ["FORM_COOKIE", "check_form", "check_site", "visitor_token"]

FORM_COOKIE = "sunwai_form"
_OWN = frozenset({"same-origin", "none"})
_TOKEN_CHARACTERS = 43


def check_site(request: Request) -> None:
    """Raises Refusal for a request that another site has sent. A client that names no site passes: it is no browser."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in _OWN:
        raise _refused()
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise _refused()


def check_form(request: Request, expected: str | None, given: str) -> None:
    """Raises Refusal unless the request is from our site and ``given`` is the secret that its page was given."""
    check_site(request)
    if not expected or not secrets.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
        raise _refused()


def visitor_token(request: Request) -> str:
    """The form secret of somebody who is not signed in: from their cookie, else a new one that must be set there."""
    kept = request.cookies.get(FORM_COOKIE, "")
    return kept if len(kept) == _TOKEN_CHARACTERS and kept.isascii() else secrets.token_urlsafe(32)


def _refused() -> Refusal:
    return Refusal(403, "csrf", mark("This form is out of date or came from elsewhere. Open the page again."))
