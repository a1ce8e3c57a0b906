"""Sessions: a random token in a cookie, of which only the SHA-256 is kept, as kind ``session``."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from desk.accounts import SESSION, Account, Role, User, find_account, remove
from queues.presence import note_signed_in
from queues.state import StaleError, StateRecord, StateStore
from schemas.base import Utc, Value

__all__ = ["Session", "Sessions", "token_hash"]

MOST_SESSIONS = 20
"""Of one account at a time; the oldest ends when one more begins."""

_FRESHNESS = timedelta(minutes=1)
"""``seen_at`` is written no more often than this."""


class _Stored(Value):
    user: str
    epoch: str
    csrf: str
    created_at: Utc
    seen_at: Utc
    until: Utc | None = None
    """Of a session that began by a PIN (desk/pins.py): it ends with the PIN. None: it began by a full sign-in."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. ``csrf`` must come back with every form. ``by_pin``: not by a full sign-in."""

    user: User
    csrf: str
    by_pin: bool = False


def _works(account: Account) -> bool:
    """Whether that somebody signs in says that their queues are looked after: not of who only oversees all of them."""
    return account.role is Role.OFFICER or (account.role is Role.SUPERVISOR and account.queues is not None)


def token_hash(token: str) -> str:
    """Under which a token is kept: what a thief reads in the store opens nothing."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Sessions:
    """``lifetime`` is the longest a session lasts, whatever is done; ``idle`` how long it lasts when nothing is."""

    def __init__(self, state: StateStore, clock: Callable[[], datetime], *, lifetime: timedelta, idle: timedelta):
        self._state = state
        self._clock = clock
        self._lifetime = lifetime
        self._idle = idle

    def begin(self, account: Account, *, until: datetime | None = None) -> str:
        """A new session; returns its token of 256 bits. ``until``: by a PIN, and no longer than that."""
        self._tidy(account.name)
        token = secrets.token_urlsafe(32)
        now = self._clock()
        stored = _Stored(
            user=account.name,
            epoch=account.epoch,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
            until=until,
        )
        self._state.create(SESSION, token_hash(token), stored.model_dump(mode="json"), state=account.name)
        if _works(account):
            note_signed_in(self._state, account.name, account.queues, now)
        return token

    def find(self, token: str, *, seen: bool = True) -> Session | None:
        """The session of a token, None when there is none or it has ended. ``seen``: somebody has done something."""
        record = self._state.get(SESSION, token_hash(token))
        if record is None:
            return None
        stored = _Stored.model_validate(record.value)
        account = find_account(self._state, stored.user)
        if self._is_over(stored) or account is None or not account.active or account.epoch != stored.epoch:
            remove(self._state, record)
            return None
        if seen:
            self._see(record, stored)
        return Session(account.user, stored.csrf, by_pin=stored.until is not None)

    def end(self, token: str) -> None:
        record = self._state.get(SESSION, token_hash(token))
        if record is not None:
            remove(self._state, record)

    def _is_over(self, stored: _Stored) -> bool:
        now = self._clock()
        if stored.until is not None and now >= stored.until:
            return True
        return now - stored.created_at >= self._lifetime or now - stored.seen_at >= self._idle

    def _see(self, record: StateRecord, stored: _Stored) -> None:
        now = self._clock()
        if now - stored.seen_at < _FRESHNESS:
            return
        seen = stored.model_copy(update={"seen_at": now})
        try:
            self._state.replace(record, seen.model_dump(mode="json"))
        except StaleError:
            return  # another request of the same session has just said so, or the session has ended

    def _tidy(self, user: str) -> None:
        """Removes what is over, and the oldest of too many, so that sessions of one account stay bounded."""
        records = self._state.scan(SESSION, state=user)
        stored = [(record, _Stored.model_validate(record.value)) for record in records]
        over = [record for record, session in stored if self._is_over(session)]
        going = sorted(
            ((session.created_at, record.id, record) for record, session in stored if record not in over),
            key=lambda item: item[:2],
        )
        too_many = [record for _, _, record in going[: max(0, len(going) - MOST_SESSIONS + 1)]]
        for record in [*over, *too_many]:
            remove(self._state, record)
