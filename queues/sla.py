"""The clocks of a case, and the next moment at which somebody must act on it.

Clocks begin at receipt. Comments, transfers and merges do not touch them; they stand still only while the citizen is
waited for. A machine may only bring a moment forward; a person who corrects type or urgency sets it anew, from receipt.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from queues.worktime import WorkTime
from schemas.case import Case, Status
from schemas.clocks import Clock, ClockKind, Waiting
from schemas.directory import Directory
from schemas.labels import Urgency
from schemas.outbox import EntryKind, EntryState
from schemas.service import Ladder, Target

__all__ = [
    "brought_forward",
    "clocks_of",
    "met",
    "next_moment",
    "paused",
    "resumed",
    "rings",
    "set_anew",
    "settled",
    "step_moment",
    "unacknowledged",
    "unanswered",
    "united",
    "unmet",
]


def clocks_of(case: Case, directory: Directory) -> tuple[Clock, ...]:
    """The clocks that a case of this type, urgency and queue has from receipt: one only, while it is in review."""
    level = directory.level_for(case.type, case.urgency)
    if case.status is Status.REVIEW:
        target = Target(hours=min(directory.times.review, level.hours))
        return (_clock(ClockKind.REVIEW, target, case, directory),)
    targets = {
        ClockKind.ACKNOWLEDGE: level.acknowledge,
        ClockKind.ANSWER: level.answer,
        ClockKind.INTERIM: level.interim,
        ClockKind.RESOLVE: level,
    }
    return tuple(_clock(kind, target, case, directory) for kind, target in targets.items() if target is not None)


def brought_forward(case: Case, directory: Directory) -> Case:
    """The case with every clock that it should have; none later than it was, none restarted."""
    standing = {clock.kind: clock for clock in case.clocks}
    waited = timedelta(seconds=case.waited_seconds)
    clocks = [_earlier(standing.get(clock.kind), _moved(clock, waited)) for clock in clocks_of(case, directory)]
    kept = [clock for clock in case.clocks if clock.kind not in {made.kind for made in clocks}]
    kept = [clock for clock in kept if clock.kind is not ClockKind.REVIEW or clock.met_at is not None]
    return case.model_copy(update={"clocks": (*kept, *clocks)})


def set_anew(case: Case, directory: Directory, now: datetime) -> Case:
    """The case with its unmet clocks counted again from receipt, the time waited for the citizen left out."""
    standing = {clock.kind: clock for clock in case.clocks}
    waited = timedelta(seconds=case.waited_seconds)
    clocks = []
    for clock in clocks_of(case, directory):
        old = standing.pop(clock.kind, None)
        if old is not None and (old.met_at is not None or old.due_at == clock.due_at + waited):
            clocks.append(old)
            continue
        moved = _moved(clock, waited)
        told = old.told if old is not None and moved.due_at <= now else 0
        clocks.append(moved.model_copy(update={"told": told}))
    ended = [clock for clock in standing.values() if clock.met_at is not None]
    return case.model_copy(update={"clocks": (*ended, *clocks)})


def met(case: Case, kinds: frozenset[ClockKind], now: datetime) -> tuple[Clock, ...]:
    """The case's clocks, those of ``kinds`` that still ran stopped for good."""
    return tuple(
        clock.model_copy(update={"met_at": now}) if clock.kind in kinds and clock.is_running else clock
        for clock in case.clocks
    )


def unacknowledged(case: Case) -> Case:
    """The case as one whose citizen was not told its docket, by a reply that failed or may have: the clock of
    acknowledgement goes on, until an officer answers. The same case when nothing failed."""
    if case.acknowledged_at is None or not _is_unsaid(case):
        return case
    return case.model_copy(update={"clocks": unmet(case, case.acknowledged_at), "acknowledged_at": None})


def unanswered(case: Case) -> Case:
    """The case as if its last answer had not been given: the clocks that it met go on."""
    if case.answered_at is None:
        return case
    return case.model_copy(update={"clocks": unmet(case, case.answered_at), "answered_at": None})


def unmet(case: Case, moment: datetime) -> tuple[Clock, ...]:
    """The case's clocks, those that stopped at ``moment`` running again."""
    return tuple(
        clock.model_copy(update={"met_at": None}) if clock.met_at == moment else clock for clock in case.clocks
    )


def _is_unsaid(case: Case) -> bool:
    lost = {EntryState.FAILED, EntryState.UNKNOWN}
    failed = any(entry.kind is EntryKind.ACKNOWLEDGEMENT and entry.state in lost for entry in case.outbox)
    return failed and case.answered_at is None


def paused(case: Case, directory: Directory, now: datetime) -> Waiting | None:
    """How long the citizen can be waited for from ``now``; None when the case has waited as long as it may."""
    left = timedelta(hours=directory.times.waiting) - timedelta(seconds=case.waited_seconds)
    return Waiting(since=now, until=now + left) if left > timedelta(0) else None


def resumed(case: Case, directory: Directory, now: datetime) -> Case:
    """The case with its clocks running again: each has as much time left as it had. No effect when none stood still."""
    if case.waiting is None:
        return case
    since, until = case.waiting.since, max(case.waiting.since, min(now, case.waiting.until))
    clocks = tuple(_resumed(clock, case, directory, since, until) for clock in case.clocks)
    waited = case.waited_seconds + (until - since).total_seconds()
    return case.model_copy(update={"clocks": clocks, "waiting": None, "waited_seconds": waited})


def united(one: Sequence[Clock], other: Sequence[Clock]) -> tuple[Clock, ...]:
    """Of the clocks of two cases that become one, the earlier of each kind; what was met in ``one`` stays so."""
    others = {clock.kind: clock for clock in other}
    mine = {clock.kind for clock in one}
    both = [_earlier(clock, others.get(clock.kind, clock)) for clock in one]
    return (*both, *(clock for clock in other if clock.kind not in mine and clock.kind is not ClockKind.REVIEW))


def step_moment(clock: Clock, ladder: Ladder, step: int) -> datetime:
    """When rung ``step`` of the ladder is told that the clock was missed; beyond the last, the reminders."""
    rungs = ladder.rungs
    hours = rungs[min(step, len(rungs) - 1)].after_hours + max(0, step - len(rungs) + 1) * ladder.remind_hours
    return clock.due_at + timedelta(hours=hours)


def next_moment(case: Case, directory: Directory) -> datetime | None:
    """When the case must be looked at next; None when it waits for nothing."""
    if case.merged_into is not None:
        return None  # its group's moments are those of the case that it went into
    return min(_moments(case, directory), default=None)


def settled(case: Case, directory: Directory) -> Case:
    """The case with its next moment: the last step of every change. One stored without clocks keeps what it had."""
    if case.is_open and not case.historic and not case.clocks:
        return case  # the clock gives it some when it is due
    moment = next_moment(case, directory)
    return case if moment == case.due_at else case.model_copy(update={"due_at": moment})


def _moments(case: Case, directory: Directory) -> Iterator[datetime]:
    going = {EntryState.PENDING, EntryState.SENDING}
    yield from (entry.not_before for entry in case.outbox if entry.state in going)
    if case.status is Status.RESOLVED and case.resolved_at is not None:
        yield case.resolved_at + timedelta(hours=directory.times.appeal)
    if not case.is_open or case.historic:
        return
    if case.acknowledged_at is not None and _is_unsaid(case):
        yield case.acknowledged_at
    if case.waiting is not None:
        yield case.waiting.until
        return
    if case.dispute is not None:
        yield case.dispute.due_at
    if case.outside is not None:
        yield case.outside.follow_up_at
    yield from (request.due_at for request in case.field_requests if request.is_awaited and not request.late_told)
    yield from _clock_moments(case, directory)
    if rings(case):
        yield case.received_at if case.rung_at is None else case.rung_at + timedelta(hours=directory.times.ring)


def _clock_moments(case: Case, directory: Directory) -> Iterator[datetime]:
    ladder = directory.ladder_of(case.queue)
    for clock in case.clocks:
        if clock.is_running:
            yield step_moment(clock, ladder, clock.told)
            if clock.warn_at is not None and not clock.warned:
                yield clock.warn_at


def rings(case: Case) -> bool:
    """Whether a critical case still waits for somebody to accept it by name."""
    return case.is_open and not case.historic and case.urgency is Urgency.CRITICAL and case.accepted_by is None


def _clock(kind: ClockKind, target: Target, case: Case, directory: Directory) -> Clock:
    office = target.office and case.urgency is not Urgency.CRITICAL
    time = _worktime(office, case, directory)
    hours = timedelta(hours=target.hours)
    warn = None if target.warn_hours is None else hours - timedelta(hours=target.warn_hours)
    return Clock(
        kind=kind,
        office=office,
        due_at=time.after(case.received_at, hours),
        warn_at=None if warn is None else time.after(case.received_at, warn),
    )


def _worktime(office: bool, case: Case, directory: Directory) -> WorkTime:
    return WorkTime(directory.calendar_of(case.queue) if office else None, directory.zone)


def _earlier(old: Clock | None, new: Clock) -> Clock:
    if old is None:
        return new
    if old.met_at is not None or new.met_at is not None or old.due_at <= new.due_at:
        return old
    return new.model_copy(update={"warned": old.warned, "told": old.told})


def _moved(clock: Clock, by: timedelta) -> Clock:
    warn = None if clock.warn_at is None else clock.warn_at + by
    return clock.model_copy(update={"due_at": clock.due_at + by, "warn_at": warn})


def _resumed(clock: Clock, case: Case, directory: Directory, since: datetime, until: datetime) -> Clock:
    if not clock.is_running:
        return clock
    time = _worktime(clock.office, case, directory)

    def moved(moment: datetime) -> datetime:
        return time.after(until, time.between(since, moment)) if moment > since else moment

    warn = None if clock.warn_at is None else moved(clock.warn_at)
    return clock.model_copy(update={"due_at": moved(clock.due_at), "warn_at": warn})
