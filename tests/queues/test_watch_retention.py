"""What the watch told goes when its time is over, as a whole; what is held stays, and acts go on being numbered."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from queues import claim_holds, watching
from queues.state import StateRecord, StateStore
from queues.watch_retention import forget_before
from queues.watching import ClaimAct, Effect, Verb
from schemas.alert import AlertKind, Grade, SpikeAlert
from schemas.handling import Hold
from tests.queues.factories import NOW

OLD, CUT = NOW - timedelta(days=400), NOW - timedelta(days=365)
KINDS = (
    watching.ALERT_KIND,
    watching.NOTICE_KIND,
    watching.ACT_KIND,
    watching.CLAIM_KIND,
    watching.EFFECT_KIND,
)


def tell(state: StateStore, claim: str, *moments: datetime) -> None:
    for doubling, at in enumerate(moments):
        told = SpikeAlert(
            id=f"{claim}:{doubling}",
            kind=AlertKind.RUMOUR,
            grade=Grade.HIGH,
            claim=claim,
            doubling=doubling,
            at=at,
            accounts=8,
        )
        watching.record_alert(state, told)


def act(state: StateStore, claim: str, at: datetime) -> int:
    return watching.append_act(state, ClaimAct(verb=Verb.ACKNOWLEDGE, claim=claim, by="mina", at=at)).number


def test_an_old_claim_goes_with_all_that_was_told_and_done(state: StateStore) -> None:
    tell(state, "x:1", OLD, OLD)
    act(state, "x:1", OLD)
    watching.note_effect(state, Effect(claim="x:1", at=OLD))
    assert forget_before(state, CUT) == 1
    assert {kind: state.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 0)
    assert forget_before(state, CUT) == 0


def test_one_that_was_told_or_looked_at_since_stays_whole(state: StateStore) -> None:
    tell(state, "x:1", OLD, NOW)
    tell(state, "x:2", OLD)
    act(state, "x:2", NOW)
    assert forget_before(state, CUT) == 0
    assert [alert.doubling for alert in watching.alerts_on(state, "x:1")] == [0, 1]
    assert len(watching.acts_on(state, "x:2")) == 1


def test_what_is_held_stays_until_the_hold_is_lifted(state: StateStore) -> None:
    tell(state, "x:1", OLD)
    act(state, "x:1", OLD)
    hold = Hold(by="mina", at=OLD, why="asked for", order="4/26", review_at=NOW)
    claim_holds.hold(state, "x:1", hold, ["x:1"])
    assert forget_before(state, CUT) == 0
    assert (len(watching.alerts_on(state, "x:1")), len(watching.acts_on(state, "x:1"))) == (1, 1)
    claim_holds.lift(state, "x:1")
    assert forget_before(state, CUT) == 1
    assert state.count(watching.ACT_KIND) == 0


def test_acts_are_numbered_on_and_applied_on_after_the_first_ones_went(state: StateStore) -> None:
    tell(state, "x:1", OLD)
    assert [act(state, "x:1", OLD) for _ in range(30)] == [*range(1, 31)]
    assert [act(state, "x:2", NOW) for _ in range(3)] == [31, 32, 33]
    forget_before(state, CUT)
    assert act(state, "x:2", NOW) == 34
    for applied in (0, 30, 31):
        assert [done.number for done in watching.acts_after(state, applied)] == [*range(max(applied, 30) + 1, 35)]


@pytest.mark.parametrize("deletions", range(1, 17, 5))
def test_killed_while_it_forgets_the_next_run_ends_it(
    state: StateStore, monkeypatch: pytest.MonkeyPatch, deletions: int
) -> None:
    for number in range(4):
        tell(state, f"x:{number}", OLD)
        act(state, f"x:{number}", OLD)
    left, delete = [deletions], state.delete

    def dying(record: StateRecord) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        delete(record)

    with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
        patched.setattr(state, "delete", dying)
        forget_before(state, CUT)
    number = act(state, "x:new", NOW)
    assert [done.number for done in watching.acts_after(state, number - 1)] == [number]
    forget_before(state, CUT)
    kept = {watching.ACT_KIND: 1, watching.CLAIM_KIND: 1}
    assert {kind: state.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 0) | kept
