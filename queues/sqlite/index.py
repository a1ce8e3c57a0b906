"""The full-text index inside the file: words in, cases out.

Two tables take turns: one answers, the other is built by a reindex while writers write to both.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from queues.sqlite.database import Database
from queues.sqlite.migrations import SEARCH_TABLES, search_table
from queues.sqlite.rows import index_body
from schemas.case import Case
from text.skeleton import skeleton

__all__ = ["active_table", "all_words", "any_word", "merge_segments", "put", "reindex"]

PREFIX_LETTERS = 3
"""From so many letters the last word also finds longer ones: somebody is still typing it."""

_BATCH = 500
"""Cases a transaction of a reindex: others wait for as long as one takes, some tens of milliseconds."""
_MERGE_PAGES = 1000
_MERGE_STEPS = 100_000


def put(connection: sqlite3.Connection, bodies: Iterable[tuple[int, str]]) -> None:
    """Indexes cases, each (n, body), in place of what stood there. Inside a write transaction."""
    rows = [*bodies]
    if not rows:
        return
    active, building = connection.execute("SELECT active, building FROM search_index").fetchone()
    for table in filter(None, (active, building)):
        connection.executemany(f"INSERT OR REPLACE INTO {_known(table)} (rowid, body) VALUES (?, ?)", rows)  # noqa: S608


def active_table(connection: sqlite3.Connection) -> str:
    """The table that answers, in the snapshot of ``connection``."""
    (active,) = connection.execute("SELECT active FROM search_index").fetchone()
    return _known(active)


def all_words(words: Sequence[str], phrases: Sequence[str]) -> str | None:
    """The FTS5 expression for all of these; None when there is no letter among them.

    Every word is brought to its skeleton and quoted, so nothing that a user types is syntax. A "word" that is
    several to the index (a docket number with dashes) is a phrase. The last of ``words`` is also a prefix.
    """
    terms = [skeleton(word) for word in words]
    quoted = [_quoted(term) for term in terms if term]
    if quoted and len(terms[-1].rpartition(" ")[2]) >= PREFIX_LETTERS:
        quoted[-1] += " *"
    quoted += [_quoted(term) for term in map(skeleton, phrases) if term]
    return " AND ".join(dict.fromkeys(quoted)) or None


def any_word(words: Sequence[str]) -> str | None:
    """The FTS5 expression for at least one of these words or phrases; None when there is no letter among them."""
    return " OR ".join(dict.fromkeys(_quoted(term) for term in map(skeleton, words) if term)) or None


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
                "SELECT n, doc FROM cases WHERE n > ? ORDER BY n LIMIT ?", (position, _BATCH)
            ).fetchall()
            connection.executemany(
                f"INSERT OR REPLACE INTO {table} (rowid, body) VALUES (?, ?)",  # noqa: S608
                [(n, index_body(Case.model_validate_json(doc))) for n, doc in batch],
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


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
