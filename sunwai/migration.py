"""Moves an office from one pair of log and store to another: cases, state, and what its workers have not read yet.

Nothing is taken away where it was, so the way back is to go on there. Every write is idempotent, and a move that was
cut off is simply begun again; unread events may then come twice, and filing one again changes nothing. Memory does
not grow with the office.

Events that every group has read stay behind: the groups of the new log begin at its beginning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from queues.state import StateRecord, StateStore, every_record
from queues.store import CaseStore
from streams import dead_letter_list
from streams.groups import GROUPS
from streams.log import Event, EventLog, PartitionLag
from streams.sources.publish import batches
from sunwai.copying import (
    RECORDS_PAGE,
    ChangedMeanwhileError,
    again,
    count,
    put_cases,
    put_claims,
    put_complainants,
    put_mentions,
    put_record,
    put_records,
)

__all__ = ["MARK", "MigrationError", "Moved", "Place", "move"]

MARK = "migration"
"""The kind of the one record by which a target knows that it is being filled."""
_MOVING = "moving"
_DONE = "done"


class MigrationError(Exception):
    """The move cannot be made, or did not come out even; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a move. ``office`` is the same at both ends exactly when they have the same office key."""

    office: str
    log: EventLog
    store: CaseStore
    state: StateStore


@dataclass(frozen=True, slots=True)
class Moved:
    """So many of something were here, and as many are there."""

    what: str
    count: int


def move(source: Place, target: Place) -> Iterator[Moved]:
    """Moves everything; yields each part once it is there and was counted at both ends.

    Raises MigrationError when a worker runs at either end, when the ends have different office keys, when the target
    holds an office of its own, and when a count differs; StoreDownError and LogDownError.
    """
    target.log.prepare()
    mark = _begin(source, target)
    store = target.store
    here = source.store
    yield _even("join keys", put_claims(here.every_claim(), store), count(store.every_claim()))
    yield _even("mentions", put_mentions(here.every_mention(), store), count(store.every_mention()))
    yield _even("complainants", put_complainants(here.every_complainant(), store), count(store.every_complainant()))
    yield _even("cases", _put_cases(here, store), count(store.every_case()))
    for kind in source.state.kinds():
        if kind not in (MARK, dead_letter_list.KIND):
            moved = put_records(every_record(source.state, kind, page=RECORDS_PAGE), target.state)
            yield _even(f"state: {kind}", moved, target.state.count(kind))
    letters = _move_dead_letters(source, target)
    yield _even("dead letters", letters, target.state.count(dead_letter_list.KIND))
    yield from _move_unread(source.log, target.log)
    target.state.replace(mark, mark.value, state=_DONE)


def _begin(source: Place, target: Place) -> StateRecord:
    if source.office != target.office:
        raise MigrationError(
            "the target has another office key, so sealed originals could not be opened there: "
            "copy the file of the office key and name the copy with SUNWAI_KEY_FILE in the target's settings"
        )
    for place, name in ((source, "this office"), (target, "the target")):
        if groups := place.log.live_groups():
            raise MigrationError(f"a worker of {name} runs ({', '.join(groups)}): stop it, and its sources and desk")
    mark = target.state.get(MARK, "in")
    if mark is not None and mark.state == _MOVING:
        return mark
    if target.state.kinds() or any(target.store.dispositions().values()):
        raise MigrationError("the target holds an office already: name an empty one")
    return target.state.create(MARK, "in", {}, state=_MOVING)


def _even(what: str, here: int, there: int) -> Moved:
    if here != there:
        raise MigrationError(
            f"{what}: {here} here, but {there} there; something was written meanwhile: "
            "stop desk, sources and workers at both ends and move again"
        )
    return Moved(what, here)


def _put_cases(source: CaseStore, target: CaseStore) -> int:
    try:
        return put_cases(source.every_case(), target)
    except ChangedMeanwhileError as error:
        raise MigrationError("the target's cases change meanwhile: stop its desk and workers and move again") from error


def _move_dead_letters(source: Place, target: Place) -> int:
    """Each with its bytes, as far as they are there, and with the place where these lie now."""
    moved = 0
    for letter in every_record(source.state, dead_letter_list.KIND):
        standing = target.state.get(letter.kind, letter.id)
        if standing is None or standing.state != letter.state:
            value = {**letter.value, "lies_at": _carry_bytes(letter, source.log, target.log)}
            put_record(target.state, standing, replace(letter, value=value))
        moved += 1
    return moved


def _carry_bytes(letter: StateRecord, source: EventLog, target: EventLog) -> int:
    """The offset of the bytes in the target; those of a letter that was replayed are not needed again."""
    stored = dead_letter_list.read_letter(source, letter.value) if letter.state == dead_letter_list.OPEN else None
    return target.append([again(stored)])[0].offset if stored else dead_letter_list.NOWHERE


def _move_unread(source: EventLog, target: EventLog) -> Iterator[Moved]:
    lags = source.lags()
    for topic in dict.fromkeys(topic for topics in GROUPS.values() for topic in topics):
        readers = [group for group, topics in GROUPS.items() if topic in topics]
        starts = _starts([lag for lag in lags if lag.topic == topic.name], readers, source.partitions(topic.name))
        unread = _read_on(source, topic.name, starts)
        yield Moved(f"unread {topic.name}", sum(len(target.append(batch)) for batch in batches(unread)))


def _starts(lags: Sequence[PartitionLag], readers: Sequence[str], partitions: int) -> list[int]:
    """For each partition the first offset that some reader has not read: 0 when one has never begun."""
    committed = {(lag.group, lag.partition): lag.committed for lag in lags}
    return [min(committed.get((group, partition), 0) for group in readers) for partition in range(partitions)]


def _read_on(log: EventLog, topic: str, starts: Sequence[int]) -> Iterator[Event]:
    for partition, start in enumerate(starts):
        offset = start
        while page := log.read(topic, partition, offset):
            yield from (again(stored) for stored in page if stored.value is not None)
            offset = page[-1].position.offset + 1
