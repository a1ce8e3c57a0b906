"""Stretches of time that the stream did not read: written down before anything later is counted as read, and filled
from recent search.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from streams.sources.x.scopes import SCOPES, Scope

__all__ = ["GAP", "LOST", "OPEN", "Gap", "Gaps"]

GAP = "x_gap"
OPEN = "open"
LOST = "lost"
"""Older than the week that recent search reaches back: nobody can read it any more."""

MERGED_FOR = timedelta(minutes=5)
"""Gaps that follow one another within so long are one: a line that flaps makes no thousand searches."""
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Gap:
    """Posts with ids from ``since`` to before ``until`` that fit ``query``, to be read from ``ready_at`` on, when
    search will know them all. ``token``: where reading it came to. Moments are ISO 8601."""

    scope: Scope
    query: str
    since: int
    until: int
    reason: str
    opened_at: str
    ready_at: str
    token: str | None = None

    @property
    def is_ready_from(self) -> datetime:
        return datetime.fromisoformat(self.ready_at)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Every method may raise StoreDownError."""

    state: StateStore

    def open(self, gap: Gap, now: datetime) -> None:
        """Writes a gap down, as part of one that is being made where there is one."""
        for record in self.state.scan(GAP, state=OPEN, limit=_MOST):
            merged = _merged(_read(record), gap, now)
            if merged is not None:
                try:
                    self.state.replace(record, asdict(merged))
                except StaleError:
                    break  # it is being filled just now
                return
        name = sha256(f"{gap.query} {gap.since} {gap.until}".encode()).hexdigest()[:16]
        self.state.create(GAP, f"{gap.opened_at}:{name}", asdict(gap), state=OPEN)

    def ready(self, now: datetime) -> Iterator[tuple[StateRecord, Gap]]:
        """Those that can be filled, by scope, oldest first."""
        found = [(record, _read(record)) for record in self.state.scan(GAP, state=OPEN, limit=_MOST)]
        yield from sorted(
            (pair for pair in found if pair[1].is_ready_from <= now),
            key=lambda pair: (SCOPES.index(pair[1].scope), pair[1].since),
        )

    def came_to(self, record: StateRecord, gap: Gap) -> None:
        self.state.replace(record, asdict(gap))

    def filled(self, record: StateRecord) -> None:
        self.state.delete(record)

    def cut(self, record: StateRecord, gap: Gap, floor: int) -> None:
        """What lies before ``floor`` is lost; the rest is still to be filled."""
        if gap.until <= floor:
            self.state.replace(record, record.value, state=LOST)
            return
        lost = replace(gap, until=floor)
        with suppress(AlreadyExistsError):  # by a run that was killed just here
            self.state.create(GAP, f"{record.id}:lost", asdict(lost), state=LOST)
        self.state.replace(record, asdict(replace(gap, since=floor, token=None)))

    def counts(self) -> tuple[int, int]:
        """How many are to be filled, and how many are lost."""
        return self.state.count(GAP, state=OPEN), self.state.count(GAP, state=LOST)


def _merged(old: Gap, new: Gap, now: datetime) -> Gap | None:
    """Both as one; None when they are two."""
    apart = old.query != new.query or new.since > old.until or old.since > new.until
    if apart or old.is_ready_from <= now or now - datetime.fromisoformat(old.opened_at) > MERGED_FOR:
        return None
    since, until = min(old.since, new.since), max(old.until, new.until)
    return Gap(old.scope, old.query, since, until, old.reason, old.opened_at, max(old.ready_at, new.ready_at))


def _read(record: StateRecord) -> Gap:
    value: dict[str, Any] = dict(record.value)
    return Gap(**(value | {"scope": Scope(value["scope"])}))
