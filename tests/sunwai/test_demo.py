"""The demo town: full queues at the start, a rumour that grows, nothing twice, nobody real."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from queues.directory_file import load_directory
from schemas.intake import read_mention
from schemas.mention import Mention
from sunwai.demo.feed import demo_posts, feed_demo
from tests.conftest import NOW, PROJECT
from tests.streams.intake_kit import IntakeKit, new_kit

OFFICES = load_directory(PROJECT / "departments.yaml").by_handle


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def town() -> list[Mention]:
    return [read_mention(post.payload, received_at=NOW) for post in demo_posts(NOW)]


class PassingTime:
    """Sleeping takes no time and moves the clock."""

    def __init__(self, kit: IntakeKit):
        self.kit = kit

    def feed(self, *, speed: float = 1.0, until: timedelta | None = None) -> int:
        end = self.kit.now + until if until is not None else None

        def sleep(seconds: float) -> None:
            self.kit.now += timedelta(seconds=seconds)
            if end is not None and self.kit.now > end:
                raise KeyboardInterrupt

        return feed_demo(self.kit.publisher("demo"), self.kit.state, self.kit.clock, sleep, speed)


# -- the town


def test_the_town_is_told_in_order_around_the_start(town: list[Mention]) -> None:
    assert all(before.created_at <= after.created_at for before, after in pairwise(town))
    assert len({post.id for post in town}) == len(town) > 300
    past = [post for post in town if post.created_at < NOW]
    assert len(past) > 100
    assert min(post.created_at for post in past) > NOW - timedelta(hours=24)
    assert max(post.created_at for post in town) <= NOW + timedelta(minutes=30)
    assert all(post.received_at - post.created_at == timedelta(seconds=2) for post in town)


def test_threads_hold_together(town: list[Mention]) -> None:
    by_id = {post.id: post for post in town}
    for post in town:
        for before in filter(None, (post.in_reply_to, post.repost_of)):
            assert by_id[before].created_at < post.created_at
        if post.in_reply_to:
            assert post.conversation_id == by_id[post.in_reply_to].conversation_id


def test_every_sort_of_post_is_there(town: list[Mention]) -> None:
    own = [post for post in town if post.author.handle in OFFICES]
    by_id = {post.id: post for post in town}
    assert len(own) >= 25
    directions = [post for post in own if post.in_reply_to and any(handle in OFFICES for handle in post.handles)]
    assert {post.author.handle for post in directions} >= {"spsundarpur", "dmsundarpur"}
    followed_up = [post for post in town if post.in_reply_to and post.author == _root(post, by_id).author]
    assert len(followed_up) >= 15
    assert sum(post.repost_of is not None for post in town) >= 12
    assert sum(len([handle for handle in post.handles if handle in OFFICES]) > 1 for post in town) >= 15
    assert sum("9000000" in post.text for post in town) >= 6
    assert sum("PNR" in post.text for post in town) >= 3


def _root(post: Mention, by_id: dict[str, Mention]) -> Mention:
    while post.in_reply_to:
        post = by_id[post.in_reply_to]
    return post


def test_a_rumour_has_begun_to_spread_grows_and_is_denied(town: list[Mention]) -> None:
    spreading = [post for post in town if re.fullmatch(r"demo-r\d+", post.id)]
    assert len({post.author.id for post in spreading}) >= 20
    times = [post.created_at for post in spreading]
    assert NOW - timedelta(minutes=5) < times[0] < times[7] < NOW, "told as soon as the desk is open"
    assert NOW < times[15] < NOW + timedelta(minutes=3), "and seen to grow"
    denying = [post for post in town if re.fullmatch(r"demo-d\d+", post.id)]
    assert len([post for post in denying if post.author.handle in OFFICES]) >= 2
    asking = [post for post in town if re.fullmatch(r"demo-q\d+", post.id)]
    assert len(asking) >= 2
    texts = [post.text for post in spreading if post.repost_of is None]
    assert len(set(texts)) == len(texts)


def test_many_scripts_and_no_real_numbers(town: list[Mention]) -> None:
    scripts = Counter("Deva" if re.search("[\u0900-\u097f]", post.text) else "Latn" for post in town)
    assert min(scripts.values()) > 80
    for post in town:
        bare = re.findall(r"(?<![\d/])[6-9]\d{9}(?!\d)", post.text)
        assert all(number.startswith("9000000") for number in bare), post.id


def test_offices_that_speak_are_those_of_the_example(town: list[Mention]) -> None:
    official = {post.author.handle for post in town if re.fullmatch(r"demo-o\d+", post.id)}
    assert official <= set(OFFICES)
    addressed = {handle for post in town for handle in post.handles}
    known = set(OFFICES) | {post.author.handle for post in town}
    assert addressed <= known


# -- the feed


def test_what_was_written_before_is_there_at_once_and_the_rest_comes_in_its_time(kit: IntakeKit) -> None:
    time = PassingTime(kit)
    with pytest.raises(KeyboardInterrupt):
        time.feed(until=timedelta(seconds=1))
    assert len(kit.mentions()) == sum(post.moment <= NOW for post in demo_posts(NOW)) > 100
    time.feed()
    assert len(kit.mentions()) == len(list(demo_posts(NOW)))
    assert kit.letters() == []


def test_time_may_pass_faster(kit: IntakeKit) -> None:
    PassingTime(kit).feed(speed=60)
    assert kit.now - NOW < timedelta(minutes=1)


def test_a_restart_goes_on_in_the_same_town_and_says_nothing_twice(kit: IntakeKit) -> None:
    time = PassingTime(kit)
    with pytest.raises(KeyboardInterrupt):
        time.feed(until=timedelta(minutes=5))
    before = len(kit.mentions())
    kit.now += timedelta(hours=2)
    assert time.feed() == len(list(demo_posts(NOW))) - before
    assert time.feed() == 0
    ids = kit.ids()
    assert len(ids) == len(set(ids)) == len(list(demo_posts(NOW)))
    assert max(post.created_at for post in kit.mentions()) < NOW + timedelta(hours=1)


def test_a_full_log_is_waited_for(kit: IntakeKit) -> None:
    kit.log.refusals = 3
    PassingTime(kit).feed(speed=1000)
    assert len(kit.mentions()) == len(list(demo_posts(NOW)))
    assert kit.slept[:3] == [0.1, 0.2, 0.4]


def test_payloads_are_plain_json() -> None:
    post = next(demo_posts(datetime(2026, 1, 1, tzinfo=NOW.tzinfo)))
    assert json.loads(post.raw)["created_at"].startswith("2025-12-31T")
