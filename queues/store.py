"""The protocol of the case store, and the values that pass through it.

Two adapters keep it: ``sqlite/`` (embedded) and ``elastic/`` (distributed). Both pass the contract suite in
``tests/contracts``. Neither is asked for a transaction over several documents: every method is a set of writes to
single documents, each idempotent, so that a process killed anywhere can do them again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from schemas.case import Case, Complainant, Disposition, MentionRecord, Status
from schemas.case_head import CaseHead
from schemas.clocks import Promise
from schemas.labels import ComplaintType, Urgency

__all__ = [
    "EVERYTHING",
    "MAX_PAGE",
    "MOST_COUNTED",
    "MOST_VALUES",
    "SEALED_KEY",
    "CaseCounts",
    "CaseQuery",
    "CaseStore",
    "Facet",
    "Page",
    "Sort",
    "Tally",
    "Versioned",
    "Visibility",
    "asks_of_queues_only",
    "keys_of",
]

MAX_PAGE = 500
"""Cases a page at most."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which queues a reader may see, None is all of them; and whether sealed cases too.

    Made only by ``desk/authorise`` and by the command line; applied inside the query by every read of a store.
    A case that a queue only watches is visible to that queue too.
    """

    queues: frozenset[str] | None
    sealed: bool = False

    def sees(self, case: Case) -> bool:
        """The condition, for a case that was read by id."""
        return self._opens(case) and (self.queues is None or not self.queues.isdisjoint({case.queue, *case.watching}))

    def _opens(self, case: Case) -> bool:
        return self.sealed or not case.is_sealed

    @property
    def keys(self) -> list[str] | None:
        """What a reader may have the key of one of to see a case (``keys_of``); None: no queue bounds them."""
        if self.queues is None:
            return None
        return sorted(self.queues | {SEALED_KEY + queue for queue in self.queues if self.sealed})


EVERYTHING = Visibility(queues=None, sealed=True)
SEALED_KEY = "sealed:"
"""Begins what a sealed case is kept under in place of its queues; no code of a queue has a colon."""


def keys_of(case: Case) -> dict[str, bool]:
    """What a case is kept under for its readers, each with whether that queue only watches."""
    seal = SEALED_KEY if case.is_sealed else ""
    return {seal + queue: True for queue in case.watching} | {seal + case.queue: False}


@dataclass(frozen=True, slots=True)
class Versioned:
    """A case and the store's own version of it, opaque, for compare-and-set."""

    case: Case
    version: str


class Sort(StrEnum):
    PRESSING = "pressing"
    """Critical first, then the least time left (``Case.deadline_at``), then the oldest."""
    DEADLINE = "deadline"
    """The least time left first."""
    DUE = "due"
    """By the next moment of the clock, for its sweep."""
    NEWEST = "newest"
    OLDEST = "oldest"
    COMPLAINANTS = "complainants"
    CHANGED = "changed"
    """What was changed longest ago first (``Case.changed_at``), for whoever follows what happens."""


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What to read; empty fields do not narrow.

    ``text`` holds the words that must all be there, in any script (they are compared as skeletons); ``phrases`` those
    that must stand together, in that order; ``without`` those that must not be there. Statuses: empty means any.
    Merged cases are left out unless ``merged``. ``handle`` is an author's, without @. ``deadline_before`` is about
    what was promised and is unmet, ``due_before`` about the clock's next moment; ``unassigned``: nobody has it.
    ``changed_after`` takes in that very millisecond.
    """

    text: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    types: tuple[ComplaintType, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    languages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    assignee: str | None = None
    unassigned: bool = False
    promises: tuple[Promise, ...] = ()
    handle: str | None = None
    deadline_before: datetime | None = None
    due_before: datetime | None = None
    changed_after: datetime | None = None
    received_after: datetime | None = None
    received_before: datetime | None = None
    merged: bool = False
    sort: Sort = Sort.PRESSING
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page; ``cursor`` asks for the next one and is None on the last."""

    cases: tuple[Versioned, ...]
    cursor: str | None


class Facet(StrEnum):
    """By what cases can be counted. ``QUARTER`` is the quarter of an hour (since 1970 UTC) in which they came."""

    QUEUE = "queue"
    STATUS = "status"
    TYPE = "type"
    URGENCY = "urgency"
    LANGUAGE = "language"
    PLACE = "place"
    ASSIGNEE = "assignee"
    PROMISE = "promise"
    QUARTER = "quarter"


MOST_COUNTED = 20_000
"""Cases that are counted at most for one tally."""
MOST_VALUES = 1000
"""Values of a facet at most."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases fit and of what they are, counted over at most MOST_COUNTED of them: with ``more`` there are
    others. Of a query that asks of queues and statuses only it is exact, however many they are. ``by`` has no entry for
    a case without that fact (nobody's, no place)."""

    total: int
    more: bool
    by: Mapping[Facet, Mapping[str, int]]


def asks_of_queues_only(query: CaseQuery) -> bool:
    """Whether nothing narrows the query but queues and statuses, or that nobody has a case: what people look at most,
    of which a store tells counts without looking at each case."""
    return query == CaseQuery(
        queues=query.queues,
        statuses=query.statuses,
        unassigned=query.unassigned,
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
    )


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Cases by queue and status (merged ones left out) as far as the reader may see."""

    by_queue: Mapping[str, Mapping[Status, int]] = field(default_factory=dict)


class CaseStore(Protocol):
    """Every method may raise StoreDownError (queues/state.py). Methods that take many take at most 10,000."""

    # The filing protocol, in its order.

    def claim_keys(self, claims: Mapping[str, str]) -> Mapping[str, str]:
        """Join keys, each with the case that would have it: who comes first keeps it. Returns who has each."""
        ...

    def holders(self, keys: Sequence[str]) -> Mapping[str, str]:
        """The case that has each of ``keys``, for those that are claimed."""
        ...

    def create_mentions(self, records: Sequence[MentionRecord]) -> Sequence[MentionRecord]:
        """Creates each record if absent and returns, in the same order, the one that stands."""
        ...

    def mentions(self, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
        """The standing records among ``keys``."""
        ...

    def create_complainants(self, complainants: Sequence[Complainant]) -> None:
        """Creates each if absent."""
        ...

    def case_totals(self, groups: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[int, int]]:
        """(posts, distinct complainants) of each group of cases, counted afresh from the records.

        ``groups`` maps a name of the caller's to the case ids that belong together (a case and those merged into
        it); the answer has every name, (0, 0) where nothing is filed. Own writes are seen.
        """
        ...

    def cases(self, ids: Sequence[str]) -> Mapping[str, Versioned]:
        """Those of ``ids`` that exist, merged ones too. Not bounded by visibility: for filing, not for readers."""
        ...

    def write_cases(self, changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
        """Writes each case if its version still is the one given (None: if it does not exist yet).

        Returns, in the same order, whether it was written; False means stale: read again, decide again.
        """
        ...

    # Readers.

    def case(self, id_or_docket: str, visibility: Visibility) -> Versioned | None:
        """One case by id or docket number; None also when the reader may not see it."""
        ...

    def search(self, query: CaseQuery, visibility: Visibility) -> Page:
        """Raises ValueError for a cursor that is not one of ours, or a limit outside 1..MAX_PAGE."""
        ...

    def heads(self, query: CaseQuery, visibility: Visibility) -> Iterator[CaseHead]:
        """Every case that ``query`` finds, the oldest first, whatever its sort, limit and cursor.

        Read page by page, nothing held between two: memory does not grow with what is found, and a reader who takes
        hours holds up no writer. What comes in or changes meanwhile may be among it or not.
        """
        ...

    def counts(self, visibility: Visibility) -> CaseCounts: ...

    def tally(self, query: CaseQuery, visibility: Visibility, by: Sequence[Facet]) -> Tally:
        """Counts what ``query`` finds, whatever its sort, limit and cursor."""
        ...

    def case_mentions(self, case_id: str, visibility: Visibility, *, limit: int = 500) -> Sequence[MentionRecord]:
        """The records of a case's posts by creation time; empty when the reader may not see the case."""
        ...

    # The office as a whole.

    def dispositions(self) -> Mapping[Disposition, int]:
        """How many mention records there are of each disposition."""
        ...

    def mentions_by_author(self, author_key: str) -> Sequence[str]:
        """The keys of every standing record of an author, for erasure."""
        ...

    def erase_mentions(self, keys: Sequence[str]) -> None:
        """Empties the text of these posts wherever the store holds it: record, case, index. Idempotent.

        The record's decision and the counts stay; ``mention``, ``triage`` and ``sealed`` of the record become
        None; the post inside the case has no text, author name, handle or address and is ``erased``.
        """
        ...

    # What is kept no longer. In this order, each step idempotent: cases, what was filed under them, join keys.

    def remove_cases(self, removals: Sequence[tuple[str, str]]) -> Sequence[bool]:
        """Removes each case, by id, with its history and all that it is found by, if its version is the one given.
        Returns, in the same order, whether it was; False: it is stale, or gone already."""
        ...

    def remove_filed(self, cases: Sequence[str], keys: Sequence[str] = ()) -> None:
        """Removes the records and complainants filed under these cases, and the records of the mentions ``keys``,
        whatever case they name. Dispositions count them no more."""
        ...

    def release_keys(self, keys: Sequence[str]) -> None:
        """Frees join keys: the next to claim one has it."""
        ...

    def compact(self) -> bool:
        """Makes sure that no copy of what was erased is left in files of the store. True when done; False
        when somebody still reads an old snapshot: try again later."""
        ...

    def reindex(self) -> Iterator[tuple[int, int]]:
        """Builds the search index again from the cases; yields (done, total). Readers and writers go on."""
        ...

    # Everything there is, for migration and backup: in no order, each once. Read in pages, so that memory does not grow
    # with the store; what is written meanwhile may be among it or not.

    def every_claim(self) -> Iterator[tuple[str, str]]:
        """(join key, case id)."""
        ...

    def every_mention(self) -> Iterator[MentionRecord]: ...

    def every_complainant(self) -> Iterator[Complainant]: ...

    def every_case(self) -> Iterator[Case]:
        """Merged ones too."""
        ...

    def close(self) -> None: ...
