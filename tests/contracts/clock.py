"""The sweep of the clock over any pair of stores: every step once and in order, by several workers, killed, through
outages. A subclass supplies the fixture ``stores``, and ``settle_reads`` where searches see a write later."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from queues.audit import faults
from queues.sla import brought_forward, settled
from queues.state import StateStore, StoreDownError
from queues.store import EVERYTHING, CaseQuery, CaseStore, Sort
from schemas.case import Case
from schemas.labels import Urgency
from schemas.outbox import EntryKind
from schemas.service import ServiceLevel, Target
from streams.clock import Notice, Sweep
from streams.notices import KIND, StateNotifier
from tests.contracts.lives import Killed, Mortal
from tests.queues.factories import NOW, make_case
from tests.streams.overdue import OFFICE, fill, overdue_cases

__all__ = ["ClockContract", "told"]

MANY = 600
WORKERS = 3
HOUR = timedelta(hours=1)
OUTAGE_ENDS = NOW + timedelta(days=7)
RUNGS = ["escalated"] * 3
WARNING = OFFICE.model_copy(update={"service_levels": (ServiceLevel(hours=48, warn_hours=6, answer=Target(hours=50)),)})


class Failing:
    """A store that is down whenever ``is_down`` says so."""

    def __init__(self, store: CaseStore, is_down: Callable[[], bool]):
        self._store = store
        self._is_down = is_down

    def __getattr__(self, name: str) -> Any:
        if self._is_down():
            raise StoreDownError(name)
        return getattr(self._store, name)


def told(case: Case) -> list[str]:
    return [entry.act for entry in case.history if entry.by == "clock"]


class ClockContract:
    def settle_reads(self) -> None:
        """Waits until what was written is found by search: at once in an embedded store."""

    def until_nothing_is_due(self, sweep: Sweep, store: CaseStore, now: datetime) -> None:
        """As a worker does it, second after second."""
        while store.search(CaseQuery(due_before=now, limit=1), EVERYTHING).cases:
            try:
                sweep()
            except StoreDownError:
                continue
            finally:
                self.settle_reads()

    def everything(self, store: CaseStore) -> list[Case]:
        self.settle_reads()
        query = CaseQuery(sort=Sort.OLDEST, limit=500)
        first = store.search(query, EVERYTHING)
        rest = store.search(CaseQuery(sort=Sort.OLDEST, limit=500, cursor=first.cursor), EVERYTHING)
        return [found.case for found in (*first.cases, *(rest.cases if first.cursor else ()))]

    def all_told_once(self, cases: Sequence[Case], state: StateStore) -> None:
        for case in cases:
            assert told(case)[:3] == RUNGS
            assert told(case)[3:] in ([], ["reminded"])
            assert case.outbox == ()
            assert [*faults(case)] == []
        handed_on = {n["id"] for record in state.scan(KIND, limit=10_000) for n in record.value["notices"]}
        assert len(handed_on) == sum(len(told(case)) for case in cases), "every step was handed on"

    def test_several_workers_tell_of_all_that_an_outage_left_behind_once(
        self, stores: tuple[CaseStore, StateStore]
    ) -> None:
        store, state = stores
        fill(store, [*overdue_cases(MANY)])
        self.settle_reads()

        def work(_: int) -> None:
            sweep = Sweep(store, OFFICE, StateNotifier(state, lambda: OUTAGE_ENDS), lambda: OUTAGE_ENDS)
            self.until_nothing_is_due(sweep, store, OUTAGE_ENDS)

        with ThreadPoolExecutor(WORKERS) as workers:
            list(workers.map(work, range(WORKERS)))
        cases = self.everything(store)
        assert len(cases) == MANY
        assert Counter(case.assignee for case in cases) == {None: MANY // 2, "sita": MANY // 2}
        self.all_told_once(cases, state)

    @pytest.mark.parametrize("outage", [(0, 3), (1, 2), (2, 5)])
    def test_a_store_that_is_down_for_a_while_is_waited_for(
        self, stores: tuple[CaseStore, StateStore], outage: tuple[int, int]
    ) -> None:
        """Down at some calls: before the reading, between reading and writing, for several rounds."""
        store, state = stores
        fill(store, [*overdue_cases(20)])
        self.settle_reads()
        calls = iter(range(10_000))
        failing: Any = Failing(store, lambda: outage[0] <= next(calls) < outage[1])
        sweep = Sweep(failing, OFFICE, StateNotifier(state, lambda: OUTAGE_ENDS), lambda: OUTAGE_ENDS)
        self.until_nothing_is_due(sweep, store, OUTAGE_ENDS)
        self.all_told_once(self.everything(store), state)

    def test_killed_before_it_has_written_it_hands_on_the_same_notices_again(
        self, stores: tuple[CaseStore, StateStore]
    ) -> None:
        store, state = stores
        fill(store, [*overdue_cases(20)])
        self.settle_reads()
        mortal: Any = Mortal(store)
        sweep = Sweep(mortal, OFFICE, StateNotifier(state, lambda: OUTAGE_ENDS), lambda: OUTAGE_ENDS)
        mortal.left = 0
        with pytest.raises(Killed):
            sweep()
        handed_on = state.count(KIND)
        assert handed_on > 0
        self.until_nothing_is_due(sweep, store, OUTAGE_ENDS)
        assert state.count(KIND) == handed_on
        self.all_told_once(self.everything(store), state)

    def test_it_warns_once_before_a_time_runs_out_and_rings_until_somebody_accepts(
        self, stores: tuple[CaseStore, StateStore]
    ) -> None:
        store, _ = stores
        soon = make_case("1", received_at=NOW, due_at=None, assignee="sita")
        loud = make_case("2", received_at=NOW, due_at=None, urgency=Urgency.CRITICAL)
        fill(store, [settled(brought_forward(case, WARNING), WARNING) for case in (soon, loud)])
        heard: dict[str, Notice] = {}

        def hear(notices: Sequence[Notice]) -> None:
            heard.update({notice.id: notice for notice in notices})  # by its id, as every notifier knows it

        now = NOW
        for hours in (0, 41.9, 0.1, 0.1):
            now += hours * HOUR
            self.settle_reads()
            Sweep(store, WARNING, hear, lambda now=now: now)()  # type: ignore[misc]
        entries = {id: [n.entry for n in heard.values() if n.case.id == id] for id in (soon.id, loud.id)}
        assert [(entry.kind, entry.to) for entry in entries[soon.id]] == [("notice", "sita")]
        assert [entry.kind for entry in entries[loud.id]].count(EntryKind.RING) == 4
        found = store.cases([soon.id])[soon.id].case
        assert told(found) == ["warned"]
        assert found.deadline_at == NOW + 48 * HOUR
