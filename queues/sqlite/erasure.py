"""Taking the text of posts out of the file, for good."""

from collections.abc import Sequence

from queues.bounds import at_most
from queues.forgetting import without_posts, without_text
from queues.sqlite.database import Database, json_list
from queues.sqlite.index import active_table, merge_segments
from queues.sqlite.terms import any_of, post_match
from queues.sqlite.writing import write_standing
from schemas.case import Case, MentionRecord

__all__ = ["compact", "erase_mentions"]

_BATCH = 200
_PAGES = 500
_LISTED = "(SELECT value FROM json_each(?))"


def erase_mentions(database: Database, keys: Sequence[str]) -> None:
    """See CaseStore.erase_mentions. In batches, so that writers wait briefly; doing it again changes nothing."""
    at_most(len(keys), "mention keys")
    for start in range(0, len(keys), _BATCH):
        _erase(database, frozenset(keys[start : start + _BATCH]))


def compact(database: Database) -> bool:
    """See CaseStore.compact.

    SQLite overwrites what it frees (secure_delete); what is left are words in the segments of the full-text index
    and pages in the log of writes.
    """
    with database.read() as connection:
        erasures, compacted = connection.execute("SELECT erasures, compacted FROM search_index").fetchone()
    if erasures != compacted:
        merge_segments(database)
        with database.write() as connection:
            connection.execute("UPDATE search_index SET compacted = max(compacted, ?)", (erasures,))
    while database.give_free_pages_back(_PAGES):
        pass
    return database.checkpoint()


def _erase(database: Database, keys: frozenset[str]) -> None:
    listed = json_list(sorted(keys))
    with database.write() as connection:
        records = connection.execute(f"SELECT key, doc FROM mentions WHERE key IN {_LISTED}", (listed,)).fetchall()  # noqa: S608
        connection.executemany(
            "UPDATE mentions SET doc = ? WHERE key = ?",
            [(without_text(MentionRecord.model_validate_json(doc)).model_dump_json(), key) for key, doc in records],
        )
        table = active_table(connection)
        cases = connection.execute(
            f"SELECT doc FROM case_docs WHERE n IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)",  # noqa: S608
            (any_of(map(post_match, sorted(keys))),),
        ).fetchall()
        before = [Case.model_validate_json(doc) for (doc,) in cases]
        after = [without_posts(case, keys) for case in before]
        write_standing(connection, [case for case, old in zip(after, before, strict=True) if case != old])
        connection.execute("UPDATE search_index SET erasures = erasures + 1")
