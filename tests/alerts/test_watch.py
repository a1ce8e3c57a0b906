"""What the watch tells, and what it keeps quiet about."""

import json
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.claims import Claims, digest_of
from alerts.pages import changed_pages, watch_from
from alerts.spikes import FIRST_ACCOUNTS, Growth
from alerts.watch import Watch
from schemas.alert import AlertKind, SpikeAlert
from schemas.events import Observation
from schemas.labels import Stance
from tests.alerts.posts import DENIAL, RUMOUR, telling


def small_watch() -> Watch:
    return Watch(claims=Claims(capacity=1024))


def told(posts: Iterable[Observation], watch: Watch | None = None) -> list[SpikeAlert]:
    watch = watch or small_watch()
    return [alert for post in posts for alert in watch.see(post)]


def ids(alerts: Iterable[SpikeAlert]) -> list[str]:
    return [alert.id for alert in alerts]


def test_a_claim_is_told_once_for_each_doubling_of_its_accounts() -> None:
    alerts = told(telling(number, minutes=number) for number in range(70))
    assert ids(alerts) == ["x:0:0", "x:0:1", "x:0:2", "x:0:3"]
    assert [alert.accounts for alert in alerts] == [8, 16, 32, 64]
    first = alerts[0]
    assert (first.wording, first.kind, first.text) == ("unverified, spiking", AlertKind.RUMOUR, RUMOUR)
    assert first.first_posts == ("x:0", "x:1", "x:2", "x:3", "x:4")
    assert sum(accounts for _, accounts in first.growth) == 8


def test_an_alert_says_what_would_have_been_usual_by_each_moment_of_its_growth() -> None:
    (*_, last) = told(telling(number, minutes=number) for number in range(70))
    assert len(last.usual) == len(last.growth)
    assert list(last.usual) == sorted(last.usual)
    assert 0 < last.usual[0] < last.usual[-1] < last.accounts, "it rose above what is usual"
    (slow, *_) = told(telling(number, minutes=20 * number) for number in range(12))
    assert slow.usual[-1] > last.usual[-1], "the longer it takes, the more is usual"


def test_one_account_posting_ten_thousand_times_raises_nothing() -> None:
    assert not told(telling(number, minutes=number / 60, account="one") for number in range(10_000))


def test_a_thousand_denials_among_few_spreaders_raise_nothing() -> None:
    spreaders = [telling(number, minutes=number) for number in range(FIRST_ACCOUNTS - 1)]
    denials = [
        telling(number, minutes=number / 20, text=DENIAL, stance=Stance.COUNTERING) for number in range(100, 1100)
    ]
    questions = [telling(number, minutes=number / 20, stance=Stance.QUESTIONING) for number in range(2000, 2100)]
    assert not told(spreaders + denials + questions)


def test_complaints_that_surge_are_a_situation_and_no_rumour() -> None:
    posts = [telling(n, minutes=n, rumour=0.2, complaint=0.9, stance=None, place="ward-3") for n in range(40)]
    alerts = told(posts)
    assert alerts
    assert {alert.kind for alert in alerts} == {AlertKind.SITUATION}
    assert {(str(alert.type), alert.place) for alert in alerts} == {("water_supply", "ward-3")}


def test_pleas_for_help_are_never_rumours() -> None:
    plea = "SOS please help, oxygen cylinder urgently needed at Sundarpur hospital for my father"
    assert not told(telling(number, minutes=number, text=plea) for number in range(60))


@pytest.mark.parametrize(
    "text",
    [
        "Happy Holi to all citizens of our beautiful city, celebrate with love",
        "सभी विद्यार्थियों को परीक्षा के लिए हार्दिक शुभकामनाएं, मन लगाकर पढ़ें",
        "Proud of our police for the cycle rally, thousands took part in it",
    ],
)
def test_wishes_and_praise_are_never_rumours(text: str) -> None:
    assert not told(telling(number, minutes=number / 10, text=text) for number in range(200))


def test_a_wish_does_not_hide_a_claim() -> None:
    text = "Happy Holi sabko, lekin paani mat peena, tanki mein zahar mila diya hai kisi ne"
    assert told(telling(number, minutes=number, text=text) for number in range(10))


def test_a_rumour_told_plainly_is_told() -> None:
    """The rumour head thinks little of it, and more of a complaint."""
    posts = [telling(number, minutes=number, rumour=0.09, complaint=0.25) for number in range(10)]
    assert ids(told(posts)) == ["x:0:0"]


def test_merged_claims_count_each_account_once_and_are_told_as_one() -> None:
    other = "Bypass wala pul kal raat gir gaya, teen truck nadi mein, raasta badal lo sab"
    watch = small_watch()
    for number in range(6):
        assert not list(watch.see(telling(number, minutes=number)))
        assert not list(watch.see(telling(100 + number, minutes=number, text=other, account=f"account-{number + 3}")))
    watch.merge("x:100", into="x:0")
    assert set(watch.records) == {"x:0"}
    assert (watch.records["x:0"].growth.spreading.accounts, watch.records["x:0"].dossier.posts) == (9, 12)
    (alert,) = watch.see(telling(200, minutes=7, text=other))
    assert (alert.id, alert.accounts) == ("x:0:0", 10)


def test_what_a_person_has_split_off_is_a_claim_of_its_own_also_after_a_restart() -> None:
    rewrite = "Somebody has mixed poison in the water tank of Sundarpur, nobody should drink it"
    watch = small_watch()
    for number, text in enumerate([RUMOUR, RUMOUR, rewrite]):
        list(watch.see(telling(number, minutes=number, text=text)))
    assert set(watch.records) == {"x:0"}, "one claim before"
    assert watch.split("x:0", "x:2", digest_of(rewrite))
    assert not watch.split("x:0", "x:9", digest_of("nobody has said this")), "an unknown wording changes nothing"
    assert not watch.split("x:0", "x:1", digest_of(RUMOUR + "!!")), "nor does the claim's own"
    again = watch_from(changed_pages(watch, everything=True), small_watch())
    list(again.see(telling(3, minutes=3, text=rewrite)))
    list(again.see(telling(4, minutes=4)))
    assert {claim: record.dossier.posts for claim, record in again.records.items()} == {"x:0": 4, "x:2": 1}


def test_an_alert_says_how_much_of_it_was_brought_to_the_desk() -> None:
    tips = [telling(n, minutes=n).model_copy(update={"key": f"tip:{n}"}) for n in range(3)]
    (alert,) = told([*tips, *(telling(n, minutes=n) for n in range(3, 9))])
    assert (alert.tips, alert.intake) == (3, "mentions, tips")


def test_what_was_deleted_is_shown_no_more() -> None:
    watch = small_watch()
    told([telling(number, minutes=number) for number in range(7)], watch)
    watch.forget("x:0")
    (alert,) = told([telling(7, minutes=7)], watch)
    assert "x:0" not in alert.first_posts


def test_a_muted_claim_is_counted_but_not_told() -> None:
    watch = small_watch()
    posts = [telling(number, minutes=number) for number in range(40)]
    told(posts[:3], watch)
    watch.mute("x:0", until=posts[20].at.timestamp())
    assert ids(told(posts[3:], watch)) == ["x:0:2"]


def test_one_wrong_clock_does_not_end_every_claim() -> None:
    watch = small_watch()
    posts = [telling(number, minutes=number) for number in range(8)]
    astray = telling(100, minutes=60 * 24 * 30, text="something else entirely about a fallen tree in the park")
    assert ids(told([*posts[:4], astray, *posts[4:]], watch)) == ["x:0:0"]


def test_a_stream_that_falls_silent_is_reported() -> None:
    watch = small_watch()
    text = "ward {0} lane {0} gate {0} pole {0} needs paint"
    for number in range(3 * 288 * 4):
        told([telling(number, minutes=number * 1.25, text=text.format(number), rumour=0.0, stance=None)], watch)
    assert watch.time.now is not None
    assert watch.silent_since(watch.time.now + 600) is None
    silence = watch.silent_since(watch.time.now + 4 * 3600)
    assert silence is not None and silence.kind is AlertKind.SILENCE
    (broken,) = told([telling(99_999, minutes=3 * 288 * 5 + 240, stance=None)], watch)
    assert broken.id == silence.id


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 170), min_size=8, max_size=60))
def test_the_order_of_events_in_time_does_not_change_what_is_told(rng: random.Random, minutes: list[int]) -> None:
    def outcome(accounts: list[tuple[int, int]]) -> tuple[int, int]:
        growth = Growth(0)
        for account, minute in accounts:
            if growth.add(account * 7919, minute // 5) and (rise := growth.rise("claim", lambda _: 1.0)):
                growth.tell(rise)
        return growth.told, growth.spreading.accounts

    events = list(enumerate(minutes))
    shuffled = list(events)
    rng.shuffle(shuffled)
    assert outcome(events) == outcome(shuffled)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_saved_and_read_back_anywhere_it_tells_the_same(first: int, second: int) -> None:
    posts = [telling(n, minutes=n, place="ward-3", complaint=0.9 if n % 3 else 0.1, rumour=0.4) for n in range(60)]
    straight = told(posts)
    kept: dict[str, object] = {}
    watch, alerts = small_watch(), []
    for number, post in enumerate(posts):
        if number in (first, second):
            kept |= json.loads(json.dumps(changed_pages(watch)))
            watch = watch_from(kept, small_watch())
        alerts += told([post], watch)
    assert alerts == straight


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 40), st.booleans()), max_size=200))
def test_counts_are_never_negative(events: list[tuple[int, int, bool]]) -> None:
    growth = Growth(0)
    for account, interval, forget in events:
        growth.add(account, interval)
        if forget:
            growth.spreading.forget_before(interval)
    assert growth.spreading.accounts == sum(growth.spreading.counts().values())
    assert all(count > 0 for count in growth.spreading.counts().values())
