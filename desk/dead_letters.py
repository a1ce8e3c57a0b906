"""Dead letters as an administrator sees them: where each came from and why it could not be read, never what it says.

The event log is the streams'; what the desk needs of it comes in as ``DeadLetters``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from desk.refusal import not_found

__all__ = ["DeadLetter", "DeadLetters", "letters_of"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """``origin`` is a topic and offset, or a file's name and line; ``length`` in bytes."""

    id: str
    time: str
    source: str
    origin: str
    reason: str
    length: int


class DeadLetters(Protocol):
    """Every method may raise StoreDownError."""

    def count(self) -> int:
        """How many are open: not filed since."""
        ...

    def open(self, after: str, limit: int) -> Sequence[DeadLetter]:
        """Open ones by id, those behind ``after``."""
        ...

    def replay(self, ids: Sequence[str]) -> tuple[int, int]:
        """Puts them back where they were met, for the worker to read again: (replayed, no longer there)."""
        ...


def letters_of(found: DeadLetters | None) -> DeadLetters:
    """Raises Refusal at a desk that has no event log at hand."""
    if found is None:
        raise not_found()
    return found
