"""No page that people look at by default reads the cases one after another: SQLite's own plans say so."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from queues.sqlite import SqliteCaseStore
from queues.sqlite.database import Database
from queues.store import EVERYTHING, CaseQuery, Facet, Sort, Visibility
from schemas.case import OPEN_STATUSES, Status
from schemas.labels import ComplaintType
from tests.queues.factories import NOW, make_case

OPEN = tuple(sorted(OPEN_STATUSES))
WATER = Visibility(frozenset({"water"}))
FACETS = [facet for facet in Facet if facet is not Facet.QUARTER]
ROUNDS = re.compile(r"SCAN (cases|case_docs|case_queues|case_counts|case_ids|mentions|lead|seen)\b")
"""A walk through a whole table or index of cases, by its name or the one that a query gives it."""

Read = Callable[[SqliteCaseStore], object]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteCaseStore]:
    store = SqliteCaseStore(tmp_path_factory.mktemp("plans") / "cases.db")
    assert all(store.write_cases([(make_case(str(n), assignee="sita"), None) for n in range(60)]))
    yield store
    store.close()


def search(query: CaseQuery, reader: Visibility = WATER) -> Read:
    return lambda store: store.search(query, reader)


def tally(query: CaseQuery, reader: Visibility = WATER) -> Read:
    return lambda store: store.tally(query, reader, FACETS)


QUEUE = CaseQuery(queues=("water",), statuses=OPEN)


@pytest.mark.parametrize(
    "read",
    [
        search(QUEUE),
        search(QUEUE, EVERYTHING),
        search(CaseQuery(queues=("water",), statuses=OPEN, deadline_before=NOW)),
        search(CaseQuery(queues=("water",), statuses=OPEN, unassigned=True)),
        search(CaseQuery(queues=("water",), statuses=(Status.CLOSED,))),
        search(CaseQuery(statuses=OPEN, assignee="sita")),
        search(CaseQuery(statuses=OPEN)),
        search(CaseQuery(statuses=OPEN), EVERYTHING),
        search(CaseQuery(statuses=OPEN, text=("paani",)), EVERYTHING),
        search(CaseQuery(statuses=OPEN, types=(ComplaintType.ROADS,)), EVERYTHING),
        *(search(CaseQuery(statuses=OPEN, sort=sort), EVERYTHING) for sort in Sort),
        tally(CaseQuery(statuses=OPEN)),
        tally(CaseQuery(statuses=OPEN), EVERYTHING),
        tally(CaseQuery(statuses=OPEN, text=("paani",)), EVERYTHING),
        tally(CaseQuery(received_after=NOW - timedelta(days=1)), EVERYTHING),
        lambda store: store.counts(WATER),
        lambda store: store.counts(EVERYTHING),
        lambda store: store.case(make_case("1").id, WATER),
        lambda store: store.case_mentions(make_case("1").id, WATER),
    ],
)
def test_no_default_page_reads_all_cases(store: SqliteCaseStore, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = plans_of(store, read, monkeypatch)
    assert plans
    assert [step for step in plans if ROUNDS.search(step)] == []


def test_a_page_of_a_queue_looks_at_no_more_than_it_shows(
    store: SqliteCaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every status of the queue has its walk in the order of the page: nothing is sorted but their few ends, from the
    first page to the last."""
    page = store.search(CaseQuery(queues=("water",), statuses=OPEN, limit=10), WATER)
    for query in (QUEUE, CaseQuery(queues=("water",), statuses=OPEN, cursor=page.cursor)):
        steps = [step for step in plans_of(store, search(query), monkeypatch) if "cases_queue" in step]
        behind = " AND (urgency,deadline,received)>(?,?,?)" if query.cursor else ""
        assert steps == [
            f"SEARCH cases USING COVERING INDEX cases_queue (queue=? AND shelf=? AND status=?{behind})"
        ] * len(OPEN)


def plans_of(store: SqliteCaseStore, read: Read, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of every statement that ``read`` runs."""
    asked: list[str] = []
    connect = Database._connect

    def listening(database: Database) -> sqlite3.Connection:
        connection = connect(database)
        connection.set_trace_callback(asked.append)
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(Database, "_connect", listening)
        own = SqliteCaseStore(store._database.path)
        asked.clear()
        read(own)
        own.close()
    connection = sqlite3.connect(store._database.path)
    steps = [
        row[3]
        for statement in asked
        if statement.lstrip().startswith(("SELECT", "WITH"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    connection.close()
    return steps
