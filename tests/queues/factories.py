"""Values with sensible defaults: a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from queues.naming import case_id, docket_number
from schemas.case import Case, CasePost, Complainant, Disposition, MentionRecord, PostKind, Status
from schemas.labels import ComplaintType, Urgency
from schemas.mention import Author, Mention
from schemas.triage import PlaceCandidate, Triage, TriagedMention

__all__ = [
    "NOW",
    "make_author",
    "make_case",
    "make_complainant",
    "make_mention",
    "make_post",
    "make_record",
    "make_triage",
    "make_triaged",
]

NOW = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
TEXT = "3 din se paani nahi aa raha, koi sunne wala nahi"


def make_author(id: str = "9001", *, handle: str | None = "ramu_mistri", name: str | None = "Ramu Mistri") -> Author:
    return Author(id=id, handle=handle, name=name)


def make_mention(
    id: str = "1",
    text: str = TEXT,
    *,
    platform: str = "x",
    author: Author | None = None,
    handles: Sequence[str] = ("jalsundarpur",),
    conversation_id: str | None = None,
    in_reply_to: str | None = None,
    repost_of: str | None = None,
    quote_of: str | None = None,
    created_at: datetime = NOW,
    place: str | None = None,
    historic: bool = False,
    version_of: str | None = None,
) -> Mention:
    return Mention(
        id=id,
        platform=platform,
        text=text,
        author=author or make_author(),
        handles=tuple(handles),
        conversation_id=conversation_id or in_reply_to or id,
        in_reply_to=in_reply_to,
        repost_of=repost_of,
        quote_of=quote_of,
        created_at=created_at,
        received_at=created_at + timedelta(seconds=5),
        url=f"https://example.org/posts/{id}",
        place=place,
        historic=historic,
        version_of=version_of,
    )


def make_triage(
    text: str = TEXT,
    *,
    language: str = "hi-Latn",
    complaint: float = 0.95,
    type: ComplaintType = ComplaintType.WATER_SUPPLY,
    type_confidence: float = 0.9,
    urgency: Urgency = Urgency.NORMAL,
    rumour: float = 0.02,
    needs_human: bool = False,
    because: Sequence[str] = ("paani", "nahi"),
    place: str | None = None,
) -> Triage:
    return Triage(
        language=language,
        complaint=complaint,
        is_complaint=complaint >= 0.5,
        type=type,
        type_confidence=type_confidence,
        urgency=urgency,
        rumour=rumour,
        text=text,
        needs_human=needs_human,
        because=tuple(because),
        places=() if place is None else (PlaceCandidate(code=place, confidence=0.9, matched=place),),
        model="linear-test",
    )


def make_triaged(
    mention: Mention | None = None, triage: Triage | None = None, *, sealed: str | None = None
) -> TriagedMention:
    mention = mention or make_mention()
    return TriagedMention(mention=mention, triage=triage or make_triage(mention.text), sealed=sealed)


def make_record(
    mention: Mention | None = None,
    triage: Triage | None = None,
    *,
    disposition: Disposition = Disposition.CASE,
    case: str | None = None,
    kind: PostKind = PostKind.ORIGINAL,
    queue: str | None = "water",
    watching: Sequence[str] = (),
    sealed: str | None = None,
    recorded_at: datetime = NOW,
) -> MentionRecord:
    """The record of a mention; ``case`` defaults to the case that it would open, where it belongs to one."""
    mention = mention or make_mention()
    if case is None and disposition in {Disposition.CASE, Disposition.JOINED}:
        case = case_id(mention.key)
    return MentionRecord(
        key=mention.key,
        author_key=mention.author_key,
        disposition=disposition,
        case_id=case,
        kind=kind,
        queue=queue,
        watching=tuple(watching),
        decided_by="model:linear-test",
        reason="owns water_supply",
        mention=mention,
        triage=triage or make_triage(mention.text),
        sealed=sealed,
        recorded_at=recorded_at,
    )


def make_complainant(record: MentionRecord) -> Complainant:
    """The complainant of a record that belongs to a case."""
    assert record.case_id is not None
    return Complainant(case_id=record.case_id, author_key=record.author_key)


def make_post(
    mention: Mention | None = None, *, kind: PostKind = PostKind.ORIGINAL, text: str | None = None
) -> CasePost:
    mention = mention or make_mention()
    return CasePost(
        key=mention.key,
        kind=kind,
        author=mention.author,
        text=mention.text if text is None else text,
        created_at=mention.created_at,
        url=mention.url,
    )


def make_case(
    id: str = "1",
    text: str = TEXT,
    *,
    status: Status = Status.NEW,
    queue: str = "water",
    watching: Sequence[str] = (),
    assignee: str | None = None,
    type: ComplaintType = ComplaintType.WATER_SUPPLY,
    language: str = "hi-Latn",
    urgency: Urgency = Urgency.NORMAL,
    place: str | None = None,
    posts: Sequence[CasePost] | None = None,
    author: Author | None = None,
    complainants: int = 1,
    because: Sequence[str] = ("paani", "nahi"),
    received_at: datetime = NOW,
    due_at: datetime | None = NOW + timedelta(hours=24),
    merged_into: str | None = None,
    merged: Sequence[str] = (),
    office: str = "SPR",
) -> Case:
    """A case that the post ``x:{id}`` opened; its own id and docket follow from that."""
    mention = make_mention(id, text, author=author, created_at=received_at)
    own_posts = (make_post(mention),) if posts is None else tuple(posts)
    own = case_id(mention.key)
    return Case(
        id=own,
        docket=docket_number(office, own),
        status=status,
        queue=queue,
        watching=tuple(watching),
        assignee=assignee,
        type=type,
        language=language,
        urgency=urgency,
        place=place,
        posts=own_posts,
        post_count=len(own_posts),
        complainants=complainants,
        reason="owns water_supply",
        because=tuple(because),
        received_at=received_at,
        changed_at=received_at,
        due_at=due_at,
        merged_into=merged_into,
        merged=tuple(merged),
    )
