"""The Faust apps, one for each step: triage, filing and the watch each have a consumer group and a process of their
own, so that none holds up another.

``faust -A streams.app worker`` runs all steps in one process, in the same groups; the module-level ``app`` is put
together by ``sunwai`` only when somebody asks for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import faust

from streams import topics
from streams.agents import attach
from streams.groups import FILING, TRIAGE, WATCH
from streams.patience import patiently
from streams.runtime import Runtime
from streams.wire import publish

if TYPE_CHECKING:  # a step's process loads no other step
    from streams.filing import FilingStep
    from streams.triage import Triaging
    from streams.watch import WatchStep

__all__ = [
    "ANCHOR_SECONDS",
    "CLOCK_SECONDS",
    "EVENTS_SECONDS",
    "RETENTION_SECONDS",
    "SWEEP_SECONDS",
    "Chore",
    "filing_app",
    "new_app",
    "triage_app",
    "watch_app",
]

SWEEP_SECONDS = 2.0
"""How often pending erasures are looked for: one indexed query when there are none."""

NOTIFY_SECONDS = 2.0
"""How often notices are looked at: one indexed query when none is open."""

SILENCE_SECONDS = 60.0
"""How often the watch asks whether the stream has fallen silent."""
CLOCK_SECONDS = 1.0
"""How often due cases are looked for: one indexed query when there are none."""

EVENTS_SECONDS = 2.0
"""How often it is looked what subscribers are to be told: one indexed query for each when nothing has happened."""

ANCHOR_SECONDS = 900.0
"""How often it is looked whether today's anchor is there."""

RETENTION_SECONDS = 600.0
"""How often the log drops what is past its retention."""

ALERT_RETENTION_SECONDS = 6 * 3600.0
"""How often the watch forgets claims whose time is over: one pass over all alerts."""

COMMIT_SECONDS = 0.5
"""Acknowledged events that a kill makes come again at most: what is worked off in so long."""


PRODUCER_BATCH_BYTES = 256 * 1024
PRODUCER_LINGER_SECONDS = 0.005
"""A batch of 500 goes to the broker in a few requests rather than one by one."""

POLL_SECONDS = 300.0
"""A worker that holds its events for longer is taken for stuck: more than patience may be."""

PUBLISH_SECONDS = 30.0
"""What the broker has not taken in so long is tried again, as being down."""


def new_app(group: str, runtime: Runtime) -> faust.App:
    """A Faust app as all of ours are: raw topics that we make ourselves, no tables, no web server, prompt to stop."""
    return faust.App(
        runtime.prefix + group,
        broker=runtime.broker,
        broker_credentials=runtime.credentials,
        datadir=runtime.datadir,
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=runtime.worker or None,
        broker_session_timeout=runtime.session_seconds,
        broker_heartbeat_interval=runtime.session_seconds / 3,
        broker_max_poll_interval=POLL_SECONDS,
        broker_commit_interval=COMMIT_SECONDS,
        broker_max_poll_records=1000,
        producer_acks=-1,
        producer_linger=PRODUCER_LINGER_SECONDS,
        producer_max_batch_size=PRODUCER_BATCH_BYTES,
        producer_request_timeout=PUBLISH_SECONDS,
        producer_max_request_size=topics.MAX_EVENT_BYTES,
        consumer_max_fetch_size=topics.MAX_EVENT_BYTES,
        stream_wait_empty=False,
        stream_buffer_maxsize=4096,
    )


def triage_app(runtime: Runtime, triaging: "Triaging") -> faust.App:
    app = new_app(TRIAGE, runtime)
    attach(app, runtime, topics.MENTIONS, triaging, name="triage")
    return app


@dataclass(frozen=True, slots=True)
class Chore:
    """What a step does every ``seconds`` beside its topics. It may raise StoreDownError and LogDownError."""

    name: str
    seconds: float
    act: Callable[[], object]


def filing_app(runtime: Runtime, step: "FilingStep", chores: Sequence[Chore]) -> faust.App:
    app = new_app(FILING, runtime)
    attach(app, runtime, topics.TRIAGED, step.file, name="filing")
    attach(app, runtime, topics.DELETIONS, step.bury, name="deletions")
    attach(app, runtime, topics.DEAD_LETTERS, step.list_dead, name="dead-letters")
    for chore in chores:
        _every(app, chore.seconds, chore.act, chore.name, runtime.patience_seconds)
    return app


def watch_app(runtime: Runtime, step: "WatchStep", notify: Callable[[], object]) -> faust.App:
    """``notify`` is called every NOTIFY_SECONDS; it tells people outside what is due."""
    app = new_app(WATCH, runtime)
    patience = runtime.patience_seconds
    attach(app, runtime, topics.OBSERVED, step.observe, name="watch")
    attach(app, runtime, topics.DELETIONS, step.forget, name="watch-deletions")

    async def listen() -> None:
        told = await patiently(partial(asyncio.to_thread, step.listen), "silence", patience_seconds=patience)
        await patiently(partial(publish, app, told, runtime.prefix), "silence: publish", patience_seconds=patience)

    _every(app, NOTIFY_SECONDS, notify, "notify", patience)
    _every(app, ALERT_RETENTION_SECONDS, step.retire, "alert-retention", patience)
    app.timer(interval=SILENCE_SECONDS, name="silence")(listen)
    return app


def _every(app: faust.App, seconds: float, act: Callable[[], object], name: str, patience_seconds: float) -> None:
    """The pause is kept however long the act takes: what it looks after must not starve the step itself."""

    async def run() -> None:
        while not app.should_stop:
            await patiently(partial(asyncio.to_thread, act), name, patience_seconds=patience_seconds)
            await app.sleep(seconds)

    app.task(run)


def __getattr__(name: str) -> faust.App:
    if name == "app":
        from sunwai.steps import whole_app  # noqa: PLC0415 - the one import upward, and only when asked for

        return whole_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
