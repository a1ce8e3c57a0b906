"""A file of an older format is brought up to date, its cases as they were."""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from queues.sqlite import SqliteCaseStore, migrations
from queues.sqlite.rows import CASE_COLUMNS, CaseRow
from queues.store import EVERYTHING, CaseQuery, Facet, Sort, Visibility
from schemas.case import Case, Status
from schemas.clocks import Clock, ClockKind
from schemas.labels import Sensitivity, Urgency
from tests.queues.factories import NOW, make_case


def test_deadlines_and_promises_of_older_cases_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = NOW + timedelta(hours=7, microseconds=123)
    late = Clock(kind=ClockKind.RESOLVE, due_at=NOW, met_at=NOW + timedelta(seconds=1))
    answered = (Clock(kind=ClockKind.ANSWER, due_at=NOW, met_at=NOW), Clock(kind=ClockKind.RESOLVE, due_at=odd))
    cases = [
        make_case("1", due_at=NOW + timedelta(hours=9)),
        make_case("2").model_copy(update={"clocks": answered}),
        make_case("3").model_copy(update={"clocks": (late,)}),
    ]
    store = SqliteCaseStore(tmp_path / "now.db")
    assert all(store.write_cases([(case, None) for case in cases]))
    older = tmp_path / "older.db"
    of_format(1, older, cases, monkeypatch, without={"deadline", "promise", "changed"})
    carried = SqliteCaseStore(older)
    for query in (CaseQuery(sort=Sort.DEADLINE), CaseQuery(sort=Sort.PRESSING), CaseQuery(deadline_before=odd)):
        assert [found.case for found in carried.search(query, EVERYTHING).cases] == [
            found.case for found in store.search(query, EVERYTHING).cases
        ]
    assert carried.tally(CaseQuery(), EVERYTHING, [Facet.PROMISE]).by == {
        Facet.PROMISE: {"open": 1, "kept": 1, "missed": 1}
    }
    store.close()
    carried.close()


def test_cases_of_before_were_changed_when_they_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = make_case("1", received_at=NOW)
    of_format(4, tmp_path / "cases.db", [old], monkeypatch, without={"changed"})
    store = SqliteCaseStore(tmp_path / "cases.db")
    new = make_case("2", received_at=NOW + timedelta(hours=1))
    assert store.write_cases([(new, None)]) == [True]
    found = store.search(CaseQuery(sort=Sort.CHANGED, changed_after=NOW), EVERYTHING)
    assert [each.case.id for each in found.cases] == [old.id, new.id]
    store.close()


def test_what_was_filed_before_counts_were_kept_of_every_fact_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [
        make_case("1", place="rampura", assignee="sita", status=Status.ASSIGNED),
        make_case("2", watching=["power"], urgency=Urgency.CRITICAL),
        make_case("3").model_copy(update={"sensitivity": (Sensitivity.CHILD,)}),
        make_case("4", merged_into="5"),
    ]
    of_format(5, tmp_path / "cases.db", cases, monkeypatch)
    carried, fresh = SqliteCaseStore(tmp_path / "cases.db"), SqliteCaseStore(tmp_path / "now.db")
    assert all(fresh.write_cases([(case, None) for case in cases]))
    facets = [facet for facet in Facet if facet is not Facet.QUARTER]
    for reader in (EVERYTHING, Visibility(None), Visibility(frozenset({"power"}))):
        assert carried.tally(CaseQuery(), reader, facets) == fresh.tally(CaseQuery(), reader, facets)
        assert carried.counts(reader) == fresh.counts(reader)
        assert carried.search(CaseQuery(merged=True), reader) == fresh.search(CaseQuery(merged=True), reader)
    carried.close()
    fresh.close()


def of_format(
    number: int, path: Path, cases: Sequence[Case], monkeypatch: pytest.MonkeyPatch, without: Collection[str] = ()
) -> None:
    """A file of an older format that holds these cases; it had no columns ``without``."""
    with monkeypatch.context() as then:
        then.setattr("queues.sqlite.database.MIGRATIONS", migrations.MIGRATIONS[:number])
        SqliteCaseStore(path).close()
    with sqlite3.connect(path) as connection:
        for n, case in enumerate(cases, 1):
            made = CaseRow.of(case)
            row = dict(zip(CASE_COLUMNS, made.columns, strict=True)) | {"doc": case.model_dump_json()}
            kept = {name: value for name, value in row.items() if name not in without}
            connection.execute("INSERT INTO case_ids VALUES (?, ?)", (n, case.id))
            names, marks = ", ".join(kept), ", ".join("?" * len(kept))
            connection.execute(f"INSERT INTO cases (n, version, {names}) VALUES (?, 1, {marks})", (n, *kept.values()))
            connection.executemany(
                "INSERT INTO case_queues (n, queue, shelf, watching) VALUES (?, ?, ?, ?)",
                [(n, *queue) for queue in made.queues],
            )
    connection.close()
