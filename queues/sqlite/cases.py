"""The case store on SQLite."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from queues.bounds import MANY, at_most
from queues.sqlite.conditions import LISTED, visible
from queues.sqlite.counting import count, kept_by_queue
from queues.sqlite.database import Database, json_list
from queues.sqlite.erasure import compact, erase_mentions
from queues.sqlite.everything import every_case, every_complainant, every_mention
from queues.sqlite.filing import FilingTables
from queues.sqlite.finding import find_page, heads
from queues.sqlite.index import active_table, reindex
from queues.sqlite.removal import remove_cases, remove_filed
from queues.sqlite.terms import docket_match
from queues.sqlite.writing import write_cases
from queues.store import CaseCounts, CaseQuery, Facet, Page, Tally, Versioned, Visibility
from schemas.case import Case, Complainant, Disposition, MentionRecord
from schemas.case_head import CaseHead

__all__ = ["SqliteCaseStore"]

_READ = "SELECT version, doc FROM cases JOIN case_docs USING (n)"


class SqliteCaseStore:
    """Keeps the CaseStore protocol (queues/store.py) in one file, for any number of threads and processes.

    Readers see what is written at once, search included, and never wait for a writer.
    """

    def __init__(self, path: Path):
        """Raises StoreFormatError for a file of another program or a newer format, StoreDownError."""
        self._database = Database(path)
        self._filing = FilingTables(self._database)

    def claim_keys(self, claims: Mapping[str, str]) -> Mapping[str, str]:
        return self._filing.claim_keys(claims)

    def holders(self, keys: Sequence[str]) -> Mapping[str, str]:
        return self._filing.holders(keys)

    def create_mentions(self, records: Sequence[MentionRecord]) -> Sequence[MentionRecord]:
        return self._filing.create_mentions(records)

    def mentions(self, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
        return self._filing.mentions(keys)

    def create_complainants(self, complainants: Sequence[Complainant]) -> None:
        self._filing.create_complainants(complainants)

    def case_totals(self, groups: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[int, int]]:
        return self._filing.case_totals(groups)

    def cases(self, ids: Sequence[str]) -> Mapping[str, Versioned]:
        at_most(len(ids), "case ids")
        with self._database.read() as connection:
            rows = connection.execute(
                f"{_READ} JOIN case_ids USING (n) WHERE id IN {LISTED}",
                (json_list(ids),),
            ).fetchall()
        found = [_versioned(row) for row in rows]
        return {versioned.case.id: versioned for versioned in found}

    def write_cases(self, changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
        return write_cases(self._database, changes)

    def case(self, id_or_docket: str, visibility: Visibility) -> Versioned | None:
        seen = visible(visibility)
        with self._database.read() as connection:
            table = active_table(connection)
            named = "SELECT n FROM case_ids WHERE id = ?"
            quoted = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid LIMIT 1"  # noqa: S608
            row = connection.execute(
                f"{_READ} WHERE n = coalesce(({named}), ({quoted})) AND {seen.sql}",
                (id_or_docket, docket_match(id_or_docket), *seen.values),
            ).fetchone()
        return None if row is None else _versioned(row)

    def search(self, query: CaseQuery, visibility: Visibility) -> Page:
        """Also raises ValueError for a moment without a time zone."""
        with self._database.read() as connection:
            return find_page(connection, query, visibility)

    def heads(self, query: CaseQuery, visibility: Visibility) -> Iterator[CaseHead]:
        return heads(self._database, query, visibility)

    def counts(self, visibility: Visibility) -> CaseCounts:
        with self._database.read() as connection:
            return kept_by_queue(connection, visibility)

    def tally(self, query: CaseQuery, visibility: Visibility, by: Sequence[Facet]) -> Tally:
        """Also raises ValueError for a moment without a time zone."""
        with self._database.read() as connection:
            return count(connection, query, visibility, by)

    def case_mentions(self, case_id: str, visibility: Visibility, *, limit: int = 500) -> Sequence[MentionRecord]:
        """Those of the cases merged into it, too. Raises ValueError for a limit outside 1..10,000."""
        if not 1 <= limit <= MANY:
            raise ValueError(f"limit {limit} is not between 1 and {MANY}")
        seen = visible(visibility)
        with self._database.read() as connection:
            rows = connection.execute(
                f"""
                WITH seen_case AS MATERIALIZED (
                    SELECT n, doc FROM case_ids JOIN cases USING (n) JOIN case_docs USING (n)
                    WHERE id = ? AND {seen.sql}
                )
                SELECT doc FROM mentions
                WHERE case_n IN (
                    SELECT n FROM seen_case
                    UNION SELECT case_ids.n FROM seen_case, json_each(seen_case.doc, '$.merged')
                        JOIN case_ids ON case_ids.id = value
                )
                ORDER BY created, key LIMIT ?
                """,  # noqa: S608
                (case_id, *seen.values, limit),
            ).fetchall()
        return [MentionRecord.model_validate_json(doc) for (doc,) in rows]

    def every_claim(self) -> Iterator[tuple[str, str]]:
        return self._filing.every_claim()

    def every_mention(self) -> Iterator[MentionRecord]:
        return every_mention(self._database)

    def every_complainant(self) -> Iterator[Complainant]:
        return every_complainant(self._database)

    def every_case(self) -> Iterator[Case]:
        return every_case(self._database)

    def dispositions(self) -> Mapping[Disposition, int]:
        return self._filing.dispositions()

    def mentions_by_author(self, author_key: str) -> Sequence[str]:
        return self._filing.mentions_by_author(author_key)

    def erase_mentions(self, keys: Sequence[str]) -> None:
        erase_mentions(self._database, keys)

    def remove_cases(self, removals: Sequence[tuple[str, str]]) -> Sequence[bool]:
        return remove_cases(self._database, removals)

    def remove_filed(self, cases: Sequence[str], keys: Sequence[str] = ()) -> None:
        remove_filed(self._database, cases, keys)

    def release_keys(self, keys: Sequence[str]) -> None:
        self._filing.release_keys(keys)

    def compact(self) -> bool:
        return compact(self._database)

    def reindex(self) -> Iterator[tuple[int, int]]:
        return reindex(self._database)

    def close(self) -> None:
        self._database.close()


def _versioned(row: tuple[int, str]) -> Versioned:
    version, doc = row
    return Versioned(Case.model_validate_json(doc), str(version))
