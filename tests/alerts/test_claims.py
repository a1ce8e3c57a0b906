"""Which posts say the same."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.claims import TTL_SECONDS, Claims, Telling
from sunwai.demo.feed import demo_posts

POISON = "सुंदरपुर की पानी की टंकी में किसी ने जहर मिला दिया है, पानी मत पीना"
COPY = "Forwarded as received: Sundarpur ki paani ki tanki mein kisi ne zeher mila diya hai, paani mat peena 🙏"
TOLD = "Someone has mixed poison in the water tank of Sundarpur, do not drink the water"
CLEANING = "सुंदरपुर की पानी की टंकी की सफाई बुधवार को होगी, सुबह आपूर्ति नहीं होगी"


def post(id: str, text: str, at: float = 0.0, **relatives: str) -> Telling:
    return Telling(id, text, at, **relatives)


def test_a_claim_meets_its_copy_in_the_other_script_and_in_another_language() -> None:
    claims = Claims()
    assert [claims.join(post(str(n), text)) for n, text in enumerate([POISON, COPY, TOLD])] == ["0", "0", "0"]


def test_the_same_topic_is_not_the_same_claim() -> None:
    claims = Claims()
    assert [claims.join(post("a", POISON)), claims.join(post("b", CLEANING))] == ["a", "b"]


def test_a_place_named_after_a_garden_makes_no_claim_of_what_is_said_there() -> None:
    claims = Claims()
    claims.join(post("a", "Warning: Lal Bagh overhead tank has been poisoned, 12 school kids hospitalised"))
    assert claims.join(post("b", "bansuri seekhne wale ichchhuk log sampark karein, Lal Bagh")) == "b"


def test_few_words_that_mean_little_are_near_to_nothing() -> None:
    claims = Claims()
    claims.join(post("a", "DM kiya h"))
    assert claims.join(post("b", "एसपी साहब ने आज डीएम से बात किया, बंदे में दम है")) == "b"


def test_of_the_demo_town_the_rumour_s_claim_takes_in_only_what_is_about_it() -> None:
    claims = Claims()
    start = datetime(2026, 3, 2, tzinfo=UTC)
    joined = {
        found.payload["id"]: claims.join(post(found.payload["id"], found.payload["text"], at=found.moment.timestamp()))
        for found in demo_posts(start)
    }
    rumour = {id for id, claim in joined.items() if claim == "demo-r1"}
    assert len({id for id in rumour if id.startswith("demo-r")}) >= 18, "of 21 tellings"
    assert {id for id in rumour if not id.startswith(("demo-r", "demo-q", "demo-d"))} <= {"demo-b31"}


def test_reposts_and_quotes_join_for_nothing_also_when_they_come_first() -> None:
    claims = Claims()
    assert claims.join(post("repost", "RT @someone: see", repost_of="original")) == "repost"
    assert claims.join(post("original", POISON)) == "repost"
    assert claims.join(post("quote", "is that so?", quote_of="original")) == "repost"


def test_a_claim_that_is_no_longer_told_ends() -> None:
    claims = Claims()
    claims.join(post("a", POISON))
    assert claims.join(post("b", COPY, at=TTL_SECONDS)) == "a"
    assert claims.join(post("c", COPY, at=2 * TTL_SECONDS + 1)) == "c"


def test_a_few_words_are_a_claim_only_when_they_are_the_same() -> None:
    claims = Claims()
    assert claims.join(post("a", "No water since morning")) == "a"
    assert claims.join(post("b", "@dept No water since morning")) == "a"
    assert claims.join(post("c", "No water since yesterday")) == "c"


def test_what_people_merge_stays_together() -> None:
    claims = Claims()
    claims.join(post("a", POISON))
    claims.join(post("b", CLEANING))
    claims.merge("b", into="a")
    claims.merge("a", into="b")
    assert claims.join(post("c", CLEANING)) == "a"


def test_the_oldest_makes_room() -> None:
    claims = Claims(capacity=64)
    for number in range(200):
        claims.join(post(str(number), f"ward{number} lane{number} house{number} gate{number} shop{number}"))
    assert sum(owner is not None for owner in claims.owners) == 64


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=10))
def test_any_text_is_grouped(texts: list[str]) -> None:
    claims = Claims(capacity=64)
    joined = [claims.join(post(str(n), text)) for n, text in enumerate(texts)]
    assert all(int(claim) <= n for n, claim in enumerate(joined))
