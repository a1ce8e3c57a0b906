"""Feeds the demo town: what was written before the start at once, the rest as time goes on, each post once."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from queues.state import AlreadyExistsError, StateStore
from streams.dead_letters import Origin
from streams.sources.publish import Publisher

__all__ = ["DemoPost", "demo_posts", "feed_demo"]

KIND = "demo"
POSTS = Path(__file__).parent / "posts.jsonl"


@dataclass(frozen=True, slots=True)
class DemoPost:
    """``at`` is seconds from the first start of the demo; before it for what is there already."""

    number: int
    at: float
    raw: bytes


def demo_posts(start: datetime) -> Iterator[DemoPost]:
    """The posts in their order, dated around ``start``."""
    with POSTS.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            post = json.loads(line)
            at = float(post.pop("at"))
            post["created_at"] = (start + timedelta(seconds=at)).isoformat()
            post["conversation_id"] = post.get("in_reply_to", post["id"])
            yield DemoPost(number, at, json.dumps(post, ensure_ascii=False).encode())


def feed_demo(
    publisher: Publisher,
    state: StateStore,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    speed: float = 1.0,
) -> int:
    """Publishes all posts, waiting for those that are still to come. Returns how many this run published.

    A second run goes on with the town that the first began, and publishes nothing twice.
    """
    start = _start(state, clock())
    published = 0
    for post in demo_posts(start):
        if state.get(KIND, str(post.number)) is not None:
            continue
        ahead = (start - clock()).total_seconds() + post.at / speed
        if post.at > 0 and ahead > 0:
            sleep(ahead)
        taken = publisher.take(post.raw, Origin("demo", 0, post.number))
        publisher.append_patiently(taken.events)
        state.create(KIND, str(post.number), {})
        published += taken.mentions
    return published


def _start(state: StateStore, now: datetime) -> datetime:
    """When the demo was first started in this office."""
    with suppress(AlreadyExistsError):
        state.create(KIND, "start", {"at": now.isoformat()})
    record = state.get(KIND, "start")
    assert record is not None
    return datetime.fromisoformat(record.value["at"])
