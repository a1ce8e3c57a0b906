"""Which queue must act on a complaint, and why: by addressed handle, then type, then place, then review.

Pure: the same post and the same directory give the same route. Total: every post gets exactly one queue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.directory import Department, Directory, Level, Queue
from schemas.labels import ComplaintType
from schemas.triage import Triage

__all__ = ["OVERSIGHT_TYPES", "Route", "route"]

OVERSIGHT_TYPES = frozenset({ComplaintType.STAFF_CONDUCT, ComplaintType.CORRUPTION})
"""A complaint about the office itself never goes to the queue complained of."""

PLACE_CONFIDENCE = 0.5
"""Below this a place is only a suggestion: it decides no queue."""

_REACH = {Level.LOCAL: 0, Level.DISTRICT: 1, Level.STATE: 2, Level.NATIONAL: 3}
_ELSEWHERE = 1_000


@dataclass(frozen=True, slots=True)
class Route:
    """Where a case goes. ``watching`` are the queues of other offices that the post addressed."""

    queue: str
    watching: tuple[str, ...]
    place: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Question:
    """Who owns this type at this place?"""

    type: ComplaintType
    place: str | None
    directory: Directory


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A queue that could lead: ``owns`` the type, and how many steps around the place its bounds lie."""

    queue: Queue
    department: Department
    owns: bool
    distance: int
    order: int
    named: bool

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        return (not self.owns, self.distance, _REACH[self.department.level], self.order)


def route(handles: Sequence[str], triage: Triage, directory: Directory) -> Route:
    """The queue for a complaint that addresses ``handles`` (lower case, no @)."""
    place = likely_place(triage)
    if triage.type in OVERSIGHT_TYPES and triage.type_confidence >= directory.thresholds.type:
        reason = f"{triage.type} goes to the oversight queue, whoever is addressed"
        return Route(directory.oversight_queue, (), place, reason)
    question = _Question(triage.type, place, directory)
    addressed = list(_addressed(handles, question))
    if addressed:
        return _lead(addressed, question)
    if triage.type_confidence < directory.thresholds.type:
        return Route(directory.review_queue, (), place, "no known office addressed and the type is unsure")
    return _by_type(question)


def likely_place(triage: Triage) -> str | None:
    """The code of the best place candidate, if it is likely enough."""
    best = triage.places[0] if triage.places else None
    return best.code if best is not None and best.confidence >= PLACE_CONFIDENCE else None


def _lead(candidates: Sequence[_Candidate], question: _Question) -> Route:
    lead = min(candidates, key=lambda candidate: candidate.rank)
    watching = tuple(dict.fromkeys(c.queue.code for c in candidates if c.department is not lead.department))
    how = f"@{_handle_of(lead)} was addressed" if len(candidates) == 1 else "of the offices addressed the most local"
    if lead.named:
        how += " and leads straight to this queue"
    elif lead.owns:
        how += f"; its queue for {question.type}"
        how += f" at {question.place}" if question.place and lead.queue.places else ""
    else:
        how += f"; none of its queues owns {question.type}, so its default queue"
    return Route(lead.queue.code, watching, question.place, how)


def _addressed(handles: Sequence[str], question: _Question) -> Iterator[_Candidate]:
    """One candidate for each department addressed, in the order of the handles."""
    seen: set[str] = set()
    for order, handle in enumerate(handles):
        department, queue = question.directory.by_handle.get(handle, (None, None))
        if department is None or department.code in seen:
            continue
        seen.add(department.code)
        yield _of_department(department, queue, question, order)


def _of_department(department: Department, named: Queue | None, question: _Question, order: int) -> _Candidate:
    if named is not None:
        distance = _distance(named, question)
        return _Candidate(named, department, question.type in named.types, distance, order, named=True)
    owners = _owners(department, question, order)
    if owners:
        return min(owners, key=lambda owner: owner.rank)
    default = question.directory.queues[department.default_queue]
    return _Candidate(default, department, False, _distance(default, question), order, named=False)


def _owners(department: Department, question: _Question, order: int) -> list[_Candidate]:
    """The department's queues that own the type and whose bounds hold the place."""
    owners = (
        _Candidate(queue, department, True, _distance(queue, question), order, named=False)
        for queue in department.queues
        if question.type in queue.types
    )
    return [owner for owner in owners if owner.distance < _ELSEWHERE]


def _by_type(question: _Question) -> Route:
    departments = enumerate(question.directory.departments)
    owners = [owner for order, department in departments for owner in _owners(department, question, order)]
    place = question.place
    if not owners:
        reason = f"no known office addressed and no queue owns {question.type}" + (f" at {place}" if place else "")
        return Route(question.directory.review_queue, (), place, reason)
    lead = min(owners, key=lambda owner: owner.rank)
    reason = f"no known office addressed; the queue for {question.type}" + (f" nearest to {place}" if place else "")
    return Route(lead.queue.code, (), place, reason)


def _distance(queue: Queue, question: _Question) -> int:
    """Steps from the place outward to the queue's bounds: 0 is the place itself; a queue for the whole district is
    further than any bound that holds the place, and a bound that does not hold it, or cannot be known to, is out."""
    if not queue.places:
        return _ELSEWHERE - 1
    for steps, code in enumerate(question.directory.around(question.place)):
        if code in queue.places:
            return steps
    return _ELSEWHERE


def _handle_of(candidate: _Candidate) -> str:
    own = candidate.queue.handles if candidate.named else candidate.department.handles
    return (own or candidate.department.handles or (candidate.department.code,))[0].lstrip("@")
