"""The filing side of the case store: claims, mention records, complainants and their counts."""

from collections.abc import Mapping, Sequence

from queues.sqlite.database import Database, at_most, json_list
from queues.sqlite.rows import microseconds
from schemas.case import Complainant, Disposition, MentionRecord

__all__ = ["FilingTables"]

_IN = "IN (SELECT value FROM json_each(?))"


class FilingTables:
    """Each method is one transaction; see CaseStore (queues/store.py) for what they promise."""

    def __init__(self, database: Database):
        self._database = database

    def claim_keys(self, claims: Mapping[str, str]) -> Mapping[str, str]:
        at_most(len(claims), "join keys")
        if not claims:
            return {}
        with self._database.write() as connection:
            connection.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?)", claims.items())
            held = dict(
                connection.execute(f"SELECT key, case_id FROM claims WHERE key {_IN}", (json_list(claims),))  # noqa: S608
            )
        return {key: held[key] for key in claims}

    def holders(self, keys: Sequence[str]) -> Mapping[str, str]:
        at_most(len(keys), "join keys")
        with self._database.read() as connection:
            return dict(
                connection.execute(f"SELECT key, case_id FROM claims WHERE key {_IN}", (json_list(keys),))  # noqa: S608
            )

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
            connection.executemany(
                "INSERT INTO mentions (key, author, disposition, case_id, created, doc) VALUES (?, ?, ?, ?, ?, ?)",
                [_row(record) for key, record in first.items() if key not in standing],
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
            connection.executemany(
                "INSERT OR IGNORE INTO complainants VALUES (?, ?)",
                [(complainant.case_id, complainant.author_key) for complainant in complainants],
            )

    def case_totals(self, groups: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[int, int]]:
        at_most(sum(len(ids) for ids in groups.values()), "cases")
        totals = {}
        with self._database.read() as connection:
            for name, ids in groups.items():
                totals[name] = connection.execute(
                    f"""
                    SELECT (SELECT count(*) FROM mentions WHERE case_id {_IN.replace("?", "?1")}),
                           (SELECT count(DISTINCT author) FROM complainants WHERE case_id {_IN.replace("?", "?1")})
                    """,  # noqa: S608
                    (json_list(dict.fromkeys(ids)),),
                ).fetchone()
        return totals

    def dispositions(self) -> Mapping[Disposition, int]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT disposition, mentions FROM disposition_counts").fetchall()
        counted = {Disposition(disposition): mentions for disposition, mentions in rows}
        return {disposition: counted.get(disposition, 0) for disposition in Disposition}

    def mentions_by_author(self, author_key: str) -> Sequence[str]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT key FROM mentions WHERE author = ? ORDER BY n", (author_key,)).fetchall()
        return [key for (key,) in rows]


def _row(record: MentionRecord) -> tuple[object, ...]:
    moment = record.recorded_at if record.mention is None else record.mention.created_at
    return (
        record.key,
        record.author_key,
        record.disposition,
        record.case_id,
        microseconds(moment),
        record.model_dump_json(),
    )
