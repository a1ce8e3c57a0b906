"""The number of a case: what its id, a hash, stands for inside the file."""

import sqlite3
from collections.abc import Iterable

from queues.sqlite.database import json_list

__all__ = ["known_numbers", "numbers"]


def numbers(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The number of each case, given out now where there is none yet. Inside a write transaction."""
    wanted = [*dict.fromkeys(ids)]
    found = known_numbers(connection, wanted)
    connection.executemany("INSERT INTO case_ids (id) VALUES (?)", [(id,) for id in wanted if id not in found])
    if len(found) < len(wanted):
        found |= known_numbers(connection, [id for id in wanted if id not in found])
    return found


def known_numbers(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those cases that have one: something was filed under them, though they may not exist yet."""
    return dict(
        connection.execute("SELECT id, n FROM case_ids WHERE id IN (SELECT value FROM json_each(?))", (json_list(ids),))
    )
