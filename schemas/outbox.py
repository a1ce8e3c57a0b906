"""What a case has to say to somebody: kept in the case itself, written together with what gave rise to it."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Utc, Value

__all__ = ["Entry", "EntryKind", "EntryState"]


class EntryKind(StrEnum):
    """Notices go to ranks or officers of a queue, the others to the citizen, ``private`` to nobody else,
    ``also`` to that of a case that was merged into this one (queues/also.py)."""

    NOTICE = "notice"
    RING = "ring"
    ACKNOWLEDGEMENT = "acknowledgement"
    INTERIM = "interim"
    FINAL = "final"
    PRIVATE = "private"
    ALSO = "also"


class EntryState(StrEnum):
    """``held``: it waits for a supervisor's approval. ``unknown``: it was being sent when the answer was lost; only a
    person, or a look at what was sent, can tell."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Entry(Value):
    """One thing to be said, not before its moment. ``id`` is told once within its case; ``to`` is a rank, an account's
    name or ``citizen``; ``about`` says in a code what it is about. A reply goes ``below`` a post, by
    its key. ``by`` is who wrote it. ``words``: what ``text`` says in another wording. What has been sent leaves the
    outbox."""

    id: str
    kind: EntryKind
    to: str
    about: str = ""
    text: str = Field(default="", max_length=4000)
    words: str = Field(default="", max_length=4000)
    below: str | None = None
    by: str = ""
    not_before: Utc
    state: EntryState = EntryState.PENDING
    tries: int = Field(default=0, ge=0)
