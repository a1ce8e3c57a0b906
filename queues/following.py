"""What a citizen's later word does to a case: it ends the waiting for it, and takes up again what was resolved.

Whoever says no more than thanks is content, which is recorded, and reopens nothing. Who is not content with what was
done appeals, and somebody else takes the case; any other word that asks for something reopens it. Pure; doing it again
changes nothing: only a word that whoever ended the case, or waits, cannot have seen does anything.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from queues.acts import appeal, feedback, reopen, resume
from queues.acts.ending import is_in_time
from queues.casework import ReadablePost
from queues.lifecycle import Actor, Party
from queues.sla import settled
from schemas.case import Case, PostKind, Status
from schemas.directory import Directory
from schemas.triage import Triage
from text.courtesy import appeals, is_only_thanks, objects, thanks

__all__ = ["Word", "followed_up", "word_of"]

_FOLLOWING = frozenset({PostKind.ORIGINAL, PostKind.REPLY})
"""A repost or a copy by others is no word to the office."""


class Word(StrEnum):
    """What a citizen's later word comes to."""

    CONTENT = "content"
    APPEALS = "appeals"
    ASKS = "asks"
    NOTHING = "nothing"


def word_of(triage: Triage) -> Word:
    """By the words of thanks and objection in it, and by what the classifier says; where unsure it asks."""
    text = triage.text
    if is_only_thanks(text) or (thanks(text) and not triage.is_complaint):
        return Word.CONTENT
    if appeals(text):
        return Word.APPEALS
    return Word.ASKS if triage.is_complaint or triage.needs_human or objects(text) else Word.NOTHING


def followed_up(before: Case, case: Case, posts: Sequence[ReadablePost], directory: Directory, now: datetime) -> Case:
    """``case``, which is ``before`` with these posts, after what its citizens say in them; the same case when none of
    them asks for anything."""
    added = case.post_count > before.post_count
    shown = {post.key for post in before.posts}
    after = case
    for post in posts:
        own = post.record.kind in _FOLLOWING and post.record.key not in case.split_off
        if own and case.merged_into is None:
            unseen = added and post.record.key not in shown
            after = _followed(after, post, directory, now, unseen=unseen)
    return after if after is case else settled(after, directory)


def _followed(case: Case, post: ReadablePost, directory: Directory, now: datetime, *, unseen: bool) -> Case:
    """``unseen``: the case was without this post until now, whenever that was recorded."""
    citizen = Actor(f"post:{post.record.key}", Party.CITIZEN)
    filed = post.record.recorded_at
    if case.waiting is not None and (unseen or filed > case.waiting.since):
        return resume(case, citizen, now, directory=directory, why="the citizen has written")
    ended = case.resolved_at if case.status in {Status.RESOLVED, Status.CLOSED} else None
    if ended is None or not (unseen or filed > ended):
        return case
    return _answered(case, word_of(post.triage), citizen, directory, now)


def _answered(case: Case, word: Word, citizen: Actor, directory: Directory, now: datetime) -> Case:
    """A case that was ended, after a word about that."""
    if word is Word.CONTENT or word is Word.APPEALS:
        said = word is Word.CONTENT
        if case.feedback is None or case.feedback.satisfied is not said:
            case = feedback(case, citizen, now, satisfied=said)
    if not is_in_time(case, directory, now):
        return case
    if word is Word.APPEALS:
        return appeal(case, citizen, now, why="the citizen is not content with what was done", directory=directory)
    if word is Word.ASKS:
        return reopen(case, citizen, now, why="the citizen has written", directory=directory)
    return case
