"""From a CaseQuery to one page of cases.

There are two ways to a page. *Gathering* takes every case that the narrowest condition leaves and sorts them: right
when they are few. *Walking* goes along an index that has the order of the sort and checks each case until the page is
full: right when many fit. Nobody knows beforehand how many fit all conditions together, so a walk first goes a bounded
way; where that does not fill the page, what is gathered may be larger, and only what has no narrow side is walked to
its end. A queue has an index of its own, of each of its statuses in the order of what is most pressing: its pages are
walked there, and cost the same however many cases there are.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from queues.cursors import decode, encode
from queues.sqlite.conditions import LISTED, Clause, conditions, in_text, sources, text_source
from queues.sqlite.database import Database, json_list
from queues.sqlite.index import active_table
from queues.sqlite.rows import shelves
from queues.store import MAX_PAGE, CaseQuery, Page, Sort, Versioned, Visibility
from schemas.case import Case, Status
from schemas.case_head import CaseHead

__all__ = ["find_page", "gather", "narrowest"]

FEW = 2000
"""So many cases are gathered and sorted in some milliseconds."""
MANY = 50_000
"""So many are still gathered sooner than an index of hundreds of thousands is walked."""
_AHEAD = 5000
"""Cases that a first walk looks at."""
_HEADS = 2000
"""Cases that are read at once where all that are found are wanted: some megabytes."""
_OF_QUEUES = "cases_queue"
_MOST_WALKS = 40
"""Walks that are laid together: beyond, the index of all cases is walked."""


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
        return f"{self._row} {'<' if self.descending else '>'} ({', '.join('?' * len(self.columns))})"

    @property
    def up_to(self) -> str:
        return f"{self._row} {'>=' if self.descending else '<='} ({', '.join('?' * len(self.columns))})"

    @property
    def _row(self) -> str:
        return f"({', '.join(self.columns)})"


_ORDERS = {
    Sort.PRESSING: _Order("cases_pressing", ("urgency", "deadline", "received", "n")),
    Sort.DEADLINE: _Order("cases_deadline", ("deadline", "received", "n")),
    Sort.DUE: _Order("cases_due", ("due", "received", "n")),
    Sort.NEWEST: _Order("cases_received", ("received", "n"), descending=True),
    Sort.OLDEST: _Order("cases_received", ("received", "n")),
    Sort.CHANGED: _Order("cases_changed", ("changed", "n")),
    Sort.COMPLAINANTS: _Order("cases_complainants", ("complainants", "received", "n"), descending=True),
}


@dataclass(frozen=True, slots=True)
class _Walks:
    """Parts of an index, each in the order of the sort: ``parts`` are conditions on its first columns."""

    order: _Order
    index: str
    parts: tuple[Clause, ...]

    def bound(self, connection: sqlite3.Connection, after: Sequence[Clause]) -> Clause | None:
        """A condition that keeps every part to its first _AHEAD cases behind a cursor; None: no part has more."""
        ends = self.select(after, 1, offset=_AHEAD)
        found = connection.execute(ends.sql, ends.values).fetchall()
        end = (max if self.order.descending else min)(found, default=None)
        return None if end is None else Clause(self.order.up_to, end)

    def select(self, where: Sequence[Clause], limit: int, *, offset: int = 0) -> Clause:
        """Each part by itself, no longer than ``limit``, laid together."""
        walked = [self._walk(part, where, limit, offset) for part in self.parts]
        return Clause(" UNION ALL ".join(w.sql for w in walked), tuple(value for w in walked for value in w.values))

    def _walk(self, part: Clause, where: Sequence[Clause], limit: int, offset: int) -> Clause:
        columns, checks = ", ".join(self.order.columns), " AND ".join(each.sql for each in (part, *where))
        return Clause(
            f"SELECT * FROM (SELECT {columns} FROM cases INDEXED BY {self.index} "  # noqa: S608
            f"WHERE {checks} ORDER BY {self.order.by} LIMIT ? OFFSET ?)",
            (*part.values, *(value for each in where for value in each.values), limit, offset),
        )


def find_page(connection: sqlite3.Connection, query: CaseQuery, visibility: Visibility) -> Page:
    """See CaseStore.search. ``connection`` is within one read."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise ValueError(f"limit {query.limit} is not between 1 and {MAX_PAGE}")
    keys = _Search(connection, query, visibility).keys(query.limit + 1)
    shown = keys[: query.limit]
    cases = _read(connection, [key[-1] for key in shown])
    return Page(cases, encode(query.sort, shown[-1]) if len(keys) > len(shown) else None)


def heads(database: Database, query: CaseQuery, visibility: Visibility) -> Iterator[CaseHead]:
    """See CaseStore.heads. Each page is a read of its own: one that lasted would keep the log of writes from being
    emptied, and what a page shows was visible when it was read."""
    query = replace(query, sort=Sort.OLDEST, cursor=None)
    while True:
        with database.read() as connection:
            keys = _Search(connection, query, visibility).keys(_HEADS + 1)
            documents = _documents(connection, [key[-1] for key in keys[:_HEADS]])
        yield from map(CaseHead.model_validate_json, documents)
        if len(keys) <= _HEADS:
            return
        query = replace(query, cursor=encode(query.sort, keys[_HEADS - 1]))


_Keys = list[tuple[int, ...]]
"""Cases, each as the columns of the sort; the last is its number."""


class _Search:
    """One query within one read."""

    def __init__(self, connection: sqlite3.Connection, query: CaseQuery, visibility: Visibility):
        self._connection = connection
        self._query = query
        self._table = active_table(connection)
        self._order = _ORDERS[query.sort]
        self._walks = _walks(query, self._order)
        self._after = [] if query.cursor is None else [Clause(self._order.after, _position(query, self._order))]
        self._checks = [*conditions(query, visibility), *self._after]
        self._text = text_source(query, self._table)
        self._ways = [*sources(query, visibility), *([] if self._text is None else [self._text])]

    def keys(self, limit: int) -> _Keys:
        """The first ``limit`` behind the cursor."""
        if self._walks.index == _OF_QUEUES and _asks_no_more(self._query):
            return self._walk(limit)
        few = narrowest(self._connection, self._ways, FEW)
        if few is not None:
            return self._gather(few, limit)
        bound = self._walks.bound(self._connection, self._after)
        rows = self._walk(limit, *filter(None, [bound]))
        if bound is None or len(rows) == limit:
            return rows
        few = narrowest(self._connection, self._ways, MANY)
        if few is not None:
            return self._gather(few, limit)
        return self._walk(limit)

    def _walk(self, limit: int, *bound: Clause) -> _Keys:
        words = in_text(self._query, self._table)
        return self._run(self._walks.select([*self._checks, *words, *bound], limit), limit)

    def _gather(self, source: Clause, limit: int) -> _Keys:
        words = in_text(self._query, self._table, found=source is self._text)
        shelved = shelves(self._query.statuses, merged=self._query.merged)
        return self._run(gather(self._order.columns, shelved, source, [*self._checks, *words]), limit)

    def _run(self, select: Clause, limit: int) -> _Keys:
        ordered = f"{select.sql} ORDER BY {self._order.by} LIMIT ?"
        return self._connection.execute(ordered, (*select.values, limit)).fetchall()


def _position(query: CaseQuery, order: _Order) -> tuple[object, ...]:
    assert query.cursor is not None
    return (*decode(query.cursor, query.sort, (int,) * len(order.columns)),)


def _walks(query: CaseQuery, order: _Order) -> _Walks:
    statuses = query.statuses or tuple(Status)
    if query.sort is Sort.PRESSING and 0 < len(query.queues) * len(statuses) <= _MOST_WALKS and not query.merged:
        parts = [
            Clause("queue = ? AND shelf = ? AND status = ?", (queue, shelf, status))
            for queue, status in product(dict.fromkeys(query.queues), dict.fromkeys(statuses))
            for shelf in shelves((status,), merged=False)
        ]
        return _Walks(order, _OF_QUEUES, tuple(parts))
    shelved = shelves(query.statuses, merged=query.merged)
    return _Walks(order, order.index, tuple(Clause("shelf = ?", (shelf,)) for shelf in shelved))


def _asks_no_more(query: CaseQuery) -> bool:
    """Whether every condition is on what the index of queues holds: no row is read but those that are shown."""
    known = CaseQuery(
        queues=query.queues,
        statuses=query.statuses,
        unassigned=query.unassigned,
        deadline_before=query.deadline_before,
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
    )
    return query == known


def gather(columns: Sequence[str], shelved: tuple[int, ...], source: Clause, checks: Sequence[Clause]) -> Clause:
    """The cases of ``source`` that pass. CROSS JOIN fixes who leads: the source."""
    selected = ", ".join(f"cases.{column} AS {column}" for column in columns)
    where = " AND ".join([f"shelf IN {LISTED}", *(check.sql for check in checks)])
    return Clause(
        f"SELECT * FROM (SELECT {selected} FROM (SELECT DISTINCT n AS number FROM ({source.sql})) "  # noqa: S608
        f"CROSS JOIN cases ON cases.n = number WHERE {where})",
        (*source.values, json_list(shelved), *(value for check in checks for value in check.values)),
    )


def narrowest(connection: sqlite3.Connection, ways: Sequence[Clause], most: int) -> Clause | None:
    """The one with the fewest cases, or None when each has ``most`` or more."""
    best, least = None, most
    for source in ways:
        (found,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM ({source.sql}) LIMIT ?)",  # noqa: S608
            (*source.values, least),
        ).fetchone()
        if found < least:
            best, least = source, found
        if not least:
            break
    return best


def _documents(connection: sqlite3.Connection, numbers: list[int]) -> list[str]:
    """In the order of ``numbers``."""
    listed = (json_list(numbers),)
    found = dict(connection.execute(f"SELECT n, doc FROM case_docs WHERE n IN {LISTED}", listed))  # noqa: S608
    return [found[n] for n in numbers]


def _read(connection: sqlite3.Connection, numbers: list[int]) -> tuple[Versioned, ...]:
    rows = connection.execute(
        f"SELECT n, version, doc FROM cases JOIN case_docs USING (n) WHERE n IN {LISTED}",  # noqa: S608
        (json_list(numbers),),
    )
    found = {n: Versioned(Case.model_validate_json(doc), str(version)) for n, version, doc in rows}
    return tuple(found[n] for n in numbers)
