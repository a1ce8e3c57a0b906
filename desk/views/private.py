"""Private details: the citizen's form, without a sign-in, and what officers do about it on the case's page."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, address_of, desk_of, language_of
from desk.csrf import FORM_COOKIE, check_form, check_site
from desk.names import name_in
from desk.parts import Desk
from desk.privately import MOST_PHOTOGRAPHS, ask, base_of, open_link, read_details, take_details, withdraw
from desk.reading import find_case
from desk.refusal import Refusal, mark
from desk.uploads import Upload, read_photographs, read_upload
from desk.views.case import show_case
from schemas.case import Case
from schemas.private import LONGEST_DETAIL, PrivateDetails, PrivateRequest
from text.normalise import safe

__all__ = ["router"]

router = APIRouter()

_UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
_Token = Annotated[str, Path(max_length=100)]
_Id = Annotated[str, Path(max_length=64)]
_MOST_BYTES = 40 * 1024 * 1024
"""Of a form with its photographs as a phone sends them."""


@router.get("/private/{token}")
def form(request: Request, desk: DeskDep, token: _Token) -> Response:
    return _form(request, desk, *open_link(desk, token, address_of(request)))


@router.post("/private/{token}")
async def tell(request: Request, desk: DeskDep, token: _Token) -> Response:
    """Nothing of the body is read before the link is known to be good."""
    check_site(request)
    asked, case = await run_in_threadpool(open_link, desk, token, address_of(request))
    upload = await read_upload(request, most_bytes=_MOST_BYTES, most_files=MOST_PHOTOGRAPHS)
    return await run_in_threadpool(_take, request, asked, case, upload)


def _take(request: Request, asked: PrivateRequest, case: Case, upload: Upload) -> Response:
    check_form(request, request.cookies.get(FORM_COOKIE), upload.fields.get("csrf", ""))
    desk = desk_of(request)
    told = {name: safe(upload.fields.get(name, "").strip())[:LONGEST_DETAIL] for name in PrivateDetails.model_fields}
    try:
        pictures = read_photographs(desk, upload.files.get("photograph", ()), "photograph")
        if not (pictures or any(told.values())):
            raise Refusal(422, "invalid", mark("Fill in at least one of them."))
        take_details(desk, asked, case, PrivateDetails(**told), pictures)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        problem = language_of(request).gettext(refusal.message) % refusal.params
        return _form(request, desk, asked, case, status=422, typed=told, problem=problem)
    return see(request.url.path)


@router.post("/cases/{id}/private")
def ask_privately(  # noqa: PLR0913, PLR0917 - a request has these parts
    request: Request,
    desk: DeskDep,
    session: FormDep,
    id: _Id,
    purpose: Annotated[str, Form(max_length=2 * LONGEST_DETAIL)] = "",
    hours: Annotated[int, Form()] = 72,
) -> Response:
    found = find_case(desk, session.user, id)
    after = ask(desk, session.user, found, purpose, hours=hours, base=base_of(request))
    return see(f"/cases/{after.id}#private")


@router.post("/cases/{id}/private/{asked}")
def read(request: Request, desk: DeskDep, session: FormDep, id: _Id, asked: _Id) -> Response:
    """The case's page with what was told. It answers the form itself, so that no address leads there, and reloading
    asks, and is recorded, anew."""
    after, told = read_details(desk, session.user, find_case(desk, session.user, id), asked)
    return show_case(request, desk, session, after, told={asked: told})


@router.post("/cases/{id}/private/{asked}/withdraw")
def take_back(desk: DeskDep, session: FormDep, id: _Id, asked: _Id) -> Response:
    found = find_case(desk, session.user, id)
    withdraw(desk, session.user, found, asked)
    return see(f"/cases/{found.id}#private")


def _form(  # noqa: PLR0913 - what a page is made of
    request: Request,
    desk: Desk,
    asked: PrivateRequest,
    case: Case,
    *,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> Response:
    department = desk.directory.department_of_queue.get(case.queue)
    office = desk.directory.name if department is None or case.is_sealed else department.name
    return page(
        request,
        "private.html",
        status=status,
        headers=_UNSEEN,
        number=case.docket,
        asked=asked,
        office=name_in(office, language_of(request).code),
        days=desk.directory.retention.private,
        action=request.url.path,
        most=MOST_PHOTOGRAPHS,
        typed=typed or {},
        problem=problem,
    )
