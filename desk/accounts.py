"""Accounts of the people of an office, kept in the StateStore as kind ``user``."""

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from argon2 import PasswordHasher
from pydantic import Field, StringConstraints

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore, every_record
from schemas.base import Value

__all__ = [
    "LONGEST_PASSWORD",
    "SESSION",
    "SHORTEST_PASSWORD",
    "TOKEN",
    "USER",
    "Account",
    "AccountError",
    "Role",
    "User",
    "add_user",
    "change_user",
    "changed_account",
    "disable_user",
    "end_sessions",
    "find_account",
    "list_users",
    "new_password",
    "remove",
    "set_language",
    "set_password",
    "set_sealed",
    "set_skills",
]

USER = "user"
SESSION = "session"
"""The kind of a session's record; its ``state`` is the user's name (desk/sessions.py)."""
TOKEN = "token"  # noqa: S105 - a kind of record
"""As for a session (desk/tokens.py)."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
"""Characters; hashing what is longer would let anybody keep the processor busy."""

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
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
    """Somebody of the office. ``queues`` None: all; ``language`` None: as the browser asks. ``places`` that they cover
    and languages that they ``speak`` decide which cases they are given (streams/assigning.py); none known: any.
    ``sealed``: whether they see cases of victims of sexual offences and of children; None: as their role does."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{1,31}$")]
    role: Role
    queues: tuple[str, ...] | None
    active: bool = True
    language: str | None = None
    places: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    sealed: bool | None = None

    @property
    def opens_sealed(self) -> bool:
        """Whether they see sealed cases: as the account says, else supervisors, so that somebody does."""
        return self.role is Role.SUPERVISOR if self.sealed is None else self.sealed


class Account(User):
    """A user with what proves who they are. ``epoch`` is in every session of the account: a new one ends them all,
    those too that are being made at that moment. ``second`` is the sealed secret of a second factor, ``second_step``
    the last time step of which a code was used (desk/second_factor.py)."""

    schema_version: Literal[1] = 1
    password_hash: str = Field(repr=False)
    epoch: str = Field(repr=False)
    second: str | None = Field(default=None, repr=False)
    second_step: int = 0

    @property
    def user(self) -> User:
        return User(**{name: getattr(self, name) for name in User.model_fields})


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
    _check_queues(queues, known_queues)
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


def change_user(  # noqa: PLR0913 - as for an account
    state: StateStore,
    name: str,
    role: Role,
    queues: Collection[str] | None,
    *,
    known_queues: Collection[str],
    version: int | None = None,
) -> User:
    """Gives an account another role or other queues and ends its sessions; a disabled one can sign in again. With
    ``version`` only while its record is at that.

    Raises AccountError, StaleError, StoreDownError.
    """
    record, account = _existing(state, name)
    if version is not None and version != record.version:
        raise StaleError(f"{name}: it is at version {record.version}, not {version}")
    _check_queues(queues, known_queues)
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(state, account)
    own = None if queues is None else tuple(sorted(set(queues)))
    change = {"role": role, "queues": own, "active": True, "epoch": _new_epoch()}
    changed = account.model_copy(update=change)
    state.replace(record, changed.model_dump(mode="json"))
    end_sessions(state, name)
    return changed.user


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
    _require_another_administrator(state, account)
    changed = account.model_copy(update={"active": False, "epoch": _new_epoch()})
    state.replace(record, changed.model_dump(mode="json"))
    end_sessions(state, name)
    _remove_all(state, TOKEN, name)  # an account that is opened again opens none of them


def set_language(state: StateStore, name: str, language: str) -> None:
    """Remembers the language that somebody has chosen. Raises AccountError, StaleError, StoreDownError."""
    record, account = _existing(state, name)
    if account.language != language:
        state.replace(record, account.model_copy(update={"language": language}).model_dump(mode="json"))


def changed_account(
    state: StateStore, name: str, change: Mapping[str, object], *, check: Callable[[Account], None] | None = None
) -> None:
    """Writes some fields of an account; sessions go on. Raises AccountError (and what ``check`` raises), StaleError,
    StoreDownError."""
    record, account = _existing(state, name)
    if check is not None:
        check(account)
    state.replace(record, account.model_copy(update=dict(change)).model_dump(mode="json"))


def list_users(state: StateStore) -> Iterator[User]:
    """Every account by name, disabled ones too."""
    return (Account.model_validate(record.value).user for record in every_record(state, USER))


def set_skills(state: StateStore, name: str, places: Collection[str], speaks: Collection[str]) -> None:
    """Which places an officer covers, by the directory's codes, and which languages they speak.

    Raises AccountError, StaleError, StoreDownError.
    """
    wrong = [code for code in speaks if not _LANGUAGE.fullmatch(code)]
    if wrong:
        raise AccountError(f"speaks: {wrong[0]!r} is no language code, as in hi or mr")
    record, account = _existing(state, name)
    changed = account.model_copy(update={"places": tuple(sorted({*places})), "speaks": tuple(sorted({*speaks}))})
    state.replace(record, changed.model_dump(mode="json"))


def set_sealed(state: StateStore, name: str, opens: bool) -> None:
    """Names somebody who sees sealed cases, or who does not. Raises AccountError, StaleError, StoreDownError."""
    record, account = _existing(state, name)
    state.replace(record, account.model_copy(update={"sealed": opens}).model_dump(mode="json"))


def find_account(state: StateStore, name: str) -> Account | None:
    record = state.get(USER, name)
    return None if record is None else Account.model_validate(record.value)


def end_sessions(state: StateStore, name: str) -> None:
    """Removes every session of an account."""
    _remove_all(state, SESSION, name)


def remove(state: StateStore, record: StateRecord) -> None:
    """Deletes a record whatever it has become since it was read."""
    current: StateRecord | None = record
    while current is not None:
        try:
            state.delete(current)
            return
        except StaleError:
            current = state.get(record.kind, record.id)


def _remove_all(state: StateStore, kind: str, name: str) -> None:
    while records := state.scan(kind, state=name, limit=_PAGE):
        for record in records:
            remove(state, record)


def _existing(state: StateStore, name: str) -> tuple[StateRecord, Account]:
    record = state.get(USER, name)
    if record is None:
        raise AccountError(f"name: there is no user {name}")
    return record, Account.model_validate(record.value)


def _check_queues(queues: Collection[str] | None, known: Collection[str]) -> None:
    unknown = sorted(set(queues or ()) - set(known))
    if unknown:
        raise AccountError(f"queues: the directory has no queue {', '.join(unknown)}")


def _require_another_administrator(state: StateStore, account: Account) -> None:
    """An office without one could not make one again but by hand."""
    if account.role is Role.ADMINISTRATOR and account.active:
        others = (u for u in list_users(state) if u.role is Role.ADMINISTRATOR and u.active and u.name != account.name)
        if next(others, None) is None:
            raise AccountError(f"name: {account.name} is the only administrator; make another first")


def _hashed(password: str, hasher: PasswordHasher | None) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"password: it must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return (hasher or PasswordHasher()).hash(password)


def new_password() -> str:
    """96 random bits, easily copied by hand."""
    return secrets.token_urlsafe(12)


def _new_epoch() -> str:
    return secrets.token_hex(8)
