"""Dead letters: what could not be read, kept as it came, with where it came from and why.

Value: the raw bytes; or, where they are too large to publish, a JSON object of their SHA-256 and length, marked by the
header ``truncated``. Headers: ``source``, ``reason``, ``time`` (ISO 8601), and the ``topic``, ``partition``, ``offset``
where it was met (for a file: its name, and the line).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from streams.events import Received
from streams.log import Event
from streams.topics import DEAD_LETTERS, MAX_EVENT_BYTES

__all__ = ["MAX_KEPT_BYTES", "Origin", "Outsized", "dead_letter_id", "dead_letter_of", "described", "make_dead_letter"]

MAX_REASON_CHARACTERS = 500
_HEADROOM_BYTES = 16 * 1024
"""Left for key and headers below the largest event."""

MAX_KEPT_BYTES = MAX_EVENT_BYTES - _HEADROOM_BYTES
"""Of what is longer a dead letter keeps only hash and length."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a dead letter was met: a topic and offset, or a file's name and line."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Outsized:
    """Bytes over MAX_KEPT_BYTES: their SHA-256 and how many they are. They need never be in memory at once."""

    sha256: str
    length: int

    def to_json(self) -> bytes:
        return json.dumps({"sha256": self.sha256, "length": self.length}).encode()


def dead_letter_id(source: str, raw: bytes) -> str:
    """SHA-256 over source and what is kept: the same bytes from the same source are the same dead letter."""
    return sha256(_encoded(source) + b"\0" + raw).hexdigest()


def make_dead_letter(source: str, raw: bytes | Outsized, reason: str, origin: Origin, now: datetime) -> Event:
    """``reason`` names field and fault, never the text."""
    if isinstance(raw, bytes) and len(raw) > MAX_KEPT_BYTES:
        raw = Outsized(sha256(raw).hexdigest(), len(raw))
    value = raw if isinstance(raw, bytes) else raw.to_json()
    headers = {
        "id": dead_letter_id(source, value),
        "source": source,
        "reason": reason[:MAX_REASON_CHARACTERS],
        "topic": origin.topic,
        "partition": str(origin.partition),
        "offset": str(origin.offset),
        "time": now.isoformat(),
    }
    if isinstance(raw, Outsized):
        headers["truncated"] = "1"
    return Event(DEAD_LETTERS.name, b"", value, {name: _encoded(text) for name, text in headers.items()})


def _encoded(text: str) -> bytes:
    """The name of a file, or of a field in a reason, may hold what is no Unicode text: that is escaped."""
    return text.encode("utf-8", "backslashreplace")


def dead_letter_of(event: Received, reason: str, now: datetime) -> Event:
    """The dead letter for an event that an agent could not read; its source is the event's, else its topic."""
    position = event.position
    source = event.headers.get("source", b"").decode("utf-8", "replace") or f"topic:{position.topic}"
    origin = Origin(position.topic, position.partition, position.offset)
    return make_dead_letter(source, event.value or b"", reason, origin, now)


def described(headers: Mapping[str, bytes]) -> dict[str, str]:
    """The headers as text, for a list."""
    return {name: value.decode("utf-8", "replace") for name, value in headers.items()}
