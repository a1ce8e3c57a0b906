"""Sending what cases have to say to citizens, once each, after the time in which it can be called back.

An entry is marked ``sending`` in the case before it goes out and leaves the case after. One that is still ``sending``
when its lease is over was being sent when a worker died: the sender is asked whether it went out, and when it does not
know, a person decides (``unknown``).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from queues.also import also_told, next_to_tell
from queues.answerable import quoted_key, speakers
from queues.audit import write_cases
from queues.outbox import NOTICES, is_moved, origin_of
from queues.revising import revise_each
from queues.sending import came_back, said
from queues.sla import settled
from queues.state import AlreadyExistsError, StateStore
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort, Versioned
from schemas.case import Case, MentionRecord
from schemas.directory import Directory
from schemas.outbox import Entry, EntryKind, EntryState
from streams.clock import just_after

__all__ = [
    "DRY",
    "REPLY",
    "ByPlatform",
    "DryRun",
    "LostError",
    "NotSentError",
    "NotYetError",
    "Outgoing",
    "RefusedError",
    "Sender",
    "Sending",
]

REPLY = "reply"
DRY = "dry-run"
"""In place of the key of a post that never was."""
NOT_FOUND = "no answer came, and it is not found on the platform"
LEASE = timedelta(minutes=5)
LOOKED_UP_AFTER = timedelta(seconds=30)
"""A timeline shows a post a moment later than it was made."""
MOST_TRIES = 5


class NotSentError(Exception):
    """It did not go out, for certain; the message says why, without words of the reply."""


class RefusedError(NotSentError):
    """It did not go out, and never will, however often it is tried."""


class NotYetError(Exception):
    """Nothing was done: it is to be tried from ``until`` on, and this was no try."""

    def __init__(self, until: datetime):
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


class LostError(Exception):
    """It may have gone out: the answer was lost, or what went out cannot be looked up now."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply as it goes out, below the post ``in_reply_to`` (its key); ``id`` is the same whenever it is tried.
    ``reply_as``: handles of ours that may answer the post, the one of the office that has the case first. ``to``: the
    author's id on the platform, for a message that goes to them alone."""

    id: str
    in_reply_to: str
    text: str
    reply_as: tuple[str, ...] = ()
    to: str | None = None


class Sender(Protocol):
    def send(self, reply: Outgoing) -> str:
        """The key of the post as which it went out. Raises NotSentError, RefusedError, NotYetError, LostError. Any
        other fault leaves it open whether it went out."""
        ...

    def was_sent(self, reply: Outgoing) -> str | None:
        """The key of the post as which it has gone out; None when that is not known. Raises RefusedError, NotYetError,
        LostError."""
        ...


@dataclass(frozen=True)
class DryRun:
    """Sends nothing: keeps what would have gone out as records of kind ``reply``."""

    state: StateStore
    clock: Callable[[], datetime]

    def send(self, reply: Outgoing) -> str:
        value = {"in_reply_to": reply.in_reply_to, "text": reply.text, "at": self.clock().isoformat()}
        with suppress(AlreadyExistsError):
            self.state.create(REPLY, reply.id, value)
        return DRY

    def was_sent(self, reply: Outgoing) -> str | None:
        return DRY if self.state.get(REPLY, reply.id) is not None else None


@dataclass(frozen=True)
class ByPlatform:
    """The sender of the platform on which a post was written, else ``otherwise``; ``messages`` are those of what goes
    to its author alone."""

    senders: Mapping[str, Sender]
    otherwise: Sender
    messages: Mapping[str, Sender] = field(default_factory=dict)

    def send(self, reply: Outgoing) -> str:
        return self._of(reply).send(reply)

    def was_sent(self, reply: Outgoing) -> str | None:
        return self._of(reply).was_sent(reply)

    def _of(self, reply: Outgoing) -> Sender:
        senders = self.senders if reply.to is None else self.messages
        return senders.get(reply.in_reply_to.partition(":")[0], self.otherwise)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """``sent``: the post as which it went out. Else what becomes of it: tried again at ``not_before``, or, without
    such a moment, back to a person."""

    state: EntryState
    not_before: datetime | None = None
    tries: int = 0
    why: str = ""
    sent: str | None = None

    @property
    def is_over(self) -> bool:
        return self.not_before is None


_Try = tuple[Entry, _Outcome]


@dataclass(frozen=True)
class Sending:
    """One look at all replies whose time has come. Cost: one indexed query when there are none; else one read and two
    writes of each case, ``at_once`` cases in a request.

    A worker that is killed leaves up to ``at_once`` cases whose replies may or may not have gone out: one, where only
    the platform can tell.
    """

    store: CaseStore
    directory: Directory
    sender: Sender
    clock: Callable[[], datetime]
    at_once: int = 1
    completed: Callable[[str], str] = lambda text: text
    """Makes the links of a private message good, which they are not in a case (queues/private.py)."""

    def __call__(self) -> int:
        """Returns how many it has worked off. May raise StoreDownError."""
        done = 0
        query = CaseQuery(due_before=just_after(self.clock()), sort=Sort.DUE, limit=MAX_PAGE)
        while True:
            page = self.store.search(query, EVERYTHING)
            due = [found for found in page.cases if _waiting(found.case, self.clock())]
            for start in range(0, len(due), self.at_once):
                done += self._work_off(due[start : start + self.at_once])
            if page.cursor is None:
                return done
            query = replace(query, cursor=page.cursor)

    def _work_off(self, due: Sequence[Versioned]) -> int:
        """Of several workers, each works off what it has marked: a case that was written meanwhile is another's, or
        comes again."""
        now = self.clock()
        waiting = {found.case.id: _waiting(found.case, now) for found in due}
        marks = {"state": EntryState.SENDING, "not_before": now + LEASE}
        marked = [_with(found.case, {entry.id for entry in waiting[found.case.id]}, marks) for found in due]
        changes = [(settled(case, self.directory), found.version) for case, found in zip(marked, due, strict=True)]
        mine = [found.case for found, ok in zip(due, write_cases(self.store, changes), strict=True) if ok]
        records = self._records([_below(case, entry) for case in mine for entry in waiting[case.id]])
        tried = {
            case.id: [
                (entry, self._tried(self._outgoing(case, entry, records), case, entry)) for entry in waiting[case.id]
            ]
            for case in mine
        }
        others = self._merged(mine, tried)
        changes_after = {id: partial(self._after_all, each, others) for id, each in tried.items()}
        revise_each(self.store, self.directory, changes_after)
        return sum(map(len, tried.values()))

    def _tried(self, reply: Outgoing, case: Case, entry: Entry) -> "_Outcome":
        now, tries = self.clock(), entry.tries + 1
        try:
            sent = self._sent(reply, case, entry)
            return _Outcome(EntryState.UNKNOWN, why=NOT_FOUND) if sent is None else _Outcome(entry.state, sent=sent)
        except NotYetError as error:
            return _Outcome(entry.state, error.until, entry.tries)
        except NotSentError as error:
            if tries < MOST_TRIES and not isinstance(error, RefusedError):
                return _Outcome(EntryState.PENDING, now + timedelta(minutes=2**tries), tries)
            return _Outcome(EntryState.FAILED, why=str(error))
        except LostError as error:
            if tries < MOST_TRIES:
                return _Outcome(EntryState.SENDING, now + LOOKED_UP_AFTER * 2**entry.tries, tries)
            return _Outcome(EntryState.UNKNOWN, why=str(error))

    def _sent(self, reply: Outgoing, case: Case, entry: Entry) -> str | None:
        """What was begun is looked up and never begun again."""
        if entry.state is EntryState.SENDING:
            return self.sender.was_sent(reply)
        there = self._said_there(reply, entry) if is_moved(case, entry) else None
        return self.sender.send(reply) if there is None else there

    def _said_there(self, reply: Outgoing, entry: Entry) -> str | None:
        """What a case that was merged into this one had to say may have gone out from there before it was taken away;
        until that was done (whoever merges may have been killed) it is said there."""
        try:
            sent = self.sender.was_sent(reply)
        except LostError as error:
            raise NotSentError(str(error)) from error
        origin = self.store.cases([origin_of(entry)]).get(origin_of(entry))
        if sent is None and (origin is None or origin.case.merged_into is None):
            raise NotYetError(self.clock() + LEASE)
        return sent

    def _merged(self, cases: Sequence[Case], tried: Mapping[str, Sequence["_Try"]]) -> Mapping[str, Case]:
        """The merged cases whose citizens come next, by id."""
        ids = [next_to_tell(case, entry) for case in cases for entry, outcome in tried[case.id] if outcome.is_over]
        wanted = [id for id in ids if id is not None]
        return {id: found.case for id, found in self.store.cases(wanted).items()} if wanted else {}

    def _after_all(self, tried: Sequence["_Try"], others: Mapping[str, Case], case: Case) -> Case:
        for entry, outcome in tried:
            stands = any(each.id == entry.id for each in case.outbox)  # else filing has met the reply, and seen to it
            case = self._after(case, entry, outcome)
            other = next_to_tell(case, entry) if outcome.is_over and stands else None
            if other is not None and other in others:
                case = also_told(case, entry, others[other], self.directory, self.clock())
        return case

    def _after(self, case: Case, entry: Entry, outcome: "_Outcome") -> Case:
        now = self.clock()
        if outcome.sent is not None:
            return said(case, entry, outcome.sent, now)
        if outcome.not_before is not None:
            change = {"state": outcome.state, "not_before": outcome.not_before, "tries": outcome.tries}
            return _with(case, {entry.id}, change)
        return came_back(case, entry, (outcome.state, outcome.why), now)

    def _records(self, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
        """The records of these posts, and of what they quote."""
        records = self.store.mentions(keys)
        quoted = [key for record in records.values() if (key := quoted_key(record)) is not None]
        return {**(self.store.mentions(quoted) if quoted else {}), **records}

    def _outgoing(self, case: Case, entry: Entry, records: Mapping[str, MentionRecord]) -> Outgoing:
        """As handles of ours that may; what was erased cannot be answered."""
        key = _below(case, entry)
        mention = None if key not in records else records[key].mention
        ours = () if mention is None else speakers(mention, case.queue, records, self.directory)
        id = entry.id if is_moved(case, entry) else f"{case.id}:{entry.id}"
        if entry.kind is not EntryKind.PRIVATE:
            return Outgoing(id, key, entry.text, ours)
        author = "" if mention is None else mention.author.id
        return Outgoing(id, key, self.completed(entry.text), ours, author)


def _below(case: Case, entry: Entry) -> str:
    return entry.below or case.posts[0].key


def _waiting(case: Case, now: datetime) -> list[Entry]:
    states = {EntryState.PENDING, EntryState.SENDING}
    return [e for e in case.outbox if e.kind not in NOTICES and e.state in states and e.not_before <= now]


def _with(case: Case, ids: Collection[str], change: dict[str, object]) -> Case:
    outbox = tuple(entry.model_copy(update=change) if entry.id in ids else entry for entry in case.outbox)
    return case.model_copy(update={"outbox": outbox})
