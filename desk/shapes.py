"""What the desk shows of a case, on pages and through the API: never the stored case itself.

Text is made safe to show here (no controls, no bidi overrides, no floods of marks, bounded length); addresses of posts
are made from a fixed template, never taken from a post; an erased post has no author.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from desk.examples import CASE_DETAIL, CASE_LINE, example
from queues.answerable import Obstacle
from queues.ordering import milliseconds
from queues.outbox import NOTICES
from queues.replies import latest_own_post
from queues.veils import is_veiled
from schemas.base import Value
from schemas.case import Case, CasePost, HistoryEntry, MentionRecord, PostKind, Status
from schemas.case_head import CaseHead
from schemas.clocks import ClockKind
from schemas.field import FieldRequest, FieldResult
from schemas.handling import Dispute, Feedback, Hold, Outcome, Outside
from schemas.labels import ComplaintType, Sensitivity, Urgency
from schemas.outbox import Entry, EntryKind, EntryState
from text.normalise import safe, strip_addresses

__all__ = [
    "CaseChanged",
    "CaseDetail",
    "CaseLine",
    "HistoryLine",
    "PostView",
    "ReferenceView",
    "Writer",
    "case_changed",
    "case_detail",
    "case_line",
    "excerpt",
    "has_masked_phone",
]

LONGEST_TEXT = 4000
"""Characters of a post that are shown: more than an ordinary post of any platform has."""
_EXCERPT = 160
_EXCERPT_SOURCE = 1000
_LONGEST_NAME = 60
_MOST_REFERENCES = 20
_MOST_PICTURES = 10
PHONE_MASK = "[phone]"
_X_POST = re.compile(r"x:([0-9]{1,20})")


class ReferenceView(Value):
    """A number that an office works with, such as a PNR."""

    kind: str
    value: str


class Writer(Value):
    """Who wrote a post, as the platform shows it."""

    handle: str | None
    name: str | None


class PictureView(Value):
    """A picture or video of a post. Its address is as somebody else wrote it: text, never a link."""

    kind: str
    address: str
    veiled: bool = Field(description="Likely hard to look at, or said to be: it is shown when it is asked for.")


class PostView(Value):
    """One post of a case. ``text`` has personal numbers masked; it and ``author`` are gone once ``erased``."""

    key: str
    kind: PostKind
    author: Writer | None
    text: str
    cut: bool = Field(description="There is more text than is shown.")
    created_at: datetime
    url: str | None = Field(description="Address on the platform, where its form is known.")
    media: int
    pictures: tuple[PictureView, ...]
    erased: bool
    references: tuple[ReferenceView, ...]
    masked_phone: bool = Field(description="A telephone number is masked in it; its page shows it by a recorded act.")
    version_of: str | None = Field(description="Key of the post that its author has edited to this.")
    replaced: bool = Field(default=False, description="Its author has edited it since: a later version is there, too.")


class HistoryLine(Value):
    """Who did what, when. ``by`` is a user name, ``model:…``, ``handle:…``, ``filing`` or ``clock``."""

    at: datetime
    by: str
    act: str
    detail: str


class ReplyView(Value):
    """What is to be said to the citizen; it can be called back, or waits for approval."""

    id: str
    kind: EntryKind
    state: EntryState
    text: str
    by: str
    not_before: datetime


class ClockView(Value):
    """One time promised."""

    kind: ClockKind
    due_at: datetime
    met_at: datetime | None


class FieldView(Value):
    """What somebody in the field was asked, and what came back. ``photographs`` are ids of the case's pictures."""

    id: str
    to: str
    words: str
    by: str
    at: datetime
    due_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    result: FieldResult | None
    reported_at: datetime | None
    text: str
    photographs: tuple[str, ...]


class CaseLine(Value):
    """A case in a list."""

    model_config = example(**CASE_LINE)

    id: str
    docket: str | None
    status: Status
    queue: str
    assignee: str | None
    type: ComplaintType
    language: str
    urgency: Urgency
    place: str | None
    sensitivity: tuple[Sensitivity, ...]
    excerpt: str = Field(description="First words of the first post as it is now; empty when it was erased.")
    post_count: int
    complainants: int
    received_at: datetime
    due_at: datetime | None = Field(description="The earliest moment promised that is still unmet.")
    historic: bool
    changed_at: datetime
    revision: int = Field(description="The ETag of the case: send it back in If-Match.")


class CaseChanged(Value):
    """What open desks are told of a case that was opened or has changed: no words of it. ``stamp``: when, in
    milliseconds since 1970."""

    id: str
    docket: str | None
    queue: str
    status: Status
    is_open: bool
    urgency: Urgency
    assignee: str | None
    revision: int
    changed_at: datetime
    stamp: int


class CaseDetail(CaseLine):
    """A whole case."""

    model_config = example(**CASE_DETAIL)

    is_open: bool
    watching: tuple[str, ...]
    reason: str = Field(description="Why it lies in this queue.")
    because: tuple[str, ...] = Field(description="The words that carried the classification, strongest first.")
    directed_by: str | None
    merged_into: str | None = Field(description="The case that goes on in its place, if you may see that.")
    accepted_by: str | None = Field(description="Who answers for this critical case.")
    answered_at: datetime | None
    resolved_at: datetime | None
    waiting_until: datetime | None = Field(
        description="The clocks stand still until then, or until the citizen writes."
    )
    outcome: Outcome | None
    outside: Outside | None
    dispute: Dispute | None
    hold: Hold | None
    feedback: Feedback | None
    merged: tuple[str, ...] = Field(description="Ids of the cases that were merged into it.")
    linked: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    replies: tuple[ReplyView, ...]
    posts: tuple[PostView, ...]
    history: tuple[HistoryLine, ...]
    field_requests: tuple[FieldView, ...]
    acts: tuple[str, ...] = Field(description="What you may do with it now: the last part of each act's address.")
    undo_until: datetime | None = Field(description="Until when your last act can be taken back.")
    obstacle: Obstacle | None = Field(description="Why the platform will not take an answer from here; null: it will.")
    answer_at: str | None = Field(description="Where the citizen is answered by hand, where that address is known.")


def case_line(case: Case | CaseHead) -> CaseLine:
    return CaseLine(**_line_fields(case))


def case_changed(case: Case) -> CaseChanged:
    same = {name: getattr(case, name) for name in CaseChanged.model_fields if name != "stamp"}
    return CaseChanged(stamp=milliseconds(case.changed_at) // 1000, **same)


def case_detail(  # noqa: PLR0913, PLR0917 - what is shown of a case comes from these
    case: Case,
    records: Iterable[MentionRecord],
    merged_into: str | None,
    offered: Iterable[str],
    undo_until: datetime | None,
    obstacle: Obstacle | None,
) -> CaseDetail:
    """``records`` are of the case's posts: they add references, and posts that no longer fit into the case."""
    return CaseDetail(
        **_line_fields(case),
        is_open=case.is_open,
        watching=case.watching,
        reason=case.reason,
        because=tuple(safe(word)[:_LONGEST_NAME] for word in case.because),
        directed_by=case.directed_by,
        merged_into=merged_into,
        posts=_posts(case, {record.key: record for record in records}),
        history=tuple(_history_line(entry) for entry in case.history),
        waiting_until=None if case.waiting is None else case.waiting.until,
        clocks=tuple(ClockView(kind=c.kind, due_at=c.due_at, met_at=c.met_at) for c in case.clocks),
        replies=tuple(_reply(entry) for entry in case.outbox if entry.kind not in NOTICES),
        field_requests=tuple(_field_view(request) for request in case.field_requests),
        acts=tuple(offered),
        undo_until=undo_until,
        obstacle=obstacle,
        answer_at=None if obstacle is Obstacle.ERASED else _address(latest_own_post(case)),
        **{name: getattr(case, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    *("accepted_by", "answered_at", "resolved_at", "outcome", "outside", "dispute", "hold", "feedback"),
    *("merged", "linked"),
)


def _field_view(request: FieldRequest) -> FieldView:
    report = request.report
    same = ("id", "to", "words", "by", "at", "due_at", "expires_at", "withdrawn_at")
    return FieldView(
        result=None if report is None else report.result,
        reported_at=None if report is None else report.at,
        text="" if report is None else safe(report.text),
        photographs=() if report is None else report.photographs,
        **{name: getattr(request, name) for name in same},
    )


def _reply(entry: Entry) -> ReplyView:
    same = ("id", "kind", "state", "by", "not_before")
    return ReplyView(text=safe(entry.text), **{name: getattr(entry, name) for name in same})


def _line_fields(case: Case | CaseHead) -> dict[str, object]:
    same = ("id", "docket", "status", "queue", "assignee", "type", "language", "urgency", "place", "sensitivity")
    counts = ("post_count", "complainants", "received_at", "historic", "changed_at", "revision")
    made = {"due_at": case.deadline_at, "excerpt": excerpt(case)}
    return {name: getattr(case, name) for name in (*same, *counts)} | made


def excerpt(case: Case | CaseHead) -> str:
    """The first words of a case, without the handles and links before them."""
    said = [(post.version_of or post.key, post.text) for post in case.posts if post.text]
    text = next((words for first, words in reversed(said) if first == said[0][0]), "")
    clean = safe(text)[:_EXCERPT_SOURCE]
    words = strip_addresses(clean) or " ".join(clean.split())
    return words if len(words) <= _EXCERPT else words[:_EXCERPT].rstrip() + "…"


def _posts(case: Case, records: Mapping[str, MentionRecord]) -> tuple[PostView, ...]:
    """Every post once, by the time it was written; those inside the case say what the case says of them."""
    shown = {post.key: _of_case(case, post, records.get(post.key)) for post in case.posts}
    shown |= {key: _of_record(case, record) for key, record in records.items() if key not in shown}
    in_order = sorted(shown.values(), key=lambda post: (post.created_at, post.key))
    last = {post.version_of or post.key: post.key for post in in_order}
    return tuple(
        post.model_copy(update={"replaced": last[post.version_of or post.key] != post.key}) for post in in_order
    )


def _of_case(case: Case, post: CasePost, record: MentionRecord | None) -> PostView:
    text = safe(post.text)
    return PostView(
        key=post.key,
        kind=post.kind,
        author=None if post.erased else _writer(post.author.handle, post.author.name),
        text=text[:LONGEST_TEXT],
        cut=len(text) > LONGEST_TEXT,
        created_at=post.created_at,
        url=None if post.erased else _address(post.key),
        media=post.media,
        pictures=() if post.erased else _pictures(case, record),
        erased=post.erased,
        references=() if post.erased else _references(record),
        masked_phone=not post.erased and has_masked_phone(record),
        version_of=post.version_of,
    )


def _of_record(case: Case, record: MentionRecord) -> PostView:
    mention, triage = record.mention, record.triage
    erased = mention is None or triage is None
    text = "" if triage is None else safe(triage.text)
    return PostView(
        key=record.key,
        kind=record.kind,
        author=None if mention is None else _writer(mention.author.handle, mention.author.name),
        text=text[:LONGEST_TEXT],
        cut=len(text) > LONGEST_TEXT,
        created_at=record.recorded_at if mention is None else mention.created_at,
        url=None if erased else _address(record.key),
        media=0 if mention is None else len(mention.media),
        pictures=_pictures(case, record),
        erased=erased,
        references=_references(record),
        masked_phone=has_masked_phone(record),
        version_of=None if mention is None else mention.first_key,
    )


def has_masked_phone(record: MentionRecord | None) -> bool:
    """Whether a telephone number was taken out of the post, and its original is still kept."""
    if record is None or record.sealed is None or record.triage is None:
        return False
    return PHONE_MASK in record.triage.text


def _writer(handle: str | None, name: str | None) -> Writer:
    return Writer(handle=handle, name=safe(name)[:_LONGEST_NAME] if name else None)


def _pictures(case: Case, record: MentionRecord | None) -> tuple[PictureView, ...]:
    if record is None or record.mention is None:
        return ()
    return tuple(
        PictureView(kind=safe(each.kind), address=safe(each.url), veiled=is_veiled(case, record.key, number))
        for number, each in enumerate(record.mention.media[:_MOST_PICTURES])
    )


def _references(record: MentionRecord | None) -> tuple[ReferenceView, ...]:
    if record is None or record.triage is None:
        return ()
    found = dict.fromkeys((reference.kind, safe(reference.value)) for reference in record.triage.references)
    return tuple(ReferenceView(kind=kind, value=value) for kind, value in list(found)[:_MOST_REFERENCES])


def _address(key: str) -> str | None:
    """X redirects this form to the post, whoever wrote it. Other platforms have no form that needs the id alone."""
    match = _X_POST.fullmatch(key)
    return f"https://x.com/i/status/{match[1]}" if match else None


def _history_line(entry: HistoryEntry) -> HistoryLine:
    return HistoryLine(at=entry.at, by=entry.by, act=entry.act, detail=safe(entry.detail))
