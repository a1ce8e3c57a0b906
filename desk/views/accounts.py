"""Accounts of the office, for administrators: who may sign in, as what, for which queues."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Path, Request
from pydantic import Field
from starlette.responses import Response

from desk.accounts import (
    AccountError,
    Role,
    add_user,
    change_user,
    disable_user,
    find_account,
    list_users,
    new_password,
    set_password,
)
from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep
from desk.authorise import require_administrator
from desk.parts import Desk
from desk.second_factor import remove_second
from desk.sessions import Session
from queues.state import StaleError
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_Name = Annotated[str, Path(max_length=64)]
_log = structlog.get_logger("desk")


class Place(Value):
    """What somebody is and where; ``all_queues``: those ticked do not count."""

    role: Role = Role.OFFICER
    all_queues: bool = False
    queue: tuple[str, ...] = Field(default=(), max_length=1000)

    @property
    def queues(self) -> tuple[str, ...] | None:
        return None if self.all_queues else self.queue


class NewAccount(Place):
    name: str = Field(default="", max_length=100)


@router.get("/accounts")
def accounts(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    require_administrator(session.user)
    return _show(request, desk, session)


@router.post("/accounts")
def add(request: Request, desk: DeskDep, session: FormDep, form: Annotated[NewAccount, Form()]) -> Response:
    """Makes an account; its password is shown this once."""
    require_administrator(session.user)
    name, password = form.name.strip().lower(), new_password()
    try:
        known = desk.directory.queues
        add_user(desk.state, name, password, form.role, form.queues, known_queues=known, hasher=desk.hasher)
    except AccountError as error:
        return _show(request, desk, session, status=422, problem=str(error), typed=form)
    _log.info("account_changed", what="add")
    return _show(request, desk, session, made=(name, password))


@router.post("/accounts/{name}")
def change(request: Request, desk: DeskDep, session: FormDep, name: _Name, form: Annotated[Place, Form()]) -> Response:
    require_administrator(session.user)
    try:
        change_user(desk.state, name, form.role, form.queues, known_queues=desk.directory.queues)
    except (AccountError, StaleError) as error:
        return _show(request, desk, session, status=409, problem=str(error))
    _log.info("account_changed", what="change")
    return see("/accounts")


@router.post("/accounts/{name}/disable")
def disable(request: Request, desk: DeskDep, session: FormDep, name: _Name) -> Response:
    require_administrator(session.user)
    try:
        disable_user(desk.state, name)
    except (AccountError, StaleError) as error:
        return _show(request, desk, session, status=409, problem=str(error))
    _log.info("account_changed", what="disable")
    return see("/accounts")


@router.post("/accounts/{name}/password")
def password(request: Request, desk: DeskDep, session: FormDep, name: _Name) -> Response:
    """A new password, shown this once; every session of the account ends."""
    require_administrator(session.user)
    new = new_password()
    try:
        set_password(desk.state, name, new, hasher=desk.hasher)
    except (AccountError, StaleError) as error:
        return _show(request, desk, session, status=409, problem=str(error))
    _log.info("account_changed", what="password")
    return _show(request, desk, session, made=(name, new))


@router.post("/accounts/{name}/second-factor")
def without_second(request: Request, desk: DeskDep, session: FormDep, name: _Name) -> Response:
    """For somebody who has lost the phone."""
    require_administrator(session.user)
    try:
        remove_second(desk.state, name)
    except (AccountError, StaleError) as error:
        return _show(request, desk, session, status=409, problem=str(error))
    _log.info("account_changed", what="second_factor")
    return see("/accounts")


def _show(  # noqa: PLR0913 - what the page is made of
    request: Request,
    desk: Desk,
    session: Session,
    *,
    status: int = 200,
    problem: str = "",
    made: tuple[str, str] | None = None,
    typed: NewAccount | None = None,
) -> Response:
    users = list(list_users(desk.state))
    return page(
        request,
        "accounts.html",
        status=status,
        users=users,
        second=[u.name for u in users if (found := find_account(desk.state, u.name)) and found.second],
        roles=tuple(Role),
        queues=tuple(desk.directory.queues),
        problem=problem,
        made=made,
        typed=typed or NewAccount(),
    )
