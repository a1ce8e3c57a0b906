"""Posts from a file: JSONL, JSON or CSV, packed or not; once, or following it as it grows.

Memory is constant but for JSON, which is bounded: records are read one by one and published in batches. The cursor is
written after each batch is durable, so a kill in between publishes a batch twice, which filing does not notice.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

from queues.state import StateStore
from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from schemas.mention import Mention
from streams.dead_letters import Origin, Outsized
from streams.log import Event
from streams.sources.cursor import START, FileCursor, Place, place_of
from streams.sources.following import follow
from streams.sources.lines import Record
from streams.sources.opening import RecordError
from streams.sources.publish import BATCH_BYTES, BATCH_EVENTS, Publisher, Taken, wait_out
from streams.sources.reading import read_from, resume
from streams.sources.terms import Terms

__all__ = ["FileSource", "Summary"]

HISTORIC_AGE = timedelta(days=7)
"""A file whose median post is older is historic: its cases get no clock."""
SAMPLE = 1000
"""Posts by which a file is judged historic."""
NAP_SECONDS = 1.0
"""Longest wait between two looks at ``stop``."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run did, in posts; ``skipped`` records were published by an earlier run. ``historic``: whether the
    file was judged so. ``left_out``: posts that address no office and that no term rule finds."""

    published: int
    dead_letters: int
    skipped: int
    historic: bool
    left_out: int = 0


@dataclass
class FileSource:
    """One run over one file.

    ``historic`` None: by the age of its posts, one by one where the file is followed. ``speed``: posts go out in event
    time, so many times faster; None: at once. ``progress`` is told bytes done and posts published. ``stop`` ends a run
    at the next record. ``terms``: posts that address no office are for the watch, where a rule finds them.
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
    terms: Terms | None = None
    _published: int = 0
    _dead: int = 0
    _left_out: int = 0
    _pending: list[Event] = field(default_factory=list)
    _pending_bytes: int = 0
    _before: datetime | None = None

    def run(self) -> Summary:
        """Raises RecordError for a file that cannot be read (further), with what could be read published; StaleError
        when another run reads the same file now."""
        cursor = FileCursor(self.state, self.path)
        stood = wait_out(cursor.read, self.publisher.source, self.sleep)
        place = START if self.again else self._resumed(stood)
        historic = self._judged(stood, place)
        at, done = self._read(cursor, place, historic)
        if at != place or (done and not stood.done):
            self._keep(cursor, Place(at.number, at.start, at.end, at.digest, historic, done))
        return Summary(self._published, self._dead, place.number, bool(historic), self._left_out)

    def _resumed(self, stood: Place) -> Place:
        if self.follow and not self.path.exists():
            return START
        return resume(self.path, stood)

    def _read(self, cursor: FileCursor, place: Place, historic: bool | None) -> tuple[Place, bool]:
        """Publishes what there is; where it came to, and whether that was the end."""
        at = place
        try:
            for record in self._records(place):
                if record is not None:
                    self._take(record, historic)
                    at = place_of(record, historic)
                if record is None or self.speed is not None or self._is_enough():
                    self._flush(cursor, at)
                if self.stop():
                    self._flush(cursor, at)
                    return at, False
        except RecordError:
            self._flush(cursor, at)
            raise
        self._flush(cursor, at)
        return at, not self.follow

    def _records(self, place: Place) -> Iterator[Record | None]:
        if self.follow:
            return follow(self.path, place, self.sleep, self.stop)
        return read_from(self.path, place)

    def _judged(self, stood: Place, place: Place) -> bool | None:
        """Whether the file is historic: as asked, as judged by a run that was broken off, else by its next posts.

        None: each post by its own age, since a followed file grows from old posts to new ones.
        """
        if self.historic is not None or self.follow:
            return self.historic
        if place != START and place.historic is not None and not stood.done:
            return place.historic
        now = self.publisher.clock()
        ages = [(now - moment).total_seconds() for moment in islice(self._moments(place, now), SAMPLE)]
        return bool(ages) and median(ages) > HISTORIC_AGE.total_seconds()

    def _moments(self, place: Place, now: datetime) -> Iterator[datetime]:
        """When the next posts that can be read were written."""
        for record in islice(read_from(self.path, place), SAMPLE):
            if record.fault is not None or isinstance(record.line, Outsized):
                continue
            try:
                payload = read_bytes(record.line) if record.payload is None else record.payload
                for post in split_page(payload):
                    yield read_mention(post, received_at=now).created_at
            except (IntakeError, RecursionError):
                continue  # it becomes a dead letter when its turn comes

    def _take(self, record: Record, historic: bool | None) -> None:
        taken = self._taken(record, historic)
        if self.speed is not None:
            self._keep_pace(taken, self.speed)
        self._pending.extend(taken.events)
        self._pending_bytes += sum(len(event.value) for event in taken.events)
        self._published += len(taken.mentions)
        self._dead += len(taken.rejected)
        self._left_out += taken.left_out

    def _taken(self, record: Record, historic: bool | None) -> Taken:
        origin = Origin(self.path.name, 0, record.number)
        raw = record.raw
        if record.fault is not None or isinstance(raw, Outsized):
            return self.publisher.reject(raw, record.fault or "post: too long", origin)
        change = partial(_marked, historic, self.terms)
        if record.payload is None:
            return self.publisher.take(raw, origin, change)
        return self.publisher.take_parsed(raw, record.payload, origin, change)

    def _keep_pace(self, taken: Taken, speed: float) -> None:
        """Waits as long as the posts lay apart, ``speed`` times shorter."""
        for post in taken.mentions:
            if self._before is not None and post.created_at > self._before:
                self._rest((post.created_at - self._before).total_seconds() / speed)
            self._before = post.created_at

    def _rest(self, seconds: float) -> None:
        while seconds > 0 and not self.stop():
            self.sleep(min(seconds, NAP_SECONDS))
            seconds -= NAP_SECONDS

    def _is_enough(self) -> bool:
        return len(self._pending) >= BATCH_EVENTS or self._pending_bytes >= BATCH_BYTES

    def _flush(self, cursor: FileCursor, at: Place) -> None:
        if not self._pending:
            return
        self.publisher.append_patiently(self._pending)
        self._pending.clear()
        self._pending_bytes = 0
        self._keep(cursor, at)
        self.progress(at.end, self._published)

    def _keep(self, cursor: FileCursor, place: Place) -> None:
        wait_out(partial(cursor.write, place), self.publisher.source, self.sleep)


def _marked(historic: bool | None, terms: Terms | None, post: Mention) -> Mention | None:
    if historic is None:
        historic = post.received_at - post.created_at > HISTORIC_AGE
    marked = post if post.historic == historic else post.model_copy(update={"historic": historic})
    return marked if terms is None else terms(marked)
