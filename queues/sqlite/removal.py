"""Taking whole cases out of the file: the document with all that it is found by, then what was filed under it."""

from collections.abc import Sequence

from queues.bounds import at_most
from queues.sqlite.conditions import LISTED
from queues.sqlite.database import Database, json_list
from queues.sqlite.index import drop
from queues.sqlite.kept_counts import change_counts, standing_facts
from queues.sqlite.numbers import known_numbers

__all__ = ["remove_cases", "remove_filed"]

_BATCH = 2000
"""Records a transaction: a campaign may have a hundred thousand, and writers wait for as long as one takes."""


def remove_cases(database: Database, removals: Sequence[tuple[str, str]]) -> Sequence[bool]:
    """See CaseStore.remove_cases. One transaction. The number of a case stays until what was filed under it is gone."""
    at_most(len(removals), "cases")
    with database.write() as connection:
        number = known_numbers(connection, [id for id, _ in removals])
        found = connection.execute(f"SELECT n, version FROM cases WHERE n IN {LISTED}", (json_list(number.values()),))  # noqa: S608
        standing = {n: str(version) for n, version in found}
        fits = [id in number and standing.get(number[id]) == version for id, version in removals]
        going = [number[id] for (id, _), fit in zip(removals, fits, strict=True) if fit]
        if not going:
            return fits
        change_counts(connection, gone=standing_facts(connection, going), come=())
        for table in ("case_queues", "case_docs", "cases"):
            connection.execute(f"DELETE FROM {table} WHERE n IN {LISTED}", (json_list(going),))  # noqa: S608
        drop(connection, going)
    return fits


def remove_filed(database: Database, cases: Sequence[str], keys: Sequence[str]) -> None:
    """See CaseStore.remove_filed."""
    at_most(len(cases) + len(keys), "cases and mention keys")
    with database.read() as connection:
        numbers = json_list(known_numbers(connection, cases).values())
    for condition, listed in (("case_n", numbers), ("key", json_list(keys))):
        while _remove_records(database, f"{condition} IN {LISTED}", listed):
            pass
    with database.write() as connection:
        connection.execute(f"DELETE FROM complainants WHERE case_n IN {LISTED}", (numbers,))  # noqa: S608
        connection.execute(
            f"DELETE FROM case_ids WHERE n IN {LISTED} AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.n = case_ids.n)"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM mentions WHERE case_n = case_ids.n)",
            (numbers,),
        )


def _remove_records(database: Database, condition: str, listed: str) -> bool:
    """At most a batch of them; whether there may be more."""
    with database.write() as connection:
        going = connection.execute(
            f"SELECT n, disposition FROM mentions WHERE {condition} LIMIT {_BATCH}",  # noqa: S608
            (listed,),
        ).fetchall()
        connection.executemany(
            "UPDATE disposition_counts SET mentions = mentions - 1 WHERE disposition = ?",
            [(disposition,) for _, disposition in going],
        )
        connection.execute(f"DELETE FROM mentions WHERE n IN {LISTED}", (json_list(n for n, _ in going),))  # noqa: S608
    return len(going) == _BATCH
