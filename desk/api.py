"""The JSON API, ``/api/v1``: what the pages show, for programs; what they do is in ``desk/api_acts.py``.

Signed in by the session cookie, or by ``Authorization: Bearer`` with a token of ``sunwai token``. A request that
changes something needs a token of scope ``write``, or with the cookie the header ``X-CSRF-Token`` with what ``/me``
gives.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field, JsonValue

from desk.accounts import Role
from desk.api_answers import COMMON, ETAG, CaseId, PageAsked, answers, with_etag
from desk.asking import CallerDep, DeskDep, language_of
from desk.authorise import visibility
from desk.examples import CASE_LINE, example
from desk.export import FORMATS, Format, export
from desk.listing import OPEN, check_queue, find, judged_queues, queue_counts, read_query
from desk.names import name_in
from desk.reading import read_case
from desk.shapes import CaseDetail, CaseLine, case_line
from desk.speaking import Speaker
from queues.store import CaseQuery, Facet, Page
from schemas.base import Value
from schemas.case import Status
from schemas.labels import ComplaintType, Urgency

__all__ = ["api"]

api = APIRouter(prefix="/api/v1", tags=["desk"], responses=COMMON)


_Code = Annotated[str, Path(max_length=100, description="The queue's code.", examples=["nigam-water"])]
_QUEUE: dict[str, JsonValue] = {
    "code": "nigam-water",
    "name": {"en": "City water supply", "hi": "नगर जलापूर्ति"},
    "department": "Sundarpur Municipal Corporation",
    "own": True,
    "open": 3,
    "by_status": {"new": 2, "in_progress": 1, "closed": 40},
}


class QueueAsked(PageAsked):
    """Several values of one name: any of them fits."""

    status: tuple[Status, ...] = Field(default=(), description="Without: whatever is open.")
    type: tuple[ComplaintType, ...] = ()
    urgency: tuple[Urgency, ...] = ()
    assignee: str | None = Field(default=None, max_length=64)


class SearchAsked(PageAsked):
    q: str = Field(
        max_length=4000,
        description="Words, “phrases”, -exclusions and filters, as on the page.",
        examples=["bijli type:electricity is:late"],
    )


class CountsAsked(Value):
    q: str = Field(max_length=4000, description="As for the search.", examples=["queue:nigam-water is:open"])


class ExportAsked(CountsAsked):
    format: Format = Format.JSONL


class Counts(Value):
    """What a search finds, by its facts. ``more``: there are more than the ``total`` that were counted."""

    model_config = example(
        total=2, more=False, by={"status": {"new": 1, "in_progress": 1}, "type": {"water_supply": 2}}
    )

    total: int
    more: bool
    by: dict[Facet, dict[str, int]]


class Me(Value):
    """Who is calling. ``queues`` null: all. ``csrf_token`` only with a session: send it as X-CSRF-Token."""

    model_config = example(name="asha", role="officer", queues=["nigam-water"], language="hi", csrf_token=None)

    name: str
    role: Role
    queues: tuple[str, ...] | None
    language: str | None
    csrf_token: str | None


class QueueView(Value):
    """A queue with its cases by status. ``own`` false: another queue, of which you see what yours watch."""

    model_config = example(**_QUEUE)

    code: str
    name: dict[str, str]
    department: str | None
    own: bool
    open: int
    by_status: dict[Status, int]


class QueueList(Value):
    model_config = example(queues=[_QUEUE])

    queues: tuple[QueueView, ...]


class CasePage(Value):
    model_config = example(cases=[CASE_LINE], cursor=None)

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


@api.get("/queues/{code}/cases", responses=answers(404))
def queue_cases(desk: DeskDep, caller: CallerDep, code: _Code, asked: Annotated[QueueAsked, Query()]) -> CasePage:
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


@api.get("/search/counts")
def search_counts(desk: DeskDep, caller: CallerDep, asked: Annotated[CountsAsked, Query()]) -> Counts:
    """How many cases of your queues fit, by their facts; at most 20,000 are counted."""
    tally = desk.store.tally(read_query(desk, asked.q), visibility(caller.user), [*Facet])
    return Counts(total=tally.total, more=tally.more, by={facet: dict(tally.by[facet]) for facet in Facet})


@api.get(
    "/search/export",
    response_class=StreamingResponse,
    responses={200: {"description": "The file.", "content": {type: {} for type in FORMATS.values()}}},
)
def search_export(
    request: Request, desk: DeskDep, caller: CallerDep, asked: Annotated[ExportAsked, Query()]
) -> StreamingResponse:
    """All that a search finds, as a file: complete, however many cases there are."""
    say = Speaker(language_of(request), desk.directory, desk.clock())
    file = export(desk, caller.user, read_query(desk, asked.q), asked.format, say)
    return StreamingResponse(file, media_type=FORMATS[asked.format])


@api.get("/review")
def review(desk: DeskDep, caller: CallerDep, asked: Annotated[PageAsked, Query()]) -> CasePage:
    """What waits for a human's judgement in the queues in which you judge: by the acts confirm, dismiss and correct."""
    query = CaseQuery(queues=judged_queues(desk, caller.user), statuses=(Status.REVIEW,))
    return _page(find(desk, caller.user, query, cursor=asked.cursor, limit=asked.limit))


@api.get("/cases/{id}", response_model=CaseDetail, responses=ETAG | answers(404))
def case(desk: DeskDep, caller: CallerDep, id: CaseId) -> JSONResponse:
    """One case, by id or docket number."""
    return with_etag(read_case(desk, caller.user, id))


def _page(found: Page) -> CasePage:
    return CasePage(cases=tuple(case_line(versioned.case) for versioned in found.cases), cursor=found.cursor)
