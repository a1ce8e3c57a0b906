"""What the desk shows of a case, on pages and through the API: never the stored case itself.

Text is made safe to show here (no controls, no bidi overrides, no floods of marks, bounded length); addresses of posts
are made from a fixed template, never taken from a post; an erased post has no author.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from schemas.base import Value
from schemas.case import Case, CasePost, HistoryEntry, MentionRecord, PostKind, Status
from schemas.labels import ComplaintType, Sensitivity, Urgency
from text.normalise import safe, strip_addresses

__all__ = ["CaseDetail", "CaseLine", "HistoryLine", "PostView", "ReferenceView", "Writer", "case_detail", "case_line"]

LONGEST_TEXT = 4000
"""Characters of a post that are shown: more than an ordinary post of any platform has."""
_EXCERPT = 160
_EXCERPT_SOURCE = 1000
_LONGEST_NAME = 60
_MOST_REFERENCES = 20
_X_POST = re.compile(r"x:([0-9]{1,20})")


class ReferenceView(Value):
    """A number that an office works with, such as a PNR."""

    kind: str
    value: str


class Writer(Value):
    """Who wrote a post, as the platform shows it."""

    handle: str | None
    name: str | None


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
    erased: bool
    references: tuple[ReferenceView, ...]


class HistoryLine(Value):
    """Who did what, when. ``by`` is a user name, ``model:…``, ``handle:…``, ``filing`` or ``clock``."""

    at: datetime
    by: str
    act: str
    detail: str


class CaseLine(Value):
    """A case in a list."""

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
    excerpt: str = Field(description="First words of the first post; empty when it was erased.")
    post_count: int
    complainants: int
    received_at: datetime
    due_at: datetime | None
    historic: bool
    revision: int = Field(description="The ETag of the case: send it back in If-Match.")


class CaseDetail(CaseLine):
    """A whole case."""

    is_open: bool
    watching: tuple[str, ...]
    reason: str = Field(description="Why it lies in this queue.")
    because: tuple[str, ...] = Field(description="The words that carried the classification, strongest first.")
    directed_by: str | None
    changed_at: datetime
    merged_into: str | None = Field(description="The case that goes on in its place, if you may see that.")
    posts: tuple[PostView, ...]
    history: tuple[HistoryLine, ...]


def case_line(case: Case) -> CaseLine:
    return CaseLine(**_line_fields(case))


def case_detail(case: Case, records: Iterable[MentionRecord], merged_into: str | None) -> CaseDetail:
    """``records`` are of the case's posts: they add references, and posts that no longer fit into the case."""
    return CaseDetail(
        **_line_fields(case),
        is_open=case.is_open,
        watching=case.watching,
        reason=case.reason,
        because=tuple(safe(word)[:_LONGEST_NAME] for word in case.because),
        directed_by=case.directed_by,
        changed_at=case.changed_at,
        merged_into=merged_into,
        posts=_posts(case.posts, {record.key: record for record in records}),
        history=tuple(_history_line(entry) for entry in case.history),
    )


def _line_fields(case: Case) -> dict[str, object]:
    same = ("id", "docket", "status", "queue", "assignee", "type", "language", "urgency", "place", "sensitivity")
    counts = ("post_count", "complainants", "received_at", "due_at", "historic", "revision")
    return {name: getattr(case, name) for name in (*same, *counts)} | {"excerpt": _excerpt(case)}


def _excerpt(case: Case) -> str:
    text = next((post.text for post in case.posts if post.text), "")
    clean = safe(text)[:_EXCERPT_SOURCE]
    words = strip_addresses(clean) or " ".join(clean.split())
    return words if len(words) <= _EXCERPT else words[:_EXCERPT].rstrip() + "…"


def _posts(inside: Iterable[CasePost], records: Mapping[str, MentionRecord]) -> tuple[PostView, ...]:
    """Every post once, by the time it was written; those inside the case say what the case says of them."""
    shown = {post.key: _of_case(post, records.get(post.key)) for post in inside}
    shown |= {key: _of_record(record) for key, record in records.items() if key not in shown}
    return tuple(sorted(shown.values(), key=lambda post: (post.created_at, post.key)))


def _of_case(post: CasePost, record: MentionRecord | None) -> PostView:
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
        erased=post.erased,
        references=() if post.erased else _references(record),
    )


def _of_record(record: MentionRecord) -> PostView:
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
        erased=erased,
        references=_references(record),
    )


def _writer(handle: str | None, name: str | None) -> Writer:
    return Writer(handle=handle, name=safe(name)[:_LONGEST_NAME] if name else None)


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
