"""Accounts through the API, ``/api/v1/accounts``, for administrators: as on their page (desk/views/accounts.py)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field, JsonValue

from desk.accounts import (
    USER,
    Account,
    AccountError,
    Role,
    add_user,
    change_user,
    disable_user,
    new_password,
    set_password,
)
from desk.api_answers import COMMON, ETAG, IfMatch, PageAsked, answers, cut, etag, revision_of
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.authorise import require_administrator
from desk.examples import example
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from desk.second_factor import remove_second
from queues.state import StaleError, StateRecord
from schemas.base import Value

__all__ = ["accounts_api"]

accounts_api = APIRouter(prefix="/api/v1/accounts", tags=["accounts"], responses=COMMON)

_Name = Annotated[str, Path(max_length=64, examples=["asha"])]
_ASHA: dict[str, JsonValue] = {
    "name": "asha",
    "role": "officer",
    "queues": ["nigam-water"],
    "active": True,
    "language": "hi",
    "places": [],
    "speaks": ["hi"],
    "sealed": None,
    "second_factor": True,
    "revision": 4,
}
_log = structlog.get_logger("desk")


class Place(Value):
    """What somebody is and where; ``queues`` null: all of them."""

    role: Role = Field(examples=["officer"])
    queues: tuple[str, ...] | None = Field(max_length=1000, examples=[["nigam-water"]])


class NewAccount(Place):
    name: str = Field(max_length=100, examples=["asha"], description="2 to 32 of a-z, 0-9, dot, dash, underscore.")


class AccountView(Value):
    """An account without what proves who somebody is. ``sealed``: whether they see sealed cases; null: as the role
    does. ``revision`` is its ETag."""

    model_config = example(**_ASHA)

    name: str
    role: Role
    queues: tuple[str, ...] | None
    active: bool
    language: str | None
    places: tuple[str, ...]
    speaks: tuple[str, ...]
    sealed: bool | None
    second_factor: bool
    revision: int


class AccountPage(Value):
    model_config = example(accounts=[_ASHA], cursor=None)

    accounts: tuple[AccountView, ...]
    cursor: str | None = Field(description="Asks for the next page; null on the last.")


class Password(Value):
    """A password that the desk has made: it is shown this once."""

    model_config = example(name="asha", password="b7Qx-2mRk9sTz4Lw")  # noqa: S106 - of nobody

    name: str
    password: str


@accounts_api.get("")
def accounts(desk: DeskDep, caller: CallerDep, asked: Annotated[PageAsked, Query()]) -> AccountPage:
    """Every account by name, those that have ended too."""
    require_administrator(caller.user)
    records, more = cut(desk.state.scan(USER, after=asked.cursor or "", limit=asked.limit + 1), asked.limit)
    return AccountPage(accounts=tuple(map(_shown, records)), cursor=records[-1].id if more else None)


@accounts_api.post("", status_code=201, responses=answers(409))
def add_account(desk: DeskDep, caller: WriterDep, given: NewAccount) -> Password:
    """Makes an account; no two have one name, so a second try is refused."""
    require_administrator(caller.user)
    password = new_password()
    known = desk.directory.queues
    try:
        add_user(desk.state, given.name, password, given.role, given.queues, known_queues=known, hasher=desk.hasher)
    except AccountError as error:
        raise _refused(error, 409 if desk.state.get(USER, given.name) else 422) from error
    _log.info("account_changed", what="add")
    return Password(name=given.name, password=password)


@accounts_api.get("/{name}", response_model=AccountView, responses=ETAG | answers(404))
def account(desk: DeskDep, caller: CallerDep, name: _Name) -> JSONResponse:
    """One account."""
    require_administrator(caller.user)
    return _answer(desk, name)


@accounts_api.put("/{name}", response_model=AccountView, responses=ETAG | answers(404, 409, 412, 428))
def change_account(
    desk: DeskDep, caller: WriterDep, name: _Name, given: Place, if_match: IfMatch = None
) -> JSONResponse:
    """Gives an account another role or other queues and ends its sessions; one that had ended can sign in again."""
    require_administrator(caller.user)
    version = revision_of(if_match)
    _existing(desk, name)
    known = desk.directory.queues
    try:
        change_user(desk.state, name, given.role, given.queues, known_queues=known, version=version)
    except AccountError as error:
        raise _refused(error, 422 if str(error).startswith("queues:") else 409) from error
    except StaleError as error:
        raise _stale(_existing(desk, name)) from error
    _log.info("account_changed", what="change")
    return _answer(desk, name)


@accounts_api.post("/{name}/disable", response_model=AccountView, responses=ETAG | answers(404, 409))
def end_account(desk: DeskDep, caller: WriterDep, name: _Name) -> JSONResponse:
    """Ends an account: sessions and tokens with it. Its name stays taken, since history names it."""
    require_administrator(caller.user)
    _existing(desk, name)
    with _changing():
        disable_user(desk.state, name)
    _log.info("account_changed", what="disable")
    return _answer(desk, name)


@accounts_api.post("/{name}/password", responses=answers(404, 409))
def renew_password(desk: DeskDep, caller: WriterDep, name: _Name) -> Password:
    """A new password; every session of the account ends."""
    require_administrator(caller.user)
    _existing(desk, name)
    password = new_password()
    try:
        set_password(desk.state, name, password, hasher=desk.hasher)
    except StaleError as error:
        raise _busy() from error
    _log.info("account_changed", what="password")
    return Password(name=name, password=password)


@accounts_api.delete("/{name}/second-factor", status_code=204, responses=answers(404, 409))
def without_second_factor(desk: DeskDep, caller: WriterDep, name: _Name) -> None:
    """For somebody who has lost the phone."""
    require_administrator(caller.user)
    _existing(desk, name)
    with _changing():
        remove_second(desk.state, name)
    _log.info("account_changed", what="second_factor")


@contextmanager
def _changing() -> Iterator[None]:
    """Answers what cannot be done to an account, and a change that came between."""
    try:
        yield
    except AccountError as error:
        raise _refused(error, 409) from error
    except StaleError as error:
        raise _busy() from error


def _existing(desk: Desk, name: str) -> StateRecord:
    found = desk.state.get(USER, name)
    if found is None:
        raise not_found()
    return found


def _answer(desk: Desk, name: str) -> JSONResponse:
    shown = _shown(_existing(desk, name))
    return JSONResponse(shown.model_dump(mode="json"), headers=etag(shown.revision))


def _shown(record: StateRecord) -> AccountView:
    account = Account.model_validate(record.value)
    same: Mapping[str, object] = {name: getattr(account, name) for name in _SAME}
    return AccountView.model_validate({**same, "second_factor": account.second is not None, "revision": record.version})


_SAME = ("name", "role", "queues", "active", "language", "places", "speaks", "sealed")


def _refused(error: AccountError, status: int) -> Refusal:
    """The message begins with the field that is wrong."""
    params = {"problem": str(error)}
    return Refusal(status, "no_account", mark("%(problem)s"), field=str(error).partition(":")[0], params=params)


def _stale(found: StateRecord) -> Refusal:
    return Refusal(
        412,
        "stale",
        mark("The account has changed since you read it: it is at revision %(revision)s."),
        field="If-Match",
        params={"revision": str(found.version)},
        headers=etag(found.version),
    )


def _busy() -> Refusal:
    return Refusal(409, "busy", mark("Somebody else has changed this account in the same moment. Try again."))
