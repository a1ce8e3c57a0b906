"""Where the parts are put together: settings in, a whole office out. Nothing else knows which adapter runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import faust

from classifiers.api import Classifier, load
from queues.directory_file import load_directory
from queues.filing import Filing
from queues.seal import Sealer, read_or_make_key
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import StateStore
from queues.store import CaseStore
from schemas.directory import Directory
from streams import app as apps
from streams.erasure import sweep
from streams.filing import FilingStep
from streams.log import EventLog
from streams.transports import sqlite as sqlite_transport
from streams.transports.sqlite_log import SqliteLog
from streams.triage import Triaging
from sunwai.settings import Settings, SettingsError, read_settings

__all__ = ["STEPS", "Office", "whole_app"]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Office:
    """One office's parts, each opened when it is first asked for."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        if self.settings.broker or self.settings.store:
            raise SettingsError("settings: broker, store: only the embedded default (both empty) is built in")
        self.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)

    @cached_property
    def directory(self) -> Directory:
        return load_directory(self.settings.directory)

    @cached_property
    def store(self) -> CaseStore:
        return SqliteCaseStore(self.settings.cases_path)

    @cached_property
    def state(self) -> StateStore:
        return SqliteStateStore(self.settings.cases_path)

    @cached_property
    def log(self) -> EventLog:
        return SqliteLog(
            self.settings.log_path,
            partitions=self.settings.partitions,
            retention=self.retention,
            max_bytes=self.log_max_bytes,
        )

    @property
    def retention(self) -> timedelta:
        return timedelta(days=self.directory.retention.topics)

    @property
    def log_max_bytes(self) -> int:
        return self.settings.log_max_mb * 1_000_000

    @cached_property
    def sealer(self) -> Sealer:
        return Sealer(read_or_make_key(self.settings.key_path))

    @cached_property
    def classifier(self) -> Classifier:
        return load(self.settings.model, self.directory)

    @cached_property
    def broker(self) -> str:
        """The URL by which Faust reaches the event log."""
        sqlite_transport.register()
        return sqlite_transport.broker_url(
            self.settings.log_path,
            partitions=self.settings.partitions,
            retention=self.retention,
            max_bytes=self.log_max_bytes,
        )

    @property
    def _runtime(self) -> apps.Runtime:
        return apps.Runtime(self.broker, self.settings.data / "faust", self.settings.patience_seconds)

    def triage_app(self) -> faust.App:
        triaging = Triaging(self.classifier, self.directory, self.sealer, self.clock)
        return apps.triage_app(self._runtime, triaging)

    def filing_app(self) -> faust.App:
        filing = Filing(self.store, self.state, self.directory, self.clock)
        step = FilingStep(filing, self.state, self.clock)
        return apps.filing_app(self._runtime, step, self.sweep, self.log.compact)

    def sweep(self) -> int:
        """Erases what tombstones name; returns how many are left to do."""
        return sweep(self.state, self.store, self.log)


STEPS: dict[str, Callable[[Office], faust.App]] = {"triage": Office.triage_app, "filing": Office.filing_app}
"""The steps of the pipeline, each a process of its own under ``sunwai worker``."""


def whole_app() -> faust.App:
    """All steps in one process, for ``faust -A streams.app worker``: the first step's app starts the others."""
    office = Office(read_settings())
    first, *others = [make(office) for make in STEPS.values()]

    async def start_others() -> None:
        for other in others:
            await first.add_runtime_dependency(other)

    first.task(start_others)
    return first
