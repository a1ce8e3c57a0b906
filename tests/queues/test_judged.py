"""What people decide about claims teaches the rumour head: which posts, with which label."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from classifiers.corpus import read_rows
from queues import watching
from queues.judged import judged_posts
from queues.watching import ClaimAct, Verb
from schemas.alert import AlertKind, Grade, SpikeAlert
from schemas.labels import Stance
from sunwai.settings import Settings
from sunwai.stores import Stores, open_stores
from tests.queues.factories import NOW, make_mention, make_record, make_triage


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_stores(Settings(data=tmp_path))
    for number, stance in enumerate([Stance.SPREADING, None, Stance.COUNTERING, Stance.SPREADING]):
        triage = make_triage(f"the dam broke {number}").model_copy(update={"stance": stance})
        opened.cases.create_mentions([make_record(make_mention(str(number), triage.text), triage)])
    watching.record_alert(
        opened.state,
        SpikeAlert(
            id="x:0:0",
            kind=AlertKind.RUMOUR,
            grade=Grade.HIGH,
            claim="x:0",
            doubling=0,
            at=NOW,
            accounts=8,
            first_posts=("x:0", "x:1", "x:2", "x:3", "x:9"),
        ),
    )
    yield opened
    opened.close()


def decide(stores: Stores, verb: Verb, **further: str) -> None:
    watching.append_act(stores.state, ClaimAct(verb=verb, claim="x:0", by="desk", at=NOW, **further))


def labels(stores: Stores) -> dict[str, str]:
    return {row.id: row.rumour for row in judged_posts(stores.state, stores.cases)}


@pytest.mark.parametrize(
    ("verbs", "label"),
    [
        ([Verb.FALSE], "yes"),
        ([Verb.TRUE], "yes"),
        ([Verb.NO_ACTION], "no"),
        ([Verb.NO_ACTION, Verb.MISLEADING, Verb.MUTE], "yes"),
    ],
)
def test_the_last_decision_labels_what_spread_the_claim(stores: Stores, verbs: list[Verb], label: str) -> None:
    for verb in verbs:
        decide(stores, verb)
    assert labels(stores) == {"x:0": label, "x:1": label, "x:3": label}


def test_what_nobody_decided_was_split_off_or_deleted_teaches_nothing(stores: Stores) -> None:
    decide(stores, Verb.VERIFYING)
    assert labels(stores) == {}
    decide(stores, Verb.FALSE)
    decide(stores, Verb.SPLIT, post="x:3", digest="0")
    stores.cases.erase_mentions(["x:1"])
    assert labels(stores) == {"x:0": "yes"}


def test_the_rows_are_what_training_reads(stores: Stores, tmp_path: Path) -> None:
    decide(stores, Verb.FALSE)
    path = tmp_path / "judged.jsonl"
    rows = (row.model_dump(mode="json") for row in judged_posts(stores.state, stores.cases))
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert next((row.text, row.rumour, row.complaint) for row in read_rows([path])) == ("the dam broke 0", "yes", None)
