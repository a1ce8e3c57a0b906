"""Signing in by the office's own provider (desk/oidc.py): there and back."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from desk.answers import local_path, own_address, page, set_cookie
from desk.asking import DeskDep, language_of
from desk.oidc import MINUTES, Journey, OidcError, OidcProvider
from desk.parts import Desk
from desk.refusal import mark, not_found
from desk.sign_ins import How
from desk.views.session import signed_in

__all__ = ["router"]

router = APIRouter()

COOKIE = "sunwai_journey"
_LONGEST = 4000
_log = structlog.get_logger("desk")

_SAID = {
    "unreachable": mark("The office sign-in cannot be reached just now. Try again, or sign in with your password."),
    "refused": mark("The office sign-in was not completed. Try again."),
    "token": mark("The answer of the office sign-in cannot be trusted. Tell your administrator."),
    "journey": mark("That took too long, or was begun in another browser. Try again."),
    "account": mark("There is no account for you at this desk. Ask the administrator of your office."),
}


@router.get("/sign-in/oidc")
def begin(request: Request, desk: DeskDep, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    provider = _provider(desk)
    try:
        address, journey = provider.begin(_redirect(request), local_path(next))
    except OidcError as error:
        return _refused(request, error.reason, str(error))
    answer = RedirectResponse(address, 303)
    set_cookie(answer, request, COOKIE, journey.sealed(desk.sealer), max_age=MINUTES * 60)
    return answer


@router.get("/sign-in/oidc/callback")
def callback(
    request: Request,
    desk: DeskDep,
    code: Annotated[str, Query(max_length=_LONGEST)] = "",
    state: Annotated[str, Query(max_length=_LONGEST)] = "",
    error: Annotated[str, Query(max_length=_LONGEST)] = "",
) -> Response:
    """The journey's cookie goes whatever comes of it: nobody comes back by it twice."""
    provider = _provider(desk)
    journey = Journey.opened(desk.sealer, request.cookies.get(COOKIE, ""), state, desk.clock())
    if journey is None:
        return _without_cookie(_refused(request, "journey", "no such journey"))
    if error or not code:
        return _without_cookie(_refused(request, "refused", "the provider has sent them back"))
    try:
        said = provider.finish(_redirect(request), code, journey).strip()
    except OidcError as problem:
        return _without_cookie(_refused(request, problem.reason, str(problem)))
    # Letters beyond ASCII may become others in small letters (the sign of kelvin a k): they are nobody's here.
    outcome = desk.gate.admit(said.lower(), How.OIDC) if said.isascii() else None
    if outcome is None:
        return _without_cookie(_refused(request, "account", "no such account"))
    desk.metrics.sign_ins.labels("ok").inc()
    return _without_cookie(signed_in(request, desk, outcome, journey.next))


def _provider(desk: Desk) -> OidcProvider:
    if desk.oidc is None:
        raise not_found()
    return desk.oidc


def _redirect(request: Request) -> str:
    return own_address(request, "/sign-in/oidc/callback")


def _refused(request: Request, reason: str, message: str) -> Response:
    _log.warning("oidc_refused", reason=reason, message=message)
    error = language_of(request).gettext(_SAID[reason])
    status = 503 if reason == "unreachable" else 401
    return page(request, "sign_in.html", status=status, next="/", name="", error=error)


def _without_cookie(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path="/")
    return answer
