"""The full-text index inside the file: words in, cases out.

Two tables take turns: one answers, the other is built by a reindex while writers write to both.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from queues.sqlite.database import Database
from queues.sqlite.migrations import SEARCH_TABLES, search_table
from queues.sqlite.terms import body, tags
from schemas.case import Case

__all__ = ["active_table", "drop", "merge_segments", "put", "reindex", "words_of"]

_BATCH = 500
"""Cases a transaction of a reindex: others wait for as long as one takes, some tens of milliseconds."""
_MERGE_PAGES = 1000
_MERGE_STEPS = 100_000
_PUT = "INSERT OR REPLACE INTO {} (rowid, body, tags) VALUES (?, ?, ?)"


def words_of(case: Case) -> tuple[str, str]:
    """What a case is indexed under: (body, tags)."""
    return body(case), tags(case)


def put(connection: sqlite3.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Indexes cases, each as (n, body, tags), in place of what stood there. Inside a write transaction."""
    if not rows:
        return
    active, building = connection.execute("SELECT active, building FROM search_index").fetchone()
    for table in filter(None, (active, building)):
        connection.executemany(_PUT.format(_known(table)), rows)


def drop(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Takes cases out of the index; their words leave its segments with the next compaction. Inside a write
    transaction."""
    active, building = connection.execute("SELECT active, building FROM search_index").fetchone()
    for table in filter(None, (active, building)):
        connection.executemany(f"DELETE FROM {_known(table)} WHERE rowid = ?", [(n,) for n in numbers])  # noqa: S608
    connection.execute("UPDATE search_index SET erasures = erasures + 1")


def active_table(connection: sqlite3.Connection) -> str:
    """The table that answers, in the snapshot of ``connection``."""
    (active,) = connection.execute("SELECT active FROM search_index").fetchone()
    return _known(active)


def reindex(database: Database) -> Iterator[tuple[int, int]]:
    """Builds the other table from the cases, batch by batch, then lets it answer. Yields (done, total).

    Killed, it leaves the old table answering; the next one starts afresh. Raises RuntimeError when another reindex
    was started meanwhile.
    """
    run, table = _begin(database)
    position, done = 0, 0
    while True:
        with database.write() as connection:
            _still_ours(connection, run)
            batch = connection.execute(
                "SELECT n, doc FROM case_docs WHERE n > ? ORDER BY n LIMIT ?", (position, _BATCH)
            ).fetchall()
            connection.executemany(
                _PUT.format(table), [(n, *words_of(Case.model_validate_json(doc))) for n, doc in batch]
            )
            (total,) = connection.execute("SELECT count(*) FROM cases").fetchone()
            if not batch:
                _swap(connection, table)
                break
        position, done = batch[-1][0], done + len(batch)
        yield done, max(done, total)
    if not done:
        yield 0, 0


def merge_segments(database: Database) -> None:
    """Rewrites the index as one piece, step by step, so that it keeps no word of a text that was removed."""
    with database.read() as connection:
        active, building = connection.execute("SELECT active, building FROM search_index").fetchone()
    for table in filter(None, (active, building)):
        _merge(database, _known(table))


def _begin(database: Database) -> tuple[int, str]:
    with database.write() as connection:
        (active,) = connection.execute("SELECT active FROM search_index").fetchone()
        (table,) = (name for name in SEARCH_TABLES if name != active)
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(search_table(table))
        connection.execute("UPDATE search_index SET building = ?, run = run + 1", (table,))
        (run,) = connection.execute("SELECT run FROM search_index").fetchone()
    return run, table


def _still_ours(connection: sqlite3.Connection, run: int) -> None:
    (latest,) = connection.execute("SELECT run FROM search_index").fetchone()
    if latest != run:
        raise RuntimeError("another reindex was started; this one stops")


def _swap(connection: sqlite3.Connection, table: str) -> None:
    old = active_table(connection)
    connection.execute("UPDATE search_index SET active = ?, building = NULL", (table,))
    connection.execute(f"DROP TABLE {old}")


def _merge(database: Database, table: str) -> None:
    """FTS5's own way to do ``optimize`` in bounded steps: the first, negative, lines up all segments."""
    for step in range(_MERGE_STEPS):
        with database.write() as connection:
            before = connection.total_changes
            connection.execute(
                f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)",  # noqa: S608
                (_MERGE_PAGES if step else -_MERGE_PAGES,),
            )
            if connection.total_changes - before < 2:  # FTS5's sign that nothing was left to merge
                return


def _known(table: str) -> str:
    if table not in SEARCH_TABLES:
        raise ValueError(f"no such search table: {table!r}")
    return table
