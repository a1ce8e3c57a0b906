"""Posts in, cases in queues, through real processes: counts add up, and doing anything again changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.corpus import shipped_training
from classifiers.train import train
from streams.groups import FILING, TRIAGE
from streams.topics import MENTIONS, TRIAGED
from tests.pipeline.feed import make_feed, write_feed
from tests.pipeline.invariants import all_cases, assert_whole, groups
from tests.pipeline.office import OfficeUnderTest, wait_for

pytestmark = pytest.mark.process


def test_a_feed_becomes_cases_and_a_second_run_or_a_replay_changes_nothing(
    office: OfficeUnderTest, tmp_path: Path
) -> None:
    feed = write_feed(tmp_path / "feed.jsonl", 3000)
    office.ingest(feed)
    first = office.work_off()
    assert (first["received"], first["dead_letters"]) == (3000, 0)
    assert first["cases"] > 100 and first["joined"] > 50 and first["not_complaints"] > 300
    assert all(entry["lag"] == 0 for entry in first["lag"])
    keys = [f"x:{post['id']}" for post in make_feed(3000)]
    assert_whole(office, keys)
    before = as_filed(office)

    office.ingest(feed, "--again")
    rewind(office, FILING, TRIAGED.name)
    again = office.work_off()
    assert counts(again) == counts(first)
    assert as_filed(office) == before


def test_another_model_changes_no_decision_that_stands(office: OfficeUnderTest, tmp_path: Path) -> None:
    office.ingest(write_feed(tmp_path / "feed.jsonl", 400))
    first = office.work_off()
    before = as_filed(office)
    model = tmp_path / "model"
    train(shipped_training()[:300], model)
    rewind(office, TRIAGE, MENTIONS.name)
    other = OfficeUnderTest(office.data, {**office.environment, "SUNWAI_MODEL": str(model)})
    assert counts(other.work_off()) == counts(first)
    assert as_filed(office) == before


def test_real_posts_add_up(office: OfficeUnderTest, real_posts: Path) -> None:
    files = [real_posts / "dev" / name for name in ("complaint_binary.jsonl", "rumour_stream.jsonl")]
    keys = set()
    for file in files:
        office.ingest(file)
        lines = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
        keys |= {f"x:{json.loads(line)['id']}" for line in lines}
    found = office.work_off()
    assert found["received"] == len(keys)
    assert_whole(office, keys)
    office.ingest(files[0], "--again")
    assert counts(office.work_off()) == counts(found)


def test_fausts_own_command_line_runs_the_whole_pipeline(office: OfficeUnderTest, tmp_path: Path) -> None:
    office.ingest(write_feed(tmp_path / "feed.jsonl", 200))
    with office.running("faust", "-A", "streams.app", "worker", "-l", "error", "--without-web"):
        wait_for(lambda: office.filed() == 200, "200 posts filed by faust's own worker")


def test_both_pairs_group_and_queue_the_same_posts_the_same_way(
    distributed_office: OfficeUnderTest, tmp_path: Path
) -> None:
    feed = write_feed(tmp_path / "feed.jsonl", 1500, seed=8)
    found = []
    for office in (OfficeUnderTest(tmp_path / "embedded"), distributed_office):
        office.ingest(feed)
        office.work_off()
        keys = [f"x:{post['id']}" for post in make_feed(1500, seed=8)]
        found.append((groups(office, keys), queues(office)))
    assert found[0] == found[1]


def queues(office: OfficeUnderTest) -> dict[str, tuple[str, str, str]]:
    """Queue, type and urgency of the case in which each post lies first."""
    cases = all_cases(office)
    return {post.key: (case.queue, case.type, case.urgency) for case in cases for post in case.posts[:1]}


def test_two_offices_given_the_same_posts_group_them_the_same(tmp_path: Path) -> None:
    feed = write_feed(tmp_path / "feed.jsonl", 600, seed=5)
    found = []
    for name in ("one", "two"):
        office = OfficeUnderTest(tmp_path / name, {"SUNWAI_PARTITIONS": "1" if name == "one" else "4"})
        office.ingest(feed)
        office.work_off()
        found.append(groups(office, (f"x:{post['id']}" for post in make_feed(600, seed=5))))
    assert found[0] == found[1]


def as_filed(office: OfficeUnderTest) -> dict[str, dict[str, Any]]:
    """Every case as filing made it, without what the clock does meanwhile."""
    decided = {"docket", "status", "queue", "watching", "type", "language", "urgency", "place", "sensitivity", "reason"}
    gathered = {"posts", "post_count", "complainants", "because", "received_at", "historic", "merged_into", "merged"}
    return {case.id: case.model_dump(include=decided | gathered) for case in all_cases(office)}


def rewind(office: OfficeUnderTest, group: str, topic: str) -> None:
    """As an operator would who replays a topic from its start."""
    with office.parts() as parts:
        log: Any = parts.log  # each adapter has it, the protocol does not
        for partition in range(parts.settings.partitions):
            log.rewind(group, topic, partition, 0)


def counts(status: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in status.items() if name != "lag"}
