"""Versions of posts that were edited: each is a post of its own, known here by the first one, so that what deletes that
deletes them all, whichever comes first.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from queues.state import StateStore, every_record
from queues.tombstones import KIND as TOMBSTONE
from schemas.events import Deletion, DeletionTarget
from schemas.mention import Mention, post_key

__all__ = ["VERSION", "deleted_with", "note"]

VERSION = "post-version"
_PAGE = 20
"""Hardly anybody edits a post so often."""


def note(state: StateStore, mentions: Sequence[Mention], now: datetime) -> list[Deletion]:
    """Notes which of these are versions of which posts, before they are filed; returns deletions of those whose post
    was deleted before. Raises StoreDownError."""
    versions = [(mention, mention.first_key) for mention in mentions if mention.first_key is not None]
    if not versions:
        return []
    state.create_each(VERSION, {f"{first} {version.id}": {} for version, first in versions})
    graves = state.get_many(TOMBSTONE, [*{f"{DeletionTarget.POST}:{first}" for _, first in versions}])
    gone = [version for version, first in versions if f"{DeletionTarget.POST}:{first}" in graves]
    return [_deletion(version.platform, version.id, now) for version in gone]


def deleted_with(state: StateStore, deletion: Deletion) -> Iterator[Deletion]:
    """Deletions of all versions of a post of which a tombstone is there. Raises StoreDownError."""
    if deletion.target is not DeletionTarget.POST:
        return
    beginning = f"{post_key(deletion.platform, deletion.id)} "  # no id holds a blank
    for record in every_record(state, VERSION, after=beginning, page=_PAGE):
        if not record.id.startswith(beginning):
            return
        yield _deletion(deletion.platform, record.id.removeprefix(beginning), deletion.at)


def _deletion(platform: str, id: str, at: datetime) -> Deletion:
    return Deletion(target=DeletionTarget.POST, platform=platform, id=id, at=at)
