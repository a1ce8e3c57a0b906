"""Signing in: the password, the lockouts and the session in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from desk.accounts import LONGEST_PASSWORD, Account, AccountError, changed_account, find_account
from desk.lockout import BY_ACCOUNT, BY_ADDRESS, Lockout, address_id, user_id
from desk.second_factor import code_step, opened_for
from desk.sessions import Sessions
from desk.sign_ins import How, note_sign_in
from queues.seal import Sealer
from queues.state import StaleError, StateStore

__all__ = ["Gate", "LockedOut", "SignedIn", "WrongPassword"]

_AT_ONCE = 4
"""Passwords hashed at the same time: each takes 64 MiB with the default parameters of argon2."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    account: Account


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """Also for a name that is unknown or disabled: nobody learns which names exist."""


@dataclass(frozen=True, slots=True)
class LockedOut:
    wait: timedelta


class Gate:
    def __init__(
        self,
        state: StateStore,
        sessions: Sessions,
        clock: Callable[[], datetime],
        hasher: PasswordHasher,
        sealer: Sealer,
    ):
        self._clock = clock
        self._sealer = sealer
        self._state = state
        self._sessions = sessions
        self._lockout = Lockout(state, clock)
        self._hasher = hasher
        self._turn = BoundedSemaphore(_AT_ONCE)
        self._nobodys_hash = hasher.hash("the password of nobody")

    def sign_in(self, name: str, password: str, address: str, code: str = "") -> SignedIn | WrongPassword | LockedOut:
        """``address`` is the network address of who asks; ``code`` that of the second factor, where the account has
        one. An unknown name takes the same steps and the same time."""
        account = find_account(self._state, name)
        usable = account if account is not None and account.active else None
        own, network = user_id(name, exists=account is not None), address_id(address)
        wait = self._lockout.remaining(network) or self._lockout.spend(own, BY_ACCOUNT)
        if wait:
            return LockedOut(wait)
        matches = self._matches(usable.password_hash if usable else self._nobodys_hash, password)
        if usable is None or not matches or not self._second(usable, code):
            self._lockout.spend(network, BY_ADDRESS)
            return WrongPassword()
        self._lockout.clear(own)
        note_sign_in(self._state, usable.name, How.PASSWORD, self._clock())
        return SignedIn(self._sessions.begin(usable), usable)

    def admit(self, name: str, how: How) -> SignedIn | None:
        """Signs in somebody who has shown otherwise who they are; None when there is no such account, or it is
        disabled."""
        account = find_account(self._state, name)
        if account is None or not account.active:
            return None
        note_sign_in(self._state, name, how, self._clock())
        return SignedIn(self._sessions.begin(account), account)

    def _second(self, account: Account, code: str) -> bool:
        """Whether the account needs no code, or this one is right; it is then used up."""
        if account.second is None:
            return True
        secret = opened_for(self._sealer, account.name, account.second)
        step = None if secret is None else code_step(secret, code, self._clock(), account.second_step)
        if step is None:
            return False
        try:
            changed_account(self._state, account.name, {"second_step": step}, check=_unused(step))
        except (StaleError, AccountError):
            return False  # somebody else has used it in this moment
        return True

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            with self._turn:
                matches = self._hasher.verify(password_hash, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return matches and len(password) <= LONGEST_PASSWORD


def _unused(step: int) -> Callable[[Account], None]:
    def check(account: Account) -> None:
        if account.second_step >= step:
            raise AccountError("code: it was used already")

    return check
