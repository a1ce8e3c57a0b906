"""Cases and mention records as documents: the fields that queries need, beside the whole value."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic_core import to_json

from queues.elastic.operations import Found
from queues.ordering import NEVER, URGENCY_RANKS, microseconds
from queues.search import docket_terms, searchable
from queues.store import Versioned, keys_of
from schemas.case import Case, MentionRecord
from text.skeleton import skeleton

__all__ = ["case_source", "mention_source", "split_version", "versioned"]

_LONGEST_TERM = 8000
"""Characters, of which each takes at most four bytes: Lucene's own bound is 32,766 bytes."""


def case_source(case: Case) -> bytes:
    return to_json(
        {
            "doc": case.model_dump_json(),
            "id": case.id,
            "dockets": docket_terms(case.docket) if case.docket else (),
            "status": case.status,
            "queue": case.queue,
            "seen_by": sorted(keys_of(case)),
            "type": case.type,
            "language": case.language,
            "urgency": URGENCY_RANKS[case.urgency],
            "place": case.place,
            "assignee": case.assignee,
            "handles": [*_terms(post.author.handle for post in case.posts)],
            "posts": [*_terms(post.key for post in case.posts)],
            "merged": case.merged_into is not None,
            "complainants": case.complainants,
            "due": NEVER if case.due_at is None else microseconds(case.due_at),
            "deadline": NEVER if case.deadline_at is None else microseconds(case.deadline_at),
            "promise": case.promise,
            "received": microseconds(case.received_at),
            "due_at": _moment(case.due_at),
            "received_at": _moment(case.received_at),
            "changed_at": _moment(case.changed_at),
            "words": [*filter(None, map(skeleton, searchable(case)))],
        }
    )


def mention_source(record: MentionRecord) -> bytes:
    moment = record.recorded_at if record.mention is None else record.mention.created_at
    return to_json(
        {
            "doc": record.model_dump_json(),
            "key": record.key,
            "author": record.author_key,
            "disposition": record.disposition,
            "case": record.case_id,
            "created": microseconds(moment),
            "created_at": _moment(moment),
        }
    )


def versioned(found: Found) -> Versioned:
    """A case with its version: generation of the index, sequence number, primary term."""
    generation = found.index.rpartition("-")[2]
    number, term = found.version
    return Versioned(Case.model_validate_json(found.source["doc"]), f"{generation}.{number}.{term}")


def split_version(version: str) -> tuple[int, tuple[int, int]] | None:
    """(generation, (sequence number, primary term)); None for what ``versioned`` did not make."""
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and part.isascii() for part in parts):
        return None
    generation, number, term = map(int, parts)
    return generation, (number, term)


def _terms(values: Iterable[str | None]) -> Iterator[str]:
    for value in dict.fromkeys(values):
        if value and len(value) <= _LONGEST_TERM:
            yield value


def _moment(moment: datetime | None) -> str | None:
    """To the millisecond, which is what a field of type date keeps."""
    return None if moment is None else moment.isoformat(timespec="milliseconds")
