"""What an office says below a case's posts, as it comes back from the platform.

Words that Sunwai was sending have gone out; what was typed in the platform's own app is an answer, and stops the clock
of the answer. Pure; doing it again changes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from queues.acts.working import FIRST_ANSWER
from queues.also import also_told, next_to_tell
from queues.casework import ReadablePost, history_with
from queues.outbox import NOTICES
from queues.sending import SENT, said, same_words
from queues.sla import met, settled
from schemas.case import Case, HistoryEntry, PostKind, Status
from schemas.clocks import ClockKind
from schemas.directory import Directory
from text.mask import mask

__all__ = ["answered_elsewhere"]

ANSWERED = "answered"


def answered_elsewhere(
    case: Case,
    posts: Sequence[ReadablePost],
    directory: Directory,
    now: datetime,
    read: Callable[[str], Case | None],
) -> Case:
    """The case after these posts of its office; the same case when none of them answers anything. ``read`` gives a
    merged case by its id: its citizen is told next, which whoever was sending may not have lived to see to."""
    after = case
    for post in posts:
        if post.record.kind is PostKind.OFFICIAL and post.mention.in_reply_to is not None:
            after = _answered(after, post, directory, now, read)
    return after if after is case else settled(after, directory)


def _answered(
    case: Case, post: ReadablePost, directory: Directory, now: datetime, read: Callable[[str], Case | None]
) -> Case:
    key = post.record.key
    if any(entry.act in {SENT, ANSWERED} and entry.detail.endswith(f" {key}") for entry in case.history):
        return case
    ours = next((e for e in case.outbox if e.kind not in NOTICES and _says(post, e.text)), None)
    if ours is not None:
        following = next_to_tell(case, ours)
        other = None if following is None else read(following)
        after = said(case, ours, key, now)
        return after if other is None else also_told(after, ours, other, directory, now)
    if case.status is Status.REVIEW or _is_noted(case, post):
        return case
    kinds = FIRST_ANSWER if case.answered_at is None else FIRST_ANSWER | {ClockKind.INTERIM}
    by, detail = f"handle:{post.mention.author.handle}", f"on {post.mention.platform}: {key}"
    change = {
        "clocks": met(case, kinds, now),
        "answered_at": now,
        "history": history_with(case, HistoryEntry(at=now, by=by, act=ANSWERED, detail=detail)),
        "revision": case.revision + 1,
        "changed_at": now,
    }
    return case.model_copy(update=change)


def _is_noted(case: Case, post: ReadablePost) -> bool:
    """Whether an officer has told of this answer already ("said by hand")."""
    return any(entry.act == ANSWERED and entry.detail and _says(post, entry.detail) for entry in case.history)


def _says(post: ReadablePost, text: str) -> bool:
    """What is kept of a post is masked."""
    return same_words(mask(text).text, post.triage.text)
