"""The page of somebody in the field: what is asked, and a form for what came of it. No sign-in: who has the link has
the page, and nothing but it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from desk.answers import own_address, page
from desk.asking import DeskDep, address_of, desk_of, language_of
from desk.csrf import FORM_COOKIE, check_form, check_site
from desk.field_requests import MOST_PHOTOGRAPHS, Link, open_link, take_report
from desk.refusal import Refusal, mark
from desk.uploads import Upload, read_photographs, read_upload
from schemas.case import CasePost
from schemas.field import FieldResult
from text.normalise import safe

__all__ = ["link_of", "router"]

router = APIRouter()

_UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
_MOST_BYTES = 40 * 1024 * 1024
"""Of a report with its photographs as a phone sends them."""
_LONGEST_TEXT = 2000
_LONGEST_POST = 4000
_Token = Annotated[str, Path(max_length=100)]


def link_of(request: Request, path: str) -> str:
    """The whole address of a link, as whoever has it types it."""
    return own_address(request, f"/field/{path}")


@router.get("/field/{token}")
def field(request: Request, desk: DeskDep, token: _Token) -> Response:
    return _show(request, open_link(desk, token, address_of(request)))


@router.post("/field/{token}")
async def report(request: Request, desk: DeskDep, token: _Token) -> Response:
    """Nothing of the body is read before the link is known to be good."""
    check_site(request)
    link = await run_in_threadpool(open_link, desk, token, address_of(request))
    upload = await read_upload(request, most_bytes=_MOST_BYTES, most_files=MOST_PHOTOGRAPHS)
    return await run_in_threadpool(_take, request, link, upload)


def _take(request: Request, link: Link, upload: Upload) -> Response:
    check_form(request, request.cookies.get(FORM_COOKIE), upload.fields.get("csrf", ""))
    desk = desk_of(request)
    text = upload.fields.get("text", "").strip()
    try:
        result = _result(upload.fields.get("result", ""), text)
        pictures = read_photographs(desk, upload.files.get("photograph", ()), "photograph")
        take_report(desk, link, result, text, pictures)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        problem = language_of(request).gettext(refusal.message) % refusal.params
        return _show(request, link, status=422, typed=dict(upload.fields), problem=problem)
    return _show(request, open_link(desk, request.path_params["token"], address_of(request)))


def _result(given: str, text: str) -> FieldResult:
    """Raises Refusal for none, and for a "no" without a word why."""
    if given not in {*FieldResult}:
        raise Refusal(422, "invalid", mark("Say what came of it: done, not possible, or not yours."), field="result")
    if len(text) > _LONGEST_TEXT or (given != FieldResult.DONE and not text):
        raise Refusal(422, "invalid", mark("Say why, in at most 2000 characters."), field="text")
    return FieldResult(given)


def _show(
    request: Request, link: Link, *, status: int = 200, typed: dict[str, str] | None = None, problem: str = ""
) -> Response:
    case, asked = link.case, link.request
    return page(
        request,
        "field.html",
        status=status,
        headers=_UNSEEN,
        action=request.url.path,
        docket=case.docket or case.id,
        asked=asked,
        place=case.place if asked.with_place else None,
        posts=[_words(post) for post in case.posts if post.key in asked.posts and not post.erased and post.text],
        results=tuple(FieldResult),
        most=MOST_PHOTOGRAPHS,
        typed=typed or {},
        problem=problem,
    )


def _words(post: CasePost) -> str:
    """What was written, never by whom."""
    return safe(post.text)[:_LONGEST_POST]
