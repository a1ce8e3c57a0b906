"""A case as the columns and side rows that queries need."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from queues.ordering import NEVER, URGENCY_RANKS, microseconds
from queues.store import keys_of
from schemas.case import OPEN_STATUSES, Case, Status
from text.skeleton import SKELETON_VERSION

__all__ = ["CASE_COLUMNS", "ENDED", "FACTS", "MERGED", "OPEN", "CaseRow", "Fact", "facts_of", "shelves"]

OPEN, ENDED, MERGED = 0, 1, 2
"""The shelves of ``cases.shelf``."""

CASE_COLUMNS = (
    *("indexed", "shelf", "status", "queue", "type", "language", "urgency"),
    *("complainants", "received", "changed", "due", "deadline", "promise", "assignee", "place"),
)
"""The columns of ``cases`` that follow from the case itself, in the order of ``CaseRow.columns``."""

Fact = tuple[str, str, str, str]
"""(facet, value, lead, status): what a case is counted by (queues/sqlite/kept_counts.py)."""

FACTS = ("type", "urgency", "language", "place", "assignee", "promise")
"""Columns of ``cases`` that are facets; "" as a value is that a case has none."""


def facts_of(lead: str, shelf: int, status: str, values: Sequence[object]) -> tuple[Fact, ...]:
    """What a case counts for; ``lead`` is its key for readers of its own queue, ``values`` are as FACTS."""
    if shelf == MERGED:
        return ()
    named = [(facet, "" if value is None else str(value)) for facet, value in zip(FACTS, values, strict=True)]
    return tuple((facet, value, lead, status) for facet, value in [("", ""), *named])


def shelves(statuses: tuple[Status, ...], *, merged: bool) -> tuple[int, ...]:
    """The shelves on which cases of these statuses (empty: any) stand."""
    wanted = {OPEN if status in OPEN_STATUSES else ENDED for status in statuses or Status}
    return tuple(sorted(wanted | ({MERGED} if merged else set())))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as it is kept. ``indexed`` is a digest of what the full-text index is made from; ``queues`` are
    (key for readers, shelf, whether that queue only watches); ``facts`` are what it is counted by."""

    case: Case
    doc: str
    indexed: bytes
    columns: tuple[object, ...]
    queues: frozenset[tuple[str, int, int]]
    facts: tuple[Fact, ...]

    @classmethod
    def of(cls, case: Case) -> "CaseRow":
        shelf = MERGED if case.merged_into is not None else OPEN if case.status in OPEN_STATUSES else ENDED
        indexed = _digest(case)
        columns = (
            indexed,
            shelf,
            case.status,
            case.queue,
            case.type,
            case.language,
            URGENCY_RANKS[case.urgency],
            case.complainants,
            microseconds(case.received_at),
            microseconds(case.changed_at),
            NEVER if case.due_at is None else microseconds(case.due_at),
            NEVER if case.deadline_at is None else microseconds(case.deadline_at),
            case.promise,
            case.assignee,
            case.place,
        )
        keys = frozenset((key, shelf, int(watches)) for key, watches in keys_of(case).items())
        lead = next(key for key, _, watches in keys if not watches)
        by_name = dict(zip(CASE_COLUMNS, columns, strict=True))
        facts = facts_of(lead, shelf, case.status, [by_name[name] for name in FACTS])
        return cls(case, case.model_dump_json(), indexed, columns, keys, facts)


def _digest(case: Case) -> bytes:
    parts = [str(SKELETON_VERSION), case.docket or "", case.place or ""]
    for post in case.posts:
        parts += (post.key, post.author.handle or "", post.text)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).digest()
