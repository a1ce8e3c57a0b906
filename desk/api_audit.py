"""Who did what, and how sources and steps stand, through the API: ``/api/v1/audit``, ``/api/v1/sources``."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field, JsonValue

from desk.api_answers import COMMON, PageAsked, answers, cut
from desk.asking import CallerDep, DeskDep
from desk.audit_search import AuditAsked, audit_search
from desk.authorise import Forbidden, require_administrator, require_auditor, visibility
from desk.examples import CASE, DOCKET, example
from desk.intake import intake_of
from desk.refusal import mark
from desk.sealed_reads import some_readings
from schemas.base import Utc, Value

__all__ = ["audit_api"]

audit_api = APIRouter(prefix="/api/v1", tags=["administration"], responses=COMMON)

_LOOKED_BACK = timedelta(days=7)
_LINE: dict[str, JsonValue] = {
    "at": "2026-03-02T06:05:00Z",
    "by": "asha",
    "act": "take",
    "case": CASE,
    "docket": DOCKET,
    "queue": "nigam-water",
    "detail": "",
}
_READING: dict[str, JsonValue] = {"at": "2026-03-02T06:05:00Z", "by": "boss", "case": CASE}
_SOURCE: dict[str, JsonValue] = {
    "id": "x",
    "connected": True,
    "last_post_at": "2026-03-02T06:04:58Z",
    "today": 412,
    "budget_left": 9588,
    "gaps": 0,
    "lost": 0,
    "errors": 1,
    "last_error": "it answered 503",
}


def _iso(value: str) -> str:
    """Raises ValueError for what is no ISO 8601: a number would be taken for seconds, or milliseconds."""
    if not re.match(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("a moment in ISO 8601 is needed, as in 2026-03-02T06:05:00Z")
    return value


_Moment = Annotated[Utc, BeforeValidator(_iso)]


class AuditQuery(PageAsked):
    """What to look for; left out: anything, of the last seven days (of one case: all that is kept)."""

    by: str = Field(default="", max_length=200, description="A user name, `clock`, `filing`.")
    act: str = Field(default="", max_length=60)
    case: str = Field(default="", max_length=64, description="Id or docket number.")
    since: _Moment | None = None
    until: _Moment | None = None


class AuditEntry(Value):
    """One line of a case's history."""

    at: datetime
    by: str
    act: str
    case: str
    docket: str | None
    queue: str
    detail: str


class AuditEntries(Value):
    """In the order of the cases' last change. With a ``cursor`` there may be more, though a page is not full."""

    model_config = example(lines=[_LINE], cursor=None)

    lines: tuple[AuditEntry, ...]
    cursor: str | None


class ReadingsAsked(PageAsked):
    since: _Moment | None = Field(default=None, description="From this hour on; left out: the last seven days.")


class Reading(Value):
    """Somebody has opened a sealed case; kept once an hour."""

    at: datetime
    by: str
    case: str


class Readings(Value):
    model_config = example(readings=[_READING], cursor=None)

    readings: tuple[Reading, ...]
    cursor: str | None


class SourceView(Value):
    """``connected``: it has said so within two minutes. ``today`` and ``budget_left`` in posts; ``gaps`` are stretches
    of time still to be read, ``lost`` those out of reach."""

    id: str
    connected: bool
    last_post_at: datetime | None
    today: int
    budget_left: int | None
    gaps: int
    lost: int
    errors: int
    last_error: str


class StepView(Value):
    """How many events of ``topic`` wait for a step of the worker, and whether a process of it reads now."""

    name: str
    topic: str
    behind: int
    running: bool


class IntakeView(Value):
    model_config = example(
        sources=[_SOURCE],
        steps=[{"name": "sunwai-filing", "topic": "triaged", "behind": 0, "running": True}],
    )

    sources: tuple[SourceView, ...]
    steps: tuple[StepView, ...]


@audit_api.get("/audit", responses=answers(404))
def audit(desk: DeskDep, caller: CallerDep, asked: Annotated[AuditQuery, Query()]) -> AuditEntries:
    """Who did what to the cases of your queues; for auditors and administrators."""
    require_auditor(caller.user)
    wanted = AuditAsked(**asked.model_dump(exclude={"cursor", "limit"}))
    found = audit_search(desk, caller.user, wanted, cursor=asked.cursor, limit=asked.limit)
    lines = (AuditEntry(**{name: getattr(line, name) for name in AuditEntry.model_fields}) for line in found.lines)
    return AuditEntries(lines=tuple(lines), cursor=found.cursor)


@audit_api.get("/audit/readings")
def readings(desk: DeskDep, caller: CallerDep, asked: Annotated[ReadingsAsked, Query()]) -> Readings:
    """Who has opened sealed cases; for auditors and administrators who see every queue."""
    require_auditor(caller.user)
    if visibility(caller.user).queues is not None:
        raise Forbidden(mark("This is for those who may see the whole office."))
    since = asked.since or desk.clock() - _LOOKED_BACK
    records, more = cut(some_readings(desk.state, since, after=asked.cursor, limit=asked.limit + 1), asked.limit)
    shown = tuple(Reading(at=r.value["at"], by=r.value["reader"], case=r.value["case"]) for r in records)
    return Readings(readings=shown, cursor=records[-1].id if more else None)


@audit_api.get("/sources", responses=answers(404))
def sources(desk: DeskDep, caller: CallerDep) -> IntakeView:
    """How sources and the worker's steps stand; for administrators. 404 at a desk without an event log."""
    require_administrator(caller.user)
    found = intake_of(desk.intake)
    return IntakeView(
        sources=tuple(
            SourceView(**{name: getattr(each, name) for name in SourceView.model_fields}) for each in found.sources()
        ),
        steps=tuple(
            StepView(**{name: getattr(each, name) for name in StepView.model_fields}) for each in found.steps()
        ),
    )
