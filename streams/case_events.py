"""Tells subscribers what happens to cases: signed, in the order of each case, at least once, and again from any moment.

Events are a case's history; what was changed since a subscriber was last told is read from the store. So nothing has to
be written twice, and a subscriber that was away for a week is told of all of it. One worker at a time tells a
subscriber, by a lease in its record.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import httpx
import structlog

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from queues.store import EVERYTHING, CaseQuery, CaseStore, Sort
from schemas.case import Case
from schemas.events import CaseEvent
from schemas.keeping import Subscriber
from streams.sources.signing import signature

__all__ = [
    "OVERLAP",
    "SUBSCRIBER",
    "CaseEvents",
    "Key",
    "SubscriberStanding",
    "events_of",
    "replay",
    "subscriber_standings",
]

SUBSCRIBER = "subscriber"
SETTLED = timedelta(seconds=10)
"""A change is in every search by then, and clocks of workers are no further apart."""
OVERLAP = timedelta(seconds=60)
"""So long before a case's change an entry of its history may have been made: clocks differ, writes are tried again."""
LEASE = timedelta(seconds=60)
_MOMENT = timedelta(milliseconds=1)
"""As exactly as a store finds by time."""
_REMEMBERED = 500
_PAGE = 100
_AT_ONCE = 100
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=1)
_ANSWER_SECONDS = 10.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Key:
    """What signs for a subscriber."""

    value: bytes = field(repr=False)


class _NotTakenError(Exception):
    """A subscriber has not taken what it was told; the message holds no address."""


@dataclass(frozen=True)
class CaseEvents:
    """One look at all subscribers, each with the key that signs for it. Cost: one indexed query for each when nothing
    has happened."""

    store: CaseStore
    state: StateStore
    subscribers: Sequence[tuple[Subscriber, Key]]
    clock: Callable[[], datetime]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_ANSWER_SECONDS))

    def __call__(self) -> int:
        """Returns how many events were taken. May raise StoreDownError."""
        return sum(self._look_after(subscriber, key) for subscriber, key in self.subscribers)

    def _look_after(self, subscriber: Subscriber, key: Key) -> int:
        """A new subscriber is told from now on. What another worker has done meanwhile is left to it."""
        now = self.clock()
        try:
            standing = self.state.get(SUBSCRIBER, subscriber.code)
            if standing is None:
                self.state.create(SUBSCRIBER, subscriber.code, _value(now))
                return 0
            if datetime.fromisoformat(standing.value["again_at"]) > now:
                return 0
            pages = self._changed(datetime.fromisoformat(standing.value["after"]))
            if (first := next(pages, None)) is None:
                return 0
            return self._told(subscriber, key, self._leased(standing, dict(standing.value)), chain([first], pages))
        except (StaleError, AlreadyExistsError):
            return 0

    def _leased(self, standing: StateRecord, value: dict[str, Any]) -> StateRecord:
        return self.state.replace(standing, value | {"again_at": (self.clock() + LEASE).isoformat()})

    def _told(self, subscriber: Subscriber, key: Key, standing: StateRecord, pages: Iterable[Sequence[Case]]) -> int:
        told, value = 0, dict(standing.value)
        last = datetime.fromisoformat(value["after"])
        try:
            for cases in pages:
                after = datetime.fromisoformat(value["after"])
                events = [*_events(cases, subscriber, after - OVERLAP, set(value["recent"]))]
                for start in range(0, len(events), _AT_ONCE):
                    self._say(subscriber, key, events[start : start + _AT_ONCE])
                told += len(events)
                recent = [*value["recent"], *(event.id for event in events)][-_REMEMBERED:]
                last = cases[-1].changed_at
                # Others on the next page may have been changed in the same moment: it is past when that was told.
                value |= {"after": (last - _MOMENT).isoformat(), "recent": recent, "tries": 0, "last_error": ""}
                value["told"] = value["told"] + len(events)
                standing = self._leased(standing, value)
            value["after"] = last.isoformat()
        except _NotTakenError as error:
            pause = min(_FIRST_PAUSE * 2 ** min(value["tries"], 20), _LONGEST_PAUSE)
            value |= {"tries": value["tries"] + 1, "last_error": str(error)}
            self.state.replace(standing, value | {"again_at": (self.clock() + pause).isoformat()})
            _log.warning("subscriber_not_told", subscriber=subscriber.code, error=str(error))
            return told
        self.state.replace(standing, value | {"again_at": self.clock().isoformat()})
        return told

    def _changed(self, after: datetime) -> Iterator[list[Case]]:
        """Cases changed since, in that order, a page at a time; not those that were changed just now."""
        query = CaseQuery(changed_after=after + _MOMENT, merged=True, sort=Sort.CHANGED, limit=_PAGE)
        while True:
            page, until = self.store.search(query, EVERYTHING), self.clock() - SETTLED
            cases = [found.case for found in page.cases if found.case.changed_at <= until]
            if cases:
                yield cases
            if page.cursor is None or len(cases) < len(page.cases):
                return
            query = replace(query, cursor=page.cursor)

    def _say(self, subscriber: Subscriber, key: Key, events: Sequence[CaseEvent]) -> None:
        """Raises _NotTakenError."""
        body = json.dumps({"events": [event.model_dump(mode="json") for event in events]}).encode()
        stamp, nonce = str(int(self.clock().timestamp())), secrets.token_hex(16)
        headers = {
            "Content-Type": "application/json",
            "X-Sunwai-Timestamp": stamp,
            "X-Sunwai-Nonce": nonce,
            "X-Sunwai-Signature": signature(key.value, stamp, nonce, body),
        }
        try:
            answer = self.http.post(subscriber.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise _NotTakenError(type(error).__name__) from error
        if not answer.is_success:
            raise _NotTakenError(f"it answered {answer.status_code}")


def _value(after: datetime) -> dict[str, Any]:
    now = after.isoformat()
    return {"after": now, "again_at": now, "recent": [], "tries": 0, "told": 0, "last_error": ""}


def _events(cases: Sequence[Case], subscriber: Subscriber, since: datetime, known: set[str]) -> Iterator[CaseEvent]:
    for case in cases:
        if subscriber.queues and case.queue not in subscriber.queues:
            continue
        yield from (event for event in events_of(case) if event.at >= since and event.id not in known)


def events_of(case: Case) -> Iterator[CaseEvent]:
    """What has happened to a case, as far as it remembers, in its order."""
    for entry in case.history:
        if entry.hash:
            yield CaseEvent(
                id=f"{case.id}:{entry.hash[:16]}",
                at=entry.at,
                act=entry.act,
                case=case.id,
                docket=case.docket,
                status=case.status,
                queue=None if case.is_sealed else case.queue,
                type=None if case.is_sealed else case.type,
                urgency=case.urgency,
                place=None if case.is_sealed else case.place,
                merged_into=case.merged_into,
            )


@dataclass(frozen=True, slots=True)
class SubscriberStanding:
    """``after``: all that was changed before was told. ``told``: events taken in all."""

    code: str
    after: datetime
    told: int
    tries: int
    last_error: str


def subscriber_standings(state: StateStore) -> list[SubscriberStanding]:
    """Of each that was ever told, by code. Raises StoreDownError."""
    return [_standing(record.id, record.value) for record in state.scan(SUBSCRIBER)]


def _standing(code: str, value: Mapping[str, Any]) -> SubscriberStanding:
    after = datetime.fromisoformat(value["after"])
    return SubscriberStanding(code, after, value["told"], value["tries"], value["last_error"])


def replay(state: StateStore, code: str, since: datetime) -> bool:
    """Lets a subscriber be told again of all that happened since; False for one that was never told of anything.

    Raises StoreDownError, and StaleError when it is being told just now.
    """
    standing = state.get(SUBSCRIBER, code)
    if standing is None:
        return False
    state.replace(standing, _value(since) | {"told": standing.value["told"]})
    return True
