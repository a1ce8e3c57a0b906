"""What every case store promises of counts (queues/store.py). A subclass supplies the fixture ``store``, empty."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from queues.store import EVERYTHING, CaseQuery, CaseStore, Facet, Tally, Visibility
from schemas.case import OPEN_STATUSES, Case, Status
from schemas.clocks import Clock, ClockKind
from schemas.labels import ComplaintType, Sensitivity, Urgency
from tests.contracts import eventually
from tests.queues.factories import NOW, make_case

__all__ = ["KEPT", "TallyContract", "counted"]

KEPT = [facet for facet in Facet if facet is not Facet.QUARTER]
"""The facts by which whole queues are counted on every page of a search."""
QUEUES = ("water", "power", "roads")
READERS = (
    EVERYTHING,
    Visibility(None),
    Visibility(frozenset({"water"})),
    Visibility(frozenset({"water", "power"}), sealed=True),
    Visibility(frozenset()),
)
QUERIES = (
    CaseQuery(),
    CaseQuery(statuses=tuple(sorted(OPEN_STATUSES))),
    CaseQuery(statuses=(Status.CLOSED, Status.NEW)),
    CaseQuery(queues=("water",)),
    CaseQuery(queues=("roads", "power"), statuses=tuple(sorted(OPEN_STATUSES))),
)
_EPOCH = NOW - timedelta(days=9999)


class TallyContract:
    def test_more_cases_than_are_counted_are_said_to_be_more(
        self, store: CaseStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bound_counts(monkeypatch, 3)
        add(store, *(make_case(str(number), "paani nahi") for number in range(3)))
        paani = CaseQuery(text=("paani",))
        eventually(lambda: store.tally(paani, EVERYTHING, [Facet.TYPE]) == exactly(3, water_supply=3))
        add(store, make_case("3", "paani nahi"))
        eventually(lambda: store.tally(paani, EVERYTHING, []) == Tally(3, True, {}))
        for query in (paani, CaseQuery(types=(ComplaintType.WATER_SUPPLY,)), CaseQuery(received_after=_EPOCH)):
            tally = store.tally(query, EVERYTHING, [Facet.TYPE])
            assert (tally.total, tally.more) == (3, True), query
            assert tally.by[Facet.TYPE].keys() == {"water_supply"}

    def test_whole_queues_are_counted_to_the_last_case(self, store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """What people look at most says no "more than"."""
        bound_counts(monkeypatch, 3)
        new = [make_case(str(number), assignee="sita" if number < 2 else None) for number in range(5)]
        add(store, *new, make_case("9", status=Status.CLOSED))
        everybody = CaseQuery(statuses=(Status.NEW,))
        eventually(lambda: store.tally(everybody, EVERYTHING, [Facet.TYPE]) == exactly(5, water_supply=5))
        assert store.tally(replace(everybody, queues=("water",)), EVERYTHING, []).total == 5
        assert store.tally(replace(everybody, unassigned=True), EVERYTHING, []) == Tally(3, False, {})
        assert store.tally(CaseQuery(), EVERYTHING, []) == Tally(6, False, {})

    @pytest.mark.parametrize("seed", range(3))
    def test_whatever_is_written_counts_are_those_of_the_cases(self, store: CaseStore, seed: int) -> None:
        random = Random(seed)
        standing: dict[str, Case] = {}
        for _ in range(6):
            changes = {case.id: case for case in (some_case(random) for _ in range(8))}
            versions = {id: found.version for id, found in store.cases([*changes]).items()}
            written = store.write_cases([(case, versions.get(id)) for id, case in changes.items()])
            assert all(written)
            standing |= changes
            eventually(partial(all_agree, store, [*standing.values()]))


def all_agree(store: CaseStore, cases: Sequence[Case]) -> bool:
    """For every reader and query: what is told of whole queues, and what is counted one by one, is what there is."""
    assert store.counts(EVERYTHING).by_queue == by_queue(cases)
    for reader in READERS:
        for query in QUERIES:
            expected = counted(cases, query, reader)
            assert store.tally(query, reader, KEPT) == expected, (query, reader)
            assert store.tally(replace(query, received_after=_EPOCH), reader, KEPT) == expected, (query, reader)
            nobodys = counted(cases, replace(query, unassigned=True), reader)
            assert store.tally(replace(query, unassigned=True), reader, []).total == nobodys.total
    return True


def counted(cases: Iterable[Case], query: CaseQuery, reader: Visibility) -> Tally:
    """The tally by KEPT of a query of queues and statuses, by looking at every case."""
    found = [
        case
        for case in cases
        if reader.sees(case)
        and case.merged_into is None
        and case.status in (query.statuses or Status)
        and (not query.queues or case.queue in query.queues)
        and not (query.unassigned and case.assignee)
    ]
    by = {facet: Counter[str](getattr(case, facet) for case in found if getattr(case, facet)) for facet in KEPT}
    return Tally(len(found), False, {facet: dict(counts) for facet, counts in by.items()})


def by_queue(cases: Iterable[Case]) -> dict[str, dict[Status, int]]:
    found: dict[str, dict[Status, int]] = {}
    for case in cases:
        if case.merged_into is None:
            by_status = found.setdefault(case.queue, {})
            by_status[case.status] = by_status.get(case.status, 0) + 1
    return found


def some_case(random: Random) -> Case:
    """One of twelve cases, in any state."""
    queue = random.choice(QUEUES)
    watching = {random.choice(QUEUES)} - {queue} if random.random() < 0.4 else set()
    met = random.choice([None, NOW, NOW + timedelta(hours=2)])
    changed: dict[str, Any] = {
        "sensitivity": (Sensitivity.CHILD,) if random.random() < 0.2 else (),
        "clocks": (Clock(kind=ClockKind.ANSWER, due_at=NOW + timedelta(hours=1), met_at=met),),
        "language": random.choice(["hi", "hi-Latn", "en"]),
    }
    return make_case(
        str(random.randrange(12)),
        status=random.choice([*Status]),
        queue=queue,
        watching=sorted(watching),
        assignee=random.choice([None, "sita", "mohan"]),
        type=random.choice([ComplaintType.ROADS, ComplaintType.WATER_SUPPLY]),
        urgency=random.choice([*Urgency]),
        place=random.choice([None, "rampura", "sadar"]),
        merged_into="another" if random.random() < 0.15 else None,
    ).model_copy(update=changed)


def add(store: CaseStore, *cases: Case) -> None:
    assert all(store.write_cases([(case, None) for case in cases]))


def bound_counts(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    for module in ("queues.sqlite.counting", "queues.elastic.counting"):
        monkeypatch.setattr(f"{module}.MOST_COUNTED", most)


def exactly(total: int, **types: int) -> Tally:
    return Tally(total, False, {Facet.TYPE: types})
