"""The Faust idiom, once: take a batch, do all that follows from it, acknowledge in order.

``take`` acknowledges what a body has not finished, and an agent that raises loses its event; hence
``noack().noack_take()``, plain functions that never raise, and acknowledgement last. One agent a topic and
``concurrency=1``: an unacknowledged event must never be skipped by a later one.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import faust

from streams.events import Received, publish, received
from streams.log import Event
from streams.metrics import BATCH_SECONDS, EVENT_AGE_SECONDS
from streams.patience import patiently
from streams.topics import Topic

__all__ = ["BATCH", "WITHIN_SECONDS", "Step", "attach"]

BATCH = 500
"""Events a batch at most: what is done again after a kill."""

WITHIN_SECONDS = 0.1
"""A batch that is not full waits so long for more; half of what a lone post waits in each hop."""

Step = Callable[[Sequence[Received]], Sequence[Event]]
"""A batch in, the events that follow from it out. Done again when it raises StoreDownError or LogDownError."""


def attach(app: faust.App, topic: Topic, step: Step, *, name: str) -> None:
    """Adds to ``app`` the agent that runs ``step`` over ``topic``."""
    source = app.topic(topic.name, key_serializer="raw", value_serializer="raw", value_type=bytes)

    async def agent(stream: Any) -> None:
        async for events in stream.noack().noack_take(BATCH, within=WITHIN_SECONDS):
            await _work_off(app, stream, events, step, name)

    app.agent(source, concurrency=1, name=f"{app.conf.id}.{name}")(agent)


async def _work_off(app: faust.App, stream: Any, events: Sequence[Any], step: Step, name: str) -> None:
    started = time.monotonic()
    batch = [received(event) for event in events]
    out = await patiently(lambda: asyncio.to_thread(step, batch), name)
    await patiently(lambda: publish(app, out), f"{name}: publish")
    for event in events:
        await stream.ack(event)
    BATCH_SECONDS.labels(name).observe(time.monotonic() - started)
    EVENT_AGE_SECONDS.labels(name).observe(max(0.0, time.time() - min(item.at.timestamp() for item in batch)))
