"""The operator's list of dead letters, and their replay once the cause is mended.

The list holds where each lies and why, never what it says: the bytes stay in the topic and go with its retention.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore, every_record
from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from streams.dead_letters import described
from streams.events import Received, refs
from streams.log import Event, EventLog, StoredEvent
from streams.topics import DEAD_LETTERS, MENTIONS, TOPICS

__all__ = ["KIND", "NOWHERE", "OPEN", "REPLAYED", "Replay", "enlist", "open_letters", "read_letter", "replay"]

KIND = "dead_letter"
NOWHERE = -1
"""``lies_at`` of a letter whose bytes are gone."""
OPEN = "open"
REPLAYED = "replayed"

_REPLAYABLE = frozenset(topic.name for topic in TOPICS) - {DEAD_LETTERS.name}


@dataclass(frozen=True, slots=True)
class Replay:
    """``replayed`` were put back; ``gone`` can't be: past retention, erased, or kept only as hash and length."""

    replayed: int
    gone: int


def enlist(state: StateStore, event: Received) -> None:
    """Lists a dead letter; one that was replayed and failed again is open again. Raises StoreDownError."""
    headers = described(event.headers)
    id = headers.get("id", f"{event.position.partition}-{event.position.offset}")
    value = {**headers, "length": len(event.value or b""), "lies_at": event.position.offset}
    try:
        state.create(KIND, id, value, state=OPEN)
    except AlreadyExistsError:
        known = state.get(KIND, id)
        if known is not None and known.value["lies_at"] < event.position.offset:
            state.replace(known, value, state=OPEN)


def open_letters(state: StateStore) -> Iterator[StateRecord]:
    """Every open dead letter, by id."""
    return every_record(state, KIND, state=OPEN)


def read_letter(log: EventLog, value: Mapping[str, Any]) -> StoredEvent | None:
    """The dead letter itself, if the log still holds it."""
    offset = int(value["lies_at"])
    if offset == NOWHERE:
        return None
    found = log.read(DEAD_LETTERS.name, 0, offset, limit=1)
    return found[0] if found and found[0].position.offset == offset and found[0].value is not None else None


def replay(state: StateStore, log: EventLog, letters: Sequence[StateRecord]) -> Replay:
    """Puts dead letters back where they were met (those of files and sources: mentions) and marks them replayed.

    Killed in between, it is done again: filing the same post twice changes nothing.
    """
    gone = 0
    for letter in letters:
        stored = read_letter(log, letter.value)
        if stored is None or "truncated" in stored.headers:
            gone += 1
            continue
        log.append([_put_back(stored)])
        _mark(state, letter)
    return Replay(len(letters) - gone, gone)


def _put_back(letter: StoredEvent) -> Event:
    met = letter.headers.get("topic", b"").decode()
    headers = {"source": letter.headers.get("source", b""), "refs": _refs(letter)}
    return Event(met if met in _REPLAYABLE else MENTIONS.name, letter.key or b"", letter.value or b"", headers)


def _refs(letter: StoredEvent) -> bytes:
    """Whom the bytes speak of, now that they can be read, so that a later erasure finds them."""
    at = datetime.fromtimestamp(letter.timestamp, UTC)
    try:
        posts = [read_mention(post, received_at=at) for post in split_page(read_bytes(letter.value or b""))]
    except (IntakeError, RecursionError):
        return b""
    return b" ".join(refs(post.key, post.author_key) for post in posts)


def _mark(state: StateStore, letter: StateRecord) -> None:
    try:
        state.replace(letter, letter.value, state=REPLAYED)
    except StaleError:
        return  # it failed again meanwhile and is rightly open
