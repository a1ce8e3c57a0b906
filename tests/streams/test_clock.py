"""The sweep finds all that is due and does each step once: after an outage, by two workers, one of them killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from queues import acts
from queues.audit import all_cases
from queues.escalation import RINGS_A_RUNG, on_due
from queues.lifecycle import Actor, Party
from queues.naming import case_id
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import every_record
from queues.store import EVERYTHING, CaseQuery
from schemas.case import Case, Status
from schemas.labels import Urgency
from schemas.service import Rank
from streams.notices import KIND
from tests.conftest import PROJECT
from tests.pipeline.office import wait_for
from tests.queues.factories import NOW, make_case
from tests.streams.overdue import OFFICE, fill, overdue_cases, sweep_of

HOUR = timedelta(hours=1)
SITA = Actor("sita", Party.OFFICER)
SOAK = bool(os.environ.get("SUNWAI_TEST_SOAK"))
MANY = 100_000 if SOAK else 3000
PATIENCE = 3600 if SOAK else 120
"""Seconds for which two workers may take."""
OUTAGE_ENDS = NOW + timedelta(days=7)


def case(**fields: object) -> Case:
    made = make_case(due_at=None).model_copy(update=fields)
    return settled(brought_forward(made, OFFICE), OFFICE)


def due(hours: float) -> datetime:
    return NOW + timedelta(hours=504 + hours)


def told(case: Case) -> list[str]:
    return [entry.act for entry in case.history if entry.by == "clock"]


def test_each_rung_is_told_at_its_time_and_once() -> None:
    standing = case()
    assert on_due(standing, OFFICE, due(-0.1)) is standing
    first = on_due(standing, OFFICE, due(0))
    assert on_due(first.model_copy(update={"outbox": ()}), OFFICE, due(1)).history == first.history
    assert [entry.to for entry in first.outbox] == [Rank.OFFICER]
    assert settled(first.model_copy(update={"outbox": ()}), OFFICE).due_at == due(24)
    last = on_due(on_due(first, OFFICE, due(24)), OFFICE, due(72))
    assert [entry.to for entry in last.outbox] == [Rank.OFFICER, Rank.IN_CHARGE, Rank.DISTRICT_HEAD]
    assert told(last) == ["escalated"] * 3


def test_after_an_outage_all_rungs_are_told_in_order_and_of_the_reminders_the_last() -> None:
    late = on_due(case(), OFFICE, due(24 * 7 + 1))
    assert told(late) == ["escalated"] * 3 + ["reminded"]
    assert [entry.to for entry in late.outbox] == ["officer", "in_charge", "district_head", "district_head"]
    assert settled(late.model_copy(update={"outbox": ()}), OFFICE).due_at == due(24 * 8)


def test_the_officer_who_has_the_case_is_told_by_name() -> None:
    late = on_due(case(assignee="sita", status=Status.ASSIGNED), OFFICE, due(0))
    assert [entry.to for entry in late.outbox] == ["sita"]


def test_a_critical_case_rings_higher_and_higher_until_somebody_accepts_it_by_name() -> None:
    standing, now = case(urgency=Urgency.CRITICAL), NOW
    rung = []
    for _ in range(RINGS_A_RUNG * 4):
        standing = on_due(standing, OFFICE, now)
        rung += [entry.to for entry in standing.outbox if entry.kind == "ring"]
        standing = standing.model_copy(update={"outbox": ()})
        now += timedelta(hours=OFFICE.times.ring)
    assert rung == ["officer"] * 3 + ["in_charge"] * 3 + ["district_head"] * 6
    quiet = acts.accept(standing, SITA, now)
    assert not on_due(quiet, OFFICE, now + HOUR).outbox


def test_a_resolved_case_closes_by_itself_and_a_wait_ends() -> None:
    answered = acts.answer(acts.start(case(), SITA, NOW), SITA, NOW, text="mended", directory=OFFICE)
    done = settled(acts.resolve(answered, SITA, NOW, outcome="done", fields={}, directory=OFFICE), OFFICE)
    assert settled(done.model_copy(update={"outbox": ()}), OFFICE).due_at == NOW + 720 * HOUR
    closed = on_due(done, OFFICE, NOW + 720 * HOUR)
    assert closed.status is Status.CLOSED
    assert settled(closed.model_copy(update={"outbox": ()}), OFFICE).due_at is None
    waiting = settled(acts.wait(answered, SITA, NOW, why="where?", directory=OFFICE), OFFICE)
    assert on_due(waiting, OFFICE, NOW + 168 * HOUR).status is Status.IN_PROGRESS


def test_a_case_stored_before_there_were_clocks_is_escalated_too() -> None:
    assert told(on_due(make_case(due_at=due(0)), OFFICE, due(0))) == ["escalated"]


@contextmanager
def worker(path: Path, now: datetime) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "tests.streams.overdue", str(path), now.isoformat()]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def go(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    process.stdin.flush()


@pytest.mark.process
def test_after_a_weeks_outage_two_workers_escalate_all_once_though_one_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    store, state = SqliteCaseStore(path), SqliteStateStore(path)
    fill(store, [*overdue_cases(MANY)])
    due_now = CaseQuery(due_before=OUTAGE_ENDS, limit=1)

    middle = case_id(f"overdue:{MANY // 3}")

    def well_begun() -> bool:
        return bool(store.cases([middle])[middle].case.history)

    with worker(path, OUTAGE_ENDS) as one, worker(path, OUTAGE_ENDS) as two:
        go(one)
        go(two)
        wait_for(well_begun, "a third to be escalated", seconds=PATIENCE)
        one.kill()
        assert two.wait(PATIENCE) == 0
    assert store.search(due_now, EVERYTHING).cases == ()
    found = steps = 0
    for standing in all_cases(store):
        found, steps = found + 1, steps + len(told(standing))
        assert told(standing)[:3] == ["escalated"] * 3
        assert len(told(standing)) in {3, 4}, "and a reminder where one was due"
        assert standing.outbox == ()
    assert found == MANY
    handed_on = {n["id"] for record in every_record(state, KIND) for n in record.value["notices"]}
    assert len(handed_on) == steps, "every step was handed on"
    state.close()
    store.close()


def test_a_second_sweep_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    store = SqliteCaseStore(path)
    fill(store, [*overdue_cases(30)])
    sweep = sweep_of(path, NOW + 2 * HOUR)
    assert sweep() > 0
    assert sweep() == 0
    store.close()
