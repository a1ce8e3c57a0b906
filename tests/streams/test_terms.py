"""Term rules: what addresses no office reaches the watch where a rule finds it, and is never a case."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.watch import Watch
from classifiers.api import load
from queues.directory_file import load_directory
from queues.seal import Sealer
from schemas.alert import BLIND_WITH_TERMS
from schemas.directory import Directory
from schemas.events import Observation
from schemas.mention import Mention
from schemas.platforms import XPlan
from schemas.terms import TermRule
from streams.events import Received
from streams.log import Position
from streams.sources.file import FileSource
from streams.sources.terms import Terms
from streams.sources.x.budget import Budget
from streams.sources.x.gaps import Gaps
from streams.sources.x.intake import Intake
from streams.sources.x.progress import Progress
from streams.sources.x.rules import terms_tag
from streams.sources.x.scopes import term_queries
from streams.triage import Triaging
from tests.alerts.posts import telling
from tests.conftest import NOW, PROJECT
from tests.streams.intake_kit import IntakeKit, new_kit

RULES = (TermRule(places=("sadar",), words=("zahar", "bachcha chor")), TermRule(words=("dam toot",)))
POSTS = {
    "handle": "@SundarpurPolice hathiya kalan me chori ho gayi",
    "other_script": "हथिया कलां की टंकी में ज़हर मिला दिया है, पानी मत पीना",
    "no_place": "zahar mila hua doodh bik raha hai",
    "anywhere": "sab bhago, dam toot gaya",
    "chatter": "aaj mausam suhana hai",
}


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load_directory(PROJECT / "departments.yaml").model_copy(update={"watch_terms": RULES})


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


def taken_from_file(kit: IntakeKit, terms: Terms | None) -> dict[str, Mention]:
    path = kit.folder / "posts.jsonl"
    lines = (json.dumps({"id": name, "text": text, "author_id": "7"}) for name, text in POSTS.items())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    summary = FileSource(path, kit.publisher(), kit.state, terms=terms).run()
    assert (summary.left_out, kit.letters()) == (0 if terms is None else 2, [])
    return {mention.id: mention for mention in kit.mentions()}


def test_of_what_addresses_no_office_only_what_a_rule_finds_is_taken(kit: IntakeKit, directory: Directory) -> None:
    taken = taken_from_file(kit, Terms(directory))
    assert {name: post.by_terms for name, post in taken.items()} == {
        "handle": False,
        "other_script": True,
        "anywhere": True,
    }


def test_without_the_flag_everything_is_a_mention(kit: IntakeKit) -> None:
    taken = taken_from_file(kit, None)
    assert {*taken} == {*POSTS}
    assert not any(post.by_terms for post in taken.values())


def test_what_a_rule_found_is_observed_and_never_filed(kit: IntakeKit, directory: Directory) -> None:
    taken = taken_from_file(kit, Terms(directory))
    triaging = Triaging(load(None, directory), directory, Sealer(b"k" * 32), lambda: NOW)
    topics = {}
    for number, (name, post) in enumerate(taken.items()):
        value = post.model_dump_json().encode()
        events = triaging([Received(Position("mentions", 0, number), b"", value, {}, NOW)])
        topics[name] = {event.topic for event in events}
        observed = next(event for event in events if event.topic == "observed")
        assert Observation.model_validate_json(observed.value).by_terms == post.by_terms
    assert topics == {"handle": {"triaged", "observed"}, "other_script": {"observed"}, "anywhere": {"observed"}}


def test_an_alert_says_which_intake_saw_it_and_what_none_sees() -> None:
    found = [telling(n, minutes=n).model_copy(update={"by_terms": n < 6}) for n in range(8)]
    watch = Watch(blind=BLIND_WITH_TERMS)
    (alert,) = [alert for post in found for alert in watch.see(post)]
    assert (alert.intake, alert.by_terms, alert.blind) == ("mentions, terms", 6, BLIND_WITH_TERMS)


def test_queries_of_x_are_short_enough_and_find_each_word_beside_each_place() -> None:
    places, words = [f"place number {n}" for n in range(40)], [f"word number {n}" for n in range(40)]
    found = term_queries(places, words, 512)
    assert all(len(query) <= 512 for query in found)
    for place in places:
        for word in words:
            assert any(f'"{place}"' in query and f'"{word}"' in query for query in found)
    assert term_queries([], ["dam toot"], 512) == ['("dam toot")']


def test_a_rule_names_places_that_there_are_and_words_that_x_can_take(directory: Directory) -> None:
    raw = directory.model_dump()
    with pytest.raises(ValidationError, match="no place has the code nowhere"):
        Directory.model_validate(raw | {"watch_terms": [{"places": ["nowhere"], "words": ["zahar"]}]})
    with pytest.raises(ValidationError, match="watch_terms"):
        Directory.model_validate(raw | {"watch_terms": [{"words": ['zah"ar']}]})


@pytest.mark.parametrize(
    ("tags", "by_terms"),
    [(["sunwai-SPR-terms"], True), (["sunwai-SPR", "sunwai-SPR-terms"], False), (["sunwai-SPR"], False), ([], False)],
)
def test_a_line_of_x_is_for_the_watch_alone_when_only_term_rules_brought_it(
    kit: IntakeKit, tags: list[str], by_terms: bool
) -> None:
    gaps, budget = Gaps(kit.state), Budget(XPlan(), kit.clock)
    intake = Intake(kit.publisher("x"), Progress(kit.state, kit.clock, budget, gaps), terms_tag("sunwai-SPR"))
    post = {"id": "9", "text": "dam toot gaya", "author_id": "7", "edit_history_tweet_ids": ["9"]}
    line = {"data": post, "matching_rules": [{"id": str(n), "tag": tag} for n, tag in enumerate(tags)]}
    intake.take_lines([json.dumps(line).encode()])
    assert [mention.by_terms for mention in kit.mentions()] == [by_terms]
