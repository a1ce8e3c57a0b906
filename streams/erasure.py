"""Erasure: what a tombstone names leaves store, index, log and every file of theirs.

What is under a legal hold (queues/claim_holds.py) stays in the store until that is lifted. The tombstone stays, so that
a later copy of the post is refused too. What was deleted before it was read is recorded as that: all that comes in is
counted. A sweep that cannot finish (somebody still reads an old snapshot) leaves the tombstone pending, and the next
sweep does all of it again.
"""

from collections.abc import Iterator, Sequence

from queues import claim_holds, tombstones
from queues.state import StaleError, StateRecord, StateStore
from queues.store import CaseStore
from schemas.case import Disposition, MentionRecord
from schemas.events import Deletion, DeletionTarget
from schemas.mention import TIP, post_key
from streams.groups import FILING, TRIAGE
from streams.log import EventLog
from streams.topics import MENTIONS, TRIAGED

__all__ = ["sweep"]

_BATCH = 200
_READERS = {MENTIONS.name: TRIAGE, TRIAGED.name: FILING}
"""On whose way a post comes to be recorded."""


def sweep(state: StateStore, store: CaseStore, log: EventLog) -> int:
    """Erases what pending tombstones name. Returns how many are left pending. May raise StoreDownError, LogDownError.

    Cost: one index look-up in store and log for each post, and one compaction of both for each sweep that found work.
    """
    graves = list(state.scan(tombstones.KIND, state=tombstones.PENDING, limit=_BATCH))
    if not graves:
        return 0
    kept = [_erase(Deletion.model_validate(grave.value), state, store, log) for grave in graves]
    if not (store.compact() and log.compact()):
        return state.count(tombstones.KIND, state=tombstones.PENDING)
    for grave, held in zip(graves, kept, strict=True):
        _close(state, grave, held)
    return state.count(tombstones.KIND, state=tombstones.PENDING)


def _erase(deletion: Deletion, state: StateStore, store: CaseStore, log: EventLog) -> frozenset[str]:
    """Everything but what is under a legal hold; the keys of that."""
    keys, kept = [*_posts(deletion, store)], frozenset[str]()
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        held = claim_holds.held(state, batch)
        store.erase_mentions([key for key in batch if key not in held])
        kept |= held
    refs = [deletion.tombstone_id, *(f"{DeletionTarget.POST}:{key}" for key in keys)]
    unread = [*_unread(refs, log)]
    for start in range(0, len(unread), _BATCH):
        pairs = unread[start : start + _BATCH]
        store.create_mentions([_deleted(post, author, deletion) for post, author in pairs])
    log.erase(refs)
    return kept


def _unread(refs: Sequence[str], log: EventLog) -> Iterator[tuple[str, str]]:
    """(post, author) by their keys, where one of these is named by an event that filing has not come to: emptied now,
    it would never be counted."""
    done = {(lag.group, lag.topic, lag.partition): lag.committed for lag in log.lags()}
    for position, named in log.naming(refs):
        reader = _READERS.get(position.topic)
        if reader is None or position.offset < done.get((reader, position.topic, position.partition), 0):
            continue
        keys = {kind: key for kind, _, key in (ref.partition(":") for ref in named)}
        if {*keys} == {*DeletionTarget} and not keys[DeletionTarget.POST].startswith(post_key(TIP, "")):
            yield keys[DeletionTarget.POST], keys[DeletionTarget.AUTHOR]


def _deleted(post: str, author: str, deletion: Deletion) -> MentionRecord:
    return MentionRecord(
        key=post,
        author_key=author,
        disposition=Disposition.DELETED,
        decided_by="erasure",
        reason="deleted before it was read",
        mention=None,
        triage=None,
        recorded_at=deletion.at,
    )


def _posts(deletion: Deletion, store: CaseStore) -> Iterator[str]:
    key = post_key(deletion.platform, deletion.id)
    if deletion.target is DeletionTarget.POST:
        yield key
    else:
        yield from store.mentions_by_author(key)


def _close(state: StateStore, grave: StateRecord, kept: frozenset[str]) -> None:
    """A hold that was lifted meanwhile has looked for tombstones that wait for it, and not found this one."""
    try:
        state.replace(grave, grave.value, state=tombstones.HELD if kept else tombstones.DONE)
    except StaleError:
        return  # a copy of the post came in meanwhile: the next sweep takes it again
    if kept - claim_holds.held(state, kept):
        tombstones.dig_up(state, [grave.id])
