"""From payloads to events: what can be read becomes a mention, what cannot a dead letter. Nothing is dropped."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Protocol, TypeVar

import structlog

from queues.state import StoreDownError
from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from schemas.mention import MAX_MENTION_BYTES, Mention
from streams.dead_letters import Origin, Outsized, make_dead_letter
from streams.events import refs
from streams.log import Event, EventLog, LogDownError
from streams.patience import pauses
from streams.topics import MENTIONS

__all__ = [
    "BATCH_BYTES",
    "BATCH_EVENTS",
    "MAX_POSTS",
    "Keeper",
    "Publisher",
    "Rejected",
    "Taken",
    "batches",
    "wait_out",
]

BATCH_EVENTS = 500
BATCH_BYTES = 4 * 1024 * 1024
"""An append takes at most so many events, and no further one once it has so many bytes."""

MAX_POSTS = 1000
"""Posts in one payload at most; the pages of X hold up to 500."""

_log = structlog.get_logger()
T = TypeVar("T")
Change = Callable[[Mention], Mention | None]


def _unchanged(post: Mention) -> Mention:
    return post


@dataclass(frozen=True, slots=True)
class Rejected:
    """A post of a payload that could not be read; ``index`` counts from 0 within the payload."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a payload became: the events to append, the mentions among them, what is a dead letter, and how many posts
    nobody asked for."""

    events: tuple[Event, ...]
    mentions: tuple[Mention, ...]
    rejected: tuple[Rejected, ...]
    left_out: int = 0


class Keeper(Protocol):
    """Keeps what sources delivered (streams/sources/recording.py)."""

    def keep(self, origin: str, pieces: Sequence[bytes]) -> None:
        """Raises nothing: what is not kept is taken all the same."""
        ...


@dataclass(frozen=True, slots=True)
class Publisher:
    """Takes payloads of one source and appends them.

    ``source`` is part of a dead letter's identity; ``platform`` holds for posts that name none; ``sleep`` waits the
    given seconds for a log that is full or down; ``keeper`` keeps what was delivered, as it came.
    """

    log: EventLog
    clock: Callable[[], datetime]
    source: str
    platform: str = "x"
    sleep: Callable[[float], None] = time.sleep
    keeper: Keeper | None = None

    def keep(self, origin: str, pieces: Sequence[bytes]) -> None:
        """What ``origin`` delivered is kept for a replay, where this office keeps it."""
        if self.keeper is not None and pieces:
            self.keeper.keep(origin, pieces)

    def take(self, raw: bytes, origin: Origin, change: Change = _unchanged) -> Taken:
        """The events of one payload of JSON bytes: a post, a page, a list. See ``take_parsed``."""
        try:
            return self.take_parsed(raw, read_bytes(raw), origin, change)
        except IntakeError as error:
            return self.reject(raw, str(error), origin)

    def take_parsed(self, raw: bytes, payload: object, origin: Origin, change: Change = _unchanged) -> Taken:
        """As ``take``, for a payload that was read already; ``raw`` is what a dead letter of all of it keeps.

        ``change`` is applied to each mention; it refuses one by raising IntakeError, and leaves one out that nobody
        asked for by giving None.
        """
        try:
            posts = [*islice(split_page(payload), MAX_POSTS + 1)]
            if len(posts) > MAX_POSTS:
                return self.reject(raw, f"post: more than {MAX_POSTS} of them in one payload", origin)
            own = [raw] if len(posts) == 1 else [json.dumps(post).encode() for post in posts]
        except RecursionError:
            return self.reject(raw, "post: nested too deeply", origin)
        return self._each(posts, own, origin, change)

    def _each(self, posts: Sequence[Any], own: Sequence[bytes], origin: Origin, change: Change) -> Taken:
        events: list[Event] = []
        mentions: list[Mention] = []
        rejected: list[Rejected] = []
        left_out = 0
        for index, (post, raw) in enumerate(zip(posts, own, strict=True)):
            try:
                mention = change(read_mention(post, received_at=self.clock(), platform=self.platform))
                if mention is None:
                    left_out += 1
                    continue
                events.append(_event(mention, self.source))
                mentions.append(mention)
            except IntakeError as error:
                rejected.append(Rejected(index, str(error)))
                events.append(make_dead_letter(self.source, raw, str(error), origin, self.clock()))
        return Taken(tuple(events), tuple(mentions), tuple(rejected), left_out)

    def reject(self, raw: bytes | Outsized, reason: str, origin: Origin) -> Taken:
        """The dead letter of a payload that nobody can read."""
        letter = make_dead_letter(self.source, raw, reason, origin, self.clock())
        return Taken((letter,), (), (Rejected(0, reason),))

    def append(self, events: Sequence[Event]) -> None:
        """Writes events durably. Raises LogDownError, with nothing or the first batches written: do it again."""
        for batch in batches(events):
            self.log.append(batch)

    def append_patiently(self, events: Sequence[Event]) -> None:
        """Writes events durably, waiting as long as the log is full or down: readers catch up, disks are freed."""
        for batch in batches(events):
            wait_out(partial(self.log.append, batch), self.source, self.sleep)


def batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events in order, in pieces that one append takes."""
    batch: list[Event] = []
    size = 0
    for event in events:
        if batch and (len(batch) == BATCH_EVENTS or size >= BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += len(event.value)
    if batch:
        yield batch


def wait_out(act: Callable[[], T], source: str, sleep: Callable[[float], None]) -> T:
    """The result of ``act``, tried again with back-off for as long as the log or the store is down or full."""
    for pause in pauses():
        try:
            return act()
        except (LogDownError, StoreDownError) as error:
            _log.warning("intake_waiting", source=source, error=str(error), pause_seconds=pause)
        sleep(pause)
    raise AssertionError("pauses never end")


def _event(mention: Mention, source: str) -> Event:
    """Raises IntakeError for a mention that readers of the topic would refuse for its size."""
    value = mention.model_dump_json().encode()
    if len(value) > MAX_MENTION_BYTES:
        raise IntakeError(f"post: {len(value)} bytes are more than the {MAX_MENTION_BYTES} that a post may have")
    headers = {"refs": refs(mention.key, mention.author_key), "source": source.encode()}
    return Event(MENTIONS.name, mention.conversation_id.encode(), value, headers)
