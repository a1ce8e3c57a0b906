"""The filing side of the case store: claims, mention records, complainants and their counts."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from queues.bounds import at_most
from queues.ordering import microseconds
from queues.sqlite.database import Database, json_list
from queues.sqlite.everything import every_claim
from queues.sqlite.numbers import known_numbers, numbers
from schemas.case import Complainant, Disposition, MentionRecord

__all__ = ["FilingTables"]

_IN = "IN (SELECT value FROM json_each(?))"
_IN_SAME = "IN (SELECT value FROM json_each(:cases))"


class FilingTables:
    """Each method is one transaction; see CaseStore (queues/store.py) for what they promise."""

    def __init__(self, database: Database):
        self._database = database

    def claim_keys(self, claims: Mapping[str, str]) -> Mapping[str, str]:
        at_most(len(claims), "join keys")
        if not claims:
            return {}
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO claims (key, case_id) VALUES (?, ?)",
                [(_turned(key), case) for key, case in claims.items()],
            )
            held = _holders(connection, claims)
        return {key: held[key] for key in claims}

    def holders(self, keys: Sequence[str]) -> Mapping[str, str]:
        at_most(len(keys), "join keys")
        with self._database.read() as connection:
            return _holders(connection, keys)

    def release_keys(self, keys: Sequence[str]) -> None:
        at_most(len(keys), "join keys")
        with self._database.write() as connection:
            connection.executemany("DELETE FROM claims WHERE key = ?", [(_turned(key),) for key in keys])

    def create_mentions(self, records: Sequence[MentionRecord]) -> Sequence[MentionRecord]:
        at_most(len(records), "mention records")
        if not records:
            return []
        first: dict[str, MentionRecord] = {}
        for record in records:
            first.setdefault(record.key, record)
        with self._database.write() as connection:
            standing = dict(
                connection.execute(f"SELECT key, doc FROM mentions WHERE key {_IN}", (json_list(first),))  # noqa: S608
            )
            new = [record for key, record in first.items() if key not in standing]
            number = numbers(connection, (record.case_id for record in new if record.case_id is not None))
            connection.executemany(
                "INSERT INTO mentions (key, author, disposition, case_n, created, doc) VALUES (?, ?, ?, ?, ?, ?)",
                [_row(record, number) for record in new],
            )
        found = {key: MentionRecord.model_validate_json(doc) for key, doc in standing.items()}
        return [found.get(record.key) or first[record.key] for record in records]

    def mentions(self, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
        at_most(len(keys), "mention keys")
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT key, doc FROM mentions WHERE key {_IN}",  # noqa: S608
                (json_list(keys),),
            ).fetchall()
        return {key: MentionRecord.model_validate_json(doc) for key, doc in rows}

    def create_complainants(self, complainants: Sequence[Complainant]) -> None:
        at_most(len(complainants), "complainants")
        if not complainants:
            return
        with self._database.write() as connection:
            number = numbers(connection, (complainant.case_id for complainant in complainants))
            connection.executemany(
                "INSERT OR IGNORE INTO complainants (case_n, author) VALUES (?, ?)",
                [(number[complainant.case_id], complainant.author_key) for complainant in complainants],
            )

    def case_totals(self, groups: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[int, int]]:
        at_most(sum(len(ids) for ids in groups.values()), "cases")
        with self._database.read() as connection:
            number = known_numbers(connection, {id for ids in groups.values() for id in ids})
            return {
                name: _totals(connection, {number[id] for id in ids if id in number}) for name, ids in groups.items()
            }

    def dispositions(self) -> Mapping[Disposition, int]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT disposition, mentions FROM disposition_counts").fetchall()
        counted = {Disposition(disposition): mentions for disposition, mentions in rows}
        return {disposition: counted.get(disposition, 0) for disposition in Disposition}

    def every_claim(self) -> Iterator[tuple[str, str]]:
        return ((_turned_back(key), case) for key, case in every_claim(self._database))

    def mentions_by_author(self, author_key: str) -> Sequence[str]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT key FROM mentions WHERE author = ? ORDER BY n", (author_key,)).fetchall()
        return [key for (key,) in rows]


def _holders(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, str]:
    turned = {_turned(key): key for key in keys}
    found = connection.execute(f"SELECT key, case_id FROM claims WHERE key {_IN}", (json_list(turned),))  # noqa: S608
    return {turned[key]: case for key, case in found}


def _turned(key: str) -> str:
    """A join key with its last part first. That is what grows with time (the id of a post, a day), so new keys lie
    side by side in the file, and a batch dirties few pages."""
    before, colon, last = key.rpartition(":")
    return f"{last}{colon}{before}"


def _turned_back(turned: str) -> str:
    last, colon, before = turned.partition(":")
    return f"{before}{colon}{last}"


def _totals(connection: sqlite3.Connection, cases: set[int]) -> tuple[int, int]:
    """(posts, distinct complainants) of these cases together."""
    if not cases:
        return 0, 0
    posts, complainants = connection.execute(
        f"""
        SELECT (SELECT count(*) FROM mentions WHERE case_n {_IN_SAME}),
               (SELECT count(DISTINCT author) FROM complainants WHERE case_n {_IN_SAME})
        """,  # noqa: S608
        {"cases": json_list(cases)},
    ).fetchone()
    return posts, complainants


def _row(record: MentionRecord, number: Mapping[str, int]) -> tuple[object, ...]:
    moment = record.recorded_at if record.mention is None else record.mention.created_at
    return (
        record.key,
        record.author_key,
        record.disposition,
        None if record.case_id is None else number[record.case_id],
        microseconds(moment),
        record.model_dump_json(),
    )
