"""The first page, a queue, and the search: lists of cases."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep, language_of
from desk.authorise import Act, may
from desk.listing import OPEN, check_queue, find, queue_counts, read_query
from desk.parts import Desk
from desk.refusal import Refusal
from desk.sessions import Session
from desk.shapes import CaseLine, case_line
from queues.store import CaseQuery, Page
from schemas.base import Value
from schemas.case import Status

__all__ = ["router"]

router = APIRouter()

_MOST_MINE = 20


class QueueAsked(Value):
    """Which part of a queue; without a status what is open."""

    status: Status | None = None
    cursor: str | None = Field(default=None, max_length=300)


class SearchAsked(Value):
    q: str = Field(default="", max_length=4000)
    cursor: str | None = Field(default=None, max_length=300)


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
    query = CaseQuery(queues=(code,), statuses=OPEN if status is None else (status,))
    found = find(desk, session.user, query, cursor=asked.cursor, limit=desk.settings.page_size)
    counts = next(count for count in queue_counts(desk, session.user) if count.code == code)
    kept = {} if status is None else {"status": str(status)}
    return page(
        request,
        "queue.html",
        counts=counts,
        chosen=status,
        cases=_lines(found),
        first=asked.cursor is None,
        next_page=_next_page(f"/queues/{code}", kept, found),
        may_take=may(session.user, code, Act.TAKE),
    )


@router.post("/queues/{code}/next")
def take_next(request: Request, desk: DeskDep, session: FormDep, code: str) -> Response:
    """Takes the most pressing case that nobody has, and opens it."""
    check_queue(desk, session.user, code)
    case = desk.casework.take_next(session.user, code)
    return see(f"/queues/{code}" if case is None else f"/cases/{case.id}")


@router.get("/search")
def search(request: Request, desk: DeskDep, session: ReaderDep, asked: Annotated[SearchAsked, Query()]) -> Response:
    q = asked.q
    try:
        found = _searched(desk, session, asked)
    except Refusal as refusal:
        if refusal.code != "bad_query":
            raise
        error = language_of(request).gettext(refusal.message) % refusal.params
        return page(request, "search.html", status=refusal.status, q=q, error=error, cases=[], next_page=None)
    next_page = _next_page("/search", {"q": q}, found)
    return page(request, "search.html", q=q, error="", cases=_lines(found), next_page=next_page)


def _searched(desk: Desk, session: Session, asked: SearchAsked) -> Page:
    """Nothing typed finds nothing: the page then says how to search."""
    if not asked.q.strip():
        return Page((), None)
    return find(desk, session.user, read_query(desk, asked.q), cursor=asked.cursor, limit=desk.settings.page_size)


def _lines(found: Page) -> list[CaseLine]:
    return [case_line(versioned.case) for versioned in found.cases]


def _next_page(path: str, kept: Mapping[str, str], found: Page) -> str | None:
    return None if found.cursor is None else f"{path}?{urlencode({**kept, 'cursor': found.cursor})}"
