"""One's own second factor: set up with an app, ended with a code."""

from typing import Annotated

import segno
import structlog
from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from pydantic import Field
from starlette.responses import Response

from desk.accounts import Account, find_account
from desk.answers import page, see
from desk.asking import DeskDep, FullFormDep, ReaderDep, language_of
from desk.lockout import BY_ACCOUNT, Lockout
from desk.names import name_in
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from desk.second_factor import address_of_secret, code_step, new_sealed, opened_for, remove_second, set_second
from desk.sessions import Session
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_WRONG = mark("The code is wrong, or was used already. Wait for the next one.")
_log = structlog.get_logger("desk")


class SetUp(Value):
    sealed: str = Field(default="", max_length=1000)
    code: str = Field(default="", max_length=20)


class Ending(Value):
    code: str = Field(default="", max_length=20)


@router.get("/second-factor")
def second_factor(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    account = _account(desk, session)
    if account.second is not None:
        return page(request, "second_factor.html", has=True, error="")
    return _setting_up(request, desk, session, new_sealed(desk.sealer, session.user.name))


@router.post("/second-factor")
def set_up(request: Request, desk: DeskDep, session: FullFormDep, form: Annotated[SetUp, Form()]) -> Response:
    """Only once a code has shown that the app has the secret."""
    name = session.user.name
    secret = opened_for(desk.sealer, name, form.sealed)
    if secret is None or _account(desk, session).second is not None:
        raise Refusal(409, "out_of_date", mark("This form is out of date or came from elsewhere. Open the page again."))
    step = code_step(secret, form.code, desk.clock(), after=0)
    if step is None:
        return _setting_up(request, desk, session, form.sealed, error=language_of(request).gettext(_WRONG))
    set_second(desk.state, name, form.sealed, step)
    _log.info("second_factor", what="set")
    return see("/second-factor")


@router.post("/second-factor/end")
def end(request: Request, desk: DeskDep, session: FullFormDep, form: Annotated[Ending, Form()]) -> Response:
    account = _account(desk, session)
    if account.second is None:
        raise not_found()
    _count_try(desk, account.name)
    secret = opened_for(desk.sealer, account.name, account.second)
    if secret is None or code_step(secret, form.code, desk.clock(), account.second_step) is None:
        error = language_of(request).gettext(_WRONG)
        return page(request, "second_factor.html", status=422, has=True, error=error)
    remove_second(desk.state, account.name)
    _log.info("second_factor", what="end")
    return see("/second-factor")


def _count_try(desk: Desk, name: str) -> None:
    """Raises Refusal for one try too many: a session alone must not be enough to find a code by trying all."""
    wait = Lockout(desk.state, desk.clock).spend(f"second:{name}", BY_ACCOUNT)
    if wait:
        seconds = int(wait.total_seconds()) + 1
        raise Refusal(429, "too_many", mark("Too many tries. Wait a while."), headers={"Retry-After": str(seconds)})


def _account(desk: Desk, session: Session) -> Account:
    account = find_account(desk.state, session.user.name)
    if account is None:
        raise not_found()
    return account


def _setting_up(request: Request, desk: Desk, session: Session, sealed: str, *, error: str = "") -> Response:
    secret = opened_for(desk.sealer, session.user.name, sealed)
    assert secret is not None
    address = address_of_secret(secret, session.user.name, name_in(desk.directory.name, "en"))
    picture = segno.make(address).svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    spaced = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return page(
        request,
        "second_factor.html",
        status=422 if error else 200,
        has=False,
        sealed=sealed,
        secret=spaced,
        address=address,
        picture=Markup(picture),  # noqa: S704 - a picture of an address that we have made ourselves
        error=error,
    )
