"""Signing in and out, and the language of the pages."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from desk.accounts import AccountError, set_language
from desk.answers import local_path, own_address, page, see, set_cookie
from desk.asking import LANGUAGE_COOKIE, DeskDep, FormDep, address_of, language_of, session_cookie, session_of
from desk.auth import LockedOut, SignedIn
from desk.csrf import FORM_COOKIE, check_form
from desk.pacing import network_of
from desk.parts import Desk
from queues.state import StaleError
from schemas.base import Value

__all__ = ["router", "signed_in"]

router = APIRouter()

_LONGEST_FIELD = 1000
_LONGEST_PATH = 2000
_A_YEAR_IN_SECONDS = 365 * 24 * 3600
_Next = Annotated[str, Query(max_length=_LONGEST_PATH)]


class SignInForm(Value):
    name: str = Field(default="", max_length=_LONGEST_FIELD)
    password: str = Field(default="", max_length=_LONGEST_FIELD, repr=False)
    code: str = Field(default="", max_length=_LONGEST_FIELD, repr=False)
    next: str = Field(default="/", max_length=_LONGEST_PATH)
    csrf: str = Field(default="", max_length=_LONGEST_FIELD)


class LanguageForm(Value):
    to: str = Field(max_length=_LONGEST_FIELD)
    next: str = Field(default="/", max_length=_LONGEST_PATH)
    csrf: str = Field(default="", max_length=_LONGEST_FIELD)


@router.get("/sign-in")
def sign_in_page(request: Request, desk: DeskDep, next: _Next = "/", out: bool = False) -> Response:
    """``out``: somebody has just signed out here, and may want to at the office's provider, too."""
    if session_of(request) is not None:
        return see(local_path(next))
    leads_out = desk.oidc.way_out(own_address(request, "/sign-in")) if out and desk.oidc is not None else None
    return page(request, "sign_in.html", next=local_path(next), name="", error="", way_out=leads_out)


@router.post("/sign-in")
def sign_in(request: Request, desk: DeskDep, form: Annotated[SignInForm, Form()]) -> Response:
    check_form(request, request.cookies.get(FORM_COOKIE), form.csrf)
    desk.paces.sign_in.spend(network_of(address_of(request)))
    name, next = form.name.strip().lower(), local_path(form.next)
    outcome = desk.gate.sign_in(name, form.password, address_of(request), form.code)
    if isinstance(outcome, SignedIn):
        desk.metrics.sign_ins.labels("ok").inc()
        return signed_in(request, desk, outcome, next)
    if isinstance(outcome, LockedOut):
        desk.metrics.sign_ins.labels("locked").inc()
        return _locked(request, outcome, next, name)
    desk.metrics.sign_ins.labels("wrong").inc()
    error = language_of(request).gettext("The name, the password or the code is wrong.")
    return page(request, "sign_in.html", status=401, next=next, name=name, error=error)


@router.post("/sign-out")
def sign_out(request: Request, desk: DeskDep, _: FormDep) -> Response:
    desk.sessions.end(request.cookies.get(session_cookie(desk), ""))
    answer = see("/sign-in?out=true" if desk.oidc is not None else "/sign-in")
    answer.delete_cookie(session_cookie(desk), path="/", secure=desk.settings.secure_cookies, httponly=True)
    return answer


@router.post("/language")
def choose_language(request: Request, desk: DeskDep, form: Annotated[LanguageForm, Form()]) -> Response:
    """A signed-in user keeps the choice in the account, everybody in a cookie."""
    session = session_of(request)
    check_form(request, session.csrf if session else request.cookies.get(FORM_COOKIE), form.csrf)
    answer = see(local_path(form.next))
    if form.to not in desk.languages:
        return answer
    set_cookie(answer, request, LANGUAGE_COOKIE, form.to, max_age=_A_YEAR_IN_SECONDS)
    if session is not None:
        _keep_language(desk, session.user.name, form.to)
    return answer


def signed_in(request: Request, desk: Desk, outcome: SignedIn, next: str) -> Response:
    answer = see(next)
    lifetime = int(desk.settings.session_lifetime.total_seconds())
    set_cookie(answer, request, session_cookie(desk), outcome.token, max_age=lifetime)
    answer.delete_cookie(FORM_COOKIE, path="/")
    return answer


def _locked(request: Request, outcome: LockedOut, next: str, name: str) -> Response:
    seconds = int(outcome.wait.total_seconds()) + 1
    minutes = -(-seconds // 60)
    error = language_of(request).ngettext(
        "Too many tries. Wait %(n)s minute.", "Too many tries. Wait %(n)s minutes.", minutes
    ) % {"n": minutes}
    headers = {"Retry-After": str(seconds)}
    return page(request, "sign_in.html", status=429, headers=headers, next=next, name=name, error=error)


def _keep_language(desk: Desk, name: str, to: str) -> None:
    """The cookie has it already: losing a race with a change of the account costs nothing."""
    try:
        set_language(desk.state, name, to)
    except (StaleError, AccountError):
        return
