"""Work outside the desk: ask somebody for it by a link, withdraw that, take what they report."""

from collections.abc import Mapping
from datetime import datetime

from queues.acts.base import ConditionError, acted, beside, require
from queues.lifecycle import Act, Actor, Condition
from queues.outbox import with_entries
from schemas.case import MAX_FIELD_REQUESTS, Case
from schemas.field import FieldReport, FieldRequest
from schemas.outbox import Entry, EntryKind
from schemas.service import Rank

__all__ = ["forward", "report", "withdraw"]


def forward(case: Case, actor: Actor, now: datetime, *, request: FieldRequest) -> Case:
    """Somebody in the field is asked. Raises ConditionError when too many are asked already."""
    require(Act.FORWARD, case, actor)
    if len(case.field_requests) >= MAX_FIELD_REQUESTS:
        raise ConditionError(Condition.AWAITED, f"{MAX_FIELD_REQUESTS} were asked about this case already")
    change = {"field_requests": (*case.field_requests, request)}
    return acted(Act.FORWARD, case, actor, now, change, why=f"{request.id} to {request.to}: {request.words}")


def withdraw(case: Case, actor: Actor, now: datetime, *, id: str) -> Case:
    """The link leads nowhere from now on. Raises ConditionError for a request that is not awaited."""
    require(Act.WITHDRAW, case, actor)
    _awaited(case, id)
    return acted(Act.WITHDRAW, case, actor, now, _changed(case, id, {"withdrawn_at": now}), why=id)


def report(case: Case, actor: Actor, now: datetime, *, id: str, given: FieldReport, digests: Mapping[str, str]) -> Case:
    """What came back. Who has the case is told; no form that a colleague fills in becomes stale. ``digests`` are the
    SHA-256 of its photographs, by id: history names them, so that none is replaced unnoticed. Raises ConditionError for
    a request that is not awaited any more."""
    require(Act.REPORT, case, actor)
    _awaited(case, id)
    said = ": ".join(filter(None, [given.result, given.text]))
    pictures = "".join(f" [photograph {each}, SHA-256 {digests[each]}]" for each in given.photographs)
    after = beside(Act.REPORT, case, actor, now, _changed(case, id, {"report": given}), why=said + pictures)
    to = Rank.OFFICER if case.assignee is None else case.assignee
    about = f"{Act.REPORT}: {given.result}"
    return with_entries(after, Entry(id=f"report:{id}", kind=EntryKind.NOTICE, to=to, about=about, not_before=now))


def _awaited(case: Case, id: str) -> FieldRequest:
    found = next((request for request in case.field_requests if request.id == id and request.is_awaited), None)
    if found is None:
        raise ConditionError(Condition.AWAITED, f"{id} is not awaited any more")
    return found


def _changed(case: Case, id: str, change: dict[str, object]) -> dict[str, object]:
    changed = (request.model_copy(update=change) if request.id == id else request for request in case.field_requests)
    return {"field_requests": tuple(changed)}
