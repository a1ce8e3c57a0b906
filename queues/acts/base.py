"""What every act does: ask the table, change the case, raise the revision, write history."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from queues.casework import history_with
from queues.lifecycle import Act, Actor, Condition, Party, is_possible, rule_of
from schemas.case import Case, HistoryEntry
from schemas.labels import Urgency

__all__ = [
    "ActError",
    "AlreadyTakenError",
    "ClosedError",
    "ConditionError",
    "NotHeldError",
    "NotPossibleError",
    "acted",
    "beside",
    "require",
    "require_acceptance",
    "require_reason",
]

LONGEST_WORDS = 2000
"""Characters of a reason or a note: history is read by people."""


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


class NotPossibleError(ActError):
    """The case's status, or who would act, does not let it pass."""


class ConditionError(ActError):
    """A condition of the table does not hold; the message says which, and what is missing."""

    def __init__(self, condition: Condition, missing: str):
        super().__init__(missing)
        self.condition = condition


def require(act: Act, case: Case, actor: Actor) -> None:
    """Raises NotPossibleError unless the table lets ``actor`` do ``act`` to a case that stands so."""
    if not is_possible(act, case, actor.party):
        where = f"merged into {case.merged_into}" if case.merged_into is not None else case.status
        raise NotPossibleError(f"case {case.id} is {where}: it cannot be {act} by the {actor.party}")


def require_reason(why: str) -> str:
    """The reason, without blanks around it. Raises ConditionError for none and for one that is too long."""
    words = why.strip()
    if not words:
        raise ConditionError(Condition.REASON, "say why")
    if len(words) > LONGEST_WORDS:
        raise ConditionError(Condition.REASON, f"a reason has at most {LONGEST_WORDS} characters")
    return words


def require_acceptance(case: Case) -> None:
    """Raises ConditionError for a critical case that nobody answers for by name."""
    if case.urgency is Urgency.CRITICAL and case.accepted_by is None:
        raise ConditionError(Condition.ACCEPTED, "accept this critical case, or say to whom it was handed over")


def acted(
    act: Act,
    case: Case,
    actor: Actor,
    now: datetime,
    change: Mapping[str, object],
    *,
    why: str = "",
    touched: Iterable[str] = (),
) -> Case:
    """The case changed by an act that was allowed, in the status to which the table leads."""
    return case.model_copy(
        update={
            "status": rule_of(act).leads[case.status],
            **change,
            "revision": case.revision + 1,
            "handled": case.handled or actor.party is not Party.CLOCK,
            "touched": tuple(dict.fromkeys([*case.touched, *touched])),
            "changed_at": now,
            "history": history_with(case, HistoryEntry(at=now, by=actor.name, act=act, detail=why)),
        }
    )


def beside(act: Act, case: Case, actor: Actor, now: datetime, change: Mapping[str, object], *, why: str = "") -> Case:
    """The case with something that was done beside the work on it: in the history, but no form becomes stale."""
    entry = HistoryEntry(at=now, by=actor.name, act=act, detail=why)
    return case.model_copy(update={**change, "changed_at": now, "history": history_with(case, entry)})
