"""Taking and releasing a case: by itself, through the pages, and by two officers at once."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.acts import AlreadyTakenError, ClosedError, NotHeldError, release, take
from queues.lifecycle import Actor, Party
from schemas.case import MAX_HISTORY, OPEN_STATUSES, Case, HistoryEntry, Status
from tests.desk.office import Office, Visitor
from tests.queues.factories import NOW, make_case

Act = Callable[[Case, Actor, datetime], Case]

SITA, MOHAN, FARAH = (Actor(name, Party.OFFICER) for name in ("sita", "mohan", "farah"))

LATER = NOW + timedelta(hours=1)


def test_taking_assigns_and_says_who_and_when() -> None:
    taken = take(make_case(), SITA, LATER)
    assert (taken.assignee, taken.status, taken.revision, taken.touched) == ("sita", Status.ASSIGNED, 1, ("assignee",))
    assert taken.history == (HistoryEntry(at=LATER, by="sita", act="taken"),)
    assert taken.changed_at == LATER


def test_a_case_in_review_stays_there() -> None:
    taken = take(make_case(status=Status.REVIEW), SITA, LATER)
    assert taken.status is Status.REVIEW
    assert release(taken, SITA, LATER).status is Status.REVIEW


def test_releasing_makes_it_new_again() -> None:
    released = release(take(make_case(), SITA, NOW), SITA, LATER)
    assert (released.assignee, released.status, released.revision) == (None, Status.NEW, 2)


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN_STATUSES))
def test_what_is_no_longer_open_is_neither_taken_nor_released(status: Status) -> None:
    with pytest.raises(ClosedError):
        take(make_case(status=status), SITA, LATER)
    with pytest.raises(ClosedError):
        release(make_case(status=status, assignee="sita"), SITA, LATER)


def test_a_merged_case_is_not_taken() -> None:
    with pytest.raises(ClosedError):
        take(make_case(merged_into="another"), SITA, LATER)


def test_history_stays_bounded() -> None:
    full = tuple(HistoryEntry(at=NOW, by="clock", act="reminded") for _ in range(MAX_HISTORY))
    taken = take(make_case().model_copy(update={"history": full}), SITA, LATER)
    assert len(taken.history) == MAX_HISTORY
    assert taken.history[-1].act == "taken"


@given(st.lists(st.tuples(st.sampled_from([take, release]), st.sampled_from([SITA, MOHAN, FARAH]))))
def test_whatever_is_tried_in_any_order_only_the_holder_changes(
    tries: list[tuple[Act, Actor]],
) -> None:
    case, done = make_case(), 0
    for act, actor in tries:
        before = case
        try:
            case = act(case, actor, LATER)
        except AlreadyTakenError as error:
            assert error.by == before.assignee != actor.name
        except NotHeldError:
            assert before.assignee != actor.name
        done += case is not before
        assert case.revision == len(case.history) == done
        assert (case.status is Status.ASSIGNED) == (case.assignee is not None)
    assert case.model_copy(update={"assignee": None}).posts == make_case().posts


def test_an_officer_takes_and_releases_a_case(office: Office) -> None:
    case = make_case()
    office.file(case)
    visitor = office.visitor("sita")
    page = f"/cases/{case.id}"
    assert visitor.send(f"{page}/take", seen_on=page).headers["location"] == page
    assert office.case(case.id).assignee == "sita"
    assert "You have this case." in visitor.get(page).text
    assert visitor.send(f"{page}/release", seen_on=page).status_code == 303
    assert (office.case(case.id).assignee, office.case(case.id).revision) == (None, 2)


def test_the_second_officer_is_told_who_has_it(office: Office) -> None:
    case = make_case()
    office.file(case)
    sita, mohan = office.visitor("sita"), office.visitor("mohan")
    sita.send(f"/cases/{case.id}/take")
    office.clock.pass_by(hours=1)
    told = mohan.send(f"/cases/{case.id}/take")
    assert told.status_code == 409
    for fact in ("sita has this case; you did not take it.", "Taken on 1 July 2026, 12:00", f"/cases/{case.id}"):
        assert fact in told.text
    assert sita.send(f"/cases/{case.id}/take").status_code == 303
    assert office.case(case.id).revision == 1


def test_only_the_holder_releases(office: Office) -> None:
    case = make_case(assignee="sita", status=Status.ASSIGNED)
    office.file(case)
    assert office.visitor("mohan").send(f"/cases/{case.id}/release").status_code == 409
    assert office.case(case.id) == case


def test_of_officers_who_take_a_case_at_once_exactly_one_wins(office: Office) -> None:
    cases = [make_case(str(number)) for number in range(4)]
    office.file(*cases)
    names = ["sita", "mohan", "boss", "chief"]
    together = threading.Barrier(len(names))
    answers: dict[str, list[tuple[int, str]]] = {}

    def race(name: str) -> None:
        visitor = Visitor(office.app)
        visitor.sign_in(name)
        secret = visitor.secret()
        for case in cases:
            together.wait(timeout=20)
            answer = visitor.ask("POST", f"/cases/{case.id}/take", data={"csrf": secret})
            answers.setdefault(case.id, []).append((answer.status_code, answer.text))
        visitor.close()

    racers = [threading.Thread(target=race, args=(name,)) for name in names]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    for case in cases:
        after = office.case(case.id)
        assert after.revision == 1
        assert sorted(status for status, _ in answers[case.id]) == [303, 409, 409, 409]
        told = [text for status, text in answers[case.id] if status == 409]
        assert all(f"{after.assignee} has this case; you did not take it." in text for text in told)


def test_officers_who_take_the_next_case_at_once_get_different_ones(office: Office) -> None:
    office.file(*(make_case(str(number), due_at=NOW + timedelta(hours=number)) for number in range(8)))

    def work(name: str) -> None:
        visitor = Visitor(office.app)
        visitor.sign_in(name)
        for _ in range(4):
            assert visitor.send("/queues/water/next").status_code == 303
        visitor.close()

    officers = [threading.Thread(target=work, args=(name,)) for name in ("sita", "mohan")]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()
    taken = [office.case(make_case(str(number)).id) for number in range(8)]
    assert all(case.revision == 1 for case in taken)
    assert sorted(case.assignee or "" for case in taken) == ["mohan"] * 4 + ["sita"] * 4


def test_the_next_case_is_the_most_pressing_that_nobody_has(office: Office) -> None:
    urgent = make_case("1", assignee="mohan", status=Status.REVIEW, due_at=NOW)
    next_one = make_case("2", status=Status.REVIEW, due_at=NOW + timedelta(hours=1))
    office.file(make_case("3", due_at=NOW + timedelta(hours=2)), urgent, next_one)
    visitor = office.visitor("sita")
    assert visitor.send("/queues/water/next").headers["location"] == f"/cases/{next_one.id}"
    visitor.send("/queues/water/next")
    assert visitor.send("/queues/water/next").headers["location"] == "/queues/water"


def test_filing_that_goes_on_meanwhile_does_not_lose_the_taking(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    office.file(case)
    write, rounds = office.store.write_cases, iter(range(3))

    def written_by_others_first(changes: Sequence[tuple[Case, str | None]]) -> Sequence[bool]:
        if next(rounds, None) is not None:
            found = office.store.cases([case.id])[case.id]
            write([(found.case.model_copy(update={"post_count": found.case.post_count + 1}), found.version)])
        return write(changes)

    monkeypatch.setattr(office.store, "write_cases", written_by_others_first)
    assert office.visitor("sita").send(f"/cases/{case.id}/take").status_code == 303
    after = office.case(case.id)
    assert (after.assignee, after.post_count, after.revision) == ("sita", 4, 1)
