"""Where the parts are put together: settings in, a whole office out. Nothing else knows which adapter runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from queues.anchors import Anchors
from queues.directory_file import load_directory
from queues.seal import Sealer, read_or_make_key
from queues.state import StateStore
from queues.store import CaseStore
from schemas.directory import Directory
from streams.erasure import sweep
from streams.log import EventLog
from streams.sources.recording import Recording
from streams.transports.sqlite_log import SqliteLog
from sunwai.settings import Settings, SettingsError
from sunwai.stores import Stores, open_stores

__all__ = ["Office"]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Office:
    """One office's parts, each opened when it is first asked for."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    for_people: bool = False
    """Whether people act through it: they must see at once what they did, in every list."""

    def __post_init__(self) -> None:
        self.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)

    @cached_property
    def directory(self) -> Directory:
        return load_directory(self.settings.directory)

    @cached_property
    def _stores(self) -> Stores:
        return open_stores(self.settings, for_people=self.for_people)

    @property
    def store(self) -> CaseStore:
        return self._stores.cases

    @property
    def state(self) -> StateStore:
        return self._stores.state

    def close(self) -> None:
        """Closes what was opened; the office is not used afterwards."""
        if "_stores" in self.__dict__:
            self._stores.close()
        if "log" in self.__dict__:
            self.log.close()
        if self.__dict__.get("keeper") is not None:
            self.__dict__["keeper"].close()

    @cached_property
    def log(self) -> EventLog:
        if self.settings.broker:
            from sunwai.kafka import kafka_log  # noqa: PLC0415 - a client that the embedded default does without

            return kafka_log(self.settings, self.retention)
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
    def anchors(self) -> Anchors:
        return Anchors(self.settings.data / "anchors.jsonl", self.sealer.signer)

    @cached_property
    def keeper(self) -> Recording | None:
        """Keeps what sources deliver, where the settings name a folder for it. Raises SettingsError."""
        found = self.settings
        if found.record is None:
            return None
        try:
            key = read_or_make_key(found.record_key_path)
        except (OSError, ValueError) as error:
            raise SettingsError(f"settings: record_key_file: {error}") from error
        return Recording(found.record, key, self.clock, found.record_hours, found.record_max_mb * 1_000_000)

    def sweep(self) -> int:
        """Erases what tombstones name; returns how many are left to do."""
        return sweep(self.state, self.store, self.log)
