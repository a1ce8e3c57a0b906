"""A case: what an office must act on, and the records that lead to it."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.base import Utc, Value
from schemas.clocks import Clock, ClockKind, Promise, Waiting, earliest_unmet
from schemas.field import FieldRequest
from schemas.handling import Dispute, Feedback, Hold, Outcome, Outside, Transfer, Undo, Veil
from schemas.labels import ComplaintType, Sensitivity, Urgency
from schemas.mention import Author, Mention
from schemas.outbox import Entry
from schemas.triage import Triage

__all__ = [
    "MAX_FIELD_REQUESTS",
    "MAX_HISTORY",
    "MAX_LINKED",
    "MAX_OUTBOX",
    "MAX_POSTS",
    "MAX_SPLIT",
    "MAX_TRANSFERS",
    "MAX_VEILS",
    "OPEN_STATUSES",
    "SEALED",
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

MAX_TRANSFERS = 20
"""The last moves kept inside a case; all are in history."""
MAX_LINKED = 50
MAX_FIELD_REQUESTS = 20
MAX_VEILS = 100
"""Pictures of which a person has said whether they are veiled: the last so many."""
MAX_OUTBOX = 50
"""What a case can have to say at one time."""
MAX_SPLIT = 100
"""Posts that can be taken out of one case: more is work for another rule, not for hands."""


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

SEALED = frozenset({Sensitivity.SEXUAL_OFFENCE, Sensitivity.CHILD})
"""What seals a case: victims of sexual offences, and children, are never to be found by others."""


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
    """One post in a case. ``text`` is masked, and empty once ``erased``; ``views`` as of when it came, 0 where its
    source does not say. ``version_of`` is the key of what was edited to this."""

    key: str
    kind: PostKind
    author: Author
    text: str
    created_at: Utc
    url: str | None = None
    media: int = 0
    views: int = Field(default=0, ge=0)
    erased: bool = False
    version_of: str | None = None


class HistoryEntry(Value):
    """Who did what to a case, when and why. ``by`` is a user name, ``model:…``, ``handle:…``, ``post:…`` or ``clock``.

    ``before``, ``salt``, ``mark`` and ``hash`` bind it to the entry before it (queues/audit.py); they are set when it
    is written.
    """

    at: Utc
    by: str
    act: str
    detail: str = ""
    before: str = ""
    salt: str = ""
    mark: str = ""
    hash: str = ""


class Case(Value):
    """One case. ``version`` is not part of it: the store keeps that beside it.

    ``revision`` is raised only by acts (queues/acts): what is told or sent makes no form stale. ``touched`` names the
    fields that a person has set: no machine changes them. ``due_at`` is the next moment at which the clock must look
    at it (queues/sla.py); every open case has one unless it is ``historic``. ``received_at`` is the earliest of its
    posts. ``merged`` are the cases merged into it, and into those. ``waited_seconds`` is how long the citizen was
    waited for before now. ``accepted_by`` is who answers for a critical case by name; until there is somebody it has
    ``rung`` so often, last at ``rung_at``. ``split_off`` are posts that a person took out again, ``held`` posts whose
    records name the case that they were taken out of; both are those of the cases merged into it, too. ``handled``:
    somebody other than a machine has acted on it, whatever of its history is still kept.
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
    handled: bool = False
    revision: int = 0
    clocks: tuple[Clock, ...] = Field(default=(), max_length=8)
    waiting: Waiting | None = None
    waited_seconds: float = Field(default=0.0, ge=0)
    accepted_by: str | None = None
    rung_at: Utc | None = None
    rung: int = Field(default=0, ge=0)
    acknowledged_at: Utc | None = None
    answered_at: Utc | None = None
    resolved_at: Utc | None = None
    outcome: Outcome | None = None
    transfers: tuple[Transfer, ...] = Field(default=(), max_length=MAX_TRANSFERS)
    dispute: Dispute | None = None
    outside: Outside | None = None
    feedback: Feedback | None = None
    hold: Hold | None = None
    appeals: int = Field(default=0, ge=0)
    linked: tuple[str, ...] = Field(default=(), max_length=MAX_LINKED)
    split_off: tuple[str, ...] = Field(default=(), max_length=MAX_SPLIT)
    held: tuple[str, ...] = Field(default=(), max_length=MAX_SPLIT)
    outbox: tuple[Entry, ...] = Field(default=(), max_length=MAX_OUTBOX)
    field_requests: tuple[FieldRequest, ...] = Field(default=(), max_length=MAX_FIELD_REQUESTS)
    veils: tuple[Veil, ...] = Field(default=(), max_length=MAX_VEILS)
    undo: Undo | None = None
    history: tuple[HistoryEntry, ...] = Field(default=(), max_length=MAX_HISTORY)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES and self.merged_into is None

    @property
    def views(self) -> int:
        """How often the posts that it keeps were seen, as far as their sources say."""
        return sum(post.views for post in self.posts)

    @property
    def reach(self) -> int:
        """How many it has reached at least: who has said it, or has seen it said."""
        return max(self.complainants, self.views)

    @property
    def is_sealed(self) -> bool:
        """Whether all but its docket and clock is for named officers only."""
        return not SEALED.isdisjoint(self.sensitivity)

    @property
    def deadline_at(self) -> datetime | None:
        """The earliest moment promised that is still unmet: what people are shown. A case stored before there were
        clocks has its next moment."""
        return earliest_unmet(self.clocks, self.due_at)

    @property
    def promise(self) -> Promise:
        """How it stands with the first answer, or, where none was promised, with the resolution."""
        kept = {clock.kind: clock for clock in self.clocks}
        clock = kept.get(ClockKind.ANSWER) or kept.get(ClockKind.RESOLVE)
        if clock is None or clock.met_at is None:
            return Promise.OPEN
        return Promise.KEPT if clock.met_at <= clock.due_at else Promise.MISSED


class MentionRecord(Value):
    """What became of one mention: created once, and its decision stands. ``follows`` is a case that was over when the
    post came back to it: the new case is linked with that.

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
    follows: str | None = None
    mention: Mention | None
    triage: Triage | None
    sealed: str | None = None
    recorded_at: Utc


class Complainant(Value):
    """One account that complains in one case."""

    case_id: str
    author_key: str
