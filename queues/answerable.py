"""As whom an office can answer a post, and why it cannot: what the platforms allow, before anything is tried. Pure.

X: a plan that is not Enterprise lets an account answer only a post whose author mentions or quotes it (docs.x.com,
"Changelog", February 2026). Meta: a page or account answers what is written on it ("Graph API: Comment, comments",
"Instagram Platform: Comment moderation"), however old; its windows of a day and a week are for messages only.
"""

from collections.abc import Mapping
from enum import StrEnum

from queues.replies import latest_own_post
from schemas.case import Case, MentionRecord, PostKind
from schemas.directory import Directory
from schemas.mention import Mention, post_key

__all__ = ["ANSWERED_ON", "Obstacle", "obstacle", "quoted_key", "speakers"]

ANSWERED_ON = frozenset({"x", "facebook", "instagram"})
"""Platforms on which Sunwai can say something."""


class Obstacle(StrEnum):
    """Why nothing can be said below a post."""

    ERASED = "erased"
    NO_HANDLE = "no_handle"
    NO_WAY = "no_way"


def obstacle(case: Case, records: Mapping[str, MentionRecord], directory: Directory) -> Obstacle | None:
    """Why the case's citizen cannot be answered where they wrote last; None when they can.

    ``records`` holds the record of ``latest_own_post``, and of what that quotes, where they are known.
    """
    key = latest_own_post(case)
    record = records.get(key)
    if key.partition(":")[0] not in ANSWERED_ON:
        return Obstacle.NO_WAY
    if record is None:
        return None  # nothing is known: the platform will say
    if record.mention is None:
        return Obstacle.ERASED
    return None if speakers(record.mention, case.queue, records, directory) else Obstacle.NO_HANDLE


def speakers(post: Mention, queue: str, records: Mapping[str, MentionRecord], directory: Directory) -> tuple[str, ...]:
    """Handles of ours that may answer ``post``, those of the department that has ``queue`` first: handles that it
    names, that of ours which it quotes, and, where the plan lets an account answer anybody, the department's own."""
    known = directory.by_handle
    department = directory.department_of_queue.get(queue)
    named = [handle for handle in (*post.handles, *_quoted(post, records)) if handle in known]
    if not named and post.platform == "x" and directory.x.answers == "anybody" and department is not None:
        named = [handle.lower().lstrip("@") for handle in department.handles]
    return tuple(sorted(dict.fromkeys(named), key=lambda handle: known[handle][0] is not department))


def quoted_key(record: MentionRecord | None) -> str | None:
    """The key of the post that a post quotes."""
    mention = None if record is None else record.mention
    return None if mention is None or mention.quote_of is None else post_key(mention.platform, mention.quote_of)


def _quoted(post: Mention, records: Mapping[str, MentionRecord]) -> tuple[str, ...]:
    quoted = None if post.quote_of is None else records.get(post_key(post.platform, post.quote_of))
    if quoted is None or quoted.mention is None or quoted.kind is not PostKind.OFFICIAL:
        return ()
    handle = quoted.mention.author.handle
    return () if handle is None else (handle,)
