"""Random lives of cases against a simple model: posts, replies, reposts, officers, transfers, merges, splits, jumps of
the clock, kills. Written against the store protocols; a subclass supplies ``make_stores``.

The model knows which posts belong together and who wrote them, and remembers of each case its clock for resolution and
its history. Everything else is read from the store and must agree.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from queues import acts
from queues.acts import ActError
from queues.audit import faults
from queues.filing import Filing
from queues.lifecycle import Actor, Party
from queues.naming import case_id
from queues.regrouping import Regrouping
from queues.revising import revise
from queues.state import StateStore
from queues.store import EVERYTHING, CaseQuery, CaseStore, Sort
from schemas.case import Case, Status
from schemas.clocks import ClockKind
from schemas.labels import Urgency
from schemas.triage import TriagedMention
from streams.clock import Notice, Sweep
from streams.replies import DryRun, Sending
from tests.contracts.tallies import KEPT
from tests.contracts.tallies import counted as tally_of
from tests.queues.factories import NOW, make_author, make_mention, make_triage, make_triaged
from tests.streams.overdue import OFFICE

__all__ = ["Killed", "LifeMachine", "Mortal"]

AUTHORS = ("ravi", "meena", "salim", "george")
QUEUES = sorted(OFFICE.queues)
BOSS = Actor("boss", Party.SUPERVISOR)
HOUR = timedelta(hours=1)
WRITES = frozenset({"claim_keys", "create_mentions", "create_complainants", "write_cases"})

Act = Callable[[Case, Actor, datetime], Case]
ACTS: dict[str, Act] = {
    "take": acts.take,
    "release": acts.release,
    "accept": acts.accept,
    "start": acts.start,
    "confirm": partial(acts.confirm, directory=OFFICE),
    "wait": partial(acts.wait, why="which street?", directory=OFFICE),
    "resume": partial(acts.resume, directory=OFFICE),
    "answer": partial(acts.answer, text="we look into it", directory=OFFICE),
    "resolve": partial(acts.resolve, outcome="done", fields={}, directory=OFFICE),
    "close": partial(acts.close, why="done"),
    "dismiss": partial(acts.dismiss, why="no complaint"),
    "restore": partial(acts.restore, why="a complaint", directory=OFFICE),
    "send back": partial(acts.send_back, why="not ours", directory=OFFICE),
    "reopen": partial(acts.reopen, why="dry again", directory=OFFICE),
    "note": partial(acts.note, text="seen"),
    **{f"to {queue}": partial(acts.transfer, to=queue, why="theirs", directory=OFFICE) for queue in QUEUES},
}


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


class Mortal:
    """A store whose process is killed at its nth write from now; nothing happens when ``left`` is None."""

    def __init__(self, store: CaseStore | StateStore, writes: frozenset[str] = WRITES):
        self._store = store
        self._writes = writes
        self.left: int | None = None

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        return partial(self._write, real) if name in self._writes else real

    def _write(self, real: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if self.left is None:
            return real(*arguments, **named)
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Killed
        return real(*arguments, **named)


class LifeMachine(RuleBasedStateMachine):
    """``case_of`` gives the case of each post, ``merged`` into which each case was merged by hand."""

    counts_each_step = True
    """Where a read is a request to a server, counts are compared after sweeps alone."""

    def make_stores(self) -> tuple[CaseStore, StateStore]:
        raise NotImplementedError

    def settle_reads(self) -> None:
        """Waits until what was written is found by search: at once in an embedded store."""

    def __init__(self) -> None:
        super().__init__()
        store, self.state = self.make_stores()
        self.store: Any = Mortal(store)
        self.now = NOW
        self.filing = Filing(self.store, self.state, OFFICE, lambda: self.now)
        self.regrouping = Regrouping(self.store, OFFICE, lambda: self.now)
        self.sweep = Sweep(self.store, OFFICE, self._hear, lambda: self.now)
        self.sending = Sending(self.store, OFFICE, DryRun(self.state, lambda: self.now), lambda: self.now)
        self.heard: set[str] = set()
        self.posts: dict[str, TriagedMention] = {}
        self.case_of: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        self.clocks: dict[str, tuple[datetime, float]] = {}

    def _hear(self, notices: Sequence[Notice]) -> None:
        self.heard |= {notice.id for notice in notices}

    # What happens.

    @initialize()
    def somebody_writes(self) -> None:
        self.write("ravi", worse=False, kill=None)

    @rule(author=st.sampled_from(AUTHORS), worse=st.booleans(), kill=st.none() | st.integers(0, 5))
    def write(self, author: str, worse: bool, kill: int | None) -> None:
        self._file(self._post(author, worse=worse), None, kill)

    @rule(seed=st.integers(0, 999), worse=st.booleans(), kill=st.none() | st.integers(0, 5))
    def reply(self, seed: int, worse: bool, kill: int | None) -> None:
        before = self._some_post(seed)
        author = before.mention.author.id
        reply = self._post(author, worse=worse, in_reply_to=before.mention.id, conversation_id=before.mention.id)
        self._file(reply, before.mention.key, kill)

    @rule(seed=st.integers(0, 999), author=st.sampled_from(AUTHORS), kill=st.none() | st.integers(0, 5))
    def repost(self, seed: int, author: str, kill: int | None) -> None:
        before = self._some_post(seed)
        self._file(self._post(author, repost_of=before.mention.id), before.mention.key, kill)

    @rule(kill=st.none() | st.integers(0, 3))
    def file_all_again(self, kill: int | None) -> None:
        self._mortally(lambda: self.filing.file([*self.posts.values()]), kill)

    @rule(seed=st.integers(0, 999), act=st.sampled_from(sorted(ACTS)))
    def act(self, seed: int, act: str) -> None:
        id = self._some_case(seed)
        try:
            revise(self.store, OFFICE, lambda: self.store.cases([id])[id], lambda c: ACTS[act](c, BOSS, self.now))
        except ActError:
            return  # what the table forbids is tested elsewhere

    @rule(one=st.integers(0, 999), other=st.integers(0, 999), kill=st.none() | st.integers(0, 3))
    def merge(self, one: int, other: int, kill: int | None) -> None:
        kept, gone = self._some_case(one), self._some_case(other)
        try:
            self._mortally(lambda: self.regrouping.merge(kept, gone, BOSS), kill)
        except ActError:
            return
        self.merged[gone] = kept

    @precondition(lambda self: self.merged)
    @rule(seed=st.integers(0, 999), kill=st.none() | st.integers(0, 3))
    def unmerge(self, seed: int, kill: int | None) -> None:
        gone = random.Random(seed).choice(sorted(self.merged))
        if self.merged[gone] in self.merged:
            return  # only what was merged into a root is taken out of it
        self._mortally(lambda: self._unmerged(gone), kill)
        del self.merged[gone]

    def _unmerged(self, gone: str) -> None:
        kept = self.merged[gone]
        found = self.store.cases([gone, kept])
        if found[gone].case.merged_into is not None:
            self.regrouping.unmerge(gone, BOSS)
        elif (
            gone in found[kept].case.merged
        ):  # killed between its two writes: both show the post, and taking it out ends it
            self.regrouping.split(kept, next(key for key in self.posts if case_id(key) == gone), BOSS)

    @rule(seed=st.integers(0, 999), kill=st.none() | st.integers(0, 3))
    def split(self, seed: int, kill: int | None) -> None:
        key = random.Random(seed).choice(sorted(self.posts))
        id = self.case_of[key]
        if id in self.merged or id in self.merged.values():
            return  # a post is taken out of the case that it joined
        try:
            own = self._mortally(lambda: self.regrouping.split(id, key, BOSS), kill)
        except ActError:
            return
        self.case_of[key] = own.id

    @rule(hours=st.sampled_from([1, 5, 23, 100, 400, 800]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(kill=st.none() | st.integers(0, 3))
    def the_clock_sweeps(self, kill: int | None) -> None:
        self.settle_reads()
        self._mortally(self.sweep, kill)
        self.settle_reads()
        self._mortally(self.sending, kill)
        roots = self._roots()
        for case in roots:
            self._all_told(case)
        self._counts_agree(roots)

    # What must hold.

    @invariant()
    def the_store_is_as_the_model_says(self) -> None:
        roots = self._roots()
        for case in roots:
            posts = [key for key in self.posts if self._root(self.case_of[key]) == case.id]
            assert case.post_count == len(posts), (case, posts)
            assert case.complainants == len({self.posts[key].mention.author.id for key in posts})
            self._has_its_place(case)
            self._clock_was_not_restarted(case)
        if self.counts_each_step:
            self._counts_agree(roots)

    def _counts_agree(self, roots: Sequence[Case]) -> None:
        counted: dict[str, dict[Status, int]] = {}
        for case in roots:
            by_status = counted.setdefault(case.queue, {})
            by_status[case.status] = by_status.get(case.status, 0) + 1
        assert self.store.counts(EVERYTHING).by_queue == counted
        assert self.store.tally(CaseQuery(), EVERYTHING, KEPT) == tally_of(roots, CaseQuery(), EVERYTHING)

    def _has_its_place(self, case: Case) -> None:
        assert case.queue in OFFICE.queues
        assert [*faults(case)] == []
        if case.is_open:
            assert case.due_at is not None
        steps = [entry.detail for entry in case.history if entry.act == "escalated"]
        assert len(steps) == len(set(steps)), "a step was told twice"
        assert case.revision >= len([entry for entry in case.history if entry.by == "boss"]) - 1

    def _clock_was_not_restarted(self, case: Case) -> None:
        clock = next((clock for clock in case.clocks if clock.kind is ClockKind.RESOLVE), None)
        if clock is None:
            return
        due, waited = self.clocks.get(case.id, (clock.due_at, case.waited_seconds))
        assert clock.due_at <= due + timedelta(seconds=case.waited_seconds - waited), "the clock began again"
        self.clocks[case.id] = (clock.due_at, case.waited_seconds)

    def _all_told(self, case: Case) -> None:
        """Nothing is due any more, and each rung whose moment has come was told."""
        assert case.due_at is None or case.due_at > self.now
        assert not [entry for entry in case.outbox if entry.not_before <= self.now]
        if not case.is_open or case.waiting is not None:
            return
        rungs = OFFICE.ladder_of(case.queue).rungs
        for clock in case.clocks:
            if clock.is_running:
                come = sum(clock.due_at + rung.after_hours * HOUR <= self.now for rung in rungs)
                assert clock.told >= come

    # How it is done.

    def _post(self, author: str, *, worse: bool = False, **fields: Any) -> TriagedMention:
        number = len(self.posts) + 1
        mention = make_mention(str(number), f"nal {number}", author=make_author(author), created_at=self.now, **fields)
        return make_triaged(mention, make_triage(mention.text, urgency=Urgency.CRITICAL if worse else Urgency.NORMAL))

    def _file(self, item: TriagedMention, before: str | None, kill: int | None) -> None:
        self.now += timedelta(seconds=10)
        self.posts[item.mention.key] = item
        self._mortally(lambda: self.filing.file([item]), kill)
        record = self.store.mentions([item.mention.key])[item.mention.key]
        self.case_of[item.mention.key] = record.case_id
        if before is not None and record.follows is None:
            after = self.store.cases([self._root(record.case_id)])
            expected = self._root(self.case_of[before])
            linked = next(iter(after.values())).case.linked
            assert self._root(record.case_id) == expected or linked, "it joined what it answers, or follows it"

    def _mortally(self, act: Callable[[], Any], kill: int | None) -> Any:
        """Does it, killed at a write and then done again."""
        self.store.left = kill
        try:
            return act()
        except Killed:
            return act()
        finally:
            self.store.left = None

    def _root(self, id: str) -> str:
        while id in self.merged:
            id = self.merged[id]
        return id

    def _roots(self) -> list[Case]:
        self.settle_reads()
        page = self.store.search(CaseQuery(sort=Sort.OLDEST, limit=500), EVERYTHING)
        assert page.cursor is None
        return [versioned.case for versioned in page.cases]

    def _some_post(self, seed: int) -> TriagedMention:
        return self.posts[random.Random(seed).choice(sorted(self.posts))]

    def _some_case(self, seed: int) -> str:
        return random.Random(seed).choice(sorted(set(self.case_of.values())))
