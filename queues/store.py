"""The protocol of the case store, and the values that pass through it.

Two adapters keep it: ``sqlite.py`` (embedded) and ``elastic.py`` (distributed). Both pass the contract suite in
``tests/contracts``. Neither is asked for a transaction over several documents: every method is a set of writes to
single documents, each idempotent, so that a process killed anywhere can do them again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from schemas.case import Case, Complainant, Disposition, MentionRecord, Status
from schemas.labels import ComplaintType, Urgency

__all__ = [
    "EVERYTHING",
    "MAX_PAGE",
    "CaseCounts",
    "CaseQuery",
    "CaseStore",
    "Page",
    "Sort",
    "Versioned",
    "Visibility",
]

MAX_PAGE = 500
"""Cases a page at most."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which queues a reader may see; None is all of them.

    Made only by ``desk/auth`` and by the command line; applied inside the query by every read of a store.
    A case that a queue only watches is visible to that queue too.
    """

    queues: frozenset[str] | None


EVERYTHING = Visibility(queues=None)


@dataclass(frozen=True, slots=True)
class Versioned:
    """A case and the store's own version of it, opaque, for compare-and-set."""

    case: Case
    version: str


class Sort(StrEnum):
    PRESSING = "pressing"
    """Critical first, then the least time left, then the oldest."""
    DUE = "due"
    NEWEST = "newest"
    OLDEST = "oldest"
    COMPLAINANTS = "complainants"


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What to read; empty fields do not narrow.

    ``text`` holds the words that must all be there, in any script (they are compared as skeletons); ``phrases`` those
    that must stand together, in that order; ``without`` those that must not be there. Statuses: empty means any.
    Merged cases are left out unless ``merged``. ``handle`` is an author's, without @.
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
    handle: str | None = None
    due_before: datetime | None = None
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

    def counts(self, visibility: Visibility) -> CaseCounts: ...

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

    def compact(self) -> bool:
        """Makes sure that no copy of what was erased is left in files of the store. True when done; False
        when somebody still reads an old snapshot: try again later."""
        ...

    def reindex(self) -> Iterator[tuple[int, int]]:
        """Builds the search index again from the cases; yields (done, total). Readers and writers go on."""
        ...

    def close(self) -> None: ...
