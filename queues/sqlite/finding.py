"""From a CaseQuery to one page of cases.

There are two ways to a page. *Gathering* takes every case that the narrowest condition leaves and sorts them: right
when they are few. *Walking* goes along the index of the sort and checks each case until the page is full: right when
many fit. Which condition is the narrowest is counted, not guessed, and no further than to ``_FEW``.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from queues.sqlite.cursors import decode, encode
from queues.sqlite.database import json_list
from queues.sqlite.index import active_table
from queues.sqlite.rows import URGENCY_RANKS, microseconds, shelves
from queues.sqlite.terms import all_of, any_of, handle_match, place_match, word_matches
from queues.store import MAX_PAGE, CaseQuery, Page, Sort, Versioned, Visibility
from schemas.case import Case

__all__ = ["find_page", "visible"]

_FEW = 2000
"""So many cases are gathered and sorted in some milliseconds."""

_LISTED = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class _Order:
    """The columns of a sort, all in one direction, and the index that has them in that order."""

    index: str
    columns: tuple[str, ...]
    descending: bool = False

    @property
    def by(self) -> str:
        return ", ".join(f"{column} DESC" if self.descending else column for column in self.columns)

    @property
    def after(self) -> str:
        sign = "<" if self.descending else ">"
        return f"({', '.join(self.columns)}) {sign} ({', '.join('?' * len(self.columns))})"


_ORDERS = {
    Sort.PRESSING: _Order("cases_pressing", ("urgency", "due", "received", "n")),
    Sort.DUE: _Order("cases_due", ("due", "received", "n")),
    Sort.NEWEST: _Order("cases_received", ("received", "n"), descending=True),
    Sort.OLDEST: _Order("cases_received", ("received", "n")),
    Sort.COMPLAINANTS: _Order("cases_complainants", ("complainants", "received", "n"), descending=True),
}


@dataclass(frozen=True, slots=True)
class _Clause:
    """A condition on ``cases`` or a whole SELECT of case numbers, with the values of its question marks."""

    sql: str
    values: tuple[object, ...] = ()


def find_page(connection: sqlite3.Connection, query: CaseQuery, visibility: Visibility) -> Page:
    """See CaseStore.search. ``connection`` is within one read."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise ValueError(f"limit {query.limit} is not between 1 and {MAX_PAGE}")
    order = _ORDERS[query.sort]
    table = active_table(connection)
    conditions = [*_conditions(query, visibility, table)]
    if query.cursor is not None:
        conditions.append(_Clause(order.after, decode(query.cursor, query.sort, len(order.columns))))
    few = _narrowest(connection, [*_sources(query, visibility, table)])
    shelved = shelves(query.statuses, merged=query.merged)
    select = (
        _walk(order, shelved, conditions, query.limit + 1) if few is None else _gather(order, shelved, few, conditions)
    )
    keys = connection.execute(f"{select.sql} ORDER BY {order.by} LIMIT ?", (*select.values, query.limit + 1)).fetchall()
    shown = keys[: query.limit]
    cases = _read(connection, [key[-1] for key in shown])
    return Page(cases, encode(query.sort, shown[-1]) if len(keys) > len(shown) else None)


def visible(visibility: Visibility, number: str = "cases.n") -> _Clause:
    """The condition that a reader may see the case ``number``."""
    if visibility.queues is None:
        return _Clause("1")
    return _Clause(
        f"EXISTS (SELECT 1 FROM case_queues AS seen WHERE seen.n = {number} AND seen.queue IN {_LISTED})",  # noqa: S608
        (json_list(sorted(visibility.queues)),),
    )


def _walk(order: _Order, shelved: tuple[int, ...], conditions: list[_Clause], limit: int) -> _Clause:
    """One ordered walk a shelf, each no longer than a page, laid together."""
    columns = ", ".join(order.columns)
    where = " AND ".join(["shelf = ?", *(condition.sql for condition in conditions)])
    values = [value for condition in conditions for value in condition.values]
    walks = [
        _Clause(
            f"SELECT * FROM (SELECT {columns} FROM cases INDEXED BY {order.index} "  # noqa: S608
            f"WHERE {where} ORDER BY {order.by} LIMIT ?)",
            (shelf, *values, limit),
        )
        for shelf in shelved
    ]
    return _Clause(" UNION ALL ".join(walk.sql for walk in walks), tuple(v for walk in walks for v in walk.values))


def _gather(order: _Order, shelved: tuple[int, ...], source: _Clause, conditions: list[_Clause]) -> _Clause:
    """CROSS JOIN fixes who leads: the source."""
    columns = ", ".join(f"cases.{column} AS {column}" for column in order.columns)
    where = " AND ".join([f"shelf IN {_LISTED}", *(condition.sql for condition in conditions)])
    return _Clause(
        f"SELECT * FROM (SELECT {columns} FROM (SELECT DISTINCT n AS number FROM ({source.sql})) "  # noqa: S608
        f"CROSS JOIN cases ON cases.n = number WHERE {where})",
        (*source.values, json_list(shelved), *(v for condition in conditions for v in condition.values)),
    )


def _narrowest(connection: sqlite3.Connection, sources: list[_Clause]) -> _Clause | None:
    """The source with the fewest cases, or None when each has many."""
    best, least = None, _FEW
    for source in sources:
        (found,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM ({source.sql}) LIMIT ?)",  # noqa: S608
            (*source.values, least),
        ).fetchone()
        if found < least:
            best, least = source, found
        if not least:
            break
    return best


def _sources(query: CaseQuery, visibility: Visibility, table: str) -> Iterator[_Clause]:
    """What could lead a gathering: each SELECT gives the ``n`` of every case that a condition lets through."""
    shelved = json_list(shelves(query.statuses, merged=query.merged))
    if query.assignee is not None:
        yield _Clause(f"SELECT n FROM cases WHERE assignee = ? AND shelf IN {_LISTED}", (query.assignee, shelved))  # noqa: S608
    if query.due_before is not None:
        yield _Clause(
            f"SELECT n FROM cases INDEXED BY cases_due WHERE shelf IN {_LISTED} AND due < ?",  # noqa: S608
            (shelved, microseconds(query.due_before)),
        )
    for queues in (query.queues or None, visibility.queues):
        if queues is not None:
            yield _Clause(
                "SELECT n FROM case_queues INDEXED BY case_queues_queue "  # noqa: S608
                f"WHERE queue IN {_LISTED} AND shelf IN {_LISTED}",
                (json_list(sorted(queues)), shelved),
            )
    matches = _matches(query)
    if matches:
        yield _Clause(f"SELECT rowid AS n FROM {table} WHERE {table} MATCH ?", (all_of(matches),))  # noqa: S608


def _matches(query: CaseQuery) -> list[str]:
    """What the full-text index must say of a case, all of it."""
    matches = word_matches(query.text, query.phrases, unfinished=True)
    if query.handle is not None:
        matches.append(handle_match(query.handle))
    if query.places:
        matches.append(any_of(map(place_match, query.places)))
    return matches


def _conditions(query: CaseQuery, visibility: Visibility, table: str) -> Iterator[_Clause]:
    yield visible(visibility)
    for column, wanted in (
        ("queue", query.queues),
        ("status", query.statuses),
        ("type", query.types),
        ("urgency", [URGENCY_RANKS[urgency] for urgency in query.urgencies]),
        ("language", query.languages),
    ):
        if wanted:
            yield _Clause(f"{column} IN {_LISTED}", (json_list(wanted),))
    if query.assignee is not None:
        yield _Clause("assignee = ?", (query.assignee,))
    yield from _moments(query)
    yield from _words(query, table)


def _moments(query: CaseQuery) -> Iterator[_Clause]:
    for condition, moment in (
        ("due < ?", query.due_before),
        ("received >= ?", query.received_after),
        ("received < ?", query.received_before),
    ):
        if moment is not None:
            yield _Clause(condition, (microseconds(moment),))


def _words(query: CaseQuery, table: str) -> Iterator[_Clause]:
    matches = _matches(query)
    if matches:
        yield _Clause(f"cases.n IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", (all_of(matches),))  # noqa: S608
    unwanted = word_matches(query.without, unfinished=False)
    if unwanted:
        yield _Clause(f"cases.n NOT IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", (any_of(unwanted),))  # noqa: S608


def _read(connection: sqlite3.Connection, numbers: list[int]) -> tuple[Versioned, ...]:
    rows = connection.execute(
        f"SELECT n, version, doc FROM cases WHERE n IN {_LISTED}",  # noqa: S608
        (json_list(numbers),),
    )
    found = {n: Versioned(Case.model_validate_json(doc), str(version)) for n, version, doc in rows}
    return tuple(found[n] for n in numbers)
