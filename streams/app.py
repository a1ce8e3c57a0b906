"""The Faust apps, one for each step: triage and filing each have a consumer group and a process of their own, so that
a store that is down holds up neither the classifier nor, through it, the watch.

``faust -A streams.app worker`` runs all steps in one process, in the same groups; the module-level ``app`` is put
together by ``sunwai`` only when somebody asks for it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import faust

from streams import topics
from streams.agents import attach
from streams.filing import FilingStep
from streams.patience import patiently
from streams.triage import Triaging

__all__ = ["FILING", "GROUPS", "TRIAGE", "Runtime", "filing_app", "new_app", "triage_app"]

TRIAGE = "sunwai-triage"
FILING = "sunwai-filing"
GROUPS: Mapping[str, tuple[topics.Topic, ...]] = {
    TRIAGE: (topics.MENTIONS,),
    FILING: (topics.TRIAGED, topics.DELETIONS, topics.DEAD_LETTERS),
}
"""Which topics each consumer group reads."""

SWEEP_SECONDS = 2.0
"""How often pending erasures are looked for: one indexed query when there are none."""

RETENTION_SECONDS = 600.0
"""How often the log drops what is past its retention."""

COMMIT_SECONDS = 0.5
"""Acknowledged events that a kill makes come again at most: what is worked off in so long."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every app runs on. ``datadir`` is where Faust would keep tables; we have none, but it makes the folder."""

    broker: str
    datadir: Path
    patience_seconds: float


def new_app(id: str, runtime: Runtime) -> faust.App:
    """A Faust app as all of ours are: raw topics that we make ourselves, no tables, no web server, prompt to stop."""
    return faust.App(
        id,
        broker=runtime.broker,
        datadir=runtime.datadir,
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=COMMIT_SECONDS,
        broker_max_poll_records=1000,
        producer_acks=-1,
        producer_max_request_size=topics.MAX_EVENT_BYTES,
        consumer_max_fetch_size=topics.MAX_EVENT_BYTES,
        stream_wait_empty=False,
        stream_buffer_maxsize=4096,
    )


def triage_app(runtime: Runtime, triaging: Triaging) -> faust.App:
    app = new_app(TRIAGE, runtime)
    attach(app, topics.MENTIONS, triaging, name="triage", patience_seconds=runtime.patience_seconds)
    return app


def filing_app(
    runtime: Runtime, step: FilingStep, sweep: Callable[[], object], compact: Callable[[], object]
) -> faust.App:
    """``sweep`` is called every SWEEP_SECONDS; it erases what tombstones name. ``compact``, every RETENTION_SECONDS,
    drops from the log what is past its retention."""
    app = new_app(FILING, runtime)
    patience = runtime.patience_seconds
    attach(app, topics.TRIAGED, step.file, name="filing", patience_seconds=patience)
    attach(app, topics.DELETIONS, step.bury, name="deletions", patience_seconds=patience)
    attach(app, topics.DEAD_LETTERS, step.list_dead, name="dead-letters", patience_seconds=patience)
    _every(app, SWEEP_SECONDS, sweep, "sweep", patience)
    _every(app, RETENTION_SECONDS, compact, "retention", patience)
    return app


def _every(app: faust.App, seconds: float, act: Callable[[], object], name: str, patience_seconds: float) -> None:
    async def run() -> None:
        await patiently(partial(asyncio.to_thread, act), name, patience_seconds=patience_seconds)

    app.timer(interval=seconds, name=name)(run)


def __getattr__(name: str) -> faust.App:
    if name == "app":
        from sunwai.assembly import whole_app  # noqa: PLC0415 - the one import upward, and only when asked for

        return whole_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
