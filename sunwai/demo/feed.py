"""Feeds the demo town: what it wrote in the last 24 hours at once, so that the queues are full, the rest as it happens.

``posts.jsonl`` holds flat posts with ``at``, seconds from the start, instead of dates. All of it is invented: people,
handles, numbers, places.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from itertools import islice
from typing import Any

from queues.state import StateRecord, StateStore
from streams.dead_letters import Origin
from streams.log import Event
from streams.sources.publish import BATCH_EVENTS, Publisher, wait_out

__all__ = ["DemoPost", "demo_posts", "feed_demo"]

KIND = "demo"
_TOWN = "sundarpur"
_RECEIVED_AFTER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post, and when it goes out; one with a moment before the start was written before."""

    moment: datetime
    payload: dict[str, Any]

    @property
    def raw(self) -> bytes:
        return json.dumps(self.payload, ensure_ascii=False).encode()


def demo_posts(start: datetime, speed: float = 1.0) -> Iterator[DemoPost]:
    """The posts of the town in their order. ``speed``: how many times faster what comes after ``start`` happens."""
    text = files("sunwai.demo").joinpath("posts.jsonl").read_text(encoding="utf-8")
    for line in text.splitlines():
        payload = json.loads(line)
        at = payload.pop("at")
        moment = start + timedelta(seconds=at if at < 0 else at / speed)
        payload["created_at"] = moment.isoformat()
        payload["received_at"] = (moment + _RECEIVED_AFTER).isoformat()
        yield DemoPost(moment, payload)


def feed_demo(
    publisher: Publisher,
    state: StateStore,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    speed: float = 1.0,
) -> int:
    """Publishes until the town has said all; returns how many posts this run published.

    A restart goes on in the same town where it stopped, with what should have come in between at once. Waits as long
    as the log or the store is down.
    """
    progress = wait_out(partial(_progress, state, clock()), publisher.source, sleep)
    first = int(progress.value["published"])
    posts = deque(islice(demo_posts(datetime.fromisoformat(progress.value["start"]), speed), first, None))
    published = len(posts)
    while posts:
        ahead = (posts[0].moment - clock()).total_seconds()
        if ahead > 0:
            sleep(ahead)
            continue
        due = [posts.popleft()]
        while posts and posts[0].moment <= clock() and len(due) < BATCH_EVENTS:
            due.append(posts.popleft())
        progress = _publish(publisher, state, progress, due, sleep)
    return published


def _progress(state: StateStore, now: datetime) -> StateRecord:
    known = state.get(KIND, _TOWN)
    return known or state.create(KIND, _TOWN, {"start": now.isoformat(), "published": 0})


def _publish(
    publisher: Publisher,
    state: StateStore,
    progress: StateRecord,
    posts: list[DemoPost],
    sleep: Callable[[float], None],
) -> StateRecord:
    """Appends, then notes it: a kill in between publishes the batch twice, which filing does not notice."""
    events: list[Event] = []
    for number, post in enumerate(posts, int(progress.value["published"]) + 1):
        events.extend(publisher.take(post.raw, Origin("demo/posts.jsonl", 0, number)).events)
    publisher.append_patiently(events)
    value = {**progress.value, "published": progress.value["published"] + len(posts)}
    return wait_out(partial(state.replace, progress, value), publisher.source, sleep)
