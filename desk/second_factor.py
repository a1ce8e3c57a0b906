"""The second factor of a sign-in: time-based one-time codes (RFC 6238) from an app on the person's phone.

The secret is kept sealed under the office key. A code counts for its half minute and the ones beside it, and once.
"""

import hmac
from datetime import datetime

import pyotp

from desk.accounts import Account, AccountError, changed_account
from queues.seal import Sealer, SealError
from queues.state import StateStore

__all__ = ["address_of_secret", "code_step", "new_sealed", "opened_for", "remove_second", "set_second"]

_STEP_SECONDS = 30
_WINDOW = 1
"""Steps before and after: clocks of phones differ."""


def new_sealed(sealer: Sealer, name: str) -> str:
    """A new secret for the account ``name``, sealed: a page carries it until the first code has shown that it works."""
    return sealer.seal(f"{name} {pyotp.random_base32()}")


def opened_for(sealer: Sealer, name: str, sealed: str) -> str | None:
    """The secret, if it was made for ``name`` under this office's key."""
    try:
        owner, _, secret = sealer.open(sealed).partition(" ")
    except SealError:
        return None
    return secret if owner == name and secret else None


def address_of_secret(secret: str, name: str, office: str) -> str:
    """The ``otpauth:`` address that apps read from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=office)


def code_step(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose code this is, later than ``after``; None for a wrong, old or used one."""
    given = "".join(code.split())
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in range(current - _WINDOW, current + _WINDOW + 1):
        right = pyotp.HOTP(secret).at(step)
        if hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass")) and step > after:
            return step
    return None


def set_second(state: StateStore, name: str, sealed: str, step: int) -> None:
    """From now on the account needs a code; ``step`` has been used. Raises AccountError, StaleError, StoreDownError."""
    changed_account(state, name, {"second": sealed, "second_step": step})


def remove_second(state: StateStore, name: str) -> None:
    """The account signs in by its password alone again. Raises AccountError, StaleError, StoreDownError."""

    def standing(account: Account) -> None:
        if account.second is None:
            raise AccountError(f"name: {name} has no second factor")

    changed_account(state, name, {"second": None, "second_step": 0}, check=standing)
