"""The JSON API, ``/api/v1``: what the pages show and do, for programs.

Signed in by the session cookie, or by ``Authorization: Bearer`` with a token of ``sunwai token``. A request that
changes something needs a token of scope ``write``, or with the cookie the header ``X-CSRF-Token`` with what ``/me``
gives.
Acts on a case need ``If-Match`` with the ETag that was read: 428 without, 412 when the case has changed since. Who
comes second for a case that somebody has is answered 409 with the name, whatever the ETag (RFC 9110, 13.2.1).
"""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from desk.accounts import Role
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.listing import OPEN, check_queue, find, queue_counts, read_query
from desk.names import name_in
from desk.reading import read_case
from desk.refusal import Refusal, mark
from desk.shapes import CaseDetail, CaseLine, case_line
from queues.store import CaseQuery, Page
from schemas.base import Value
from schemas.case import Status
from schemas.labels import ComplaintType, Urgency
from schemas.problem import ProblemBody

__all__ = ["api"]

_MOST = 200
_ETAG_FORM = re.compile(r'"(\d{1,9})"')
_NO_REVISION = -1


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    meaning = {
        401: "Nobody is signed in, or the token is not good.",
        403: "Not allowed: the role, the scope of the token, or a missing CSRF token.",
        404: "Not there, or not yours to see.",
        409: "Somebody else has the case, or it is no longer open.",
        412: "The case has changed since its ETag was read.",
        413: "The body is too large.",
        422: "A part of the request is wrong; `field` names it.",
        428: "If-Match is missing.",
        500: "Something went wrong here; the message has the id of the log line.",
        503: "The store cannot be reached; try again after Retry-After seconds.",
    }
    return {status: {"model": ProblemBody, "description": meaning[status]} for status in statuses}


api = APIRouter(prefix="/api/v1", tags=["desk"], responses=_answers(401, 403, 413, 422, 500, 503))

_Id = Annotated[str, Path(max_length=64, description="The case's id or docket number.")]
_IfMatch = Annotated[str | None, Header(description="ETag of the case as you have read it.")]
_ETAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "The case's revision.", "schema": {"type": "string"}}}}
}
_ACT_ANSWERS = _ETAG | _answers(404, 409, 412, 428)


class PageAsked(Value):
    """Which part of a list."""

    cursor: str | None = Field(default=None, max_length=300, description="`cursor` of the page before.")
    limit: int = Field(default=50, ge=1, le=_MOST)


class QueueAsked(PageAsked):
    """Several values of one name: any of them fits."""

    status: tuple[Status, ...] = Field(default=(), description="Without: whatever is open.")
    type: tuple[ComplaintType, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    assignee: str | None = Field(default=None, max_length=64)


class SearchAsked(PageAsked):
    q: str = Field(max_length=4000, description="Words, “phrases”, -exclusions and filters, as on the page.")


class Me(Value):
    """Who is calling. ``queues`` null: all. ``csrf_token`` only with a session: send it as X-CSRF-Token."""

    name: str
    role: Role
    queues: tuple[str, ...] | None
    language: str | None
    csrf_token: str | None


class QueueView(Value):
    """A queue with its cases by status. ``own`` false: another queue, of which you see what yours watch."""

    code: str
    name: dict[str, str]
    department: str | None
    own: bool
    open: int
    by_status: dict[Status, int]


class QueueList(Value):
    queues: tuple[QueueView, ...]


class CasePage(Value):
    cases: tuple[CaseLine, ...]
    cursor: str | None = Field(description="Asks for the next page; null on the last.")


@api.get("/me")
def me(caller: CallerDep) -> Me:
    """Who you are to this desk."""
    user = caller.user
    return Me(name=user.name, role=user.role, queues=user.queues, language=user.language, csrf_token=caller.csrf)


@api.get("/queues")
def queues(desk: DeskDep, caller: CallerDep) -> QueueList:
    """Your queues, with counts by status."""
    views = []
    for counts in queue_counts(desk, caller.user):
        queue = desk.directory.queues.get(counts.code)
        department = desk.directory.department_of_queue.get(counts.code)
        views.append(
            QueueView(
                code=counts.code,
                name={"en": counts.code} if queue is None else queue.name.model_dump(exclude_none=True),
                department=None if department is None else name_in(department.name, "en"),
                own=counts.own,
                open=counts.open,
                by_status=dict(counts.by_status),
            )
        )
    return QueueList(queues=tuple(views))


@api.get("/queues/{code}/cases", responses=_answers(404))
def queue_cases(desk: DeskDep, caller: CallerDep, code: str, asked: Annotated[QueueAsked, Query()]) -> CasePage:
    """A queue, most pressing first."""
    check_queue(desk, caller.user, code)
    query = CaseQuery(
        queues=(code,),
        statuses=asked.status or OPEN,
        types=asked.type,
        urgencies=asked.urgency,
        assignee=asked.assignee,
    )
    return _page(find(desk, caller.user, query, cursor=asked.cursor, limit=asked.limit))


@api.get("/search")
def search(desk: DeskDep, caller: CallerDep, asked: Annotated[SearchAsked, Query()]) -> CasePage:
    """Cases of your queues that fit; open ones unless `status:` or `is:any` is given."""
    return _page(find(desk, caller.user, read_query(desk, asked.q), cursor=asked.cursor, limit=asked.limit))


@api.get("/cases/{id}", response_model=CaseDetail, responses=_ETAG | _answers(404))
def case(desk: DeskDep, caller: CallerDep, id: _Id) -> JSONResponse:
    """One case, by id or docket number."""
    return _with_etag(read_case(desk, caller.user, id))


@api.post("/cases/{id}/take", response_model=CaseDetail, responses=_ACT_ANSWERS)
def take(desk: DeskDep, caller: WriterDep, id: _Id, if_match: _IfMatch = None) -> JSONResponse:
    """Gives the case to you."""
    revision = _revision(if_match)
    return _with_etag(read_case(desk, caller.user, desk.casework.take(caller.user, id, revision=revision).id))


@api.post("/cases/{id}/release", response_model=CaseDetail, responses=_ACT_ANSWERS)
def release(desk: DeskDep, caller: WriterDep, id: _Id, if_match: _IfMatch = None) -> JSONResponse:
    """Puts the case that you have back, for others to take."""
    revision = _revision(if_match)
    return _with_etag(read_case(desk, caller.user, desk.casework.release(caller.user, id, revision=revision).id))


def _page(found: Page) -> CasePage:
    return CasePage(cases=tuple(case_line(versioned.case) for versioned in found.cases), cursor=found.cursor)


def _with_etag(detail: CaseDetail) -> JSONResponse:
    return JSONResponse(detail.model_dump(mode="json"), headers={"ETag": f'"{detail.revision}"'})


def _revision(if_match: str | None) -> int | None:
    """The revision that If-Match names; None for ``*``. Only a strong ETag of ours can match (RFC 9110, 13.1.1)."""
    if if_match is None:
        message = mark("Say in If-Match which ETag of the case you have read.")
        raise Refusal(428, "precondition_required", message, field="If-Match")
    if if_match.strip() == "*":
        return None
    match = _ETAG_FORM.fullmatch(if_match.strip())
    return int(match[1]) if match else _NO_REVISION
