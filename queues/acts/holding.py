"""Who has a case: take, release, assign, give back; accept or hand over a critical one."""

from datetime import datetime

from queues.acts.base import (
    AlreadyTakenError,
    ClosedError,
    ConditionError,
    NotHeldError,
    acted,
    require,
    require_reason,
)
from queues.lifecycle import CLOCK, Act, Actor, Condition, Party
from schemas.case import Case
from schemas.labels import Urgency

__all__ = ["accept", "assign", "give_back", "hand_over", "release", "take"]


def take(case: Case, actor: Actor, now: datetime) -> Case:
    """The case assigned to the actor; the same case when it is theirs already.

    A new case becomes assigned; one in review stays there, since who takes it has yet to judge it.
    Raises ClosedError, AlreadyTakenError, NotPossibleError.
    """
    _require_open(case)
    require(Act.TAKE, case, actor)
    if case.assignee == actor.name:
        return case
    if case.assignee is not None:
        raise AlreadyTakenError(case.assignee, _taken_at(case))
    return acted(Act.TAKE, case, actor, now, {"assignee": actor.name}, touched=["assignee"])


def release(case: Case, actor: Actor, now: datetime) -> Case:
    """The case with nobody again, for others to take. Raises ClosedError, NotHeldError, NotPossibleError."""
    _require_open(case)
    require(Act.RELEASE, case, actor)
    if case.assignee != actor.name:
        raise NotHeldError(f"case {case.id} is not with {actor.name}")
    return acted(Act.RELEASE, case, actor, now, {"assignee": None}, touched=["assignee"])


def assign(case: Case, actor: Actor, now: datetime, *, to: str) -> Case:
    """The case with ``to``, whoever had it. Raises NotPossibleError."""
    require(Act.ASSIGN, case, actor)
    if case.assignee == to:
        return case
    touched = [] if actor.party is Party.CLOCK else ["assignee"]
    return acted(Act.ASSIGN, case, actor, now, {"assignee": to}, why=f"to {to}", touched=touched)


def give_back(case: Case, now: datetime, *, why: str) -> Case:
    """The case with nobody again, whoever had it; a critical one that they had accepted rings anew."""
    require(Act.RELEASE, case, CLOCK)
    accepted = None if case.accepted_by == case.assignee else case.accepted_by
    change = {"assignee": None, "accepted_by": accepted}
    return acted(Act.RELEASE, case, CLOCK, now, change, why=f"from {case.assignee}: {why}")


def accept(case: Case, actor: Actor, now: datetime) -> Case:
    """A critical case for which the actor answers by name from now on: it rings no more.

    Raises AlreadyTakenError when somebody else does, ConditionError for a case that is not critical.
    """
    require(Act.ACCEPT, case, actor)
    _require_critical(case)
    if case.accepted_by == actor.name:
        return case
    if case.accepted_by is not None:
        raise AlreadyTakenError(case.accepted_by, None)
    change = {"accepted_by": actor.name, "assignee": case.assignee or actor.name}
    return acted(Act.ACCEPT, case, actor, now, change, touched=["assignee"])


def hand_over(case: Case, actor: Actor, now: datetime, *, to: str) -> Case:
    """A critical case that others answer for: 112, the control room, a station. Raises as ``accept`` does."""
    require(Act.HAND_OVER, case, actor)
    _require_critical(case)
    whom = require_reason(to)
    change = {"accepted_by": f"handed over: {whom}", "assignee": case.assignee or actor.name}
    return acted(Act.HAND_OVER, case, actor, now, change, why=f"to {whom}", touched=["assignee"])


def _require_open(case: Case) -> None:
    if not case.is_open:
        raise ClosedError(f"case {case.id} is {case.status}")


def _require_critical(case: Case) -> None:
    if case.urgency is not Urgency.CRITICAL:
        raise ConditionError(Condition.ACCEPTED, "only a critical case is accepted by name: take this one")


def _taken_at(case: Case) -> datetime | None:
    return next((e.at for e in reversed(case.history) if e.act == Act.TAKE and e.by == case.assignee), None)
