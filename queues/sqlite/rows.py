"""A case as the columns and side rows that queries need."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from schemas.case import OPEN_STATUSES, Case, Status
from schemas.labels import Urgency
from text.skeleton import SKELETON_VERSION

__all__ = ["CASE_COLUMNS", "ENDED", "MERGED", "NEVER", "OPEN", "URGENCY_RANKS", "CaseRow", "microseconds", "shelves"]

OPEN, ENDED, MERGED = 0, 1, 2
"""The shelves of ``cases.shelf``."""

NEVER = 2**62
"""The due moment of a case that has none: after all others."""

URGENCY_RANKS = {Urgency.CRITICAL: 0, Urgency.NORMAL: 1, Urgency.SUGGESTION: 2}

CASE_COLUMNS = (
    *("indexed", "shelf", "status", "queue", "type", "language", "urgency"),
    *("complainants", "received", "due", "assignee", "place", "doc"),
)
"""The columns of ``cases`` that follow from the case itself, in the order of ``CaseRow.columns``."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def shelves(statuses: tuple[Status, ...], *, merged: bool) -> tuple[int, ...]:
    """The shelves on which cases of these statuses (empty: any) stand."""
    wanted = {OPEN if status in OPEN_STATUSES else ENDED for status in statuses or Status}
    return tuple(sorted(wanted | ({MERGED} if merged else set())))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as it is kept. ``indexed`` is a digest of what the full-text index is made from; ``queues`` are
    (queue, shelf, whether it only watches)."""

    case: Case
    indexed: bytes
    columns: tuple[object, ...]
    queues: frozenset[tuple[str, int, int]]

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
            NEVER if case.due_at is None else microseconds(case.due_at),
            case.assignee,
            case.place,
            case.model_dump_json(),
        )
        watching = dict.fromkeys(case.watching, 1) | {case.queue: 0}
        return cls(case, indexed, columns, frozenset((queue, shelf, watches) for queue, watches in watching.items()))


def _digest(case: Case) -> bytes:
    parts = [str(SKELETON_VERSION), case.docket or "", case.place or ""]
    for post in case.posts:
        parts += (post.key, post.author.handle or "", post.text)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).digest()
