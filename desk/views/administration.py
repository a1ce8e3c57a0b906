"""For those who look after the office: how sources and steps stand, and who did what."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from desk.answers import page
from desk.asking import DeskDep, ReaderDep
from desk.audit_search import AuditAsked, audit_search
from desk.authorise import require_administrator, require_auditor, visibility
from desk.intake import intake_of
from desk.parts import Desk
from desk.sealed_reads import some_readings
from queues.lifecycle import Act
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_PAGE = 100
_DAY = timedelta(days=1)
_LOOKED_BACK = timedelta(days=7)


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


_Day = Annotated[date | None, BeforeValidator(_empty_is_none)]


class Asked(Value):
    """Days of the office, both included."""

    by: str = Field(default="", max_length=200)
    act: str = Field(default="", max_length=60)
    case: str = Field(default="", max_length=64)
    since: _Day = None
    until: _Day = None
    cursor: str | None = Field(default=None, max_length=300)


@router.get("/sources")
def sources(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    require_administrator(session.user)
    found = intake_of(desk.intake)
    return page(request, "sources.html", sources=found.sources(), steps=found.steps())


@router.get("/audit")
def audit(request: Request, desk: DeskDep, session: ReaderDep, asked: Annotated[Asked, Query()]) -> Response:
    require_auditor(session.user)
    until = None if asked.until is None else _begins(desk, asked.until + _DAY)
    since = None if asked.since is None else _begins(desk, asked.since)
    wanted = AuditAsked(by=asked.by.strip(), act=asked.act, case=asked.case.strip(), since=since, until=until)
    found = audit_search(desk, session.user, wanted, cursor=asked.cursor, limit=_PAGE)
    more = asked.model_dump(mode="json", exclude_none=True) | {"cursor": found.cursor}
    readings = () if visibility(session.user).queues is not None else _readings(desk, since)
    return page(
        request,
        "audit.html",
        asked=asked,
        lines=found.lines,
        acts=tuple(Act),
        readings=readings,
        next_page=None if found.cursor is None else f"/audit?{urlencode(more)}",
        first_page=None if asked.cursor is None else "/audit",
    )


def _begins(desk: Desk, day: date) -> datetime:
    return datetime.combine(day, time(), desk.directory.zone)


def _readings(desk: Desk, since: datetime | None) -> list[tuple[datetime, str, str]]:
    """When, who, which case; the first so many."""
    found = some_readings(desk.state, since or desk.clock() - _LOOKED_BACK, after=None, limit=_PAGE)
    return [(datetime.fromisoformat(r.value["at"]), r.value["reader"], r.value["case"]) for r in found]
