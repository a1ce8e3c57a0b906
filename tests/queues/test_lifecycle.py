"""What can be done to a case, by whom and when; what each act leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from queues import acts
from queues.acts import ActError, ConditionError, NotPossibleError
from queues.acts.joining import take_in
from queues.lifecycle import CLOCK, RULES, Act, Actor, Condition, Party, diagram, is_possible
from queues.sla import brought_forward, settled
from schemas.case import OPEN_STATUSES, Case, Status
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.entry import Name
from schemas.handling import TransferKind
from schemas.labels import ComplaintType, Urgency
from schemas.offices import Arbiter, OutcomeKind, OutsideOffice
from schemas.replies import Replies
from schemas.service import ServiceLevel, Target
from tests.conftest import PROJECT
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_case

LEVELS = (
    ServiceLevel(hours=4, urgencies=(Urgency.CRITICAL,)),
    ServiceLevel(hours=504, acknowledge=Target(hours=2), answer=Target(hours=24), interim=Target(hours=240)),
)
FIR = OutcomeKind(code="fir", name=Name(en="FIR"), fields=("number", "station", "sections"))
SMALL = small_directory()
OFFICE: Directory = small_directory(
    service_levels=LEVELS,
    replies=Replies(acknowledge=True),
    departments=tuple(
        department.model_copy(update={"outcomes": (*department.outcomes, FIR)})
        if department.code == "police"
        else department
        for department in SMALL.departments
    ),
    arbiters=(Arbiter(queue="grievances", between=("police", "water-board")),),
    outside=(OutsideOffice(code="highways", name=Name(en="Highways"), portal="https://portal.example"),),
)
SITA = Actor("sita", Party.OFFICER, frozenset({"water"}))
FARAH = Actor("farah", Party.OFFICER, frozenset({"police-control"}))
BOSS = Actor("boss", Party.SUPERVISOR, frozenset({"water"}))
CHIEF = Actor("chief", Party.SUPERVISOR)
CITIZEN = Actor("post:x:2", Party.CITIZEN)
HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def case(**fields: object) -> Case:
    made = make_case(due_at=None).model_copy(update=fields)
    return settled(brought_forward(made, OFFICE), OFFICE)


def worked() -> Case:
    return acts.start(acts.take(case(), SITA, NOW), SITA, NOW)


def resolved() -> Case:
    answered = acts.answer(worked(), SITA, LATER, text="The pipe was mended.", directory=OFFICE)
    return acts.resolve(answered, SITA, LATER, outcome="done", fields={}, directory=OFFICE)


def test_every_act_is_in_the_table_once_and_the_page_shows_the_table() -> None:
    assert [rule.act for rule in RULES] == list(dict.fromkeys(rule.act for rule in RULES))
    assert {rule.act for rule in RULES} == set(Act)
    page = (PROJECT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert page.partition("<!-- from the table -->\n")[2] == diagram(), "make it again: see docs/lifecycle.md"


def test_every_status_can_be_left_or_is_an_end() -> None:
    left = {source for rule in RULES for source, target in rule.leads.items() if source is not target}
    assert left == set(Status)


SIMPLE: dict[Act, Callable[[Case, Actor], Case]] = {
    Act.TAKE: lambda c, a: acts.take(c, a, LATER),
    Act.RELEASE: lambda c, a: acts.release(c, a, LATER),
    Act.START: lambda c, a: acts.start(c, a, LATER),
    Act.WAIT: lambda c, a: acts.wait(c, a, LATER, why="which street?", directory=OFFICE),
    Act.ANSWER: lambda c, a: acts.answer(c, a, LATER, text="we look into it", directory=OFFICE),
    Act.CONFIRM: lambda c, a: acts.confirm(c, a, LATER, directory=OFFICE),
    Act.NOTE: lambda c, a: acts.note(c, a, LATER, text="seen"),
    Act.CLOSE: lambda c, a: acts.close(c, a, LATER, why="done"),
    Act.TRANSFER: lambda c, a: acts.transfer(c, a, LATER, to="grievances", why="theirs", directory=OFFICE),
    Act.CORRECT: lambda c, a: acts.correct(c, a, LATER, directory=OFFICE, place="sadar"),
}


@pytest.mark.parametrize("act", SIMPLE)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("actor", [SITA, BOSS, CITIZEN, CLOCK], ids=lambda actor: actor.party)
def test_what_the_table_forbids_is_refused(act: Act, status: Status, actor: Actor) -> None:
    standing = case(status=status, assignee=actor.name if act is Act.RELEASE else None)
    if is_possible(act, standing, actor.party):
        try:
            after = SIMPLE[act](standing, actor)
        except ConditionError:
            return
        assert after.revision == standing.revision + 1
        assert (after.history[-1].at, after.history[-1].by, after.history[-1].act) == (LATER, actor.name, act)
    else:
        with pytest.raises(ActError):
            SIMPLE[act](standing, actor)


def test_a_case_from_post_to_end() -> None:
    done = resolved()
    assert (done.status, done.resolved_at) == (Status.RESOLVED, LATER)
    assert done.outcome is not None
    assert all(clock.met_at for clock in done.clocks if clock.kind is not ClockKind.INTERIM)
    closed = acts.close(done, CLOCK, LATER, why="nobody came back")
    assert closed.status is Status.CLOSED
    assert [entry.act for entry in closed.history] == ["taken", "started", "answered", "resolved", "closed"]


def test_nobody_ends_a_case_without_an_answer() -> None:
    with pytest.raises(ConditionError, match="answer the citizen first"):
        acts.resolve(worked(), SITA, LATER, outcome="done", fields={}, directory=OFFICE)


def test_an_outcome_is_one_of_the_offices_and_says_what_it_asks_for() -> None:
    answered = acts.answer(worked(), SITA, LATER, text="an FIR was registered", directory=OFFICE)
    police = answered.model_copy(update={"queue": "police-control"})
    resolve = partial(acts.resolve, actor=FARAH, now=LATER, directory=OFFICE)
    with pytest.raises(ConditionError, match="fir is none of this office's outcomes"):
        resolve(answered, outcome="fir", fields={})
    with pytest.raises(ConditionError, match="fir needs station, sections"):
        resolve(police, outcome="fir", fields={"number": "112/2026", "station": " "})
    with pytest.raises(ConditionError, match="fir has no colour"):
        resolve(police, outcome="fir", fields={"number": "1", "station": "a", "sections": "b", "colour": "red"})
    made = resolve(police, outcome="fir", fields={"number": "112/2026", "station": "Kotwali", "sections": "303(2)"})
    assert made.outcome is not None
    assert made.outcome.fields["number"] == "112/2026"


def test_a_critical_case_is_not_worked_on_until_somebody_answers_for_it_by_name() -> None:
    fire = case(urgency=Urgency.CRITICAL)
    with pytest.raises(ConditionError, match="accept this critical case"):
        acts.start(fire, SITA, LATER)
    accepted = acts.accept(fire, SITA, LATER)
    assert (accepted.accepted_by, accepted.assignee, accepted.status) == ("sita", "sita", Status.ASSIGNED)
    with pytest.raises(acts.AlreadyTakenError):
        acts.accept(accepted, BOSS, LATER)
    handed = acts.hand_over(fire, SITA, LATER, to="112, operator 7")
    assert acts.start(handed, SITA, LATER).status is Status.IN_PROGRESS
    assert handed.history[-1].detail == "to 112, operator 7"


def test_a_case_goes_back_once_and_then_the_arbiter_decides() -> None:
    sent = acts.transfer(worked(), SITA, LATER, to="police-control", why="a theft", directory=OFFICE)
    assert (sent.queue, sent.status, sent.assignee) == ("police-control", Status.NEW, None)
    back = acts.send_back(sent, FARAH, LATER, why="no theft", directory=OFFICE)
    assert back.queue == "water"
    again = settled(acts.transfer(back, SITA, LATER, to="police-control", why="it is", directory=OFFICE), OFFICE)
    assert again.queue == "water", "the last holder answers for it"
    assert again.dispute is not None
    assert (again.dispute.arbiter, again.due_at) == ("grievances", NOW + 2 * HOUR)
    assert "grievances" in again.watching
    with pytest.raises(ConditionError, match="grievances decides"):
        acts.send_back(again, SITA, LATER, why="no", directory=OFFICE)
    with pytest.raises(NotPossibleError):
        acts.arbitrate(again, BOSS, LATER, to="police-control", why="mine", directory=OFFICE)
    decided = acts.arbitrate(again, CHIEF, LATER, to="police-control", why="a theft it is", directory=OFFICE)
    assert (decided.queue, decided.dispute) == ("police-control", None)
    assert decided.transfers[-1].kind is TransferKind.ARBITRATED
    with pytest.raises(ConditionError, match="no other queue sent"):
        acts.send_back(decided, FARAH, LATER, why="still no", directory=OFFICE)
    assert decided.clocks == case().clocks, "and the citizen's clocks went on"


def test_only_the_next_return_is_disputed_when_it_comes_from_the_other_side() -> None:
    sent = acts.transfer(worked(), SITA, LATER, to="police-control", why="a theft", directory=OFFICE)
    back = acts.send_back(sent, FARAH, LATER, why="no theft", directory=OFFICE)
    returned = acts.send_back(back, SITA, LATER, why="yes it is", directory=OFFICE)
    assert (returned.queue, returned.dispute is not None) == ("water", True)


def test_what_is_about_staff_stays_with_oversight() -> None:
    about = acts.correct(worked(), SITA, LATER, directory=OFFICE, type=ComplaintType.CORRUPTION)
    assert (about.queue, about.assignee, about.watching) == ("oversight", None, ())
    assert {"queue", "type"} <= {*about.touched}
    with pytest.raises(ConditionError, match="stays with oversight"):
        acts.transfer(about, CHIEF, LATER, to="water", why="hush", directory=OFFICE)


def test_an_outside_office_has_it_under_its_own_number_and_we_look_again() -> None:
    out = acts.transfer_out(
        worked(), SITA, LATER, office="highways", reference="NH/77", why="their road", directory=OFFICE
    )
    assert out.status is Status.IN_PROGRESS
    assert out.outside is not None
    assert (out.outside.reference, out.outside.follow_up_at) == ("NH/77", LATER + 168 * HOUR)
    with pytest.raises(ConditionError, match="no outside office"):
        acts.transfer_out(worked(), SITA, LATER, office="nowhere", reference="1", why="x", directory=OFFICE)


def test_waiting_stops_the_clocks_and_the_citizens_word_starts_them() -> None:
    waiting = settled(acts.wait(worked(), SITA, LATER, why="which street?", directory=OFFICE), OFFICE)
    assert waiting.due_at == LATER + 168 * HOUR
    again = acts.resume(waiting, CITIZEN, LATER + 5 * HOUR, directory=OFFICE)
    due = {clock.kind: clock.due_at for clock in again.clocks}
    assert due[ClockKind.RESOLVE] == case().received_at + 509 * HOUR


def test_dismissing_what_has_a_docket_needs_a_supervisor_of_another_queue() -> None:
    for actor in (SITA, BOSS):
        with pytest.raises(ConditionError, match="another queue"):
            acts.dismiss(worked(), actor, LATER, why="a joke")
    gone = acts.dismiss(worked(), CHIEF, LATER, why="a joke")
    assert (gone.status, settled(gone, OFFICE).due_at) == (Status.DISMISSED, None)
    unsure = case(status=Status.REVIEW, docket=None)
    assert acts.dismiss(unsure, SITA, LATER, why="an advertisement").status is Status.DISMISSED
    restored = acts.restore(acts.dismiss(unsure, SITA, LATER, why="?"), SITA, LATER, why="no", directory=OFFICE)
    assert restored.docket is not None
    assert {clock.due_at for clock in restored.clocks} == {clock.due_at for clock in case().clocks}


def test_confirming_starts_the_citizens_clock_from_receipt() -> None:
    confirmed = acts.confirm(case(status=Status.REVIEW, docket=None), SITA, LATER, directory=OFFICE)
    assert confirmed.docket is not None
    going = [clock for clock in confirmed.clocks if clock.is_running]
    assert going == [clock for clock in case().clocks if clock.kind is not ClockKind.ACKNOWLEDGE]
    assert confirmed.acknowledged_at == LATER


def test_within_the_time_a_case_is_reopened_against_its_old_clock_and_appealed_to_somebody_else() -> None:
    again = acts.reopen(resolved(), CITIZEN, LATER + HOUR, why="dry again", directory=OFFICE)
    assert (again.status, again.assignee, again.resolved_at) == (Status.IN_PROGRESS, "sita", None)
    running = [clock for clock in again.clocks if clock.is_running and clock.kind is ClockKind.RESOLVE]
    assert running == [clock for clock in case().clocks if clock.kind is ClockKind.RESOLVE]
    appealed = acts.appeal(resolved(), CITIZEN, LATER + HOUR, why="nobody came", directory=OFFICE)
    assert (appealed.status, appealed.assignee, appealed.appeals) == (Status.NEW, None, 1)
    with pytest.raises(ConditionError, match="has passed"):
        acts.reopen(resolved(), CITIZEN, LATER + 721 * HOUR, why="dry again", directory=OFFICE)


def test_what_a_person_corrects_is_touched_and_its_clocks_count_anew_from_receipt() -> None:
    fixed = acts.correct(case(), SITA, LATER, directory=OFFICE, urgency=Urgency.CRITICAL, language="hi")
    assert fixed.touched == ("urgency", "language")
    assert next(c for c in fixed.clocks if c.kind is ClockKind.RESOLVE).due_at == case().received_at + 4 * HOUR
    assert acts.correct(fixed, SITA, LATER, directory=OFFICE, language="hi") is fixed
    with pytest.raises(ConditionError, match="no place"):
        acts.correct(case(), SITA, LATER, directory=OFFICE, place="atlantis")


@pytest.mark.parametrize("why", ["", "  \n", "x" * 3000])
def test_a_reason_is_needed_and_bounded(why: str) -> None:
    with pytest.raises(ConditionError) as caught:
        acts.transfer(worked(), SITA, LATER, to="grievances", why=why, directory=OFFICE)
    assert caught.value.condition is Condition.REASON


def test_a_merged_case_is_worked_on_where_it_went() -> None:
    merged = case(merged_into="another")
    for act in Act:
        for party in Party:
            possible = is_possible(act, merged, party)
            assert not possible or act in {Act.UNMERGE, Act.NOTE, Act.HOLD, Act.LIFT_HOLD}


def test_every_open_case_has_a_next_moment_whatever_was_done() -> None:
    made = [case(), worked(), case(status=Status.REVIEW), case(urgency=Urgency.CRITICAL)]
    made.append(acts.answer(worked(), SITA, LATER, text="soon", directory=OFFICE))
    made.append(acts.transfer(worked(), SITA, LATER, to="grievances", why="theirs", directory=OFFICE))
    for standing in made:
        assert standing.status in OPEN_STATUSES
        assert settled(standing, OFFICE).due_at is not None


def test_restoring_restarts_no_clock_that_came_with_a_merged_case() -> None:
    kept = case(received_at=LATER, touched=("urgency",), revision=1)
    gone = case(id="gone", urgency=Urgency.CRITICAL)
    whole = take_in(kept, gone, BOSS, LATER)
    assert [gone.deadline_at] == [clock.due_at for clock in whole.clocks if clock.kind is ClockKind.RESOLVE]
    dismissed = acts.dismiss(whole, CHIEF, LATER + HOUR, why="no complaint")
    back = acts.restore(dismissed, BOSS, LATER + 2 * HOUR, why="a complaint", directory=OFFICE)
    due = {clock.kind: clock.due_at for clock in whole.clocks}
    assert all(clock.due_at <= due[clock.kind] for clock in back.clocks)
    assert all(clock.is_running for clock in back.clocks if clock.kind is ClockKind.RESOLVE)
