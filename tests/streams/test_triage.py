"""Triage as a function of a batch: everything becomes something, and no personal number goes on."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from classifiers.api import Classifier, Post, load
from queues.seal import Sealer, SealError, read_or_make_key
from schemas.events import Observation
from schemas.labels import Sensitivity
from schemas.triage import Triage, TriagedMention
from streams.events import Received
from streams.log import Event, Position
from streams.triage import Triaging
from tests.queues.directories import small_directory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PHONE = "9000000321"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load(None, small_directory())


def triaging(classifier: Classifier) -> Triaging:
    return Triaging(classifier, small_directory(), Sealer(b"k" * 32), lambda: NOW)


def received(value: bytes | None, offset: int = 0) -> Received:
    return Received(Position("mentions", 0, offset), b"", value, {}, NOW)


def by_topic(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.topic, []).append(event)
    return found


def test_a_post_goes_to_filing_masked_with_its_original_sealed(classifier: Classifier) -> None:
    text = f"@SundarpurPolice chori ho gayi, call karo {PHONE}"
    raw = json.dumps({"id": "1", "text": text, "author_id": "5", "author_handle": "ramu"}).encode()
    out = by_topic(triaging(classifier)([received(raw)]))
    assert all(PHONE.encode() not in event.value for events in out.values() for event in events)
    [triaged] = out["triaged"]
    found = TriagedMention.model_validate_json(triaged.value)
    assert found.sealed is not None
    assert Sealer(b"k" * 32).open(found.sealed) == text
    assert triaged.headers["refs"] == b"post:x:1 author:x:5"
    [observed] = out["observed"]
    assert b"ramu" not in observed.value
    assert Observation.model_validate_json(observed.value).key == "x:1"


def test_a_tip_is_for_the_watch_alone(classifier: Classifier) -> None:
    raw = json.dumps(
        {"id": "1", "platform": "tip", "text": f"paani mein zahar, call karo {PHONE}", "author_id": "asha"}
    )
    out = by_topic(triaging(classifier)([received(raw.encode())]))
    assert set(out) == {"observed"}
    [observed] = out["observed"]
    assert not {b"asha", PHONE.encode()} & {*observed.value.split()}
    assert Observation.model_validate_json(observed.value).key == "tip:1"


@pytest.mark.parametrize(
    ("text", "watched"),
    [
        ("@SundarpurPolice meri 6 saal ki beti subah se nahi mil rahi, madad karo", False),
        ("Savdhan! shahar me bachcha chor gang ghoom raha hai, 3 bachche utha liye. sabko forward karo", True),
        ("बच्चा चोर गिरोह शहर में घूम रहा है, अपने बच्चों को घर से बाहर न भेजें, सबको भेजें", True),
    ],
)
def test_a_victim_is_not_watched_and_a_tale_of_child_lifters_is(
    classifier: Classifier, text: str, watched: bool
) -> None:
    out = by_topic(triaging(classifier)([received(json.dumps({"id": "1", "text": text}).encode())]))
    triage = TriagedMention.model_validate_json(out["triaged"][0].value).triage
    assert Sensitivity.CHILD in triage.sensitivity
    assert ("observed" in out) == watched


def test_a_sealed_text_opens_under_no_other_key() -> None:
    sealed = Sealer(b"k" * 32).seal("secret")
    with pytest.raises(SealError):
        Sealer(b"o" * 32).open(sealed)
    with pytest.raises(SealError):
        Sealer(b"k" * 32).open(sealed[:-8] + "AAAAAAA=")


def test_an_office_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "office.key"
    assert read_or_make_key(path) == read_or_make_key(path)
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("short")
    with pytest.raises(ValueError, match=r"office\.key"):
        read_or_make_key(path)


def test_erased_and_unreadable_events_harm_nothing(classifier: Classifier) -> None:
    good = json.dumps({"id": "2", "text": "pani nahi aaya teen din se"}).encode()
    out = by_topic(triaging(classifier)([received(None), received(b"\xff"), received(good)]))
    assert (len(out["dead-letters"]), len(out["triaged"])) == (1, 1)
    assert b"not UTF-8" in out["dead-letters"][0].headers["reason"]


class Faulty:
    """A model with a fault: it fails on one word."""

    def __init__(self, real: Classifier):
        self._real = real

    def classify(self, posts: Sequence[Post]) -> list[Triage]:
        if any("bhook" in post.text for post in posts):
            raise IndexError
        return self._real.classify(posts)


def test_a_fault_in_the_model_costs_one_post(classifier: Classifier) -> None:
    step = triaging(cast(Any, Faulty(classifier)))
    posts = [{"id": str(n), "text": text} for n, text in enumerate(["pani nahi", "bhook lagi hai", "bijli nahi"])]
    out = by_topic(step([received(json.dumps(post).encode()) for post in posts]))
    assert (len(out["triaged"]), len(out["dead-letters"])) == (2, 1)
