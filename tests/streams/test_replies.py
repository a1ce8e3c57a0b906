"""What a citizen is told: in their language, after the time to call it back, once, whatever is killed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from queues import acts
from queues.acts import ConditionError, joining
from queues.escalation import on_due
from queues.lifecycle import Actor, Party
from queues.regrouping import Regrouping
from queues.replies import acknowledged
from queues.revising import revise
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from schemas.case import Case, Status
from schemas.clocks import ClockKind
from schemas.labels import Sensitivity
from schemas.outbox import EntryState
from schemas.replies import Template
from schemas.service import ServiceLevel, Target
from streams.clock import Sweep
from streams.notices import tell_nobody
from streams.replies import LEASE, MOST_TRIES, REPLY, DryRun, NotSentError, NotYetError, Outgoing, Sending
from streams.senders.pace import Pace
from tests.queues.factories import NOW, make_case
from tests.streams.overdue import OFFICE

SITA, BOSS = Actor("sita", Party.OFFICER), Actor("boss", Party.SUPERVISOR)
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Post:
    """Stands for a platform: keeps what it was given, refuses or dies when told to."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.refuses = False
        self.dies_after = False

    def send(self, reply: Outgoing) -> str:
        if self.refuses:
            raise NotSentError("no")
        self.sent.append(reply)
        if self.dies_after:
            raise KeyboardInterrupt
        return "x:900"

    def was_sent(self, reply: Outgoing) -> str | None:
        return "x:900" if reply in self.sent else None


class Office:
    def __init__(self, folder: Path):
        self.store = SqliteCaseStore(folder / "cases.db")
        self.state = SqliteStateStore(folder / "cases.db")
        self.clock, self.post = Clock(), Post()
        self.sending = Sending(self.store, OFFICE, self.post, self.clock)

    def file(self, **fields: object) -> str:
        made = brought_forward(make_case(due_at=None).model_copy(update=fields), OFFICE)
        case = settled(acknowledged(made, OFFICE, NOW), OFFICE)
        assert all(self.store.write_cases([(case, None)]))
        return case.id

    def case(self, id: str) -> Case:
        return self.store.cases([id])[id].case


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.state.close()
    office.store.close()


def test_the_acknowledgement_goes_out_once_in_the_citizens_language(office: Office) -> None:
    id = office.file(language="hi-Latn")
    assert office.sending() == 0, "it can still be called back"
    office.clock.now += 2 * MINUTE
    assert (office.sending(), office.sending()) == (1, 0)
    (reply,) = office.post.sent
    assert "शिकायत" in reply.text
    assert str(office.case(id).docket) in reply.text
    assert (reply.in_reply_to, office.case(id).outbox) == ("x:1", ())
    assert office.case(id).history[-1].act == "sent"


@pytest.mark.parametrize("why", [Sensitivity.SEXUAL_OFFENCE, Sensitivity.CHILD, Sensitivity.SELF_HARM])
def test_a_machine_says_nothing_in_public_to_whom_it_could_harm(office: Office, why: Sensitivity) -> None:
    assert office.case(office.file(sensitivity=(why,))).outbox == ()


def test_what_is_refused_is_tried_again_and_at_last_left_to_a_person(office: Office) -> None:
    id = office.file()
    office.post.refuses = True
    for _ in range(MOST_TRIES):
        office.clock.now += timedelta(hours=1)
        assert office.sending() == 1
    assert office.case(id).outbox[0].state is EntryState.FAILED
    office.clock.now += timedelta(hours=1)
    assert office.sending() == 0


@pytest.mark.parametrize("known", [True, False])
def test_killed_while_sending_it_is_looked_up_and_never_sent_twice(office: Office, known: bool) -> None:
    id = office.file()
    office.clock.now += 2 * MINUTE
    office.post.dies_after = True
    with pytest.raises(KeyboardInterrupt):
        office.sending()
    if not known:
        office.post.sent.clear()
    office.post.dies_after = False
    assert office.sending() == 0, "whoever sends it may still live"
    office.clock.now += LEASE + MINUTE
    assert office.sending() == 1
    assert len(office.post.sent) == known
    assert [entry.state for entry in office.case(id).outbox] == ([] if known else [EntryState.UNKNOWN])


def test_an_answer_called_back_in_time_was_never_given() -> None:
    case = acts.start(brought_forward(make_case(due_at=None), OFFICE), SITA, NOW)
    answered = acts.answer(case, SITA, NOW, text="wrong number", directory=OFFICE)
    back = acts.call_back(answered, SITA, NOW, entry=answered.outbox[0].id)
    assert (back.outbox, back.answered_at, back.clocks) == ((), None, case.clocks)
    with pytest.raises(ConditionError, match="has gone out"):
        acts.call_back(back, SITA, NOW, entry=answered.outbox[0].id)


PROMISING = OFFICE.model_copy(update={"service_levels": (ServiceLevel(hours=504, acknowledge=Target(hours=2)),)})
ACKNOWLEDGE = ClockKind.ACKNOWLEDGE


def runs(case: Case) -> bool:
    return any(clock.kind is ACKNOWLEDGE and clock.is_running for clock in case.clocks)


def test_the_automatic_acknowledgement_stops_its_clock_until_it_is_called_back() -> None:
    case = acknowledged(brought_forward(make_case(due_at=None), PROMISING), PROMISING, NOW)
    assert not runs(case)
    assert runs(acts.call_back(case, SITA, NOW, entry="acknowledgement"))


def test_in_private_only_an_answer_stops_the_clock_of_acknowledgement() -> None:
    made = make_case(due_at=None).model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    case = acknowledged(brought_forward(made, PROMISING), PROMISING, NOW)
    assert runs(case)
    assert not runs(acts.answer(case, SITA, NOW, text="by letter", directory=PROMISING))


@pytest.mark.parametrize("state", [EntryState.FAILED, EntryState.UNKNOWN])
def test_an_acknowledgement_that_did_not_go_out_is_escalated_as_one_that_was_never_given(state: EntryState) -> None:
    case = acknowledged(brought_forward(make_case(due_at=None), PROMISING), PROMISING, NOW)
    failed = case.model_copy(update={"outbox": (case.outbox[0].model_copy(update={"state": state}),)})
    failed = settled(failed, PROMISING)
    assert failed.due_at == NOW, "the clock looks at it at once"
    after = on_due(failed, PROMISING, NOW + timedelta(hours=1))
    assert runs(after) and after.history[-1].act == "not_acknowledged"
    late = on_due(after, PROMISING, NOW + timedelta(hours=3))
    assert [entry.act for entry in late.history[-2:]] == ["not_acknowledged", "escalated"]
    assert on_due(late, PROMISING, NOW + timedelta(hours=3)) is late


def test_a_dry_run_keeps_what_would_have_gone_out(office: Office) -> None:
    office.file()
    office.clock.now += 2 * MINUTE
    Sending(office.store, OFFICE, DryRun(office.state, office.clock), office.clock)()
    assert len(office.state.scan(REPLY)) == 1
    assert office.post.sent == []


def test_a_template_puts_in_what_it_knows_and_refuses_what_it_does_not() -> None:
    template = Template(en="{docket} at {office}", hi="{docket}, {office}")
    assert template.said("mr", docket="{office}", office="Water") == "{office} at Water"
    assert template.said("hi-Latn", docket="1", office="W") == "1, W"
    with pytest.raises(ValueError, match="no such place: name"):
        Template(en="Dear {name}")


def test_a_case_resolved_on_an_answer_that_never_went_out_is_not_closed_but_worked_on(office: Office) -> None:
    id = office.file()
    outcome = OFFICE.department_of_queue["water"].outcomes[0]
    fields = dict.fromkeys(outcome.fields, "so")

    def resolved(case: Case) -> Case:
        answered = acts.answer(acts.take(case, SITA, NOW), SITA, NOW, text="It is mended.", directory=OFFICE)
        return acts.resolve(answered, SITA, NOW, outcome=outcome.code, fields=fields, directory=OFFICE)

    revise(office.store, OFFICE, lambda: office.store.cases([id])[id], resolved)
    office.post.refuses = True
    for _ in range(MOST_TRIES):
        office.clock.now += timedelta(hours=1)
        office.sending()
    assert office.case(id).answered_at is None, "nobody has heard anything"
    sweep = Sweep(office.store, OFFICE, tell_nobody, office.clock)
    sweep()
    assert office.case(id).status is Status.RESOLVED, "the officer was told, and has the time for an appeal to answer"
    office.clock.now += timedelta(hours=OFFICE.times.appeal)
    sweep()
    case = office.case(id)
    assert (case.status, case.outcome, case.resolved_at) == (Status.IN_PROGRESS, None, None)
    assert any(entry.act == "reopened" and entry.by == "clock" for entry in case.history)
    assert any(clock.kind is ClockKind.RESOLVE and clock.is_running for clock in case.clocks)


def two_in_one(office: Office) -> tuple[str, str]:
    """A case that stays, and one with an answer on its way that is to go into it."""
    kept, gone = office.file(), make_case("2", due_at=None)
    answered = acts.answer(acts.take(gone, SITA, NOW), SITA, NOW, text="The pipe is being mended.", directory=OFFICE)
    assert all(office.store.write_cases([(settled(brought_forward(answered, OFFICE), OFFICE), None)]))
    return kept, gone.id


def test_an_answer_that_goes_out_while_its_case_is_merged_is_not_said_again(office: Office) -> None:
    kept, gone = two_in_one(office)
    before = office.case(gone)
    office.clock.now += 2 * MINUTE
    revise(
        office.store,
        OFFICE,
        lambda: office.store.cases([kept])[kept],
        lambda case: joining.take_in(case, before, BOSS, NOW),
    )
    for _ in range(3):  # the desk is killed here, or the worker is quicker
        office.sending()
        office.clock.now += LEASE
    Regrouping(office.store, OFFICE, office.clock).merge(kept, gone, BOSS)
    for _ in range(3):
        office.sending()
        office.clock.now += LEASE
    assert [reply.text for reply in office.post.sent].count("The pipe is being mended.") == 1
    assert not [entry for entry in office.case(kept).outbox if entry.to == "citizen"]
    assert office.case(gone).merged_into == kept


def test_what_a_merged_case_had_to_say_is_said_once(office: Office) -> None:
    kept, gone = two_in_one(office)
    Regrouping(office.store, OFFICE, office.clock).merge(kept, gone, BOSS)
    for _ in range(3):
        office.clock.now += LEASE
        office.sending()
    assert [reply.text for reply in office.post.sent].count("The pipe is being mended.") == 1


def test_a_clock_that_was_ahead_for_once_silences_no_account(office: Office) -> None:
    pace = Pace(office.state, office.clock, MINUTE)
    office.clock.now += timedelta(days=365)
    pace.keep("x:water")
    with pytest.raises(NotYetError):
        pace.keep("x:water")
    office.clock.now = NOW
    pace.keep("x:water")
    with pytest.raises(NotYetError):
        pace.keep("x:water")
