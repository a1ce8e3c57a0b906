"""The same said to those whose cases were merged into one: one after another, each below their own post, with their own
docket number and in varied wordings. Pure.

A platform takes many posts with the same words for spam (X refuses duplicates). The next is told when the one before
has gone out, or could not; so a case has one of them in its outbox at a time, however many were merged, and who calls
that one back ends it.
"""

from datetime import datetime

from queues.outbox import is_moved, with_entries
from queues.replies import QUIET, latest_own_post
from schemas.case import Case
from schemas.directory import Directory
from schemas.outbox import Entry, EntryKind
from text.post_length import post_length

__all__ = ["also_told", "next_to_tell"]

_TOLD = frozenset({EntryKind.INTERIM, EntryKind.FINAL, EntryKind.ALSO})
_ALSO = ":also:"


def next_to_tell(case: Case, entry: Entry) -> str | None:
    """The merged case whose citizen hears next what ``entry`` has said; None when there is none left, and where no
    machine answers in public: an officer's words to a victim are for nobody else."""
    if entry.kind not in _TOLD or not QUIET.isdisjoint(case.sensitivity):
        return None
    if is_moved(case, entry):  # that was said to the merged case's own citizen
        return None
    if entry.kind is not EntryKind.ALSO:
        return next(iter(case.merged), None)
    behind = case.merged.index(entry.about) + 1 if entry.about in case.merged else len(case.merged)
    return next(iter(case.merged[behind:]), None)


def also_told(case: Case, entry: Entry, other: Case, directory: Directory, now: datetime) -> Case:
    """``case`` with what ``entry`` has said to be said to the citizen of ``other``, which was merged into it; the same
    case when that was undone meanwhile."""
    if other.id not in case.merged:
        return case
    first = entry.id.partition(_ALSO)[0]
    words = entry.words or entry.text
    told = Entry(
        id=f"{first}{_ALSO}{other.id}",
        kind=EntryKind.ALSO,
        to=entry.to,
        about=other.id,
        text=_varied(words, case, other, directory),
        words=words,
        below=latest_own_post(other),
        by=entry.by,
        not_before=now,
    )
    return with_entries(case, told)


def _varied(words: str, case: Case, other: Case, directory: Directory) -> str:
    """In one of the directory's wordings, in turn; plain where that would be too long for X."""
    own = words.replace(case.docket, other.docket) if case.docket and other.docket else words
    wordings = directory.replies.also
    turn = case.merged.index(other.id)
    varied = wordings[turn % len(wordings)].said(other.language, reply=own, docket=other.docket or other.id)
    return varied if post_length(varied) <= directory.x.answer_length else own
