"""How many cases a query finds and of what they are.

What a query asks of the queues and statuses alone is read from the counts that are kept, and is exact. All else is
counted from the newest case on, no further than MOST_COUNTED: along the full-text index where words are asked for,
else along an index that has all that is counted, so that no row is read.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from queues.ordering import QUARTER_MICROSECONDS, URGENCY_RANKS
from queues.sqlite.conditions import LISTED, Clause, conditions, in_text, sources, text_source
from queues.sqlite.database import json_list
from queues.sqlite.finding import FEW, gather, narrowest
from queues.sqlite.index import active_table
from queues.sqlite.kept_counts import KeptCounts
from queues.sqlite.rows import FACTS, shelves
from queues.store import MOST_COUNTED, MOST_VALUES, CaseCounts, CaseQuery, Facet, Tally, Visibility, asks_of_queues_only
from schemas.case import Status

__all__ = ["count", "kept_by_queue"]

_URGENCIES = {str(rank): str(urgency) for urgency, rank in URGENCY_RANKS.items()}


def count(connection: sqlite3.Connection, query: CaseQuery, visibility: Visibility, by: Sequence[Facet]) -> Tally:
    """See CaseStore.tally."""
    if _is_kept(query, by):
        return _kept(KeptCounts(connection, query, visibility), by)
    names = ["received", *(str(facet) for facet in by if facet is not Facet.QUARTER)]
    rows = _newest(connection, query, visibility, names)
    columns = {name: [row[place] for row in rows[:MOST_COUNTED]] for place, name in enumerate(names)}
    tallied = {facet: _named(facet, Counter(_values(facet, columns))) for facet in by}
    return Tally(min(len(rows), MOST_COUNTED), len(rows) > MOST_COUNTED, tallied)


def _newest(
    connection: sqlite3.Connection, query: CaseQuery, visibility: Visibility, names: Sequence[str]
) -> list[tuple[Any, ...]]:
    """One row more than are counted, where there are so many."""
    table = active_table(connection)
    checks, shelved = [*conditions(query, visibility)], shelves(query.statuses, merged=query.merged)
    text = text_source(query, table)
    few = narrowest(connection, [*sources(query, visibility), *([] if text is None else [text])], FEW)
    if few is not None:
        words = in_text(query, table, found=few is text)
        select = gather(names, shelved, few, [*checks, *words])
    elif text is not None:
        select = _last_filed(names, shelved, text, checks)
    else:
        select = _last_received(names, shelved, [*checks, *in_text(query, table)])
    return connection.execute(f"{select.sql} LIMIT ?", (*select.values, MOST_COUNTED + 1)).fetchall()


def _last_filed(names: Sequence[str], shelved: tuple[int, ...], text: Clause, checks: Sequence[Clause]) -> Clause:
    """Those of ``text``, which the full-text index gives in the order of their numbers as it finds them."""
    selected = ", ".join(f"cases.{name}" for name in names)
    where = " AND ".join([f"shelf IN {LISTED}", *(check.sql for check in checks)])
    return Clause(
        f"SELECT {selected} FROM ({text.sql} ORDER BY rowid DESC) AS found "  # noqa: S608
        f"CROSS JOIN cases ON cases.n = found.n WHERE {where}",
        (*text.values, json_list(shelved), *(value for check in checks for value in check.values)),
    )


def _last_received(names: Sequence[str], shelved: tuple[int, ...], checks: Sequence[Clause]) -> Clause:
    where = " AND ".join(["shelf = ?", *(check.sql for check in checks)])
    values = [value for check in checks for value in check.values]
    walks = [
        Clause(
            f"SELECT {', '.join(names)} FROM cases INDEXED BY cases_received "  # noqa: S608
            f"WHERE {where} ORDER BY received DESC LIMIT ?",
            (shelf, *values, MOST_COUNTED + 1),
        )
        for shelf in shelved
    ]
    if len(walks) == 1:
        return Clause(f"SELECT * FROM ({walks[0].sql})", walks[0].values)  # noqa: S608 - in its order as it is
    laid = " UNION ALL ".join(f"SELECT * FROM ({walk.sql})" for walk in walks)  # noqa: S608
    return Clause(f"{laid} ORDER BY received DESC", tuple(value for walk in walks for value in walk.values))


def _values(facet: Facet, columns: Mapping[str, list[Any]]) -> Iterable[Any]:
    if facet is Facet.QUARTER:
        return (value // QUARTER_MICROSECONDS for value in columns["received"])
    return (value for value in columns[facet] if value is not None)


def _named(facet: Facet, counts: Counter[Any]) -> dict[str, int]:
    named = _URGENCIES if facet is Facet.URGENCY else {}
    del counts[""]  # the facet of a case without that fact
    return {named.get(str(value), str(value)): number for value, number in counts.most_common(MOST_VALUES)}


def _is_kept(query: CaseQuery, by: Sequence[Facet]) -> bool:
    """Whether nothing is asked but of queues and statuses. How many nobody has is kept, too, but no fact of those."""
    return asks_of_queues_only(query) and (not by if query.unassigned else Facet.QUARTER not in by)


def _kept(kept: KeptCounts, by: Sequence[Facet]) -> Tally:
    if kept.query.unassigned:
        return Tally(kept.by_fact("assignee")[""], False, {})
    found = {facet: kept.by_fact(facet) for facet in by if facet in FACTS}
    queues, statuses = Counter[str](), Counter[str]()
    for queue, status, cases in kept.by_queue():
        queues[queue] += cases
        statuses[status] += cases
    found |= {Facet.QUEUE: queues, Facet.STATUS: statuses}
    return Tally(statuses.total(), False, {facet: _named(facet, found[facet]) for facet in by})


def kept_by_queue(connection: sqlite3.Connection, visibility: Visibility) -> CaseCounts:
    """See CaseStore.counts."""
    found: dict[str, dict[Status, int]] = {}
    for queue, status, cases in KeptCounts(connection, CaseQuery(), visibility).by_queue():
        by_status = found.setdefault(queue, {})
        by_status[status] = by_status.get(status, 0) + cases
    return CaseCounts(found)
