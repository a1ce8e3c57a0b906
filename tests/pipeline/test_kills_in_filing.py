"""kill -9 of filing right before and right after each call of its protocol."""

import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.pipeline.feed import make_feed, write_feed
from tests.pipeline.invariants import assert_whole
from tests.pipeline.office import OfficeUnderTest, wait_for

pytestmark = pytest.mark.process

CALLS = ("holders", "claim_keys", "create_mentions", "create_complainants", "case_totals", "write_cases", "get_many")


WRITES = ("claim_keys", "create_mentions", "write_cases")
"""What is tried on Kafka and Elasticsearch, too; the other calls there are for ``make soak``: each is a minute."""


@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_each_call_of_filing_loses_nothing(tmp_path: Path, call: str) -> None:
    killed_at(OfficeUnderTest(tmp_path / "office"), tmp_path, call)


@pytest.mark.kafka
@pytest.mark.elasticsearch
@pytest.mark.parametrize(
    "call", [call if call in WRITES else pytest.param(call, marks=pytest.mark.soak) for call in CALLS]
)
def test_the_same_on_kafka_and_elasticsearch(distributed_office: OfficeUnderTest, tmp_path: Path, call: str) -> None:
    killed_at(distributed_office, tmp_path, call)


def killed_at(office: OfficeUnderTest, tmp_path: Path, call: str) -> None:
    count = 600
    office.ingest(write_feed(tmp_path / "feed.jsonl", count, seed=3))
    with office.running("sunwai.step", "triage"):
        for when, nth in (("before", 1), ("after", 2)):
            with office.running("tests.pipeline.dying_step", call, when, str(nth)) as filing:
                wait_for(partial(dead_or_done, filing, office, count), "the step to die")
    assert office.work_off()["received"] == count
    assert_whole(office, (f"x:{post['id']}" for post in make_feed(count, seed=3)))


def dead_or_done(process: "subprocess.Popen[bytes]", office: OfficeUnderTest, count: int) -> bool:
    return process.poll() is not None or office.filed() == count
