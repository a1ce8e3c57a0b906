"""kill -9 of the whole worker at random moments, of its steps, and of itself."""

import os
import random
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.pipeline.feed import make_feed, write_feed
from tests.pipeline.invariants import assert_whole
from tests.pipeline.office import OfficeUnderTest, kill_group, wait_for

pytestmark = pytest.mark.process

KILLS = 20
POSTS = 20_000 if not os.environ.get("SUNWAI_TEST_SOAK") else 200_000


def test_twenty_kills_in_one_feed_lose_nothing_and_file_nothing_twice(office: OfficeUnderTest, tmp_path: Path) -> None:
    office.ingest(write_feed(tmp_path / "feed.jsonl", POSTS))
    moments = random.Random(7)
    for _ in range(KILLS):
        before = office.filed()
        with office.running("sunwai", "worker") as worker:
            wait_for(partial(progress, office, before), "the worker to make progress")
            time.sleep(moments.uniform(0.0, 0.3))  # the moment is what is random here, nothing is waited for
            kill_group(worker)
    found = office.work_off()
    assert (found["received"], found["dead_letters"]) == (POSTS, 0)
    assert_whole(office, (f"x:{post['id']}" for post in make_feed(POSTS)))


def progress(office: OfficeUnderTest, before: int) -> bool:
    return before == POSTS or office.filed() > before


def done(office: OfficeUnderTest, count: int) -> bool:
    return office.filed() == count


def test_a_killed_step_is_started_again_by_the_worker(office: OfficeUnderTest, tmp_path: Path) -> None:
    first, second = (write_feed(tmp_path / f"{n}.jsonl", 100 * n, seed=9) for n in (1, 2))
    office.ingest(first)
    with office.running("sunwai", "worker") as worker:
        wait_for(lambda: done(office, 100), "the first posts")
        children = child_ids(worker.pid)
        assert len(children) == 3
        for child in children:
            os.kill(child, 9)
        office.ingest(second)
        wait_for(lambda: done(office, 200), "the posts that came after the kill")


def test_steps_leave_when_their_worker_is_killed(office: OfficeUnderTest, tmp_path: Path) -> None:
    office.ingest(write_feed(tmp_path / "feed.jsonl", 50))
    with office.running("sunwai", "worker") as worker:
        wait_for(lambda: done(office, 50), "the posts")
        children = child_ids(worker.pid)
        os.kill(worker.pid, 9)
        wait_for(lambda: not any(is_alive(child) for child in children), "the steps to leave", seconds=10)


def child_ids(parent: int) -> list[int]:
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
