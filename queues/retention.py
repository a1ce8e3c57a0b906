"""What has been kept as long as the directory says: texts of posts of cases that ended so long ago, or of no case.

The case, its counts and its history stay; words of people in the history,
photographs and what citizens have told in private go with the texts. A case
under a legal hold keeps everything until the hold is lifted, and so does a post in a claim's bundle of evidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from queues.attachments import has_attachments, remove_attachments
from queues.audit import destroyed, write_cases
from queues.claim_holds import held
from queues.private import has_private, remove_private
from queues.state import StateStore
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort
from schemas.case import Case, MentionRecord, Status
from schemas.directory import Directory
from schemas.field import FieldRequest

__all__ = ["Expired", "carry_out", "expired", "expired_others"]

_ENDS = (Status.CLOSED, Status.DISMISSED)
_MOST_POSTS = 10_000


@dataclass(frozen=True, slots=True)
class Expired:
    """A case whose texts are to go, since ``since``; ``posts`` by key."""

    case: Case
    version: str
    posts: tuple[str, ...]
    since: datetime


def expired(store: CaseStore, state: StateStore, directory: Directory, now: datetime) -> Iterator[Expired]:
    """Everything whose time is over, a page at a time. Reads every case that has ended and is old enough for some rule.

    May raise StoreDownError.
    """
    rules = (directory.retention.text, *(rule.text for rule in directory.retention.queues))
    shortest = min((days for days in rules if days is not None), default=None)
    if shortest is None:
        return
    before = now - timedelta(days=shortest)
    query = CaseQuery(statuses=_ENDS, received_before=before, merged=True, sort=Sort.OLDEST, limit=MAX_PAGE)
    while True:
        page = store.search(query, EVERYTHING)
        for found in page.cases:
            since = _since(found.case, directory)
            if since is not None and since <= now:
                records = store.case_mentions(found.case.id, EVERYTHING, limit=_MOST_POSTS)
                posts = {record.key for record in records if record.mention is not None}
                posts |= {post.key for post in found.case.posts if not post.erased}
                posts -= held(state, posts)
                if posts or any(_has_words(found.case)) or _has_more(state, found.case.id):
                    yield Expired(found.case, found.version, tuple(sorted(posts)), since)
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)


def expired_others(
    store: CaseStore, state: StateStore, directory: Directory, now: datetime
) -> Iterator[tuple[str, ...]]:
    """Keys of posts that belong to no case and whose time is over, at most MAX_PAGE at once. Reads every record of a
    post. May raise StoreDownError."""
    days = directory.retention.others
    if days is None:
        return
    before = now - timedelta(days=days)
    old = (record.key for record in store.every_mention() if _is_other(record) and record.recorded_at <= before)
    while page := [*islice(old, MAX_PAGE)]:
        kept = held(state, page)
        if left := tuple(key for key in page if key not in kept):
            yield left


def _is_other(record: MentionRecord) -> bool:
    return record.case_id is None and record.mention is not None


def carry_out(store: CaseStore, state: StateStore, item: Expired) -> None:
    """Words of people first, photographs and texts then: killed in between, the next run finds the case again."""
    history = tuple(destroyed(entry) if entry.by != "clock" else entry for entry in item.case.history)
    requests = tuple(_wordless(request) for request in item.case.field_requests)
    change = {"history": history, "undo": None, "field_requests": requests}
    if not all(write_cases(store, [(item.case.model_copy(update=change), item.version)])):
        return  # somebody has acted on it meanwhile, or holds it
    remove_attachments(state, item.case.id)
    remove_private(state, item.case.id)
    for start in range(0, len(item.posts), MAX_PAGE):
        store.erase_mentions(item.posts[start : start + MAX_PAGE])


def _since(case: Case, directory: Directory) -> datetime | None:
    days = directory.retention.text_days(case.queue)
    return None if days is None or case.hold is not None else case.changed_at + timedelta(days=days)


def _has_more(state: StateStore, case: str) -> bool:
    return has_attachments(state, case) or has_private(state, case)


def _wordless(request: FieldRequest) -> FieldRequest:
    report = None if request.report is None else request.report.model_copy(update={"text": ""})
    return request.model_copy(update={"to": "", "words": "", "report": report})


def _has_words(case: Case) -> Iterator[bool]:
    yield from (bool(request.words) for request in case.field_requests)
    yield from (bool(entry.detail) and bool(entry.salt) for entry in case.history if entry.by != "clock")
