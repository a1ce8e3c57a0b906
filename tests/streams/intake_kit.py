"""A real log and a real store in a folder, with a clock that stands still and sleeps that take no time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from queues.sqlite import SqliteStateStore
from schemas.mention import Mention
from streams.log import Event, LogFullError, Position, StoredEvent
from streams.sources.publish import Publisher
from streams.topics import DEAD_LETTERS, MENTIONS
from streams.transports.sqlite_log import SqliteLog
from tests.conftest import NOW

__all__ = ["IntakeKit", "StubbornLog", "new_kit"]

PARTITIONS = 2
_FILES = ("log.db", "cases.db")


class StubbornLog(SqliteLog):
    """A real log that is full for the first ``refusals`` appends, and breaks off a run at append ``break_at``."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            partitions=PARTITIONS,
            retention=timedelta(days=3650),
            max_bytes=1 << 30,
            clock=NOW.timestamp,
        )
        self.refusals = 0
        self.break_at: int | None = None
        self.appends: list[int] = []

    def append(self, events: Sequence[Event]) -> Sequence[Position]:
        if self.refusals:
            self.refusals -= 1
            raise LogFullError("full")
        if self.break_at == len(self.appends):
            self.break_at = None
            raise KeyboardInterrupt
        self.appends.append(len(events))
        return super().append(events)


@dataclass
class IntakeKit:
    """``slept`` are the seconds that were waited; ``on_sleep`` is called instead of waiting."""

    folder: Path
    now: datetime = NOW
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.log = StubbornLog(self.folder / "log.db")
        self.log.prepare()
        self.state = SqliteStateStore(self.folder / "cases.db")

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_sleep()

    def publisher(self, source: str = "file", platform: str = "x") -> Publisher:
        return Publisher(self.log, self.clock, source=source, platform=platform, sleep=self.sleep)

    def events(self, topic: str) -> list[StoredEvent]:
        partitions = range(len(self.log.partition_ids(topic)))
        return [event for partition in partitions for event in self.log.read(topic, partition, 0, limit=100_000)]

    def mentions(self) -> list[Mention]:
        """In the order of their ids."""
        found = [Mention.model_validate_json(event.value or b"") for event in self.events(MENTIONS.name)]
        return sorted(found, key=lambda mention: (len(mention.id), mention.id))

    def ids(self) -> list[str]:
        return [mention.id for mention in self.mentions()]

    def letters(self) -> list[StoredEvent]:
        return self.events(DEAD_LETTERS.name)

    def reasons(self) -> list[str]:
        return [letter.headers["reason"].decode() for letter in self.letters()]

    def close(self) -> None:
        self.log.close()
        self.state.close()


@cache
def _empty_files() -> dict[str, bytes]:
    """The files of a kit that nothing was done to: making them takes longer than most tests."""
    with TemporaryDirectory() as folder:
        IntakeKit(Path(folder)).close()
        return {name: (Path(folder) / name).read_bytes() for name in _FILES}


def new_kit(folder: Path) -> IntakeKit:
    """A kit in an empty folder."""
    for name, content in _empty_files().items():
        (folder / name).write_bytes(content)
    return IntakeKit(folder)
