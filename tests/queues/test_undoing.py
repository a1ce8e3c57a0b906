"""Taking an act back puts the case as it was; approval; what can no longer be taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from queues import acts
from queues.acts import ConditionError
from queues.acts.undoing import LASTING
from queues.audit import faults, sealed
from queues.lifecycle import Act, Condition
from schemas.case import Case, Status
from schemas.labels import Sensitivity
from schemas.outbox import EntryState
from schemas.replies import Replies
from tests.queues.test_lifecycle import BOSS, CHIEF, LATER, OFFICE, SITA, case, resolved, worked

SOON = LATER + timedelta(seconds=30)
DONE: dict[Act, tuple[Case, Callable[[Case], Case]]] = {
    Act.TAKE: (case(), lambda c: acts.take(c, SITA, LATER)),
    Act.CONFIRM: (case(status=Status.REVIEW, docket=None), lambda c: acts.confirm(c, SITA, LATER, directory=OFFICE)),
    Act.WAIT: (worked(), lambda c: acts.wait(c, SITA, LATER, why="which street?", directory=OFFICE)),
    Act.ANSWER: (worked(), lambda c: acts.answer(c, SITA, LATER, text="soon", directory=OFFICE)),
    Act.TRANSFER: (worked(), lambda c: acts.transfer(c, SITA, LATER, to="grievances", why="theirs", directory=OFFICE)),
    Act.CORRECT: (worked(), lambda c: acts.correct(c, SITA, LATER, directory=OFFICE, place="sadar")),
    Act.REOPEN: (resolved(), lambda c: acts.reopen(c, SITA, LATER, why="not mended", directory=OFFICE)),
    Act.DISMISS: (
        case(status=Status.REVIEW, docket=None),
        lambda c: acts.dismiss(c, SITA, LATER, why="praise"),
    ),
}
_OWN = {"history", "revision", "handled", "changed_at", "due_at", "undo"}


def done(act: Act) -> tuple[Case, Case]:
    before, change = DONE[act]
    return before, acts.undoable(act, before, change(before), SITA, LATER, OFFICE)


@pytest.mark.parametrize("act", DONE)
def test_an_act_taken_back_leaves_the_case_as_it_was(act: Act) -> None:
    before, after = done(act)
    again = acts.undo(sealed(after), SITA, SOON)
    assert again.model_dump(exclude=_OWN) == before.model_dump(exclude=_OWN)
    assert again.handled, "a person has acted on it, whatever came of that"
    assert [entry.act for entry in again.history[-2:]] == [act, Act.UNDO]
    assert (again.revision, again.undo) == (before.revision + 2, None)
    assert list(faults(sealed(again))) == []


def test_it_is_taken_back_once_in_time_by_its_own_hand() -> None:
    _, after = done(Act.TAKE)
    late = LATER + timedelta(hours=OFFICE.times.undo, seconds=1)
    for standing, actor, when in ((after, BOSS, SOON), (after, SITA, late), (acts.undo(after, SITA, SOON), SITA, SOON)):
        with pytest.raises(ConditionError) as caught:
            acts.undo(standing, actor, when)
        assert caught.value.condition is Condition.UNDOABLE


def test_nothing_is_taken_back_over_what_others_have_done_since() -> None:
    _, after = done(Act.ANSWER)
    sending = tuple(entry.model_copy(update={"state": EntryState.SENDING}) for entry in after.outbox)
    for since in (acts.note(after, BOSS, SOON, text="seen"), after.model_copy(update={"outbox": sending})):
        with pytest.raises(ConditionError):
            acts.undo(since, SITA, SOON)
    filed = after.model_copy(update={"post_count": 9})
    assert acts.undo(filed, SITA, SOON).post_count == 9


def test_a_note_stays_said() -> None:
    assert Act.NOTE in LASTING
    before = worked()
    after = acts.undoable(Act.NOTE, before, acts.note(before, SITA, LATER, text="seen"), SITA, LATER, OFFICE)
    with pytest.raises(ConditionError):
        acts.undo(after, SITA, SOON)


def test_a_reply_that_waits_for_approval_has_met_no_clock_until_it_is_approved() -> None:
    office = OFFICE.model_copy(update={"replies": Replies(approval=(Sensitivity.CUSTODY,))})
    held = acts.answer(
        worked().model_copy(update={"sensitivity": (Sensitivity.CUSTODY,)}), BOSS, LATER, text="soon", directory=office
    )
    (entry,) = held.outbox
    assert (entry.state, entry.by, held.answered_at) == (EntryState.HELD, "boss", None)
    assert held.clocks == worked().clocks
    with pytest.raises(ConditionError) as caught:
        acts.approve(held, BOSS, SOON, entry=entry.id, directory=office)
    assert caught.value.condition is Condition.OTHER_HAND
    approved = acts.approve(held, CHIEF, SOON, entry=entry.id, directory=office)
    assert (approved.outbox[0].state, approved.answered_at) == (EntryState.PENDING, SOON)
    assert acts.call_back(held, SITA, SOON, entry=entry.id).outbox == ()
