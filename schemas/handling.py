"""What people have made of a case: where it was sent, how it ended, what the citizen says to that."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.base import Utc, Value

__all__ = ["Dispute", "Feedback", "Hold", "Outcome", "Outside", "Transfer", "TransferKind", "Undo", "Veil"]


class TransferKind(StrEnum):
    SENT = "sent"
    SENT_BACK = "sent_back"
    ARBITRATED = "arbitrated"


class Transfer(Value):
    """One move from queue to queue."""

    kind: TransferKind
    source: str
    target: str
    at: Utc
    by: str
    why: str


class Dispute(Value):
    """Two queues each say that a case is the other's: ``arbiter`` decides by ``due_at``; ``holder`` answers for the
    case until then."""

    arbiter: str
    holder: str
    other: str
    due_at: Utc


class Outside(Value):
    """The case is with an office that does not use this desk; we look again at ``follow_up_at``."""

    office: str
    portal: str
    reference: str
    at: Utc
    follow_up_at: Utc


class Outcome(Value):
    """How it ended, of a kind that the directory names for the office, with what that kind asks for."""

    kind: str
    fields: Mapping[str, str] = Field(default_factory=dict)


class Feedback(Value):
    satisfied: bool
    at: Utc


class Hold(Value):
    """A legal hold: nothing of the case goes until it is lifted."""

    by: str
    order: str
    why: str
    at: Utc
    review_at: Utc


class Veil(Value):
    """Whether a picture of a post is hard to look at, as a person who has looked at it says: ``number`` counts from 0
    among the post's attachments."""

    post: str
    number: int = Field(ge=0)
    veiled: bool


class Undo(Value):
    """How to take the last act back: ``act`` by ``by``, to ``until``, while the case is at ``revision``. ``before`` are
    the fields that it changed as they were, ``after`` is SHA-256 over what it made of them."""

    act: str
    by: str
    until: Utc
    revision: int
    before: Mapping[str, Any]
    after: str
