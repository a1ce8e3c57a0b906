"""The Faust idiom, once: take a batch, do all that follows from it, acknowledge in order.

``take`` acknowledges what a body has not finished, and an agent that raises loses its event; hence
``noack().noack_take()``, plain functions that never raise, and acknowledgement last. One agent a topic and
``concurrency=1``: an unacknowledged event must never be skipped by a later one.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import faust

from streams.events import Received
from streams.log import Event
from streams.metrics import BATCH_SECONDS, DEAD_LETTERED, EVENT_AGE_SECONDS
from streams.patience import patiently
from streams.runtime import Runtime
from streams.topics import DEAD_LETTERS, Topic
from streams.wire import publish, received

__all__ = ["BATCH", "WITHIN_SECONDS", "Step", "attach"]

BATCH = 500
"""Events a batch at most: what is done again after a kill."""

WITHIN_SECONDS = 0.1
"""A batch that is not full waits so long for more; half of what a lone post waits in each hop."""

Step = Callable[[Sequence[Received]], Sequence[Event]]
"""A batch in, the events that follow from it out. Done again when it raises StoreDownError or LogDownError."""


def attach(app: faust.App, runtime: Runtime, topic: Topic, step: Step, *, name: str) -> None:
    """Adds to ``app`` the agent that runs ``step`` over ``topic``."""
    prefix, patience_seconds = runtime.prefix, runtime.patience_seconds
    source = app.topic(prefix + topic.name, key_serializer="raw", value_serializer="raw", value_type=bytes)

    async def agent(stream: Any) -> None:
        async for events in stream.noack().noack_take(BATCH, within=WITHIN_SECONDS):
            started = time.monotonic()
            batch = [received(event, prefix) for event in events]
            out = await patiently(partial(asyncio.to_thread, step, batch), name, patience_seconds=patience_seconds)
            await patiently(partial(publish, app, out, prefix), f"{name}: publish", patience_seconds=patience_seconds)
            for event in events:
                await stream.ack(event)
            _count(name, batch, out, started)

    app.agent(source, concurrency=1, name=f"{app.conf.id}.{name}")(agent)


def _count(name: str, batch: Sequence[Received], out: Sequence[Event], started: float) -> None:
    BATCH_SECONDS.labels(name).observe(time.monotonic() - started)
    EVENT_AGE_SECONDS.labels(name).observe(max(0.0, time.time() - min(item.at.timestamp() for item in batch)))
    dead = sum(event.topic == DEAD_LETTERS.name for event in out)
    if dead:
        DEAD_LETTERED.labels(batch[0].position.topic).inc(dead)
