"""Working on a case: confirm, start, wait for the citizen, answer, note, correct, see a masked number."""

from datetime import datetime, timedelta

from queues.acts.base import ConditionError, acted, beside, require, require_acceptance, require_reason
from queues.lifecycle import Act, Actor, Condition, Party
from queues.naming import docket_number
from queues.outbox import NOTICES, without_entries
from queues.replies import acknowledged, needs_approval, with_answer
from queues.routing import OVERSIGHT_TYPES
from queues.sla import brought_forward, met, paused, resumed, set_anew, unanswered, unmet
from schemas.case import Case
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.labels import ComplaintType, Urgency
from schemas.outbox import EntryKind, EntryState

__all__ = [
    "FIRST_ANSWER",
    "answer",
    "approve",
    "call_back",
    "confirm",
    "correct",
    "note",
    "resume",
    "reveal",
    "start",
    "wait",
]

FIRST_ANSWER = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER})
"""What any answer to the citizen meets; one that comes after a first answer is the interim reply too."""


def confirm(case: Case, actor: Actor, now: datetime, *, directory: Directory) -> Case:
    """A case in review that is a complaint: it gets its docket, and the citizen's clock counts from receipt."""
    require(Act.CONFIRM, case, actor)
    return confirmed(Act.CONFIRM, case, actor, now, directory)


def confirmed(act: Act, case: Case, actor: Actor, now: datetime, directory: Directory, why: str = "") -> Case:
    """A case that a person has judged to be a complaint."""
    change = {"docket": case.docket or docket_number(directory.code, case.id)}
    after = acted(act, case, actor, now, change, why=why, touched=["status"])
    judged = after.model_copy(update={"clocks": met(after, frozenset({ClockKind.REVIEW}), now)})
    return judged if judged.historic else acknowledged(brought_forward(judged, directory), directory, now)


def start(case: Case, actor: Actor, now: datetime) -> Case:
    """Work has begun; a case that nobody had is the actor's."""
    require(Act.START, case, actor)
    require_acceptance(case)
    return acted(Act.START, case, actor, now, {"assignee": case.assignee or actor.name}, touched=["assignee"])


def wait(case: Case, actor: Actor, now: datetime, *, why: str, directory: Directory) -> Case:
    """All clocks stand still until the citizen writes, for no longer than the directory says over the whole case."""
    require(Act.WAIT, case, actor)
    require_acceptance(case)
    waiting = paused(case, directory, now)
    if waiting is None:
        raise ConditionError(Condition.WAIT_LEFT, "this case has waited for the citizen as long as it may")
    return acted(Act.WAIT, case, actor, now, {"waiting": waiting}, why=require_reason(why))


def resume(case: Case, actor: Actor, now: datetime, *, directory: Directory, why: str = "") -> Case:
    """The clocks go on, each with what it had left."""
    require(Act.RESUME, case, actor)
    return resumed(acted(Act.RESUME, case, actor, now, {}, why=why), directory, now)


def answer(case: Case, actor: Actor, now: datetime, *, text: str, directory: Directory, by_hand: bool = False) -> Case:
    """The citizen is answered with ``text``; it goes out after the time in which it can be called back, or once it is
    approved where the directory asks for that: until then the citizen is not answered.

    ``by_hand``: the actor has said it on the platform already, so nothing goes out and history keeps the words. What
    needs approval only a supervisor says so; raises ConditionError for others.
    """
    require(Act.ANSWER, case, actor)
    words = require_reason(text)
    approval = needs_approval(case, directory)
    if by_hand and approval and actor.party is not Party.SUPERVISOR:
        raise ConditionError(Condition.OTHER_HAND, "a supervisor must approve what is said in this case")
    if by_hand:
        return acted(Act.ANSWER, case, actor, now, _answered(case, now), why=words)
    change = {} if approval else _answered(case, now)
    return with_answer(acted(Act.ANSWER, case, actor, now, change), words, actor.name, directory, now)


def approve(case: Case, actor: Actor, now: datetime, *, entry: str, directory: Directory) -> Case:
    """What waits for approval goes out, after the time in which it can be called back. Raises ConditionError for what
    does not wait, and for the actor's own words."""
    require(Act.APPROVE, case, actor)
    found = next((e for e in case.outbox if e.id == entry and e.state is EntryState.HELD), None)
    if found is None or found.by == actor.name:
        raise ConditionError(Condition.OTHER_HAND, f"{entry} does not wait for the approval of {actor.name}")
    going = {"state": EntryState.PENDING, "not_before": now + timedelta(hours=directory.times.undo)}
    change = _answered(case, now) if found.kind is EntryKind.INTERIM else {}
    outbox = tuple(e.model_copy(update=going) if e.id == entry else e for e in case.outbox)
    return acted(Act.APPROVE, case, actor, now, {**change, "outbox": outbox}, why=entry)


def _answered(case: Case, now: datetime) -> dict[str, object]:
    kinds = FIRST_ANSWER if case.answered_at is None else FIRST_ANSWER | {ClockKind.INTERIM}
    return {"clocks": met(case, kinds, now), "answered_at": now}


def call_back(case: Case, actor: Actor, now: datetime, *, entry: str) -> Case:
    """What was to be said to the citizen is not said; what is called back has met no clock.

    Raises ConditionError when it has gone out, or is going out.
    """
    require(Act.CALL_BACK, case, actor)
    found = next((e for e in case.outbox if e.id == entry and e.kind not in NOTICES), None)
    if found is None or found.state is EntryState.SENDING:
        raise ConditionError(Condition.NOT_SENT, f"{entry} has gone out, or is going out")
    before = case if found.state is EntryState.HELD else _unsaid(case, found.kind)
    return acted(Act.CALL_BACK, without_entries(before, {entry}), actor, now, {}, why=entry)


def _unsaid(case: Case, kind: EntryKind) -> Case:
    """The case whose clocks go on that an answer or an acknowledgement had stopped."""
    if kind is EntryKind.INTERIM:
        return unanswered(case)
    if kind is EntryKind.ACKNOWLEDGEMENT and case.acknowledged_at is not None:
        return case.model_copy(update={"clocks": unmet(case, case.acknowledged_at), "acknowledged_at": None})
    return case


def note(case: Case, actor: Actor, now: datetime, *, text: str) -> Case:
    """A remark for colleagues; the citizen does not see it."""
    require(Act.NOTE, case, actor)
    return acted(Act.NOTE, case, actor, now, {}, why=require_reason(text))


def reveal(case: Case, actor: Actor, now: datetime, *, post: str) -> Case:
    """That the actor is shown a masked number of ``post``. Nothing else changes, the revision neither: what colleagues
    are filling in stays good."""
    require(Act.REVEAL, case, actor)
    return beside(Act.REVEAL, case, actor, now, {}, why=post)


def correct(
    case: Case,
    actor: Actor,
    now: datetime,
    *,
    directory: Directory,
    type: ComplaintType | None = None,
    urgency: Urgency | None = None,
    language: str | None = None,
    place: str | None = None,
) -> Case:
    """What a machine had guessed, set by a person: no machine changes it again. The same case when nothing differs.

    A complaint about staff or corruption goes to the oversight queue at once. Raises ConditionError for a place that
    the directory does not have.
    """
    require(Act.CORRECT, case, actor)
    if place is not None and place not in directory.place_by_code:
        raise ConditionError(Condition.REASON, f"no place has the code {place}")
    given: dict[str, object] = {"type": type, "urgency": urgency, "language": language, "place": place}
    change = {name: value for name, value in given.items() if value is not None and value != getattr(case, name)}
    if not change:
        return case
    why = "; ".join(f"{name}: {getattr(case, name)} to {value}" for name, value in change.items())
    touched = [*change]
    if change.get("type") in OVERSIGHT_TYPES and case.queue != directory.oversight_queue:
        change |= {"queue": directory.oversight_queue, "assignee": None, "watching": ()}
        touched.append("queue")
    after = acted(Act.CORRECT, case, actor, now, change, why=why, touched=touched)
    return set_anew(after, directory, now) if {"type", "urgency"} & {*change} and not case.historic else after
