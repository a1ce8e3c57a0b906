"""The watch as a step of the stream: what is kept, what is told, and what a kill in between costs."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from alerts.claims import Claims, digest_of
from alerts.watch import Watch
from queues import watching
from queues.state import StateStore, StoreDownError
from queues.watching import ClaimAct, Verb
from schemas.alert import SpikeAlert
from schemas.events import Deletion, DeletionTarget, Observation
from schemas.labels import Stance
from streams.events import Received
from streams.log import Event, Position
from streams.watch import WatchStep
from tests.alerts.posts import START, telling

POSTS = [telling(number, minutes=number) for number in range(40)]
EXPECTED = ["x:0:0", "x:0:1", "x:0:2"]


def step(state: StateStore) -> WatchStep:
    return WatchStep(state, lambda: START, lambda key: f"account-{key}", lambda: Watch(claims=Claims(capacity=1024)))


def received(posts: Sequence[Observation], first: int = 0) -> list[Received]:
    return [
        Received(Position("observed", 0, number), b"", post.model_dump_json().encode(), {}, post.at)
        for number, post in enumerate(posts, first)
    ]


def told(events: Sequence[Event]) -> list[str]:
    return [SpikeAlert.model_validate_json(event.value).id for event in events if event.topic == "alerts"]


def kept(state: StateStore) -> list[str]:
    return [record.id for record in state.scan(watching.ALERT_KIND)]


def test_each_doubling_is_told_and_kept_once(state: StateStore) -> None:
    watch = step(state)
    assert told(watch.observe(received(POSTS))) == EXPECTED
    assert told(watch.observe(received(POSTS[:5], first=40))) == []
    assert kept(state) == EXPECTED


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_begun_again_anywhere_it_tells_the_same(state: StateStore, cut: int) -> None:
    step(state).observe(received(POSTS[:cut]))
    again = step(state)
    again.observe(received(POSTS))  # what was not acknowledged comes again
    assert kept(state) == EXPECTED
    assert [record.value["accounts"] for record in state.scan(watching.ALERT_KIND)] == [8, 16, 32]


def test_an_alert_that_may_not_have_reached_its_topic_is_sent_again(state: StateStore) -> None:
    assert told(step(state).observe(received(POSTS[:10]))) == ["x:0:0"]
    again = step(state)
    assert told(again.observe(received(POSTS[10:12], first=10))) == ["x:0:0"]
    assert told(again.observe(received(POSTS[12:14], first=12))) == []


def test_a_store_that_is_down_costs_nothing(state: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = step(state)
    watch.observe(received(POSTS[:6]))

    def down(*_: object, **__: object) -> None:
        raise StoreDownError("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(state, "create", down)
        with pytest.raises(StoreDownError):
            watch.observe(received(POSTS[6:20], first=6))
    assert told(watch.observe(received(POSTS[6:20], first=6))) == EXPECTED[:2]


def test_what_cannot_be_read_is_a_dead_letter(state: StateStore) -> None:
    bad = Received(Position("observed", 0, 0), b"", b"{}", {}, START)
    erased = Received(Position("observed", 0, 1), b"", None, {}, START)
    (event,) = step(state).observe([bad, erased])
    assert event.topic == "dead-letters"


def test_a_deleted_post_leaves_claims_and_alerts_before_and_after(state: StateStore) -> None:
    watch = step(state)
    watch.observe(received(POSTS[:10]))
    for target, id in ((DeletionTarget.POST, "0"), (DeletionTarget.POST, "7")):
        watch.forget([deleted(target, id)])
    watch.observe(received(POSTS[10:20], first=10))
    first, second = state.scan(watching.ALERT_KIND)
    assert (first.value["text"], second.value["text_of"]) == (None, "x:15")
    assert all("x:0" not in alert.value["first_posts"] for alert in (first, second))


def deleted(target: DeletionTarget, id: str) -> Received:
    deletion = Deletion(target=target, id=id, at=START)
    return Received(Position("deletions", 0, 0), b"", deletion.model_dump_json().encode(), {}, START)


def test_a_deleted_author_s_words_leave_alerts(state: StateStore) -> None:
    watch = WatchStep(state, lambda: START, lambda key: f"account-{key.removeprefix('x:')}")
    watch.observe(received(POSTS[:10]))
    watch.forget([deleted(DeletionTarget.AUTHOR, "7")])
    (alert,) = state.scan(watching.ALERT_KIND)
    assert alert.value["text"] is None


def test_the_saved_state_holds_nobody_s_words(state: StateStore) -> None:
    step(state).observe(received(POSTS[:7]))
    assert not any("Sundarpur" in str(record.value) for record in state.scan("watch-state"))


def test_acts_of_the_desk_are_applied_between_batches_once(state: StateStore) -> None:
    watch = step(state)
    watch.observe(received(POSTS[:4]))
    until = START + timedelta(minutes=20)
    act = ClaimAct(verb=Verb.MUTE, claim="x:0", by="desk", at=START, until=until)
    assert [watching.append_act(state, act).number for _ in range(2)] == [1, 2]
    assert told(watch.observe(received(POSTS[4:], first=4))) == EXPECTED[2:]
    assert told(step(state).observe(received(POSTS, first=0))) == EXPECTED[2:]


def test_merged_and_split_by_people_before_the_next_batch(state: StateStore) -> None:
    watch = step(state)
    other = telling(50, text="Bypass wala pul kal raat gir gaya, teen truck nadi mein, raasta badal lo")
    watch.observe(received([*POSTS[:3], other]))
    act = ClaimAct(verb=Verb.MERGE, claim="x:50", into="x:0", by="desk", at=START)
    watching.append_act(state, act)
    watch.observe(received(POSTS[3:7], first=4))
    assert set(watch._opened().records) == {"x:0"}
    split = ClaimAct(verb=Verb.SPLIT, claim="x:0", post="x:50", digest=digest_of(other.text), by="desk", at=START)
    watching.append_act(state, split)
    watch.observe(received([other.model_copy(update={"key": "x:51"})], first=8))
    assert set(step(state)._opened().records) == {"x:0", "x:50"}, "as it was before it was merged"


def test_how_a_rebutted_claim_goes_on_is_kept_for_the_desk(state: StateStore) -> None:
    watch = step(state)
    watch.observe(received(POSTS[:10]))
    assert watching.effect_on(state, "x:0") is None
    watching.append_act(state, ClaimAct(verb=Verb.REBUT, claim="x:0", by="desk", at=POSTS[9].at, note="It is clean."))
    denial = telling(60, minutes=11, stance=Stance.COUNTERING)
    watch.observe(received([POSTS[10], denial], first=10))
    effect = watching.effect_on(state, "x:0")
    assert effect is not None
    assert sum(accounts for _, accounts in effect.spreading) == 11
    assert sum(accounts for _, accounts in effect.countering) == 1
    step(state).observe(received(POSTS[11:13], first=12))
    again = watching.effect_on(state, "x:0")
    assert again is not None
    assert sum(accounts for _, accounts in again.spreading) == 13


def test_what_people_did_with_a_claim_is_read_in_order(state: StateStore) -> None:
    for verb in (Verb.VERIFYING, Verb.FALSE, Verb.REBUT):
        watching.append_act(state, ClaimAct(verb=verb, claim="x:0", by="desk", at=START))
        watching.append_act(state, ClaimAct(verb=verb, claim="x:1", by="desk", at=START))
    assert [act.verb for act in watching.acts_on(state, "x:0")] == [Verb.VERIFYING, Verb.FALSE, Verb.REBUT]


def test_the_state_stays_bounded_however_often_it_is_saved(state: StateStore) -> None:
    watch = step(state)
    for number in range(100):
        post = telling(
            number, minutes=number, text=f"ward{number} gate{number} lane{number} pole{number} depot{number}"
        )
        watch.observe(received([post], first=number))
    assert state.count("watch-state") <= 65
    assert len(step(state)._opened().records) == 100
