"""Tokens of all accounts through the API, ``/api/v1/tokens``, for administrators; one's own are on a page."""

from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query
from pydantic import Field, JsonValue

from desk.accounts import TOKEN, find_account
from desk.api_answers import COMMON, PageAsked, answers, cut
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.authorise import require_administrator
from desk.examples import example
from desk.refusal import Refusal, mark, not_found
from desk.sessions import token_hash
from desk.tokens import Scope, Token, give_token, revoke_token
from schemas.base import Utc, Value

__all__ = ["tokens_api"]

tokens_api = APIRouter(prefix="/api/v1/tokens", tags=["administration"], responses=COMMON)

_ID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_TOKEN: dict[str, JsonValue] = {
    "id": _ID,
    "user": "asha",
    "label": "The district's dashboard",
    "scopes": ["read"],
    "created_at": "2026-03-02T06:05:00Z",
    "expires_at": "2026-05-31T06:05:00Z",
    "by": "admin",
}
_log = structlog.get_logger("desk")


class TokensAsked(PageAsked):
    user: str | None = Field(default=None, max_length=64, description="Of this account alone.")


class NewToken(Value):
    """For what, in whose name, with which scopes, for how many days."""

    user: str = Field(max_length=64, examples=["asha"])
    label: str = Field(max_length=200, examples=["The district's dashboard"], description="What it is for.")
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=10, examples=[["read"]])
    days: int = Field(default=90, ge=1, le=366)


class TokenView(Value):
    """A token without what it opens doors with. ``by``: who has made it for the user; null: they themselves."""

    model_config = example(**_TOKEN)

    id: str
    user: str
    label: str
    scopes: tuple[Scope, ...]
    created_at: Utc
    expires_at: Utc
    by: str | None


class TokenPage(Value):
    model_config = example(tokens=[_TOKEN], cursor=None)

    tokens: tuple[TokenView, ...]
    cursor: str | None = Field(description="Asks for the next page; null on the last.")


class TokenMade(Value):
    """A token: it is shown this once. ``id`` is by what it is ended."""

    model_config = example(id=_ID, token="sunwai_5b7d24680f3a9c1e5b7d24680f3a9c1e")  # noqa: S106 - of nobody

    id: str
    token: str


@tokens_api.get("")
def tokens(desk: DeskDep, caller: CallerDep, asked: Annotated[TokensAsked, Query()]) -> TokenPage:
    """Every token, those that are over too, until they are ended."""
    require_administrator(caller.user)
    found = desk.state.scan(TOKEN, state=asked.user, after=asked.cursor or "", limit=asked.limit + 1)
    records, more = cut(found, asked.limit)
    kept = [(record.id, Token.model_validate(record.value)) for record in records]
    shown = tuple(TokenView(id=id, **token.model_dump(exclude={"schema_version"})) for id, token in kept)
    return TokenPage(tokens=shown, cursor=records[-1].id if more else None)


@tokens_api.post("", status_code=201, responses=answers(409))
def make_token(desk: DeskDep, caller: WriterDep, given: NewToken) -> TokenMade:
    """A token by which a program does what that account may do. Its user sees on their page who has made it."""
    require_administrator(caller.user)
    account = find_account(desk.state, given.user)
    if account is None or not account.active:
        raise Refusal(422, "invalid", mark("There is no such account, or it has ended."), field="user")
    by = None if given.user == caller.user.name else caller.user.name
    if by is not None and account.user.opens_sealed:  # else an administrator would read what only they may
        raise Refusal(409, "own_only", mark("Who opens sealed cases makes their own tokens."), field="user")
    lifetime = timedelta(days=given.days)
    made = give_token(desk.state, given.user, given.label, given.scopes, now=desk.clock(), lifetime=lifetime, by=by)
    _log.info("token_made")
    return TokenMade(id=token_hash(made), token=made)


@tokens_api.delete("/{id}", status_code=204, responses=answers(404))
def end_token(desk: DeskDep, caller: WriterDep, id: Annotated[str, Path(max_length=64, examples=[_ID])]) -> None:
    """Ends a token, at once."""
    require_administrator(caller.user)
    if not revoke_token(desk.state, id):
        raise not_found()
    _log.info("token_ended")
