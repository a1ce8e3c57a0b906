"""What machines do to a case: open it, add posts, carry out a direction, merge two that share a post. Pure functions.

None of them changes a field that a person has set (``Case.touched``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from queues.field_requests import with_requests_of
from queues.naming import docket_number
from queues.outbox import with_outbox_of
from queues.sla import brought_forward, settled, united
from schemas.case import (
    MAX_HISTORY,
    MAX_POSTS,
    MAX_SPLIT,
    Case,
    CasePost,
    HistoryEntry,
    MentionRecord,
    PostKind,
    Status,
)
from schemas.directory import Directory
from schemas.labels import Sensitivity, Urgency
from schemas.mention import Mention
from schemas.triage import Triage

__all__ = [
    "ReadablePost",
    "absorb",
    "add_posts",
    "case_post",
    "first_posts",
    "history_with",
    "is_untouched",
    "open_case",
    "readable",
    "worse_of",
]

_CLOCKED = ("received_at", "urgency", "status", "historic")
"""What clocks follow from."""

_OFFICIAL = frozenset({PostKind.OFFICIAL, PostKind.DIRECTION})
_MACHINES = frozenset({"clock", "filing"})
_MACHINE_PREFIXES = ("model:", "handle:")

_SEVERITY = {Urgency.SUGGESTION: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class ReadablePost:
    """A filed post whose text has not been erased."""

    record: MentionRecord
    mention: Mention
    triage: Triage


def readable(records: Iterable[MentionRecord]) -> list[ReadablePost]:
    """Those of the records that still have their post."""
    return [ReadablePost(r, r.mention, r.triage) for r in records if r.mention is not None and r.triage is not None]


def open_case(id: str, first: ReadablePost, directory: Directory, now: datetime) -> Case:
    """A new case from its first post, which is not in it yet: ``add_posts`` puts it there."""
    record, mention, triage = first.record, first.mention, first.triage
    directed = record.kind is PostKind.DIRECTION
    reviewed = not directed and (triage.needs_human or not triage.is_complaint)
    place = triage.places[0].code if triage.places else None
    return Case(
        id=id,
        docket=None if reviewed else docket_number(directory.code, id),
        status=Status.REVIEW if reviewed else Status.NEW,
        queue=record.queue or directory.review_queue,
        watching=record.watching,
        type=triage.type,
        language=triage.language,
        urgency=triage.urgency,
        place=place,
        sensitivity=triage.sensitivity,
        posts=(),
        reason=record.reason,
        because=triage.because,
        directed_by=mention.author.handle if directed else None,
        received_at=mention.received_at,
        changed_at=now,
        due_at=None,
        historic=mention.historic,
        linked=() if record.follows is None else (record.follows,),
        history=(HistoryEntry(at=now, by=record.decided_by, act="opened", detail=record.reason),),
    )


def add_posts(
    case: Case, posts: Sequence[ReadablePost], totals: tuple[int, int], directory: Directory, now: datetime
) -> Case:
    """The case with these posts and counters; the same case when nothing is new."""
    after = case.model_copy(update={"post_count": totals[0], "complainants": totals[1], **_with_posts(case, posts)})
    for post in posts:
        after = _directed(after, post, directory, now) if post.record.kind is PostKind.DIRECTION else after
    after = _urgency_raised(after, posts, now)
    after = _clocked(case, after, directory)
    return case if after == case else after.model_copy(update={"changed_at": now})


def absorb(first: Case, second: Case, directory: Directory, now: datetime) -> tuple[Case, Case] | None:
    """(kept, merged): the one that a person has touched stays, else the older one; None if one has ended, or if both
    were touched, since then only a person may merge them."""
    if not (first.is_open and second.is_open and (is_untouched(first) or is_untouched(second))):
        return None

    def kept_first(case: Case) -> tuple[bool, bool, datetime, str]:
        begun = not {first.id, second.id}.isdisjoint(case.merged)  # and broken off: it is ended the same way
        return not begun, is_untouched(case), case.received_at, case.id

    kept, gone = sorted((first, second), key=kept_first)
    entry = HistoryEntry(at=now, by="filing", act="merged", detail=f"{gone.id} speaks of the same post")
    whole = kept.model_copy(
        update={
            "posts": first_posts([*kept.posts, *gone.posts]),
            "merged": tuple(dict.fromkeys([*kept.merged, gone.id, *gone.merged])),
            "watching": _watching(kept, [gone.queue, *gone.watching]),
            "received_at": min(kept.received_at, gone.received_at),
            "historic": kept.historic and gone.historic,
            "sensitivity": tuple(dict.fromkeys([*kept.sensitivity, *gone.sensitivity])),
            "clocks": united(kept.clocks, gone.clocks),
            **worse_of(kept, gone),
            "split_off": tuple(dict.fromkeys([*kept.split_off, *gone.split_off]))[:MAX_SPLIT],
            "held": tuple(dict.fromkeys([*kept.held, *gone.held]))[:MAX_SPLIT],
            "field_requests": with_requests_of(kept, gone),
            "history": history_with(kept, entry),
            "changed_at": now,
        }
    )
    entry = HistoryEntry(at=now, by="filing", act="merged", detail=f"into {kept.id}: it speaks of the same post")
    merged = gone.model_copy(
        update={"merged_into": kept.id, "outbox": (), "history": history_with(gone, entry), "changed_at": now}
    )
    return settled(with_outbox_of(whole, gone), directory), merged


def worse_of(kept: Case, gone: Case) -> dict[str, object]:
    """The urgency of two cases that become one, and who answers for it: a critical one rings on in the other, unless a
    person has set that one's urgency."""
    if "urgency" in kept.touched or _SEVERITY[gone.urgency] <= _SEVERITY[kept.urgency]:
        return {}
    return {"urgency": gone.urgency, "accepted_by": kept.accepted_by or gone.accepted_by}


def is_untouched(case: Case) -> bool:
    """Whether only machines have acted on the case so far; what the clock does, giving it to somebody included, is no
    person's. Cases stored before there was ``handled`` are judged by what is kept of their history."""
    return not (case.handled or case.touched) and all(_is_machine(entry.by) for entry in case.history)


def _is_machine(by: str) -> bool:
    return by in _MACHINES or by.startswith(_MACHINE_PREFIXES)


def _with_posts(case: Case, posts: Sequence[ReadablePost]) -> dict[str, object]:
    known = {post.key for post in case.posts} | {*case.split_off}
    added = [case_post(post) for post in posts if post.record.key not in known]
    own = [post.mention for post in posts if post.record.kind is not PostKind.OFFICIAL]
    return {
        "posts": first_posts([*case.posts, *added]),
        "received_at": min([case.received_at, *(mention.received_at for mention in own)]),
        "historic": case.historic and all(mention.historic for mention in own),
        "sensitivity": _sensitivity(case, [post.triage for post in posts if post.record.kind not in _OFFICIAL]),
    }


def _sensitivity(case: Case, triages: Iterable[Triage]) -> tuple[Sensitivity, ...]:
    """It only grows: what one post of a case is about, all of it needs care for."""
    if "sensitivity" in case.touched:
        return case.sensitivity
    return tuple(dict.fromkeys([*case.sensitivity, *(mark for triage in triages for mark in triage.sensitivity)]))


def case_post(post: ReadablePost) -> CasePost:
    return CasePost(
        key=post.record.key,
        kind=post.record.kind,
        author=post.mention.author,
        text=post.triage.text,
        created_at=post.mention.created_at,
        url=post.mention.url,
        media=len(post.mention.media),
        views=post.mention.views,
        version_of=post.mention.first_key,
    )


def first_posts(posts: Iterable[CasePost]) -> tuple[CasePost, ...]:
    """The first MAX_POSTS by time: the same whatever the order in which they were added. Of one that was edited, what
    it was at first and what it is now stand together; what it was in between is in the records."""
    edited: dict[str, list[CasePost]] = {}
    for post in sorted({post.key: post for post in posts}.values(), key=lambda post: (post.created_at, post.key)):
        edited.setdefault(post.version_of or post.key, []).append(post)
    kept = [post for first, *later in edited.values() for post in (first, *later[-1:])]
    return tuple(kept[:MAX_POSTS])


def _directed(case: Case, post: ReadablePost, directory: Directory, now: datetime) -> Case:
    """Moves the case to the queue that a direction names, once; where a person has chosen the queue it only watches."""
    by = post.mention.author.handle or post.mention.author.id
    detail = f"{post.record.key}: to {post.record.queue}"
    if post.record.queue is None or any(e.act == "directed" and e.detail == detail for e in case.history):
        return case
    change: dict[str, object] = {"directed_by": by}
    if "queue" in case.touched:
        change["watching"] = _watching(case, [post.record.queue])
    else:
        change["queue"] = post.record.queue
        change["reason"] = post.record.reason
        change["watching"] = tuple(code for code in case.watching if code != post.record.queue)
    if case.status is Status.REVIEW and "status" not in case.touched:
        change |= {"status": Status.NEW, "docket": docket_number(directory.code, case.id)}
    entry = HistoryEntry(at=now, by=f"handle:{by}", act="directed", detail=detail)
    return case.model_copy(update={**change, "history": history_with(case, entry)})


def _urgency_raised(case: Case, posts: Sequence[ReadablePost], now: datetime) -> Case:
    """A worse turn raises the urgency at once; a milder word never lowers it."""
    if "urgency" in case.touched or not posts:
        return case
    worst = max(posts, key=lambda post: _SEVERITY[post.triage.urgency])
    if not worst.triage.is_complaint or _SEVERITY[worst.triage.urgency] <= _SEVERITY[case.urgency]:
        return case
    raised = worst.triage.urgency
    entry = HistoryEntry(at=now, by=worst.record.decided_by, act="urgency_raised", detail=f"{raised} by a new post")
    return case.model_copy(update={"urgency": raised, "history": history_with(case, entry)})


def _clocked(before: Case, after: Case, directory: Directory) -> Case:
    """With clocks for what is new: another post alone moves none."""
    if after.historic:
        return after.model_copy(update={"due_at": None})
    if not after.is_open:
        return after
    if not after.clocks or any(getattr(before, name) != getattr(after, name) for name in _CLOCKED):
        after = brought_forward(after, directory)
    return settled(after, directory)


def _watching(case: Case, queues: Iterable[str]) -> tuple[str, ...]:
    return tuple(code for code in dict.fromkeys([*case.watching, *queues]) if code != case.queue)


def history_with(case: Case, *entries: HistoryEntry) -> tuple[HistoryEntry, ...]:
    """The history with these at its end, the oldest left out where it would be too long."""
    return (*case.history, *entries)[-MAX_HISTORY:]
