"""Cases that have been kept as long as the directory says go whole, with those merged into them: document, history,
index, records, complainants and join keys. One line is left of each (schemas/gone_case.py).

The line comes first. Then the case itself goes, if it still is what was read; then what was filed under it; at last, in
one pass over all of them, the join keys that led to it. The line's state says how far that is, so that a run that was
killed is gone on with by the next. What comes after all this is a new case.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from queues.attachments import remove_attachments
from queues.claim_holds import HELD_POST_KIND
from queues.corrections import withdraw_corrections
from queues.naming import case_id
from queues.private import remove_private
from queues.state import StateRecord, StateStore, every_record
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort, Versioned
from schemas.case import Case, Status
from schemas.directory import Directory
from schemas.gone_case import GoneCase, LastHash

__all__ = ["GONE_CASE_KIND", "OverCase", "cases_over", "finish_removal", "last_hashes", "remove_case"]

GONE_CASE_KIND = "gone-case"
_PENDING = "pending"
"""The case may be there still."""
_FILED = "filed"
"""What was filed under it may be there still."""
_KEYS = "keys"
"""Join keys may lead to it still."""
_ENDS = (Status.CLOSED, Status.DISMISSED)


@dataclass(frozen=True, slots=True)
class OverCase:
    """A case whose time has been over since ``since``; ``merged`` are the cases that go with it."""

    case: Case
    version: str
    merged: tuple[Case, ...]
    since: datetime


def cases_over(store: CaseStore, state: StateStore, directory: Directory, now: datetime) -> Iterator[OverCase]:
    """Every case whose time is over, the oldest first. One that is under a hold, or has a post in a bundle of evidence
    that is, stays, and so does one from which posts were taken into cases that are still there.

    Reads every case that has ended and is old enough for some rule. May raise StoreDownError.
    """
    rules = (directory.retention.case, *(rule.case for rule in directory.retention.queues))
    shortest = min((days for days in rules if days is not None), default=None)
    if shortest is None:
        return
    held = _with_held_posts(store, state)
    before = now - timedelta(days=shortest)
    query = CaseQuery(statuses=_ENDS, received_before=before, sort=Sort.OLDEST, limit=MAX_PAGE)
    while True:
        page = store.search(query, EVERYTHING)
        for found in page.cases:
            over = _over(store, directory, found, now)
            if over is not None and held.isdisjoint(each.id for each in (over.case, *over.merged)):
                yield over
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)


def remove_case(store: CaseStore, state: StateStore, over: OverCase, now: datetime) -> bool:
    """Whether it is gone, but for its join keys (``finish_removal``); False when somebody has done something with it
    meanwhile. May raise StoreDownError."""
    line = _put_line(state, _line(over, now))
    if not all(store.remove_cases([(over.case.id, over.version)])):
        state.delete(line)
        return False
    _remove_filed(store, state, state.replace(line, line.value, state=_FILED))
    return True


def finish_removal(store: CaseStore, state: StateStore) -> None:
    """Does what is left to do of removals: one pass over all join keys, where there were any. May raise StoreDownError,
    StaleError when another run does the same."""
    for record in [*every_record(state, GONE_CASE_KIND, state=_PENDING)]:
        if _is_there(store, record):  # killed before it was removed: the next look finds it
            state.delete(record)
        else:
            _remove_filed(store, state, state.replace(record, record.value, state=_FILED))
    for record in [*every_record(state, GONE_CASE_KIND, state=_FILED)]:
        if _is_there(store, record):  # a late post has opened it anew: nobody tells whose the records are
            state.replace(record, record.value, state=_KEYS)
        else:
            _remove_filed(store, state, record)
    left = [*every_record(state, GONE_CASE_KIND, state=_KEYS)]
    if not left:
        return
    _release_keys(store, frozenset(id for record in left for id in _gone(record).cases))
    for record in left:
        done = _gone(record).model_copy(update={"cases": (), "held": ()})
        state.replace(record, done.model_dump(mode="json"), state="")


def last_hashes(store: CaseStore, state: StateStore) -> Iterator[LastHash]:
    """Where the histories of cases that are gone ended. May raise StoreDownError."""
    for record in every_record(state, GONE_CASE_KIND):
        if record.state != _PENDING or not _is_there(store, record):
            yield from _gone(record).histories


def _with_held_posts(store: CaseStore, state: StateStore) -> frozenset[str]:
    """The cases under which posts of a bundle of evidence were filed that is under a hold."""
    keys = (record.id for record in every_record(state, HELD_POST_KIND))
    found: set[str] = set()
    while page := [*islice(keys, MAX_PAGE)]:
        found |= {record.case_id for record in store.mentions(page).values() if record.case_id is not None}
        found |= {case_id(key) for key in page}  # one that was taken out of the case that its record names
    return frozenset(found)


def _over(store: CaseStore, directory: Directory, found: Versioned, now: datetime) -> OverCase | None:
    case = found.case
    days = directory.retention.case_days(case.queue)
    since = None if days is None else case.changed_at + timedelta(days=days)
    if since is None or since > now:
        return None
    merged = tuple(each.case for each in store.cases(case.merged).values()) if case.merged else ()
    if any(each.hold is not None for each in (case, *merged)):
        return None
    own = {case.id, *case.merged}
    parted = [id for key in case.split_off if key not in case.held and (id := case_id(key)) not in own]
    if parted and store.cases(parted):
        return None
    return OverCase(case, found.version, merged, since)


def _line(over: OverCase, now: datetime) -> GoneCase:
    case = over.case
    ends = ((each.id, each.history[-1]) for each in (case, *over.merged) if each.history)
    return GoneCase(
        id=case.id,
        docket=case.docket,
        queue=case.queue,
        type=case.type,
        received_at=case.received_at,
        ended_at=case.changed_at,
        gone_at=now,
        histories=tuple(LastHash(id=id, at=entry.at, hash=entry.hash) for id, entry in ends if entry.hash),
        cases=(case.id, *case.merged),
        held=case.held,
    )


def _put_line(state: StateStore, line: GoneCase) -> StateRecord:
    """A case that was gone once and has come again is said once."""
    value = line.model_dump(mode="json")
    known = state.get(GONE_CASE_KIND, line.id)
    if known is None:
        return state.create(GONE_CASE_KIND, line.id, value, state=_PENDING)
    return state.replace(known, value, state=_PENDING)


def _remove_filed(store: CaseStore, state: StateStore, record: StateRecord) -> None:
    line = _gone(record)
    merged = store.cases(line.cases[1:])
    store.remove_cases([(id, found.version) for id, found in merged.items()])
    for id in line.cases:
        remove_attachments(state, id)
        remove_private(state, id)
        withdraw_corrections(state, id)
    store.remove_filed(line.cases, line.held)
    state.replace(record, record.value, state=_KEYS)


def _release_keys(store: CaseStore, gone: Collection[str]) -> None:
    """A case of that name that is there has come since, and keeps its keys."""
    keys = ((key, case) for key, case in store.every_claim() if case in gone)
    while page := dict(islice(keys, MAX_PAGE)):
        there = store.cases([*set(page.values())])
        store.release_keys([key for key, case in page.items() if case not in there])


def _is_there(store: CaseStore, record: StateRecord) -> bool:
    return record.id in store.cases([record.id])


def _gone(record: StateRecord) -> GoneCase:
    return GoneCase.model_validate(record.value)
