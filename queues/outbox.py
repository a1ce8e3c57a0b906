"""The outbox of a case. Pure: what is to be said goes in with the change that gave rise to it, and leaves when sent."""

from collections.abc import Collection, Sequence
from datetime import datetime

from schemas.case import MAX_OUTBOX, Case
from schemas.outbox import Entry, EntryKind, EntryState

__all__ = [
    "NOTICES",
    "due_entries",
    "is_moved",
    "origin_of",
    "outbox_with",
    "with_entries",
    "with_outbox_of",
    "without_entries",
]

NOTICES = frozenset({EntryKind.NOTICE, EntryKind.RING})
"""Sent at least once, with an id; what goes to the citizen is sent once."""


def with_entries(case: Case, *entries: Entry) -> Case:
    """The case with these entries, as ``outbox_with`` puts them."""
    return case.model_copy(update={"outbox": outbox_with(case, *entries)})


def outbox_with(case: Case, *entries: Entry) -> tuple[Entry, ...]:
    """The outbox with these entries; one whose id is there already is not said again. Of too many the oldest notices
    go first: the case itself still shows what they said."""
    known = {entry.id for entry in case.outbox}
    outbox = [*case.outbox, *(entry for entry in entries if entry.id not in known)]
    while len(outbox) > MAX_OUTBOX:
        oldest = next((number for number, entry in enumerate(outbox) if entry.kind in NOTICES), 0)
        del outbox[oldest]
    return tuple(outbox)


def with_outbox_of(kept: Case, gone: Case) -> Case:
    """``kept`` with what ``gone``, that goes into it, still had to say; of its docket nobody needs to hear any more."""
    said = (entry for entry in gone.outbox if entry.kind is not EntryKind.ACKNOWLEDGEMENT)
    entries = (entry.model_copy(update={"id": f"{gone.id}:{entry.id}"}) for entry in said)
    return with_entries(kept, *entries)


def is_moved(case: Case, entry: Entry) -> bool:
    """Whether a case that was merged into this one had it to say (``with_outbox_of``)."""
    return origin_of(entry) in case.merged


def origin_of(entry: Entry) -> str:
    """The case that had it to say, of an entry that was moved."""
    return entry.id.partition(":")[0]


def without_entries(case: Case, ids: Collection[str]) -> Case:
    return case.model_copy(update={"outbox": tuple(entry for entry in case.outbox if entry.id not in ids)})


def due_entries(case: Case, kinds: Collection[EntryKind], now: datetime) -> Sequence[Entry]:
    """What can be sent at ``now``, in the order in which it was put there."""
    return [
        entry
        for entry in case.outbox
        if entry.kind in kinds and entry.state is EntryState.PENDING and entry.not_before <= now
    ]
