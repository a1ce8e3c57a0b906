"""Events as steps see them: plain values, whatever they travel on."""

from dataclasses import dataclass
from datetime import datetime

from streams.log import Position

__all__ = ["Received", "refs"]


@dataclass(frozen=True, slots=True)
class Received:
    """One event as an agent takes it. ``value`` is None once erased; ``at`` is when it was written to the topic."""

    position: Position
    key: bytes
    value: bytes | None
    headers: dict[str, bytes]
    at: datetime


def refs(mention_key: str, author_key: str) -> bytes:
    """The ``refs`` header: what erasure looks an event up by."""
    return f"post:{mention_key} author:{author_key}".encode()
