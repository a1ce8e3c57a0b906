"""Posts from a file: JSONL, JSON or CSV, packed or not; once, or following it as it grows.

Memory is constant: records are read one by one and published in batches. The cursor is written after each batch is
durable, so a kill in between publishes a batch twice, which filing does not notice.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from queues.state import StateStore
from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from schemas.mention import MAX_MENTION_BYTES, Mention
from streams.dead_letters import Origin
from streams.log import Event
from streams.sources.cursor import FileCursor, Progress, fingerprint
from streams.sources.lines import Record, format_of, open_file, read_csv, read_json, read_lines
from streams.sources.publish import BATCH, Publisher, Taken

__all__ = ["FileSource", "Summary"]

HISTORIC_AGE = timedelta(days=7)
"""A file whose median post is older is historic: its cases get no clock."""
SAMPLE = 1000
"""Posts by which a file is judged historic."""
FOLLOW_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run did; ``skipped`` records were published by an earlier run."""

    published: int
    dead_letters: int
    skipped: int
    historic: bool


@dataclass
class FileSource:
    """One run over one file.

    ``historic`` None: by the age of its posts. ``speed``: posts go out in event time, so many times faster; None: at
    once. ``progress`` is told bytes done and posts published. ``stop`` ends a run at the next record.
    """

    path: Path
    publisher: Publisher
    state: StateStore
    follow: bool = False
    again: bool = False
    historic: bool | None = None
    speed: float | None = None
    progress: Callable[[int, int], None] = lambda done, posts: None
    stop: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    _published: int = 0
    _dead: int = 0
    _pending: list[Event] = field(default_factory=list)
    _pace: "_Pace | None" = None

    def run(self) -> Summary:
        """Raises RecordError for a file that cannot be read, StoreDownError when the cursor cannot be kept."""
        with open_file(self.path) as file:
            first = file.read(64 * 1024)
        cursor = FileCursor(self.state, self.path, fingerprint(first))
        done = Progress() if self.again else cursor.read()
        historic = self._judge(done)
        self._pace = _Pace(self.speed, self.sleep) if self.speed else None
        at = done
        for record in self._records(format_of(self.path, first), done):
            self._take(record, historic)
            at = Progress(record.number, record.end, historic)
            if len(self._pending) >= BATCH or self._pace is not None or self.follow:
                self._flush(cursor, at)
            if self.stop():
                break
        self._flush(cursor, at)
        return Summary(self._published, self._dead, done.records, historic)

    def _judge(self, done: Progress) -> bool:
        """Whether the file is historic: as asked, else as judged by an earlier run, else by its first posts."""
        if self.historic is not None:
            return self.historic
        if done.historic is not None:
            return done.historic
        now = self.publisher.clock()
        with open_file(self.path) as file:
            form = format_of(self.path, file.read(64 * 1024))
        ages = [(now - moment).total_seconds() for moment in islice(self._moments(form, now), SAMPLE)]
        return bool(ages) and median(ages) > HISTORIC_AGE.total_seconds()

    def _moments(self, form: str, now: datetime) -> Iterator[datetime]:
        """When the first posts that can be read were written."""
        for record in islice(self._once(form, Progress()), SAMPLE):
            try:
                for post in split_page(read_bytes(record.raw)):
                    yield read_mention(post, received_at=now).created_at
            except IntakeError:
                continue  # it becomes a dead letter when its turn comes

    def _records(self, form: str, done: Progress) -> Iterator[Record]:
        if form == "jsonl" and self.follow:
            yield from self._followed(done)
        else:
            yield from self._once(form, done)

    def _once(self, form: str, done: Progress) -> Iterator[Record]:
        with open_file(self.path) as file:
            if form == "jsonl":
                file.seek(done.end)
                yield from read_lines(file, number=done.records, end=done.end)
                return
            records = read_json(file, self.path) if form == "json" else read_csv(file, self.path)
            yield from (record for record in records if record.number > done.records)

    def _followed(self, done: Progress) -> Iterator[Record]:
        """Lines as they are written; a file that was replaced or cut short is read from its start."""
        number, end = done.records, done.end
        file = open_file(self.path)
        try:
            file.seek(end)
            while not self.stop():
                grew = False
                for record in read_lines(file, number=number, end=end):
                    if not record.whole:
                        break
                    number, end, grew = record.number, record.end, True
                    yield record
                if self._was_replaced(file.fileno(), end):
                    file.close()
                    file = open_file(self.path)
                    number = end = 0
                elif not grew:
                    self.sleep(FOLLOW_SECONDS)
                file.seek(end)
        finally:
            file.close()

    def _was_replaced(self, number: int, end: int) -> bool:
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        return there.st_ino != os.fstat(number).st_ino or there.st_size < end

    def _take(self, record: Record, historic: bool) -> None:
        origin = Origin(self.path.name, 0, record.number)
        if record.overlong:
            reason = f"post: more than the {MAX_MENTION_BYTES} bytes that a post may have"
            taken = self.publisher.reject(record.raw, reason, origin)
        else:
            taken = self.publisher.take(record.raw, origin, lambda post: _aged(post, historic))
        self._wait_for(taken)
        self._pending.extend(taken.events)
        self._published += taken.mentions
        self._dead += len(taken.rejected)

    def _wait_for(self, taken: Taken) -> None:
        if self._pace is not None and taken.mentions:
            self._pace.wait(Mention.model_validate_json(taken.events[0].value).created_at)

    def _flush(self, cursor: FileCursor, at: Progress) -> None:
        if not self._pending:
            return
        self.publisher.append_patiently(self._pending)
        self._pending.clear()
        cursor.write(at)
        self.progress(at.end, self._published)


def _aged(post: Mention, historic: bool) -> Mention:
    return post if post.historic == historic else post.model_copy(update={"historic": historic})


@dataclass
class _Pace:
    """Keeps the gaps between posts, ``speed`` times shorter."""

    speed: float
    sleep: Callable[[float], None]
    _before: datetime | None = None

    def wait(self, moment: datetime) -> None:
        if self._before is not None and moment > self._before:
            self.sleep((moment - self._before).total_seconds() / self.speed)
        self._before = moment
