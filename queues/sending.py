"""What becomes of a reply after it was tried: it went out, or it comes back to a person. Pure."""

from datetime import datetime
from html import unescape

from queues.casework import history_with
from queues.outbox import with_entries, without_entries
from queues.sla import unanswered
from schemas.case import Case, HistoryEntry
from schemas.outbox import Entry, EntryKind, EntryState
from schemas.service import Rank
from text.normalise import normalise, strip_addresses

__all__ = ["NOT_SENT", "SENT", "came_back", "said", "same_words"]

SENT = "sent"
NOT_SENT = "not_sent"
_BY = "clock"


def said(case: Case, entry: Entry, post: str, now: datetime) -> Case:
    """The case after a reply has gone out as ``post`` (its key)."""
    gone = without_entries(case, {entry.id})
    return _told(gone, SENT, f"{entry.kind} {post}", now)


def came_back(case: Case, entry: Entry, change: tuple[EntryState, str], now: datetime) -> Case:
    """The case with a reply that did not go out, or of which nobody knows: work for a person, who is told of it.
    ``change``: its state, and why.

    An answer that was refused has met no clock. An acknowledgement is only noted: no officer has said it; so is what a
    merged case was to be told, of which there may be many.
    """
    state, why = change
    if entry.kind is EntryKind.ALSO:
        return _told(without_entries(case, {entry.id}), NOT_SENT, f"{entry.kind}: {why}", now)
    marked = [e.model_copy(update={"state": state, "about": why}) if e.id == entry.id else e for e in case.outbox]
    after = _told(case.model_copy(update={"outbox": tuple(marked)}), NOT_SENT, f"{entry.kind}: {why}", now)
    if state is EntryState.FAILED and entry.kind is EntryKind.INTERIM:
        after = unanswered(after)
    if entry.kind is EntryKind.ACKNOWLEDGEMENT:
        return after
    to, about = case.assignee or Rank.OFFICER, f"{NOT_SENT}: {why}"
    return with_entries(after, Entry(id=f"back:{entry.id}", kind=EntryKind.NOTICE, to=to, about=about, not_before=now))


def same_words(one: str, other: str) -> bool:
    """Whether a platform has made one text of the other: it puts the handles that are answered before it, shortens
    links, writes ``&`` as an entity."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return normalise(strip_addresses(unescape(text)))


def _told(case: Case, act: str, detail: str, now: datetime) -> Case:
    line = HistoryEntry(at=now, by=_BY, act=act, detail=detail)
    return case.model_copy(update={"history": history_with(case, line), "changed_at": now})
