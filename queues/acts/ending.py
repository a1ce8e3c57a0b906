"""How a case ends, and begins again: resolve, close, dismiss, restore, reopen, appeal, feedback."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from queues.acts.base import ConditionError, acted, require, require_acceptance, require_reason
from queues.acts.working import confirmed
from queues.lifecycle import CLOCK, Act, Actor, Condition, Party
from queues.outbox import NOTICES
from queues.replies import with_final
from queues.routing import OVERSIGHT_TYPES
from queues.sla import met, resumed, unmet
from schemas.case import Case
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.handling import Feedback, Outcome

__all__ = ["appeal", "close", "dismiss", "feedback", "is_in_time", "reopen", "resolve", "restore", "take_up_again"]

MAX_FIELD = 500
_ALL = frozenset(ClockKind)


def resolve(
    case: Case, actor: Actor, now: datetime, *, outcome: str, fields: Mapping[str, str], directory: Directory
) -> Case:
    """Ends it with an outcome of the office's kinds. Raises ConditionError when the citizen was not answered, for an
    outcome that the office does not have, and for fields that are missing or not of it."""
    require(Act.RESOLVE, case, actor)
    require_acceptance(case)
    _require_answer(case)
    made = _outcome(outcome, fields, case, directory)
    going = resumed(case, directory, now)
    change = {"outcome": made, "resolved_at": now, "clocks": met(going, _ALL, now), "waiting": None, "dispute": None}
    change |= {"waited_seconds": going.waited_seconds, "outside": None}
    return with_final(acted(Act.RESOLVE, case, actor, now, change, why=outcome), actor.name, directory, now)


def close(case: Case, actor: Actor, now: datetime, *, why: str) -> Case:
    """For good, when the citizen was answered."""
    require(Act.CLOSE, case, actor)
    _require_answer(case)
    return acted(Act.CLOSE, case, actor, now, {}, why=require_reason(why))


def dismiss(case: Case, actor: Actor, now: datetime, *, why: str) -> Case:
    """Not a complaint: no reply, restorable. What has a docket, or is about staff or corruption, is dismissed only by
    a supervisor of another queue."""
    require(Act.DISMISS, case, actor)
    guarded = case.docket is not None or case.type in OVERSIGHT_TYPES
    outsider = actor.party is Party.SUPERVISOR and (actor.queues is None or bool(actor.queues - {case.queue}))
    if guarded and not outsider:
        raise ConditionError(Condition.OUTSIDER, "only a supervisor of another queue dismisses this case")
    unsaid = tuple(entry for entry in case.outbox if entry.kind in NOTICES)
    change = {"clocks": met(case, _ALL, now), "waiting": None, "dispute": None, "outbox": unsaid}
    return acted(Act.DISMISS, case, actor, now, change, why=require_reason(why), touched=["status"])


def restore(case: Case, actor: Actor, now: datetime, *, why: str, directory: Directory) -> Case:
    """A complaint after all: its clocks, those of cases merged into it included, run as if it had never been
    dismissed."""
    require(Act.RESTORE, case, actor)
    dismissed = next((entry.at for entry in reversed(case.history) if entry.act == Act.DISMISS), case.changed_at)
    running = case.model_copy(update={"clocks": unmet(case, dismissed)})
    return confirmed(Act.RESTORE, running, actor, now, directory, require_reason(why))


def is_in_time(case: Case, directory: Directory, now: datetime) -> bool:
    """Whether the citizen can still come back to it; later it is a new case, linked with this one."""
    return case.resolved_at is not None and now <= case.resolved_at + timedelta(hours=directory.times.appeal)


def reopen(case: Case, actor: Actor, now: datetime, *, why: str, directory: Directory) -> Case:
    """Work goes on, against the clock that stood when it was resolved. Raises ConditionError past the time."""
    require(Act.REOPEN, case, actor)
    _require_in_time(case, directory, now)
    return _again(Act.REOPEN, case, actor, now, why, {})


def take_up_again(case: Case, now: datetime) -> Case:
    """What the clock does with a resolved case that it may not close: its answer was called back, or never went out."""
    require(Act.REOPEN, case, CLOCK)
    return _again(Act.REOPEN, case, CLOCK, now, "the citizen was not answered", {})


def appeal(case: Case, actor: Actor, now: datetime, *, why: str, directory: Directory) -> Case:
    """The citizen is not content: somebody else takes it up. Raises ConditionError past the time."""
    require(Act.APPEAL, case, actor)
    _require_in_time(case, directory, now)
    return _again(Act.APPEAL, case, actor, now, why, {"assignee": None, "appeals": case.appeals + 1})


def feedback(case: Case, actor: Actor, now: datetime, *, satisfied: bool) -> Case:
    """What the citizen says to the end; the last word counts."""
    require(Act.FEEDBACK, case, actor)
    change = {"feedback": Feedback(satisfied=satisfied, at=now)}
    return acted(Act.FEEDBACK, case, actor, now, change, why="satisfied" if satisfied else "not satisfied")


def _require_in_time(case: Case, directory: Directory, now: datetime) -> None:
    if not is_in_time(case, directory, now):
        raise ConditionError(Condition.IN_TIME, "the time for that has passed: open a new case, linked with this one")


def _again(act: Act, case: Case, actor: Actor, now: datetime, why: str, change: Mapping[str, object]) -> Case:
    running = tuple(
        clock.model_copy(update={"met_at": None}) if clock.kind is ClockKind.RESOLVE else clock for clock in case.clocks
    )
    again = {"clocks": running, "resolved_at": None, "outcome": None, "answered_at": None}
    return acted(act, case, actor, now, {**again, **change}, why=require_reason(why))


def _require_answer(case: Case) -> None:
    if case.answered_at is None:
        raise ConditionError(Condition.ANSWERED, "answer the citizen first")


def _outcome(kind: str, fields: Mapping[str, str], case: Case, directory: Directory) -> Outcome:
    kinds = {known.code: known for known in directory.department_of_queue[case.queue].outcomes}
    if kind not in kinds:
        raise ConditionError(Condition.OUTCOME, f"{kind} is none of this office's outcomes: {', '.join(sorted(kinds))}")
    given = {name: value.strip()[:MAX_FIELD] for name, value in fields.items() if value.strip()}
    missing = [name for name in kinds[kind].fields if name not in given]
    if missing:
        raise ConditionError(Condition.OUTCOME, f"{kind} needs {', '.join(missing)}")
    unknown = sorted(set(given) - set(kinds[kind].fields))
    if unknown:
        raise ConditionError(Condition.OUTCOME, f"{kind} has no {', '.join(unknown)}")
    return Outcome(kind=kind, fields=given)
