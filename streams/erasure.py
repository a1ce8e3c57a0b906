"""Erasure: what a tombstone names leaves store, index, log and every file of theirs.

The tombstone stays, so that a later copy of the post is refused too. A sweep that cannot finish (somebody still reads
an old snapshot) leaves the tombstone pending, and the next sweep does all of it again.
"""

from collections.abc import Iterator

from queues import tombstones
from queues.state import StaleError, StateRecord, StateStore
from queues.store import CaseStore
from schemas.events import Deletion, DeletionTarget
from schemas.mention import post_key
from streams.log import EventLog

__all__ = ["sweep"]

_BATCH = 200


def sweep(state: StateStore, store: CaseStore, log: EventLog) -> int:
    """Erases what pending tombstones name. Returns how many are left pending. May raise StoreDownError, LogDownError.

    Cost: one index look-up in store and log for each post, and one compaction of both for each sweep that found work.
    """
    graves = list(state.scan(tombstones.KIND, state=tombstones.PENDING, limit=_BATCH))
    if not graves:
        return 0
    for grave in graves:
        _erase(Deletion.model_validate(grave.value), store, log)
    if not (store.compact() and log.compact()):
        return state.count(tombstones.KIND, state=tombstones.PENDING)
    for grave in graves:
        _close(state, grave)
    return state.count(tombstones.KIND, state=tombstones.PENDING)


def _erase(deletion: Deletion, store: CaseStore, log: EventLog) -> None:
    keys = [*_posts(deletion, store)]
    for start in range(0, len(keys), _BATCH):
        store.erase_mentions(keys[start : start + _BATCH])
    log.erase([deletion.tombstone_id, *(f"{DeletionTarget.POST}:{key}" for key in keys)])


def _posts(deletion: Deletion, store: CaseStore) -> Iterator[str]:
    key = post_key(deletion.platform, deletion.id)
    if deletion.target is DeletionTarget.POST:
        yield key
    else:
        yield from store.mentions_by_author(key)


def _close(state: StateStore, grave: StateRecord) -> None:
    try:
        state.replace(grave, grave.value, state=tombstones.DONE)
    except StaleError:
        return  # a copy of the post came in meanwhile: the next sweep takes it again
