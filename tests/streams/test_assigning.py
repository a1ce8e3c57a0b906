"""Cases go to officers on duty by the queue's rule, up to their capacity; those of who is on leave go back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues import acts
from queues.assigning import Officer, chosen
from queues.casework import is_untouched
from queues.lifecycle import Actor, Party
from queues.revising import revise
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from schemas.case import Case, Status
from schemas.directory import Directory
from schemas.labels import Sensitivity, Urgency
from schemas.offices import AssignBy, Assignment
from streams.assigning import Assigning
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_case

TURNS = Assignment(by=AssignBy.ROUND_ROBIN, capacity=3)
LOADS = Assignment(capacity=3)
NAMES = ("anita", "bala", "chand")


def directory(rule: Assignment | None) -> Directory:
    water, *others = small_directory().departments
    queue = water.queues[0].model_copy(update={"assignment": rule})
    return small_directory(departments=(water.model_copy(update={"queues": (queue,)}), *others))


class Room:
    """Officers of the water queue, of whom some may be on leave."""

    def __init__(self, folder: Path, rule: Assignment | None):
        self.store, self.state = SqliteCaseStore(folder / "cases.db"), SqliteStateStore(folder / "cases.db")
        self.directory = directory(rule)
        self.officers = [Officer(name, frozenset({"water"})) for name in NAMES]
        self.away: list[str] = []
        self.now = NOW
        self.assign = Assigning(self.store, self.state, self.directory, self.clock, self.on_duty, lambda: self.away)

    def clock(self) -> datetime:
        return self.now

    def on_duty(self) -> list[Officer]:
        return [officer for officer in self.officers if officer.name not in self.away]

    def file(self, *cases: Case) -> None:
        known = [settled(brought_forward(case, self.directory), self.directory) for case in cases]
        assert all(self.store.write_cases([(case, None) for case in known]))

    def case(self, id: str) -> Case:
        return self.store.cases([id])[id].case

    def who_has(self, *cases: Case) -> list[str | None]:
        return [self.case(case.id).assignee for case in cases]


@pytest.fixture
def rule() -> Assignment | None:
    return TURNS


@pytest.fixture
def room(tmp_path: Path, rule: Assignment | None) -> Iterator[Room]:
    room = Room(tmp_path, rule)
    yield room
    room.state.close()
    room.store.close()


def cases(*numbers: int) -> list[Case]:
    return [make_case(str(n), due_at=None, received_at=NOW + timedelta(minutes=n)) for n in numbers]


def test_officers_take_turns_across_looks_and_nobody_gets_more_than_there_is_room_for(room: Room) -> None:
    first, later = cases(*range(4)), cases(*range(4, 12))
    room.file(*first)
    assert room.assign() == 4
    assert room.who_has(*first) == ["anita", "bala", "chand", "anita"]
    room.file(*later)
    assert room.assign() == 5
    assert room.who_has(*later) == ["bala", "chand", "anita", "bala", "chand", None, None, None]
    assert room.assign() == 0
    case = room.case(first[0].id)
    assert (case.status, case.history[-1].by) == (Status.ASSIGNED, "clock")
    assert is_untouched(case), "no person has acted on it yet"


@pytest.mark.parametrize("rule", [LOADS])
def test_who_has_the_fewest_is_next(room: Room) -> None:
    held = [case.model_copy(update={"assignee": "anita", "status": Status.IN_PROGRESS}) for case in cases(1, 2)]
    room.file(*held, *cases(3, 4, 5))
    room.assign()
    assert sorted(filter(None, room.who_has(*cases(3, 4, 5)))) == ["bala", "bala", "chand"]


@pytest.mark.parametrize("rule", [None])
def test_without_a_rule_cases_wait_to_be_taken(room: Room) -> None:
    room.file(*cases(1))
    assert room.assign() == 0


def test_what_somebody_has_taken_in_between_is_theirs(room: Room) -> None:
    [case] = cases(1)
    room.file(case)
    search = room.store.search

    def overtaken(*arguments: object) -> object:
        found = search(*arguments)  # type: ignore[arg-type]
        if room.case(case.id).assignee is None:
            boss = Actor("dev", Party.OFFICER)
            revise(
                room.store,
                room.directory,
                lambda: room.store.cases([case.id])[case.id],
                lambda standing: acts.take(standing, boss, NOW),
            )
        return found

    room.store.search = overtaken  # type: ignore[method-assign, assignment]
    assert room.assign() == 0
    assert room.case(case.id).assignee == "dev"


def test_on_leave_nobody_gets_a_case_and_what_they_had_goes_back(room: Room) -> None:
    assigned, begun, critical = (
        make_case("1", assignee="anita", status=Status.ASSIGNED, due_at=None),
        make_case("2", assignee="anita", status=Status.IN_PROGRESS, due_at=None),
        make_case("3", assignee="anita", status=Status.ASSIGNED, urgency=Urgency.CRITICAL, due_at=None),
    )
    room.file(assigned, begun, critical.model_copy(update={"accepted_by": "anita"}))
    room.away = ["anita"]
    room.assign()
    assert {*room.who_has(assigned, begun, critical)} <= {"bala", "chand"}
    assert room.case(begun.id).status is Status.IN_PROGRESS
    rung = room.case(critical.id)
    assert (rung.accepted_by, rung.due_at) == (None, critical.received_at), "it rings anew"
    assert "on leave" in next(e.detail for e in rung.history if e.act == "released")
    assert room.assign() == 0


def test_a_sealed_case_goes_only_to_whom_may_see_it() -> None:
    sealed = make_case().model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    assert who(sealed, officer("anybody")) is None
    assert who(sealed, officer("anybody"), Officer("named", sealed=True)) == "named"


def officer(name: str, places: str = "", languages: str = "") -> Officer:
    return Officer(name, None, frozenset(places.split()), frozenset(languages.split()))


def who(case: Case, *officers: Officer, fit: tuple[str, ...] = ("place", "language")) -> str | None:
    found = chosen(case, officers, {}, Assignment.model_validate({"fit": fit}), small_directory(), "")
    return None if found is None else found.name


def test_by_place_the_innermost_comes_first_and_by_language_who_speaks_it() -> None:
    inner, outer, any_ = officer("inner", "sadar"), officer("outer", "sundarpur"), officer("any")
    at_sadar = make_case(place="sadar")
    assert who(at_sadar, outer, inner, any_) == "inner"
    assert who(at_sadar, outer, any_) == "outer"
    assert who(make_case(place="sundarpur"), inner, any_) == "any"
    assert who(make_case(place="sundarpur"), inner) is None
    hindi, marathi = officer("hindi", "", "hi"), officer("marathi", "", "mr")
    assert who(make_case(language="hi-Latn"), marathi, any_, hindi) == "hindi"
    assert who(make_case(language="ta"), marathi, hindi, any_) == "any"
    assert who(make_case(language="und"), marathi) == "marathi"


@given(count=st.integers(1, 30), order=st.permutations(NAMES))
def test_turns_are_even_whoever_is_listed_first(count: int, order: list[str]) -> None:
    given_to: dict[str, int] = dict.fromkeys(NAMES, 0)
    last = ""
    rule = Assignment(by=AssignBy.ROUND_ROBIN, capacity=500)
    for _ in range(count):
        found = chosen(make_case(), [officer(name) for name in order], given_to, rule, small_directory(), last)
        assert found is not None
        last = found.name
        given_to[last] += 1
    assert max(given_to.values()) - min(given_to.values()) <= 1
