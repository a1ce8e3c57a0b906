"""Requests that a program may send again: with the same ``Idempotency-Key`` an act is done once.

What is kept (kind ``idempotency``) is the key's hash, a hash of the request and the case that the act led to, never
what was sent: a repeated request is answered with that case as it stands now. An act that was refused leaves nothing.
Keys are forgotten after two days.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from desk.refusal import Refusal, mark
from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from schemas.base import Utc, Value

__all__ = ["Asked", "once"]

IDEMPOTENCY = "idempotency"
_PATIENCE = timedelta(minutes=1)
"""How long an act may take; after that the process that did it is thought to have died."""
_KEPT_DAYS = 2
_FORGOTTEN_AT_ONCE = 20


class _Kept(Value):
    request: str
    began_at: Utc
    case: str | None = None


class Asked(Value):
    """A request by ``user`` with ``key``; ``request`` is all of it that must be the same when it is sent again."""

    user: str
    key: str
    request: str

    @property
    def id(self) -> str:
        return _hash(f"{self.user} {self.key}")


def once(state: StateStore, clock: Callable[[], datetime], asked: Asked, act: Callable[[], str]) -> str:
    """The case that ``act`` leads to, from this time or the first one.

    Raises Refusal while the first one is still at work and for a key that came with another request; what ``act``
    raises passes through.
    """
    now, request = clock(), _hash(asked.request)
    began = _Kept(request=request, began_at=now)
    try:
        record = state.create(IDEMPOTENCY, asked.id, began.model_dump(mode="json"), state=_day(now))
    except AlreadyExistsError:
        found = _found(state, asked, request, now)
        if isinstance(found, str):
            return found
        record = found
    try:
        case = act()
    except Refusal:
        state.delete(record)
        raise
    state.replace(record, began.model_copy(update={"case": case}).model_dump(mode="json"))
    _forget(state, now)
    return case


def _found(state: StateStore, asked: Asked, request: str, now: datetime) -> str | StateRecord:
    """The case of the first time, or the record to go on with when that died."""
    busy = Refusal(409, "in_progress", mark("The same request is being worked off."), headers={"Retry-After": "1"})
    record = state.get(IDEMPOTENCY, asked.id)
    if record is None:
        raise busy  # it was refused just now
    kept = _Kept.model_validate(record.value)
    if kept.request != request:
        message = mark("This key came with another request before.")
        raise Refusal(422, "idempotency_mismatch", message, field="Idempotency-Key")
    if kept.case is not None:
        return kept.case
    if now - kept.began_at < _PATIENCE:
        raise busy
    try:
        return state.replace(record, {**record.value, "began_at": now.isoformat()})
    except StaleError:
        raise busy from None


def _forget(state: StateStore, now: datetime) -> None:
    """Removes more of an old day than are added, so that what is kept stays bounded."""
    for record in state.scan(IDEMPOTENCY, state=_day(now - timedelta(days=_KEPT_DAYS)), limit=_FORGOTTEN_AT_ONCE):
        state.delete(record)


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
