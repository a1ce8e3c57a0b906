"""What people do to a case. Pure: a case, a user name and a moment in, the changed case out.

Each act raises the revision, marks the fields that a person has set as ``touched`` and writes history. The caller
writes the result with the version that it read, so that of two who act at once one must decide again.
"""

from datetime import datetime

from queues.casework import history_with
from schemas.case import Case, HistoryEntry, Status

__all__ = ["RELEASED", "TAKEN", "ActError", "AlreadyTakenError", "ClosedError", "NotHeldError", "release", "take"]

TAKEN = "taken"
RELEASED = "released"


class ActError(Exception):
    """The act does not fit the case as it stands."""


class AlreadyTakenError(ActError):
    """Somebody else has the case: ``by``, since ``since`` where history still tells."""

    def __init__(self, by: str, since: datetime | None):
        super().__init__(f"{by} has this case")
        self.by = by
        self.since = since


class ClosedError(ActError):
    """The case is no longer open, or it was merged into another."""


class NotHeldError(ActError):
    """The case is not with the one who would release it."""


def take(case: Case, user: str, now: datetime) -> Case:
    """The case assigned to ``user``; the same case when it is theirs already.

    A new case becomes assigned; one in review stays there, since who takes it has yet to judge it.
    Raises ClosedError, AlreadyTakenError.
    """
    if not case.is_open:
        raise ClosedError(f"case {case.id} is {case.status}")
    if case.assignee == user:
        return case
    if case.assignee is not None:
        raise AlreadyTakenError(case.assignee, _taken_at(case))
    status = Status.ASSIGNED if case.status is Status.NEW else case.status
    return _acted(case, {"assignee": user, "status": status}, HistoryEntry(at=now, by=user, act=TAKEN))


def release(case: Case, user: str, now: datetime) -> Case:
    """The case with nobody again, for others to take. Raises ClosedError, NotHeldError."""
    if not case.is_open:
        raise ClosedError(f"case {case.id} is {case.status}")
    if case.assignee != user:
        raise NotHeldError(f"case {case.id} is not with {user}")
    status = Status.NEW if case.status is Status.ASSIGNED else case.status
    return _acted(case, {"assignee": None, "status": status}, HistoryEntry(at=now, by=user, act=RELEASED))


def _taken_at(case: Case) -> datetime | None:
    return next((e.at for e in reversed(case.history) if e.act == TAKEN and e.by == case.assignee), None)


def _acted(case: Case, change: dict[str, object], entry: HistoryEntry) -> Case:
    return case.model_copy(
        update={
            **change,
            "revision": case.revision + 1,
            "touched": tuple(dict.fromkeys([*case.touched, "assignee"])),
            "changed_at": entry.at,
            "history": history_with(case, entry),
        }
    )
