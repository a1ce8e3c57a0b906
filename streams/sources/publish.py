"""From payloads to events: what can be read becomes a mention, what cannot a dead letter. Nothing is dropped."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from schemas.mention import MAX_MENTION_BYTES, Mention
from streams.dead_letters import Origin, make_dead_letter
from streams.events import refs
from streams.log import Event, EventLog, LogDownError
from streams.topics import MAX_EVENT_BYTES, MENTIONS

__all__ = ["BATCH", "Publisher", "Rejected", "Taken"]

BATCH = 500
"""Events an append at most."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A post of a payload that could not be read; ``index`` counts within the payload."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a payload became: events to append, and how many of them are mentions."""

    events: tuple[Event, ...]
    mentions: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Publisher:
    """Takes payloads for one source and appends them. ``source`` is part of a dead letter's identity."""

    log: EventLog
    clock: Callable[[], datetime]
    source: str
    platform: str = "x"
    sleep: Callable[[float], None] = time.sleep

    def take(self, raw: bytes, origin: Origin, change: Callable[[Mention], Mention] = lambda post: post) -> Taken:
        """The events of one payload of JSON bytes: a post, a page, a list. ``change`` is applied to each mention."""
        try:
            payload = read_bytes(raw)
        except IntakeError as error:
            return self.reject(raw, str(error), origin)
        return self.take_parsed(raw, payload, origin, change)

    def take_whole(self, raw: bytes, origin: Origin) -> Taken:
        """As ``take``, for a body of many posts: each of them, not the body, is bounded by a post's size."""
        try:
            payload = read_bytes(raw, most=MAX_EVENT_BYTES)
        except IntakeError as error:
            return self.reject(raw, str(error), origin)
        return self.take_parsed(raw, payload, origin)

    def take_parsed(
        self, raw: bytes, payload: object, origin: Origin, change: Callable[[Mention], Mention] = lambda post: post
    ) -> Taken:
        """As ``take``, for a payload that was read already; ``raw`` is what a dead letter of it would keep."""
        events: list[Event] = []
        rejected: list[Rejected] = []
        posts = [*split_page(payload)]
        for index, post in enumerate(posts):
            try:
                mention = read_mention(post, received_at=self.clock(), platform=self.platform)
                if len(mention.text.encode()) > MAX_MENTION_BYTES:
                    raise IntakeError(f"text: more than the {MAX_MENTION_BYTES} bytes that a post may have")
                events.append(_event(change(mention), self.source))
            except IntakeError as error:
                rejected.append(Rejected(index, str(error)))
                own = raw if len(posts) == 1 else json.dumps(post).encode()
                events.append(make_dead_letter(self.source, own, str(error), origin, self.clock()))
        return Taken(tuple(events), len(posts) - len(rejected), tuple(rejected))

    def reject(self, raw: bytes, reason: str, origin: Origin) -> Taken:
        """The dead letter of a payload that nobody can read."""
        letter = make_dead_letter(self.source, raw, reason, origin, self.clock())
        return Taken((letter,), 0, (Rejected(0, reason),))

    def append(self, events: Sequence[Event]) -> None:
        """Writes events durably. Raises LogDownError, with nothing or the first batches written: do it again."""
        for start in range(0, len(events), BATCH):
            self.log.append(events[start : start + BATCH])

    def append_patiently(self, events: Sequence[Event]) -> None:
        """Writes events, waiting as long as the log is full or down: readers catch up, disks are freed."""
        for start in range(0, len(events), BATCH):
            self._append_one(events[start : start + BATCH])

    def _append_one(self, batch: Sequence[Event]) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                self.log.append(batch)
                return
            except LogDownError as error:
                _log.warning("intake_waiting", source=self.source, error=str(error), pause_seconds=pause)
            self.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _event(mention: Mention, source: str) -> Event:
    headers = {"refs": refs(mention.key, mention.author_key), "source": source.encode()}
    return Event(MENTIONS.name, mention.conversation_id.encode(), mention.model_dump_json().encode(), headers)
