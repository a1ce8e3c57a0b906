"""Who has signed in, when and how: for whoever must answer for that (``sunwai audit sign-ins``)."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from queues.state import StateStore, every_record

__all__ = ["How", "note_sign_in", "sign_ins"]

_KIND = "sign_in"


class How(StrEnum):
    """``pin_set`` and ``pin_removed`` are no sign-ins, but decide who can sign in."""

    PASSWORD = "password"  # noqa: S105 - a way to sign in
    OIDC = "oidc"
    PIN = "pin"
    PIN_SET = "pin_set"
    PIN_REMOVED = "pin_removed"


def note_sign_in(state: StateStore, name: str, how: How, now: datetime) -> None:
    """May raise StoreDownError: who cannot be noted is not signed in."""
    at = now.isoformat()
    state.create(_KIND, f"{at} {name} {secrets.token_hex(4)}", {"name": name, "how": how, "at": at})


def sign_ins(state: StateStore, since: datetime) -> Iterator[tuple[str, str, str]]:
    """(when in ISO 8601, name, how) from ``since`` on, in order."""
    kept = every_record(state, _KIND, after=since.isoformat())
    return ((record.value["at"], record.value["name"], record.value["how"]) for record in kept)
