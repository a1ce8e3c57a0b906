"""Reads X for an office until it is told to stop.

Three threads: one hands on the lines of the stream (``feed.py``), one sees to rules and gaps, and the one that runs
this publishes. Up to where a handle was read is moved only once what came before is in the log, and never past a gap
that is not written down: killed anywhere, the next run reads again what may be missing.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from queues.state import StateStore
from schemas.platforms import XPlan
from streams.sources.publish import Publisher, wait_out
from streams.sources.x.budget import Budget
from streams.sources.x.chores import Chores
from streams.sources.x.client import XClient
from streams.sources.x.feed import Arrived, Feed
from streams.sources.x.filling import Filling
from streams.sources.x.gaps import Gap, Gaps
from streams.sources.x.intake import Intake
from streams.sources.x.progress import Progress
from streams.sources.x.recheck import Recheck
from streams.sources.x.room import Room
from streams.sources.x.rules import keep_in_step, terms_tag
from streams.sources.x.scopes import FIRST_TO_GO, Scope, queries
from streams.sources.x.snowflake import id_at, moment_of
from streams.sources.x.waiting import StoppedError, Waiting

__all__ = ["Timing", "XSource"]

_BATCH = 500
_LOOK_SECONDS = 0.2
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. ``late``: so much later than its neighbours a post may come in the stream (X: 7 s for 99 of 100).
    ``overlap``: how far clocks may be apart, and how long a new rule takes. ``settle``: until search knows a post.
    ``save``: between two notes of how it stands. ``rules``, ``recheck``: between two looks at the rules, and at the
    job that looks for deletions. ``poll``: between two searches when there is no stream; 0: there is one."""

    late: float = 60.0
    overlap: float = 20.0
    settle: float = 30.0
    save: float = 5.0
    rules: float = 900.0
    chores: float = 1.0
    recheck: float = 60.0
    poll: float = 0.0


@dataclass
class XSource:
    """One run. ``handles`` are those of X, ``tag`` marks our rules, ``over`` ends it. ``kept`` are the ids of all posts
    whose text is kept; None: it is not asked whether they are still there. ``terms`` gives queries for the watch, each
    of so many characters at most; they go with reposts when the budget runs low."""

    client: XClient
    publisher: Publisher
    state: StateStore
    handles: Sequence[str]
    tag: str
    plan: XPlan
    clock: Callable[[], datetime]
    over: threading.Event
    pause: Callable[[float], object]
    timing: Timing = Timing()
    kept: Callable[[], Iterable[str]] | None = None
    terms: Callable[[int], Sequence[str]] = lambda most: ()
    _fault: BaseException | None = None
    _scopes: tuple[Scope, ...] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.over, self.clock, self.pause)
        self.budget = Budget(self.plan, self.clock)
        self.room = Room(self.budget)
        self.gaps = Gaps(self.state)
        self.progress = Progress(self.state, self.clock, self.budget, self.gaps)
        publisher = replace(self.publisher, sleep=self.waiting.sleep)
        self.intake = Intake(publisher, self.progress, terms_tag(self.tag), frozenset(self.handles))
        self.feed = Feed(
            self.client,
            self.waiting,
            self._in_step,
            self._opened,
            self._closed,
            self._spent,
            self.room,
            self.progress.failed,
            self.timing.overlap,
        )
        filling = Filling(self.client, self.intake, self.gaps, self.progress, self.waiting, self.room)
        self.chores = Chores(
            self.waiting,
            self._rescope,
            filling.fill_one_page,
            self.progress.failed,
            self._looks_due,
            self.timing.chores,
        )

    def run(self) -> None:
        """Raises XRefusedError for what X will never do (a wrong token, a rule that it does not take),
        AnotherReaderError, LogRefusedError."""
        while not self.over.is_set() and wait_out(self.progress.is_taken, "x", self.waiting.sleep):
            self.waiting.wait(self.timing.chores)
        if self.over.is_set():
            return
        wait_out(self.progress.load, "x", self.waiting.sleep)
        wait_out(self.progress.save, "x", self.waiting.sleep)
        threads = [threading.Thread(target=self._guarded, args=[run], name=name) for name, run in self._parts()]
        for thread in threads:
            thread.start()
        try:
            self._guarded(lambda: self._publish_until(lambda: not threads[0].is_alive()))
        finally:
            self.over.set()
            for thread in threads:
                self._join(thread)
            self.progress.connected = self.progress.running = False
            self._save_last()
        if self._fault is not None:
            raise self._fault

    def _parts(self) -> list[tuple[str, Callable[[], None]]]:
        feed = self._poll if self.timing.poll else self.feed.run
        parts = [("x-feed", feed), ("x-chores", self.chores.run)]
        return parts if self.kept is None else [*parts, ("x-recheck", self._recheck(self.kept).run)]

    def _recheck(self, kept: Callable[[], Iterable[str]]) -> Chores:
        checked = self.progress.checked
        recheck = Recheck(self.client, self.state, self.publisher, kept, self.waiting, checked)
        return Chores(
            self.waiting, lambda: None, recheck.step, self.progress.failed, lambda _: False, self.timing.recheck
        )

    def _join(self, thread: threading.Thread) -> None:
        while thread.is_alive():
            self.feed.stop()  # again: it may have been about to connect
            thread.join(_LOOK_SECONDS)

    def _guarded(self, act: Callable[[], None]) -> None:
        """What ends one part ends all."""
        try:
            act()
        except StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised by ``run``
            self._fault = self._fault or error
            self.over.set()

    def _save_last(self) -> None:
        try:
            self.progress.save()
        except Exception as error:  # noqa: BLE001 - of two faults the first is told
            self._fault = self._fault or error

    # -- publishing

    def _publish_until(self, feed_is_over: Callable[[], bool]) -> None:
        saved_at = self.clock()
        while True:
            batch = self._batch()
            if batch:
                self._publish(batch)
            if self.over.is_set():
                self.feed.stop()
                if feed_is_over() and self.feed.arrived.empty():
                    return
            if (self.clock() - saved_at).total_seconds() >= self.timing.save:
                saved_at = self.clock()
                wait_out(self.progress.save, "x", self.waiting.sleep)

    def _batch(self) -> list[Arrived]:
        found: list[Arrived] = []
        try:
            found.append(self.feed.arrived.get(timeout=_LOOK_SECONDS))
            while len(found) < _BATCH:
                found.append(self.feed.arrived.get_nowait())
        except queue.Empty:
            pass
        return found

    def _publish(self, batch: Sequence[Arrived]) -> None:
        lines = [arrived.line for arrived in batch if arrived.line]
        newest = self.intake.take_lines(lines) if lines else 0
        self.room.counted(len(lines))
        moments = [arrived.at for arrived in batch if not arrived.line] + ([moment_of(newest)] if newest else [])
        if moments:
            self.progress.advance(self.handles, id_at(max(moments) - timedelta(seconds=self.timing.late)))

    # -- what the stream calls

    def _in_step(self) -> None:
        """Rules for what may be read now. Raises XError."""
        with self._lock:
            scopes = self.budget.scopes()
            if self.timing.poll:
                self._scopes = scopes
                return
            rules = {scope: self._queries(scope, self.handles, self.plan.rule_length) for scope in scopes}
            terms = rules.pop(Scope.TERMS, ())
            keep_in_step(self.client, self.tag, [rule for its in rules.values() for rule in its], terms)
            self._scopes = scopes

    def _queries(self, scope: Scope, handles: Sequence[str], most: int) -> Sequence[str]:
        return self.terms(most) if scope is Scope.TERMS else queries(scope, handles, most)

    def _opened(self) -> None:
        """Connected: all from where each handle was read to until now is a gap."""
        now = self.clock()
        self._miss(self._read_scopes(), now + timedelta(seconds=self.timing.overlap), "not connected")
        self.progress.advance(self.handles, id_at(now - timedelta(seconds=self.timing.overlap)))
        self.progress.connected = True
        wait_out(self.progress.save, "x", self.waiting.sleep)
        _log.info("x_stream_connected")

    def _closed(self) -> None:
        self.progress.connected = False

    def _spent(self) -> None:
        self._miss(self._read_scopes(), self.clock() + timedelta(seconds=self.timing.overlap), "budget")

    def _read_scopes(self) -> tuple[Scope, ...]:
        """What is left out for the budget's sake is one long gap, from where it was left out."""
        return tuple(scope for scope in Scope if self.progress.reposts_from is None or scope not in FIRST_TO_GO)

    def _miss(self, scopes: Sequence[Scope], until: datetime, reason: str) -> None:
        """Writes gaps down; a handle that was never read has none. Raises StoreDownError."""
        by_start: dict[int, list[str]] = {}
        for handle in self.handles:
            if (start := self.progress.read_to.get(handle)) is not None:
                by_start.setdefault(start, []).append(handle)
        for start, handles in by_start.items():
            for scope in scopes:
                self._open(scope, handles, start, until, reason)

    def _open(self, scope: Scope, handles: Sequence[str], since: int, until: datetime, reason: str) -> None:
        now = self.clock()
        ready = max(until, now) + timedelta(seconds=self.timing.settle)
        for query in self._queries(scope, handles, self.plan.query_length):
            gap = Gap(scope, query, since, id_at(until), reason, now.isoformat(), ready.isoformat())
            wait_out(lambda gap=gap: self.gaps.open(gap, now), "x", self.waiting.sleep)  # type: ignore[misc]

    # -- beside the stream

    def _poll(self) -> None:
        """In place of the stream, for a plan without one: all since the last look is a gap, filled by search."""
        self._in_step()
        while not self.waiting.is_over():
            until = self.clock()
            if self.room() > 0 and self.progress.read_to:
                self._miss(self._read_scopes(), until, "polled")
            self.progress.advance(self.handles, id_at(until))
            self.progress.connected = True
            self.waiting.wait(self.timing.poll)

    def _looks_due(self, since: float) -> bool:
        """Whether the rules must be looked at, ``since`` seconds after they were."""
        return since >= self.timing.rules or (self._scopes is not None and self._scopes != self.budget.scopes() != ())

    def _rescope(self) -> None:
        """Leaves reposts and terms out when what is kept for addressed posts begins, and takes them up again. Raises
        XError."""
        now, since = self.clock(), self.progress.reposts_from
        if Scope.REPOSTS not in self.budget.scopes():
            if since is None:
                self.progress.reposts_from = id_at(now - timedelta(seconds=self.timing.late))
            self._in_step()
            return
        self._in_step()
        if since is not None:
            for scope in FIRST_TO_GO:
                self._open(scope, self.handles, since, now + timedelta(seconds=self.timing.overlap), "budget")
            self.progress.reposts_from = None
