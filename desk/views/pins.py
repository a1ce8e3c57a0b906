"""Changing over on a shared handset: set a PIN, enter one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import Response

from desk.accounts import Account, find_account
from desk.answers import page, see, set_cookie
from desk.asking import DeskDep, FormDep, ReaderDep, handset_cookie, language_of, session_cookie, session_of
from desk.auth import SignedIn
from desk.csrf import FORM_COOKIE, check_form
from desk.parts import Desk
from desk.pins import LONGEST_PIN, SHORTEST_PIN, Entered, PinError
from desk.refusal import Refusal, mark, not_found
from desk.sessions import Session
from desk.views.session import signed_in
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_A_YEAR_IN_SECONDS = 365 * 24 * 3600
_ONLY_OFFICERS = mark("Only officers change over with a PIN. Sign in with your password.")
_SAID = {
    "role": _ONLY_OFFICERS,
    "form": mark("A PIN has 4 to 8 digits."),
    "simple": mark("This PIN is too easily guessed: digits must not be all the same, nor count up or down."),
    "full": mark("This handset has as many people as it may have. One of them must remove their PIN first."),
    "differs": mark("The two are not the same."),
}


class PinForm(Value):
    pin: str = Field(default="", max_length=100, repr=False)
    again: str = Field(default="", max_length=100, repr=False)


class SwitchForm(Value):
    name: str = Field(default="", max_length=100)
    pin: str = Field(default="", max_length=100, repr=False)
    csrf: str = Field(default="", max_length=1000)


@router.get("/pin")
def pin(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    _officer(desk, session)
    return _show(request, desk, session)


@router.post("/pin")
def set_pin(request: Request, desk: DeskDep, session: FormDep, form: Annotated[PinForm, Form()]) -> Response:
    account = _officer(desk, session)
    try:
        if form.pin != form.again:
            raise PinError("differs")
        token = desk.pins.set(_device(request, desk), account, form.pin)
    except PinError as error:
        problem = language_of(request).gettext(_SAID[error.reason])
        return _show(request, desk, session, status=422, problem=problem)
    answer = see("/pin")
    set_cookie(answer, request, handset_cookie(desk), token, max_age=_A_YEAR_IN_SECONDS)
    return answer


@router.post("/pin/end")
def end_pin(request: Request, desk: DeskDep, session: FormDep) -> Response:
    device = _device(request, desk)
    if device is not None:
        desk.pins.end(device, session.user.name)
    return see("/pin")


@router.get("/switch")
def switch(request: Request, desk: DeskDep) -> Response:
    session_of(request)
    return _choose(request, desk)


@router.post("/switch")
def switched(request: Request, desk: DeskDep, form: Annotated[SwitchForm, Form()]) -> Response:
    """The session that was on the handset ends when another begins."""
    session = session_of(request)
    check_form(request, session.csrf if session else request.cookies.get(FORM_COOKIE), form.csrf)
    device = _device(request, desk)
    entered = desk.pins.enter(device, form.name, form.pin) if device is not None else None
    if not isinstance(entered, Entered):
        desk.metrics.sign_ins.labels("wrong").inc()
        return _choose(request, desk, name=form.name, left=0 if entered is None else entered.left)
    desk.sessions.end(request.cookies.get(session_cookie(desk), ""))
    desk.metrics.sign_ins.labels("ok").inc()
    token = desk.sessions.begin(entered.account, until=entered.until)
    return signed_in(request, desk, SignedIn(token, entered.account), "/")


def _officer(desk: Desk, session: Session) -> Account:
    """Raises Refusal unless they may have a PIN, and have signed in in full."""
    account = find_account(desk.state, session.user.name)
    if account is None or not desk.pins.are_offered:
        raise not_found()
    if account.role != "officer":
        raise Refusal(403, "forbidden", _ONLY_OFFICERS)
    if session.by_pin:
        raise Refusal(403, "forbidden", mark("To set a PIN, sign in with your password first."))
    return account


def _device(request: Request, desk: Desk) -> str | None:
    return request.cookies.get(handset_cookie(desk)) or None


def _show(request: Request, desk: Desk, session: Session, *, status: int = 200, problem: str = "") -> Response:
    names = desk.pins.names(_device(request, desk))
    return page(
        request,
        "pin.html",
        status=status,
        has=session.user.name in names,
        others=[name for name in names if name != session.user.name],
        hours=round(desk.settings.pin_lifetime.total_seconds() / 3600),
        shortest=SHORTEST_PIN,
        longest=LONGEST_PIN,
        problem=problem,
    )


def _choose(request: Request, desk: Desk, *, name: str = "", left: int | None = None) -> Response:
    """``left`` None: nobody has tried yet."""
    language = language_of(request)
    problem = ""
    if left is not None:
        problem = language.gettext("This PIN counts no more here. Sign in with your password.")
    if left:
        wrong = language.ngettext("Wrong PIN. %(n)s try is left.", "Wrong PIN. %(n)s tries are left.", left)
        problem = wrong % {"n": language.number(left)}
    status = 200 if left is None else 401
    names = desk.pins.names(_device(request, desk))
    return page(request, "switch.html", status=status, names=names, name=name, problem=problem, longest=LONGEST_PIN)
