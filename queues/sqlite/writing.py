"""Versioned writes of cases: document, columns, queues and index change together."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from queues.bounds import at_most
from queues.sqlite.database import Database, json_list
from queues.sqlite.index import put, words_of
from queues.sqlite.kept_counts import change_counts, standing_facts
from queues.sqlite.numbers import numbers
from queues.sqlite.rows import CASE_COLUMNS, CaseRow
from schemas.case import Case

__all__ = ["write_cases", "write_standing"]

_INSERT = (
    f"INSERT INTO cases (n, version, {', '.join(CASE_COLUMNS)}) "  # noqa: S608
    f"VALUES (?, 1{', ?' * len(CASE_COLUMNS)})"
)
_UPDATE = f"UPDATE cases SET version = version + 1, {', '.join(f'{name} = ?' for name in CASE_COLUMNS)} WHERE n = ?"  # noqa: S608

_PUT_DOCUMENT = "INSERT INTO case_docs (n, doc) VALUES (?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc"


@dataclass(frozen=True, slots=True)
class _Standing:
    version: str
    indexed: bytes


@dataclass(frozen=True, slots=True)
class _Write:
    row: CaseRow
    n: int
    before: _Standing | None
    words: tuple[str, str] | None = None
    """What it is indexed under, where that is known already."""

    @property
    def reindexed(self) -> bool:
        return self.before is None or self.before.indexed != self.row.indexed


def write_cases(database: Database, changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
    """See CaseStore.write_cases. One transaction; a case that is given twice is stale the second time."""
    at_most(len(changes), "cases")
    rows = [CaseRow.of(case) for case, _ in changes]
    if not rows:
        return []
    # Writers take turns: what takes long and does not need the turn is done before it.
    words = [words_of(case) if version is None else None for case, version in changes]
    with database.write() as connection:
        number = numbers(connection, (row.case.id for row in rows))
        standing = _standing(connection, number.values())
        writes: dict[int, _Write] = {}
        written = []
        for row, own, (_, version) in zip(rows, words, changes, strict=True):
            n = number[row.case.id]
            before = standing.get(n)
            fits = n not in writes and version == (before.version if before else None)
            written.append(fits)
            if fits:
                writes[n] = _Write(row, n, before, own)
        _apply(connection, [*writes.values()])
    return written


def write_standing(connection: sqlite3.Connection, cases: Iterable[Case]) -> None:
    """Writes over cases that were read in the same write transaction."""
    rows = [CaseRow.of(case) for case in cases]
    number = numbers(connection, (row.case.id for row in rows))
    standing = _standing(connection, number.values())
    _apply(connection, [_Write(row, number[row.case.id], standing[number[row.case.id]]) for row in rows])


def _standing(connection: sqlite3.Connection, wanted: Iterable[int]) -> dict[int, _Standing]:
    found = connection.execute(
        "SELECT n, version, indexed FROM cases WHERE n IN (SELECT value FROM json_each(?))", (json_list(wanted),)
    )
    return {n: _Standing(str(version), indexed) for n, version, indexed in found}


def _apply(connection: sqlite3.Connection, writes: Sequence[_Write]) -> None:
    new = [write for write in writes if write.before is None]
    old = [write for write in writes if write.before is not None]
    gone = standing_facts(connection, [write.n for write in old])
    connection.executemany(_INSERT, [(write.n, *write.row.columns) for write in new])
    connection.executemany(_UPDATE, [(*write.row.columns, write.n) for write in old])
    connection.executemany(_PUT_DOCUMENT, [(write.n, write.row.doc) for write in writes])
    change_counts(connection, gone=gone, come=[fact for write in writes for fact in write.row.facts])
    _write_queues(connection, writes)
    put(connection, [(write.n, *(write.words or words_of(write.row.case))) for write in writes if write.reindexed])


def _write_queues(connection: sqlite3.Connection, writes: Sequence[_Write]) -> None:
    """Only what differs: most writes move no case."""
    found: dict[int, set[tuple[str, int, int]]] = {}
    listed = json_list(write.n for write in writes if write.before is not None)
    for n, queue, shelf, watching in connection.execute(
        "SELECT n, queue, shelf, watching FROM case_queues WHERE n IN (SELECT value FROM json_each(?))", (listed,)
    ):
        found.setdefault(n, set()).add((queue, shelf, watching))
    wanted = {write.n: write.row.queues for write in writes}
    gone = [(n, queue) for n, rows in found.items() for queue, _, _ in rows - wanted[n]]
    added = [(n, *row) for n, rows in wanted.items() for row in rows - found.get(n, set())]
    connection.executemany("DELETE FROM case_queues WHERE n = ? AND queue = ?", gone)
    connection.executemany("INSERT INTO case_queues (n, queue, shelf, watching) VALUES (?, ?, ?, ?)", added)
