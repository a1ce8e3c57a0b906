"""Tokens by which programs use the API in a user's name; only the SHA-256 is kept, as kind ``token``."""

import secrets
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from desk.accounts import TOKEN, AccountError, User, find_account, remove
from desk.refusal import Refusal, mark
from desk.sessions import token_hash
from queues.state import StateStore, every_record
from schemas.base import Utc, Value

__all__ = ["Scope", "Token", "add_token", "find_token", "give_token", "list_tokens", "revoke_token"]

_MOST = 20
"""Of one account, by hand."""
_LONGEST_LABEL = 60
_PREFIX = "sunwai_"
"""Lets people and secret scanners see what it is."""


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"


class Token(Value):
    """A token as it is kept. ``label`` is what it is for; its ``id`` is the hash. ``by``: who has made it for the
    user; None: they themselves, or the command line."""

    schema_version: Literal[1] = 1
    user: str
    label: str
    scopes: tuple[Scope, ...]
    created_at: Utc
    expires_at: Utc
    by: str | None = None


def give_token(  # noqa: PLR0913 - a token has these parts
    state: StateStore,
    user: str,
    label: str,
    scopes: Collection[Scope],
    *,
    now: datetime,
    lifetime: timedelta,
    by: str | None = None,
) -> str:
    """As ``add_token``, for people: raises Refusal for no purpose, no scope, and for one token too many."""
    purpose = " ".join(label.split())[:_LONGEST_LABEL]
    if not purpose or not scopes:
        raise Refusal(422, "invalid", mark("A token needs a purpose and at least one scope."), field="label")
    if sum(1 for _ in list_tokens(state, user)) >= _MOST:
        raise Refusal(409, "too_many", mark("This account has too many tokens. End one first."))
    return add_token(state, user, purpose, scopes, now=now, lifetime=lifetime, by=by)


def add_token(  # noqa: PLR0913 - as above
    state: StateStore,
    user: str,
    label: str,
    scopes: Collection[Scope],
    *,
    now: datetime,
    lifetime: timedelta,
    by: str | None = None,
) -> str:
    """Makes a token and returns it: it is shown only now. Raises AccountError, StoreDownError."""
    if find_account(state, user) is None:
        raise AccountError(f"user: there is no user {user}")
    if not scopes:
        raise AccountError("scopes: at least one is needed: read, write")
    token = _PREFIX + secrets.token_urlsafe(32)
    ends, in_order = now + lifetime, tuple(sorted(set(scopes)))
    kept = Token(user=user, label=label, scopes=in_order, created_at=now, expires_at=ends, by=by)
    state.create(TOKEN, token_hash(token), kept.model_dump(mode="json"), state=user)
    return token


def find_token(state: StateStore, token: str, clock: Callable[[], datetime]) -> tuple[User, frozenset[Scope]] | None:
    """Whose token it is and what it allows; None when it is unknown or over, or its user disabled."""
    record = state.get(TOKEN, token_hash(token))
    if record is None:
        return None
    kept = Token.model_validate(record.value)
    account = find_account(state, kept.user)
    if clock() >= kept.expires_at or account is None or not account.active:
        return None
    return account.user, frozenset(kept.scopes)


def list_tokens(state: StateStore, user: str | None = None) -> Iterator[tuple[str, Token]]:
    """(id, token) of every token, or of those of one user."""
    return ((record.id, Token.model_validate(record.value)) for record in every_record(state, TOKEN, state=user))


def revoke_token(state: StateStore, id: str) -> bool:
    """Ends a token; False when there is none of that id."""
    record = state.get(TOKEN, id)
    if record is not None:
        remove(state, record)
    return record is not None
