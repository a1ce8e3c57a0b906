"""History that cannot be edited unnoticed: each entry is bound to the one before it, and all cases to a daily anchor.

An entry's ``hash`` is SHA-256 over the hash before it and over when, who and what; of the words (``detail``) it covers
only ``mark``, their HMAC under ``salt``. Words and salt can be destroyed together, and the chain still holds; without
the salt nobody can try words against the mark. The first hash follows from the case's id, so that no history fits
another case. Posts are in it by id only.

An anchor is the sum of one number for each case (SHAKE-256 of its id and the last hash at that moment, modulo 2^2048:
AdHash, Bellare and Micciancio 1997), hashed and signed: the order of cases does not matter, and memory is constant.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256, shake_256
from itertools import chain

from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort
from schemas.case import Case, HistoryEntry
from schemas.gone_case import LastHash

__all__ = ["all_cases", "destroyed", "faults", "root_of", "sealed", "write_cases"]

_MODULUS = 1 << 2048


def write_cases(store: CaseStore, changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
    """``CaseStore.write_cases`` with what is new in each history sealed: the one way in which cases are written."""
    return store.write_cases([(sealed(case), version) for case, version in changes])


def sealed(case: Case, new_salt: Callable[[], str] = lambda: secrets.token_hex(16)) -> Case:
    """The case with the entries at the end of its history that have no hash yet bound to those before them."""
    kept = next((n for n in range(len(case.history), 0, -1) if case.history[n - 1].hash), 0)
    if kept == len(case.history) or (kept == 0 and not case.history):
        return case
    entries = list(case.history[:kept])
    before = entries[-1].hash if entries else _beginning(case.id)
    for entry in case.history[kept:]:
        salt = new_salt()
        mark = _mark(salt, entry.detail)
        hash = _hash(entry, before, mark)
        entries.append(entry.model_copy(update={"before": before, "salt": salt, "mark": mark, "hash": hash}))
        before = hash
    return case.model_copy(update={"history": tuple(entries)})


def destroyed(entry: HistoryEntry) -> HistoryEntry:
    """The entry without its words, for good; the chain still holds."""
    return entry.model_copy(update={"detail": "", "salt": ""})


def faults(case: Case) -> Iterator[str]:
    """What is wrong with a case's history, in words; nothing when it is as it was written.

    Entries stored before there was a chain have no hash and are not covered; one after a hash is a fault.
    """
    before: str | None = None
    for number, entry in enumerate(case.history):
        where = f"case {case.id}, entry {number} ({entry.act} at {entry.at.isoformat()})"
        if not entry.hash:
            if before is not None:
                yield f"{where}: it was put in without a hash"
            continue
        if before is not None and entry.before != before:
            yield f"{where}: what stood before it was removed or changed"
        elif entry.hash != _hash(entry, entry.before, entry.mark):
            yield f"{where}: when, who or what was changed"
        elif entry.salt and _mark(entry.salt, entry.detail) != entry.mark:
            yield f"{where}: its words were changed"
        elif not entry.salt and entry.detail:
            yield f"{where}: words were put in after the real ones had been destroyed"
        before = entry.hash


def root_of(cases: Iterable[Case], gone: Iterable[LastHash], until: datetime) -> tuple[int, str]:
    """(cases with a history by then, the hash over all of them as they stood at ``until``). ``gone`` are where the
    histories of cases ended that are there no more: they count as if they were."""
    standing = ((case.id, _last_hash(case, until)) for case in cases)
    ended = ((last.id, last.hash) for last in gone if last.at <= until)
    count, total = 0, 0
    for id, hash in chain(standing, ended):
        if hash is not None:
            number = shake_256(f"{id} {hash}".encode()).digest(_MODULUS.bit_length() // 8)
            count, total = count + 1, (total + int.from_bytes(number, "big")) % _MODULUS
    return count, sha256(total.to_bytes(256, "big")).hexdigest()


def _last_hash(case: Case, until: datetime) -> str | None:
    return next((entry.hash for entry in reversed(case.history) if entry.hash and entry.at <= until), None)


def all_cases(store: CaseStore) -> Iterator[Case]:
    """Every case, merged ones too, a page at a time: for looking at all of them now and then, in the background."""
    query = CaseQuery(merged=True, sort=Sort.OLDEST, limit=MAX_PAGE)
    while True:
        page = store.search(query, EVERYTHING)
        yield from (found.case for found in page.cases)
        if page.cursor is None:
            return
        query = CaseQuery(merged=True, sort=Sort.OLDEST, limit=MAX_PAGE, cursor=page.cursor)


def _beginning(id: str) -> str:
    return sha256(f"sunwai history of {id}".encode()).hexdigest()


def _mark(salt: str, words: str) -> str:
    return hmac.new(salt.encode(), words.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _hash(entry: HistoryEntry, before: str, mark: str) -> str:
    said = [before, entry.at.isoformat(), entry.by, entry.act, mark]
    return sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()
