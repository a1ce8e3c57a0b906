"""A case as the columns and side rows that queries need."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from queues.search import docket_key, searchable
from schemas.case import OPEN_STATUSES, Case, Status
from schemas.labels import Urgency
from text.skeleton import SKELETON_VERSION, skeleton

__all__ = ["ENDED", "MERGED", "NEVER", "OPEN", "URGENCY_RANKS", "CaseRow", "index_body", "microseconds", "shelves"]

OPEN, ENDED, MERGED = 0, 1, 2
"""The shelves of ``cases.shelf``."""

NEVER = 2**62
"""The due moment of a case that has none: after all others."""

URGENCY_RANKS = {Urgency.CRITICAL: 0, Urgency.NORMAL: 1, Urgency.SUGGESTION: 2}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BETWEEN_PARTS = " \ue000 "
"""A private-use sign: a word to the index, and in no skeleton."""


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def shelves(statuses: tuple[Status, ...], *, merged: bool) -> tuple[int, ...]:
    """The shelves on which cases of these statuses (empty: any) stand."""
    wanted = {OPEN if status in OPEN_STATUSES else ENDED for status in statuses or Status}
    return tuple(sorted(wanted | ({MERGED} if merged else set())))


def index_body(case: Case) -> str:
    """What the full-text index holds of a case: skeletons, part by part."""
    return _BETWEEN_PARTS.join(filter(None, map(skeleton, searchable(case))))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as it is kept. ``words`` is a digest of what ``index_body`` is made from."""

    case: Case
    columns: tuple[object, ...]
    queues: frozenset[tuple[str, int, int]]
    posts: frozenset[tuple[str, str | None]]
    words: bytes

    COLUMNS = (
        "id, shelf, status, queue, type, language, urgency, complainants, received, due, docket, assignee, place, doc"
    )

    @classmethod
    def of(cls, case: Case) -> "CaseRow":
        shelf = MERGED if case.merged_into is not None else OPEN if case.status in OPEN_STATUSES else ENDED
        columns = (
            case.id,
            shelf,
            case.status,
            case.queue,
            case.type,
            case.language,
            URGENCY_RANKS[case.urgency],
            case.complainants,
            microseconds(case.received_at),
            NEVER if case.due_at is None else microseconds(case.due_at),
            None if case.docket is None else docket_key(case.docket),
            case.assignee,
            case.place,
            case.model_dump_json(),
        )
        watching = dict.fromkeys(case.watching, 1) | {case.queue: 0}
        return cls(
            case=case,
            columns=columns,
            queues=frozenset((queue, shelf, watches) for queue, watches in watching.items()),
            posts=frozenset({post.key: post.author.handle for post in case.posts}.items()),
            words=_digest(case),
        )


def _digest(case: Case) -> bytes:
    parts = [str(SKELETON_VERSION), *searchable(case)]
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).digest()
