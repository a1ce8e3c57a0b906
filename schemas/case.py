"""A case: what an office must act on, and the records that lead to it."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.base import Utc, Value
from schemas.labels import ComplaintType, Sensitivity, Urgency
from schemas.mention import Author, Mention
from schemas.triage import Triage

__all__ = [
    "MAX_HISTORY",
    "MAX_POSTS",
    "OPEN_STATUSES",
    "Case",
    "CasePost",
    "Complainant",
    "Disposition",
    "HistoryEntry",
    "MentionRecord",
    "PostKind",
    "Status",
]

MAX_POSTS = 20
"""Posts kept inside a case; all of them are in the mention records."""
MAX_HISTORY = 200
"""History entries kept inside a case."""


class Status(StrEnum):
    """Where a case stands."""

    REVIEW = "review"
    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_ON_CITIZEN = "waiting_on_citizen"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DISMISSED = "dismissed"


OPEN_STATUSES = frozenset({Status.REVIEW, Status.NEW, Status.ASSIGNED, Status.IN_PROGRESS, Status.WAITING_ON_CITIZEN})


class Disposition(StrEnum):
    """What became of a mention. Exactly one of these, and it stands once it is written."""

    CASE = "case"
    JOINED = "joined"
    NOT_COMPLAINT = "not_complaint"
    OFFICIAL = "official"
    DELETED = "deleted"


class PostKind(StrEnum):
    """How a post belongs to its case."""

    ORIGINAL = "original"
    REPLY = "reply"
    REPOST = "repost"
    COPY = "copy"
    OFFICIAL = "official"
    DIRECTION = "direction"


class CasePost(Value):
    """One post in a case. ``text`` is masked, and empty once ``erased``."""

    key: str
    kind: PostKind
    author: Author
    text: str
    created_at: Utc
    url: str | None = None
    media: int = 0
    erased: bool = False


class HistoryEntry(Value):
    """Who did what to a case, when and why. ``by`` is a user name, ``model:…``, ``handle:…`` or ``clock``."""

    at: Utc
    by: str
    act: str
    detail: str = ""


class Case(Value):
    """One case. ``version`` is not part of it: the store keeps that beside it.

    ``revision`` is raised only by acts of people and clocks. ``touched`` names the fields that a person
    has set: no machine changes them. ``due_at`` is the next moment at which somebody must act; every open
    case has one unless it is ``historic``. ``received_at`` is the earliest of its posts. ``merged`` are the cases
    merged into it, and into those.
    """

    schema_version: Literal[1] = 1
    id: str
    docket: str | None = None
    status: Status
    queue: str
    watching: tuple[str, ...] = ()
    assignee: str | None = None
    type: ComplaintType
    language: str
    urgency: Urgency
    place: str | None = None
    sensitivity: tuple[Sensitivity, ...] = ()
    posts: tuple[CasePost, ...] = Field(max_length=MAX_POSTS)
    post_count: int = 1
    complainants: int = 1
    reason: str
    because: tuple[str, ...] = ()
    directed_by: str | None = None
    received_at: Utc
    changed_at: Utc
    due_at: Utc | None
    historic: bool = False
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    revision: int = 0
    history: tuple[HistoryEntry, ...] = Field(default=(), max_length=MAX_HISTORY)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES and self.merged_into is None


class MentionRecord(Value):
    """What became of one mention: created once, and its decision stands.

    ``mention`` and ``triage`` are emptied of text when the post is erased. ``sealed`` is the original text,
    encrypted, when masking changed it.
    """

    schema_version: Literal[1] = 1
    key: str
    author_key: str
    disposition: Disposition
    case_id: str | None = None
    kind: PostKind = PostKind.ORIGINAL
    queue: str | None = None
    watching: tuple[str, ...] = ()
    decided_by: str
    reason: str
    mention: Mention | None
    triage: Triage | None
    sealed: str | None = None
    recorded_at: Utc


class Complainant(Value):
    """One account that complains in one case."""

    case_id: str
    author_key: str
