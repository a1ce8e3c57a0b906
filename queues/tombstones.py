"""Tombstones: what was deleted, written before anything else is done about it and read before every later write."""

from collections.abc import Iterable, Sequence

from queues.state import AlreadyExistsError, StateRecord, StateStore
from schemas.events import Deletion, DeletionTarget
from schemas.mention import Mention

__all__ = ["DONE", "HELD", "KIND", "PENDING", "buried", "bury", "dig_up"]

KIND = "tombstone"
PENDING = "pending"
"""Text may still lie somewhere: the next sweep looks everywhere."""
DONE = "done"
HELD = "held"
"""Some of it is under a legal hold, and goes when that is lifted; the rest is gone."""


def bury(state: StateStore, deletion: Deletion) -> None:
    """Writes the tombstone; one that is there already is swept again. Raises StoreDownError, StaleError."""
    try:
        state.create(KIND, deletion.tombstone_id, deletion.model_dump(mode="json"), state=PENDING)
    except AlreadyExistsError:
        dig_up(state, [deletion.tombstone_id])


def dig_up(state: StateStore, ids: Iterable[str]) -> None:
    """Marks tombstones to be swept again, since a post that they name has come in after all. One that is pending is
    written anew, too: a sweep that has looked for the post already must not close it (StaleError there)."""
    for record in state.get_many(KIND, [*ids]).values():
        state.replace(record, record.value, state=PENDING)


def buried(state: StateStore, mentions: Sequence[Mention]) -> dict[str, StateRecord]:
    """The tombstones that lie on these mentions, by mention key: the post's own or its author's."""
    names = {mention.key: _names(mention) for mention in mentions}
    found = state.get_many(KIND, [*{name for pair in names.values() for name in pair}])
    return {key: found[name] for key, pair in names.items() for name in pair if name in found}


def _names(mention: Mention) -> tuple[str, str]:
    return f"{DeletionTarget.POST}:{mention.key}", f"{DeletionTarget.AUTHOR}:{mention.author_key}"
