"""Counts of cases that are kept, not counted: what the lists that people look at most say costs no look at a case.

For each fact (of a type, with an officer, …), each queue that leads cases and each status there is a row of
``case_counts``; the fact "" is having the status. A sealed case is counted under its queue's sealed key, as it is kept
for readers. Merged cases are not counted. Every write of cases changes them in its own transaction.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from queues.sqlite.conditions import LISTED, Clause
from queues.sqlite.database import json_list
from queues.sqlite.rows import FACTS, MERGED, Fact, facts_of
from queues.store import SEALED_KEY, CaseQuery, Visibility
from schemas.case import Status

__all__ = ["KeptCounts", "change_counts", "standing_facts"]


def standing_facts(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[Fact]:
    """What these cases count for as they stand."""
    rows = connection.execute(
        f"""
        SELECT case_queues.queue, cases.shelf, status, {", ".join(FACTS)}
        FROM cases JOIN case_queues ON case_queues.n = cases.n AND NOT watching WHERE cases.n IN {LISTED}
        """,  # noqa: S608 constants
        (json_list(numbers),),
    )
    return [fact for lead, shelf, status, *values in rows for fact in facts_of(lead, shelf, status, values)]


def change_counts(connection: sqlite3.Connection, *, gone: Iterable[Fact], come: Iterable[Fact]) -> None:
    """Inside the transaction that writes the cases."""
    changes = Counter(come)
    changes.subtract(gone)
    changed = [(*fact, by) for fact, by in changes.items() if by]
    connection.executemany(
        "INSERT INTO case_counts (facet, value, lead, status, cases) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET cases = cases + excluded.cases",
        changed,
    )
    connection.executemany(
        "DELETE FROM case_counts WHERE facet = ? AND value = ? AND lead = ? AND status = ? AND cases = 0",
        [fact for *fact, by in changed if by < 0],
    )


@dataclass(frozen=True, slots=True)
class KeptCounts:
    """What is kept of the queues and statuses of a query, as far as the reader may see. Cases of other queues that the
    reader's only watch are counted, at a cost linear in them: few are."""

    connection: sqlite3.Connection
    query: CaseQuery
    visibility: Visibility

    def by_queue(self) -> Iterator[tuple[str, Status, int]]:
        """(queue, status, cases); one may come twice."""
        for lead, status, cases in self._kept("lead, status, cases", "", ""):
            yield lead.removeprefix(SEALED_KEY), Status(status), cases
        for queue, status, cases in self._watched("cases.queue", "status"):
            yield queue, Status(status), cases

    def by_fact(self, facet: str) -> Counter[str]:
        """How many have each value of one of FACTS; "" is that a case has none."""
        found: Counter[str] = Counter()
        for value, cases in self._kept("value, sum(cases)", facet, "GROUP BY value"):
            found[value] += cases
        for value, cases in self._watched(f"coalesce(CAST({facet} AS TEXT), '')"):
            found[value] += cases
        return found

    def _kept(self, columns: str, facet: str, tail: str) -> Iterator[tuple[Any, ...]]:
        leads = self._leads()
        return self.connection.execute(
            f"SELECT {columns} FROM case_counts WHERE facet = ? AND status IN {LISTED} AND {leads.sql} {tail}",  # noqa: S608
            (facet, self._statuses, *leads.values),
        )

    def _watched(self, *columns: str) -> Iterator[tuple[Any, ...]]:
        keys = self.visibility.keys
        if keys is None:
            return iter(())
        places = ", ".join(map(str, range(1, len(columns) + 1)))
        wanted = _in("cases.queue", self.query.queues or None)
        return self.connection.execute(
            f"""
            SELECT {", ".join(columns)}, count(*)
            FROM cases JOIN case_queues AS lead ON lead.n = cases.n AND NOT lead.watching
            WHERE cases.n IN (
                SELECT n FROM case_queues INDEXED BY case_queues_watching
                WHERE watching AND shelf < {MERGED} AND queue IN {LISTED}
            ) AND lead.queue NOT IN {LISTED} AND status IN {LISTED} AND {wanted.sql}
            GROUP BY {places}
            """,  # noqa: S608 constants
            (json_list(keys), json_list(keys), self._statuses, *wanted.values),
        )

    def _leads(self) -> Clause:
        """The condition on what a case is kept under for the readers of its own queue."""
        queues, own = self.query.queues, self.visibility.keys
        asked = [*queues, *(SEALED_KEY + queue for queue in queues)]
        unsealed = Clause("1") if self.visibility.sealed else Clause("lead NOT GLOB ?", (f"{SEALED_KEY}*",))
        every = (_in("lead", asked or None), _in("lead", own), unsealed)
        return Clause(" AND ".join(c.sql for c in every), tuple(value for c in every for value in c.values))

    @property
    def _statuses(self) -> str:
        return json_list(self.query.statuses or tuple(Status))


def _in(column: str, values: Sequence[str] | None) -> Clause:
    return Clause("1") if values is None else Clause(f"{column} IN {LISTED}", (json_list(values),))
