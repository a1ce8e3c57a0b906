"""Puts what one office holds into the stores of another, a page at a time: for moving, and for bringing a backup back.
Every write is idempotent, so that a copy which was cut off is begun again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from queues.state import StateRecord, StateStore
from queues.store import CaseStore
from schemas.case import Case, Complainant, MentionRecord
from streams import checkpoints
from streams.log import Event, StoredEvent

__all__ = [
    "RECORDS_PAGE",
    "ChangedMeanwhileError",
    "again",
    "count",
    "pages",
    "put_cases",
    "put_claims",
    "put_complainants",
    "put_mentions",
    "put_record",
    "put_records",
]

_PAGE = 500
RECORDS_PAGE = 50
"""Records of state at a time: some hold a photograph, of up to half a megabyte."""
T = TypeVar("T")


class ChangedMeanwhileError(Exception):
    """Somebody else writes cases into the target."""


def count(items: Iterable[object]) -> int:
    return sum(1 for _ in items)


def pages(items: Iterable[T], size: int = _PAGE) -> Iterator[list[T]]:
    rest = iter(items)
    while page := [*islice(rest, size)]:
        yield page


def put_claims(claims: Iterable[tuple[str, str]], target: CaseStore) -> int:
    """Each ``put_…`` returns how many items there were."""
    put = 0
    for page in pages(claims):
        target.claim_keys(dict(page))
        put += len(page)
    return put


def put_mentions(records: Iterable[MentionRecord], target: CaseStore) -> int:
    put = 0
    for page in pages(records):
        standing = target.create_mentions(page)
        target.erase_mentions([*_erased_since(page, standing)])
        put += len(page)
    return put


def _erased_since(here: Sequence[MentionRecord], there: Sequence[MentionRecord]) -> Iterator[str]:
    """What was erased here after an earlier try had carried it over."""
    for record, standing in zip(here, there, strict=True):
        if record.mention is None and standing.mention is not None:
            yield record.key


def put_complainants(complainants: Iterable[Complainant], target: CaseStore) -> int:
    put = 0
    for page in pages(complainants):
        target.create_complainants(page)
        put += len(page)
    return put


def put_cases(cases: Iterable[Case], target: CaseStore) -> int:
    """Raises ChangedMeanwhileError."""
    put = 0
    for page in pages(cases):
        standing = target.cases([case.id for case in page])
        changes: list[tuple[Case, str | None]] = []
        for case in page:
            there = standing.get(case.id)
            if there is None or there.case != case:
                changes.append((case, there.version if there else None))
        if not all(target.write_cases(changes)):
            raise ChangedMeanwhileError("cases of the target change")
        put += len(page)
    return put


def put_records(records: Iterable[StateRecord], target: StateStore) -> int:
    """Records of one kind."""
    put = 0
    for page in pages(records, RECORDS_PAGE):
        standing = target.get_many(page[0].kind, [record.id for record in page])
        for record in page:
            put_record(target, standing.get(record.id), _carried(record))
        put += len(page)
    return put


def _carried(record: StateRecord) -> StateRecord:
    """What the watch has seen lies at other offsets there: all that its new log holds is new to it."""
    return replace(record, value={**record.value, "offset": 0}) if record.kind == checkpoints.KIND else record


def put_record(target: StateStore, standing: StateRecord | None, record: StateRecord) -> None:
    if standing is None:
        target.create(record.kind, record.id, record.value, state=record.state)
    elif (standing.value, standing.state) != (record.value, record.state):
        target.replace(standing, record.value, state=record.state)


def again(stored: StoredEvent) -> Event:
    """A stored event, to be written once more."""
    return Event(stored.position.topic, stored.key or b"", stored.value or b"", stored.headers)
