"""Versioned writes of cases: document, columns, side rows and index change together."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from queues.sqlite.database import Database, at_most, json_list
from queues.sqlite.index import put
from queues.sqlite.rows import CaseRow, index_body
from schemas.case import Case

__all__ = ["write_cases", "write_standing"]

_COLUMNS = tuple(CaseRow.COLUMNS.split(", "))
_INSERT = f"INSERT INTO cases (n, version, words, {CaseRow.COLUMNS}) VALUES (?, 1, ?{', ?' * len(_COLUMNS)})"  # noqa: S608
_UPDATE = (
    f"UPDATE cases SET version = version + 1, words = ?, {', '.join(f'{name} = ?' for name in _COLUMNS)} "  # noqa: S608
    "WHERE n = ?"
)


@dataclass(frozen=True, slots=True)
class _Standing:
    n: int
    version: int
    words: bytes


@dataclass(frozen=True, slots=True)
class _Write:
    row: CaseRow
    n: int
    before: _Standing | None


def write_cases(database: Database, changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
    """See CaseStore.write_cases. One transaction; a case that is given twice is stale the second time."""
    at_most(len(changes), "cases")
    rows = [CaseRow.of(case) for case, _ in changes]
    if not rows:
        return []
    with database.write() as connection:
        standing = _standing(connection, [row.case.id for row in rows])
        (last,) = connection.execute("SELECT coalesce(max(n), 0) FROM cases").fetchone()
        writes: dict[str, _Write] = {}
        written = []
        for row, (_, version) in zip(rows, changes, strict=True):
            before = standing.get(row.case.id)
            fits = row.case.id not in writes and version == (None if before is None else str(before.version))
            written.append(fits)
            if fits:
                last += before is None
                writes[row.case.id] = _Write(row, before.n if before else last, before)
        _apply(connection, [*writes.values()])
    return written


def write_standing(connection: sqlite3.Connection, cases: Iterable[Case]) -> None:
    """Writes over cases that were read in the same write transaction."""
    rows = [CaseRow.of(case) for case in cases]
    standing = _standing(connection, [row.case.id for row in rows])
    _apply(connection, [_Write(row, standing[row.case.id].n, standing[row.case.id]) for row in rows])


def _standing(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, _Standing]:
    found = connection.execute(
        "SELECT id, n, version, words FROM cases WHERE id IN (SELECT value FROM json_each(?))", (json_list(ids),)
    )
    return {id: _Standing(n, version, words) for id, n, version, words in found}


def _apply(connection: sqlite3.Connection, writes: Sequence[_Write]) -> None:
    new = [write for write in writes if write.before is None]
    old = [write for write in writes if write.before is not None]
    connection.executemany(_INSERT, [(write.n, write.row.words, *write.row.columns) for write in new])
    connection.executemany(_UPDATE, [(write.row.words, *write.row.columns, write.n) for write in old])
    _replace_side_rows(
        connection,
        "case_queues (n, queue, shelf, watching)",
        "queue = ?",
        {write.n: write.row.queues for write in writes},
        _side_rows(connection, "SELECT n, queue, shelf, watching FROM case_queues", old),
    )
    _replace_side_rows(
        connection,
        "case_posts (n, post, handle)",
        "post = ?",
        {write.n: write.row.posts for write in writes},
        _side_rows(connection, "SELECT n, post, handle FROM case_posts", old),
    )
    put(
        connection,
        [
            (write.n, index_body(write.row.case))
            for write in writes
            if write.before is None or write.before.words != write.row.words
        ],
    )


def _side_rows(
    connection: sqlite3.Connection, select: str, writes: Sequence[_Write]
) -> dict[int, set[tuple[object, ...]]]:
    found: dict[int, set[tuple[object, ...]]] = {}
    if writes:
        numbers = json_list(write.n for write in writes)
        where = "WHERE n IN (SELECT value FROM json_each(?))"
        for n, *rest in connection.execute(f"{select} {where}", (numbers,)):
            found.setdefault(n, set()).add(tuple(rest))
    return found


def _replace_side_rows(
    connection: sqlite3.Connection,
    into: str,
    which: str,
    wanted: dict[int, frozenset[tuple[object, ...]]],
    found: dict[int, set[tuple[object, ...]]],
) -> None:
    """Only what differs: most writes change none of them."""
    table = into.partition(" ")[0]
    gone = [(n, row[0]) for n, rows in found.items() for row in rows - wanted[n]]
    added = [(n, *row) for n, rows in wanted.items() for row in rows - found.get(n, set())]
    connection.executemany(f"DELETE FROM {table} WHERE n = ? AND {which}", gone)  # noqa: S608
    places = ", ".join("?" * (into.count(",") + 1))
    connection.executemany(f"INSERT INTO {into} VALUES ({places})", added)  # noqa: S608
