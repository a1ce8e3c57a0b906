"""Signing in: the password, the lockouts and the session in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from desk.accounts import LONGEST_PASSWORD, Account, find_account
from desk.lockout import BY_ACCOUNT, BY_ADDRESS, Lockout, address_id, user_id
from desk.sessions import Sessions
from queues.state import StateStore

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
    def __init__(self, state: StateStore, sessions: Sessions, clock: Callable[[], datetime], hasher: PasswordHasher):
        self._state = state
        self._sessions = sessions
        self._lockout = Lockout(state, clock)
        self._hasher = hasher
        self._turn = BoundedSemaphore(_AT_ONCE)
        self._nobodys_hash = hasher.hash("the password of nobody")

    def sign_in(self, name: str, password: str, address: str) -> SignedIn | WrongPassword | LockedOut:
        """``address`` is the network address of who asks. An unknown name takes the same steps and the same time."""
        account = find_account(self._state, name)
        usable = account if account is not None and account.active else None
        own, network = user_id(name, exists=account is not None), address_id(address)
        wait = self._lockout.remaining(network) or self._lockout.spend(own, BY_ACCOUNT)
        if wait:
            return LockedOut(wait)
        matches = self._matches(usable.password_hash if usable else self._nobodys_hash, password)
        if usable is None or not matches:
            self._lockout.spend(network, BY_ADDRESS)
            return WrongPassword()
        self._lockout.clear(own)
        return SignedIn(self._sessions.begin(usable), usable)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            with self._turn:
                matches = self._hasher.verify(password_hash, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return matches and len(password) <= LONGEST_PASSWORD
