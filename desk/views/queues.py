"""The first page and a queue: lists of cases."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep
from desk.authorise import Right, may
from desk.listing import OPEN, check_queue, find, queue_counts
from desk.reading import left_case
from desk.shapes import CaseLine, case_line
from queues.store import CaseQuery, Page
from schemas.base import Value
from schemas.case import Status

__all__ = ["router"]

router = APIRouter()

_MOST_MINE = 20
_log = structlog.get_logger("desk")


class Part(StrEnum):
    """Parts of what is open in a queue."""

    LATE = "late"
    MINE = "mine"
    FREE = "free"


class QueueAsked(Value):
    """Which part of a queue; without a status what is open, of that all without ``show``."""

    status: Status | None = None
    show: Part | None = None
    cursor: str | None = Field(default=None, max_length=300)
    left: str | None = Field(default=None, max_length=64)


@router.get("/")
def home(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    counts = queue_counts(desk, session.user)
    mine = CaseQuery(statuses=OPEN, assignee=session.user.name)
    found = find(desk, session.user, mine, cursor=None, limit=_MOST_MINE)
    return page(request, "home.html", mine=_lines(found), queues=counts)


@router.get("/queues/{code}")
def queue(
    request: Request,
    desk: DeskDep,
    session: ReaderDep,
    code: str,
    asked: Annotated[QueueAsked, Query()],
) -> Response:
    check_queue(desk, session.user, code)
    status = asked.status
    query = CaseQuery(
        queues=(code,),
        statuses=OPEN if status is None else (status,),
        assignee=session.user.name if asked.show is Part.MINE else None,
        unassigned=asked.show is Part.FREE,
        deadline_before=desk.clock() if asked.show is Part.LATE else None,
    )
    found = find(desk, session.user, query, cursor=asked.cursor, limit=desk.settings.page_size)
    counts = next(count for count in queue_counts(desk, session.user) if count.code == code)
    asked_for = {"status": status, "show": asked.show}
    kept = {name: str(value) for name, value in asked_for.items() if value is not None}
    left = None if asked.left is None else left_case(desk, session.user, asked.left)
    return page(
        request,
        "queue.html",
        counts=counts,
        chosen=status,
        part=asked.show,
        parts=[part for part in Part if part is not Part.MINE or may(session.user, code, Right.WORK)],
        first_page=f"/queues/{code}?{urlencode(kept)}",
        cases=_lines(found),
        first=asked.cursor is None,
        next_page=_next_page(f"/queues/{code}", kept, found),
        may_take=may(session.user, code, Right.WORK),
        left=left,
    )


@router.post("/queues/{code}/next")
def take_next(request: Request, desk: DeskDep, session: FormDep, code: str) -> Response:
    """Takes the most pressing case that nobody has, and opens it."""
    check_queue(desk, session.user, code)
    case = desk.casework.take_next(session.user, code)
    return see(f"/queues/{code}" if case is None else f"/cases/{case.id}")


def _lines(found: Page) -> list[CaseLine]:
    return [case_line(versioned.case) for versioned in found.cases]


def _next_page(path: str, kept: Mapping[str, str], found: Page) -> str | None:
    return None if found.cursor is None else f"{path}?{urlencode({**kept, 'cursor': found.cursor})}"
