"""Legal hold: nothing of a case goes, by retention or by hand, until an order is lifted."""

from datetime import datetime

from queues.acts.base import ConditionError, acted, require, require_reason
from queues.lifecycle import Act, Actor, Condition
from schemas.case import Case
from schemas.handling import Hold

__all__ = ["hold", "lift_hold"]


def hold(case: Case, actor: Actor, now: datetime, *, order: str, why: str, review_at: datetime) -> Case:
    """Under the order ``order``, to be looked at again at ``review_at``."""
    require(Act.HOLD, case, actor)
    if review_at <= now:
        raise ConditionError(Condition.AHEAD, "a hold is looked at again in the future")
    made = Hold(by=actor.name, order=require_reason(order), why=require_reason(why), at=now, review_at=review_at)
    return acted(Act.HOLD, case, actor, now, {"hold": made}, why=f"order {made.order}: {made.why}")


def lift_hold(case: Case, actor: Actor, now: datetime, *, why: str) -> Case:
    """The same case when none is held."""
    require(Act.LIFT_HOLD, case, actor)
    if case.hold is None:
        return case
    return acted(Act.LIFT_HOLD, case, actor, now, {"hold": None}, why=require_reason(why))
