"""What the clock does to a case that is due: warn, tell the next rung, ring, remind, go on, close. Pure.

Whatever has come due since the case was last looked at is done at once and in order, however long that was: each step
of the ladder once, and of reminders that were missed only the last.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from queues.acts import close, resume, take_up_again
from queues.casework import history_with
from queues.lifecycle import CLOCK
from queues.outbox import outbox_with
from queues.sla import brought_forward, rings, settled, step_moment, unacknowledged
from schemas.case import Case, HistoryEntry, Status
from schemas.clocks import Clock, ClockKind
from schemas.directory import Directory
from schemas.outbox import Entry, EntryKind
from schemas.service import Rank

__all__ = ["RINGS_A_RUNG", "on_due"]

RINGS_A_RUNG = 3
"""A critical case rings so often at each rung before it rings higher up."""

NOBODY_CAME_BACK = "nobody came back to it in the time for an appeal"


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that has come due at ``moment``: ``entry`` is said, ``act`` and ``detail`` go into history (no act: it
    is not worth a line), and ``change`` is made to the case, or to its clock of the kind ``clock``."""

    moment: datetime
    entry: Entry
    change: Mapping[str, object]
    act: str | None = None
    detail: str = ""
    clock: ClockKind | None = None


def on_due(case: Case, directory: Directory, now: datetime) -> Case:
    """The case with everything done that was due by ``now``, and its next moment; the same case when nothing was."""
    after = case
    if after.is_open and not after.historic and not after.clocks:
        after = brought_forward(after, directory)  # stored before there were clocks
    after = _acknowledged_not(_turned(after, directory, now), now)
    after = _done(after, sorted(_steps(after, directory, now), key=lambda step: step.moment), now)
    after = settled(after, directory)
    return case if after == case else after


def _turned(case: Case, directory: Directory, now: datetime) -> Case:
    """Ends of waits: for the citizen's answer, and for an appeal. Who was never answered had nothing to appeal
    against."""
    if case.status is Status.WAITING_ON_CITIZEN and case.waiting is not None and case.waiting.until <= now:
        return resume(case, CLOCK, now, directory=directory, why="the citizen has not written")
    appeal = timedelta(hours=directory.times.appeal)
    if case.status is Status.RESOLVED and case.resolved_at is not None and case.resolved_at + appeal <= now:
        answered = case.answered_at is not None
        return close(case, CLOCK, now, why=NOBODY_CAME_BACK) if answered else take_up_again(case, now)
    return case


def _acknowledged_not(case: Case, now: datetime) -> Case:
    """An acknowledgement that could not be sent has stopped no clock."""
    after = unacknowledged(case)
    if after is case:
        return case
    why = "the acknowledgement did not go out"
    line = HistoryEntry(at=now, by=CLOCK.name, act="not_acknowledged", detail=why)
    return after.model_copy(update={"history": history_with(after, line), "changed_at": now})


def _steps(case: Case, directory: Directory, now: datetime) -> Iterator[_Step]:
    if not case.is_open or case.historic or case.waiting is not None:
        return
    for clock in case.clocks:
        if clock.is_running:
            yield from _of_clock(clock, case, directory, now)
    yield from _of_ring(case, directory, now)
    yield from _of_dispute(case, directory, now)
    yield from _of_outside(case, directory, now)
    yield from _of_field(case, now)


def _done(case: Case, steps: Sequence[_Step], now: datetime) -> Case:
    """The case after all of them: change, history and notice are one, so that what is told is told once. In one copy,
    too: after an outage this is done for every case of the office."""
    if not steps:
        return case
    change: dict[str, object] = {}
    clocks = {clock.kind: clock for clock in case.clocks}
    for step in steps:
        if step.clock is None:
            change |= step.change
        else:
            clocks[step.clock] = clocks[step.clock].model_copy(update=step.change)
    lines = [
        HistoryEntry(at=now, by=CLOCK.name, act=step.act, detail=step.detail) for step in steps if step.act is not None
    ]
    if lines:
        change |= {"history": history_with(case, *lines), "changed_at": now}
    outbox = outbox_with(case, *(step.entry for step in steps))
    return case.model_copy(update={**change, "clocks": tuple(clocks.values()), "outbox": outbox})


def _of_clock(clock: Clock, case: Case, directory: Directory, now: datetime) -> Iterator[_Step]:
    due = clock.due_at.isoformat()
    if clock.warn_at is not None and not clock.warned and clock.warn_at <= now:
        about, id = f"{clock.kind} is due at {due}", f"{clock.kind}:warning"
        entry = _notice(case, id, Rank.OFFICER, f"warned: {about}", now)
        yield _Step(clock.warn_at, entry, {"warned": True}, "warned", about, clock.kind)
    ladder = directory.ladder_of(case.queue)
    step = clock.told
    while (moment := step_moment(clock, ladder, step)) <= now:
        reminder = step >= len(ladder.rungs)
        if not reminder or step_moment(clock, ladder, step + 1) > now:
            to = ladder.rungs[min(step, len(ladder.rungs) - 1)].to
            act, about = "reminded" if reminder else "escalated", f"{clock.kind} was due at {due}; step {step}: {to}"
            entry = _notice(case, f"{clock.kind}:{due}:{step}", to, f"{act}: {about}", now)
            yield _Step(moment, entry, {"told": step + 1}, act, about, clock.kind)
        step += 1


def _of_ring(case: Case, directory: Directory, now: datetime) -> Iterator[_Step]:
    if not rings(case):
        return
    every = timedelta(hours=directory.times.ring)
    if case.rung_at is not None and case.rung_at + every > now:
        return
    rungs = directory.ladder_of(case.queue).rungs
    to = rungs[min(case.rung // RINGS_A_RUNG, len(rungs) - 1)].to
    first_at_rung = case.rung % RINGS_A_RUNG == 0 and case.rung // RINGS_A_RUNG < len(rungs)
    entry = Entry(id=f"ring:{case.rung}", kind=EntryKind.RING, to=to, about="critical, not accepted", not_before=now)
    act = "rang" if first_at_rung else None
    yield _Step(now, entry, {"rung": case.rung + 1, "rung_at": now}, act, f"at {to}: nobody has accepted it")


def _of_dispute(case: Case, directory: Directory, now: datetime) -> Iterator[_Step]:
    dispute = case.dispute
    if dispute is None or dispute.due_at > now:
        return
    later = dispute.model_copy(update={"due_at": now + timedelta(hours=directory.times.arbitration)})
    due = dispute.due_at.isoformat()
    about = f"{dispute.arbiter} should have decided by {due}"
    said = f"by {due}" if case.is_sealed else about
    entry = _notice(case, f"dispute:{due}", Rank.DISTRICT_HEAD, f"late_decision: {said}", now)
    yield _Step(dispute.due_at, entry, {"dispute": later}, "late_decision", about)


def _of_outside(case: Case, directory: Directory, now: datetime) -> Iterator[_Step]:
    outside = case.outside
    if outside is None or outside.follow_up_at > now:
        return
    every = next((o.follow_up_hours for o in directory.outside if o.code == outside.office), 24.0 * 7)
    later = outside.model_copy(update={"follow_up_at": now + timedelta(hours=every)})
    about = f"ask {outside.office} about {outside.reference}"
    id = f"outside:{outside.follow_up_at.isoformat()}"
    entry = _notice(case, id, Rank.OFFICER, "followed_up" if case.is_sealed else f"followed_up: {about}", now)
    yield _Step(outside.follow_up_at, entry, {"outside": later}, "followed_up", about)


def _of_field(case: Case, now: datetime) -> Iterator[_Step]:
    late = {r.id for r in case.field_requests if r.is_awaited and not r.late_told and r.due_at <= now}
    told = [r.model_copy(update={"late_told": True}) if r.id in late else r for r in case.field_requests]
    for request in case.field_requests:
        if request.id in late:
            about = f"a report from the field was due at {request.due_at.isoformat()}"
            entry = _notice(case, f"field:{request.id}", Rank.OFFICER, f"field_late: {about}", now)
            yield _Step(request.due_at, entry, {"field_requests": tuple(told)}, "field_late", about)


def _notice(case: Case, id: str, to: Rank, about: str, now: datetime) -> Entry:
    """What is for the officer is for who has the case, if somebody has."""
    whom = case.assignee if to is Rank.OFFICER and case.assignee else to
    return Entry(id=id, kind=EntryKind.NOTICE, to=whom, about=about, not_before=now)
