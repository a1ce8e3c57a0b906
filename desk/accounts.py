"""Accounts of the people of an office, kept in the StateStore as kind ``user``."""

import re
import secrets
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Annotated, Literal

from argon2 import PasswordHasher
from pydantic import Field, StringConstraints

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from schemas.base import Value

__all__ = [
    "LONGEST_PASSWORD",
    "SESSION",
    "SHORTEST_PASSWORD",
    "USER",
    "Account",
    "AccountError",
    "Role",
    "User",
    "add_user",
    "disable_user",
    "end_sessions",
    "find_account",
    "list_users",
    "remove",
    "set_language",
    "set_password",
]

USER = "user"
SESSION = "session"
"""The kind of a session's record; its ``state`` is the user's name (desk/sessions.py)."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
"""Characters; hashing what is longer would let anybody keep the processor busy."""

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_PAGE = 500


class AccountError(ValueError):
    """An account cannot be made or changed so; the message names the field."""


class Role(StrEnum):
    """What somebody is; desk/authorise.py says what that allows."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    WATCH = "watch"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class User(Value):
    """Somebody of the office. ``queues`` None: all; ``language`` None: as the browser asks."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{1,31}$")]
    role: Role
    queues: tuple[str, ...] | None
    active: bool = True
    language: str | None = None


class Account(User):
    """A user with what proves who they are. ``epoch`` is in every session of the account: a new one ends them all,
    those too that are being made at that moment."""

    schema_version: Literal[1] = 1
    password_hash: str = Field(repr=False)
    epoch: str = Field(repr=False)

    @property
    def user(self) -> User:
        return User(name=self.name, role=self.role, queues=self.queues, active=self.active, language=self.language)


def add_user(  # noqa: PLR0913 - an account has these parts
    state: StateStore,
    name: str,
    password: str,
    role: Role,
    queues: Collection[str] | None,
    *,
    known_queues: Collection[str],
    language: str | None = None,
    hasher: PasswordHasher | None = None,
) -> User:
    """Makes an account. ``queues`` None: all; each must be one of ``known_queues``, the directory's.

    Raises AccountError, StoreDownError.
    """
    if not _NAME.fullmatch(name):
        raise AccountError(f"name: {name!r} must be 2 to 32 of a-z, 0-9, dot, dash and underscore, a letter first")
    unknown = sorted(set(queues or ()) - set(known_queues))
    if unknown:
        raise AccountError(f"queues: the directory has no queue {', '.join(unknown)}")
    account = Account(
        name=name,
        role=role,
        queues=None if queues is None else tuple(sorted(set(queues))),
        language=language,
        password_hash=_hashed(password, hasher),
        epoch=_new_epoch(),
    )
    try:
        state.create(USER, name, account.model_dump(mode="json"))
    except AlreadyExistsError as error:
        raise AccountError(f"name: there is a user {name} already") from error
    return account.user


def set_password(state: StateStore, name: str, password: str, *, hasher: PasswordHasher | None = None) -> None:
    """Sets a new password and ends every session of the account. Raises AccountError, StaleError, StoreDownError."""
    record, account = _existing(state, name)
    changed = account.model_copy(update={"password_hash": _hashed(password, hasher), "epoch": _new_epoch()})
    state.replace(record, changed.model_dump(mode="json"))
    end_sessions(state, name)


def disable_user(state: StateStore, name: str) -> None:
    """Nobody signs in with it any more; sessions and tokens end. The name stays taken, since history names it.

    Raises AccountError, StaleError, StoreDownError.
    """
    record, account = _existing(state, name)
    changed = account.model_copy(update={"active": False, "epoch": _new_epoch()})
    state.replace(record, changed.model_dump(mode="json"))
    end_sessions(state, name)


def set_language(state: StateStore, name: str, language: str) -> None:
    """Remembers the language that somebody has chosen. Raises AccountError, StaleError, StoreDownError."""
    record, account = _existing(state, name)
    if account.language != language:
        state.replace(record, account.model_copy(update={"language": language}).model_dump(mode="json"))


def list_users(state: StateStore) -> Iterator[User]:
    """Every account by name, disabled ones too."""
    after = ""
    while records := state.scan(USER, after=after, limit=_PAGE):
        yield from (Account.model_validate(record.value).user for record in records)
        after = records[-1].id


def find_account(state: StateStore, name: str) -> Account | None:
    record = state.get(USER, name)
    return None if record is None else Account.model_validate(record.value)


def end_sessions(state: StateStore, name: str) -> None:
    """Removes every session of an account."""
    while records := state.scan(SESSION, state=name, limit=_PAGE):
        for record in records:
            remove(state, record)


def remove(state: StateStore, record: StateRecord) -> None:
    """Deletes a record whatever it has become since it was read."""
    current: StateRecord | None = record
    while current is not None:
        try:
            state.delete(current)
            return
        except StaleError:
            current = state.get(record.kind, record.id)


def _existing(state: StateStore, name: str) -> tuple[StateRecord, Account]:
    record = state.get(USER, name)
    if record is None:
        raise AccountError(f"name: there is no user {name}")
    return record, Account.model_validate(record.value)


def _hashed(password: str, hasher: PasswordHasher | None) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"password: it must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return (hasher or PasswordHasher()).hash(password)


def _new_epoch() -> str:
    return secrets.token_hex(8)
