"""What a monitor sees of a running worker."""

import urllib.request
from pathlib import Path

import pytest

from streams.log import Event
from streams.topics import MENTIONS
from sunwai.ports import free_port
from tests.pipeline.feed import write_feed
from tests.pipeline.office import OfficeUnderTest, wait_for

pytestmark = pytest.mark.process


def test_the_worker_shows_what_it_filed_what_it_could_not_read_and_its_lag(
    office: OfficeUnderTest, tmp_path: Path
) -> None:
    port = free_port("127.0.0.1")
    office.ingest(write_feed(tmp_path / "feed.jsonl", 50))
    with office.parts() as parts:
        parts.log.append([Event(MENTIONS.name, b"", b"junk")])
    with office.running("sunwai", "worker", "--metrics-port", str(port)):
        wait_for(lambda: 'sunwai_dead_letters_total{topic="mentions"} 1.0' in metrics(port), "the dead letter counted")
        wait_for(lambda: 'sunwai_filed_posts_total{disposition="case"}' in metrics(port), "filed posts")
        lag = 'sunwai_lag_events{group="sunwai-triage",partition="0",topic="mentions"} 0.0'
        wait_for(lambda: lag in metrics(port), "no lag")


def metrics(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""  # not listening yet
