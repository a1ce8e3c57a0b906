"""A PIN by which officers who share a handset change over quickly, after each has signed in there in full.

A PIN is good on one device only, for some hours, and five wrong ones end it. Kept as kind ``pin``, by the hash of the
device's token and the account's name. What is hashed (argon2) is token and PIN together: the token is in the device's
cookie alone, so that who has the store cannot try all PINs.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from desk.accounts import Account, Role, find_account, remove
from desk.sessions import token_hash
from desk.sign_ins import How, note_sign_in
from queues.state import StaleError, StateRecord, StateStore
from schemas.base import Utc, Value

__all__ = ["LONGEST_PIN", "MOST_ON_A_DEVICE", "SHORTEST_PIN", "Entered", "PinError", "Pins", "WrongPin"]

SHORTEST_PIN, LONGEST_PIN = 4, 8
MOST_ON_A_DEVICE = 8
_TRIES = 5
_PIN = "pin"


class PinError(ValueError):
    """A PIN cannot be set so; ``reason`` is form, simple, role or full."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class _Stored(Value):
    """``epoch`` is the account's: a new password, role or queues end the PIN with the sessions."""

    name: str
    pin_hash: str
    epoch: str
    until: Utc
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Entered:
    """Whose PIN it was, and until when a session that begins by it may last."""

    account: Account
    until: datetime


@dataclass(frozen=True, slots=True)
class WrongPin:
    """``left``: how many tries there are before the PIN ends; 0: there is none, or no more."""

    left: int


class Pins:
    """``lifetime`` counts from when a PIN is set; zero: there are no PINs. Every method may raise StoreDownError."""

    def __init__(
        self, state: StateStore, clock: Callable[[], datetime], hasher: PasswordHasher, *, lifetime: timedelta
    ):
        self._state = state
        self._clock = clock
        self._hasher = hasher
        self._lifetime = lifetime

    @property
    def are_offered(self) -> bool:
        return self._lifetime > timedelta(0)

    def set(self, device: str | None, account: Account, pin: str) -> str:
        """Sets the PIN of an officer on a device; returns the device's token, a new one where it had none. Whoever
        calls knows that the account has just signed in there in full. Raises PinError."""
        if account.role is not Role.OFFICER or not self.are_offered:
            raise PinError("role")
        if not (SHORTEST_PIN <= len(pin) <= LONGEST_PIN and pin.isascii() and pin.isdecimal()):
            raise PinError("form")
        if _is_simple(pin):
            raise PinError("simple")
        token = device or secrets.token_urlsafe(32)
        others = [name for name, _ in self._standing(token) if name != account.name]
        if len(others) >= MOST_ON_A_DEVICE:
            raise PinError("full")
        now = self._clock()
        kept = _Stored(
            name=account.name,
            pin_hash=self._hasher.hash(token + pin),
            epoch=account.epoch,
            until=now + self._lifetime,
        )
        old = self._state.get(_PIN, _id(token, account.name))
        if old is not None:
            remove(self._state, old)
        self._state.create(_PIN, _id(token, account.name), kept.model_dump(mode="json"), state=token_hash(token))
        note_sign_in(self._state, account.name, How.PIN_SET, now)
        return token

    def end(self, device: str, name: str) -> None:
        """The account has no PIN on the device any more."""
        record = self._state.get(_PIN, _id(device, name))
        if record is not None:
            remove(self._state, record)
            note_sign_in(self._state, name, How.PIN_REMOVED, self._clock())

    def names(self, device: str | None) -> list[str]:
        """The accounts that have a PIN on the device now, by name."""
        return [] if device is None else sorted(name for name, _ in self._standing(device))

    def enter(self, device: str, name: str, pin: str) -> Entered | WrongPin:
        """A try is counted before it is made, so that tries at the same time cannot pass the limit together."""
        while True:
            record = self._state.get(_PIN, _id(device, name))
            if record is None:
                return WrongPin(0)
            stored = _Stored.model_validate(record.value)
            account = self._good(stored)
            if account is None or stored.tries >= _TRIES:
                self.end(device, name)
                return WrongPin(0)
            try:
                tried = stored.model_copy(update={"tries": stored.tries + 1})
                record = self._state.replace(record, tried.model_dump(mode="json"))
            except StaleError:
                continue
            return self._tried(record, tried, account, (device, pin))

    def _tried(
        self, record: StateRecord, stored: _Stored, account: Account, given: tuple[str, str]
    ) -> Entered | WrongPin:
        device, pin = given
        if not self._matches(stored.pin_hash, device + pin[: LONGEST_PIN + 1]):
            left = _TRIES - stored.tries
            if not left:
                self.end(device, stored.name)
            return WrongPin(left)
        with suppress(StaleError):  # somebody else tries at the same time: their tries stay counted
            self._state.replace(record, stored.model_copy(update={"tries": 0}).model_dump(mode="json"))
        note_sign_in(self._state, account.name, How.PIN, self._clock())
        return Entered(account, stored.until)

    def _matches(self, pin_hash: str, given: str) -> bool:
        try:
            return self._hasher.verify(pin_hash, given)
        except (VerificationError, InvalidHashError):
            return False

    def _standing(self, device: str) -> Iterator[tuple[str, _Stored]]:
        """The good ones; those that are over are removed."""
        for record in self._state.scan(_PIN, state=token_hash(device)):
            stored = _Stored.model_validate(record.value)
            if self._good(stored) is None:
                remove(self._state, record)
            else:
                yield stored.name, stored

    def _good(self, stored: _Stored) -> Account | None:
        """The account, if its PIN still counts."""
        account = find_account(self._state, stored.name)
        if account is None or not account.active or account.role is not Role.OFFICER:
            return None
        return account if account.epoch == stored.epoch and self._clock() < stored.until else None


def _id(device: str, name: str) -> str:
    return f"{token_hash(device)}:{name}"


def _is_simple(pin: str) -> bool:
    """All the same, or counting up or down."""
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps <= {0} or steps in ({1}, {-1})
