"""One's own tokens for programs: each shown once, ended at any time."""

from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Path, Request
from pydantic import Field
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, FullFormDep, ReaderDep
from desk.parts import Desk
from desk.refusal import not_found
from desk.sessions import Session
from desk.tokens import Scope, give_token, list_tokens, revoke_token
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_log = structlog.get_logger("desk")


class NewToken(Value):
    label: str = Field(default="", max_length=200)
    scope: tuple[Scope, ...] = Field(default=(), max_length=10)
    days: int = Field(default=90, ge=1, le=366)


@router.get("/tokens")
def tokens(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    return _show(request, desk, session)


@router.post("/tokens")
def add(request: Request, desk: DeskDep, session: FullFormDep, form: Annotated[NewToken, Form()]) -> Response:
    lifetime = timedelta(days=form.days)
    made = give_token(desk.state, session.user.name, form.label, form.scope, now=desk.clock(), lifetime=lifetime)
    _log.info("token_made")
    return _show(request, desk, session, made=made)


@router.post("/tokens/{id}/end")
def end(desk: DeskDep, session: FormDep, id: Annotated[str, Path(max_length=64)]) -> Response:
    if id not in {own for own, _ in list_tokens(desk.state, session.user.name)}:
        raise not_found()
    revoke_token(desk.state, id)
    _log.info("token_ended")
    return see("/tokens")


def _show(request: Request, desk: Desk, session: Session, *, made: str | None = None) -> Response:
    own = sorted(list_tokens(desk.state, session.user.name), key=lambda pair: pair[1].created_at, reverse=True)
    return page(request, "tokens.html", tokens=own, scopes=tuple(Scope), made=made, now=desk.clock())
