"""The search: facets, orders, saved views, a file of what is found, and one act on many cases."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from desk.accounts import Role, User, list_users
from desk.answers import local_path, page, see
from desk.asking import DeskDep, FormDep, ReaderDep, language_of
from desk.authorise import Right, may
from desk.bulk import BULK_ACTS, Picked, do_many, find_done, take_back, until
from desk.case_acts import CASE_ACTS
from desk.export import FORMATS, Format, export
from desk.facets import found_by, sortings
from desk.filling import FilledDep
from desk.listing import find, read_query
from desk.parts import Desk
from desk.refusal import Refusal, not_found
from desk.saved_views import remove_view, save_view, views_of
from desk.sessions import Session
from desk.shapes import case_line
from desk.speaking import Speaker
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_MOST_COLLEAGUES = 500
_log = structlog.get_logger("desk")


class SearchAsked(Value):
    q: str = Field(default="", max_length=4000)
    cursor: str | None = Field(default=None, max_length=300)


class ExportAsked(Value):
    q: str = Field(min_length=1, max_length=4000)
    format: Format = Format.CSV


class ViewForm(Value):
    name: str = Field(default="", max_length=500)
    q: str = Field(default="", max_length=4000)
    shared: bool = False


@router.get("/search")
def search(request: Request, desk: DeskDep, session: ReaderDep, asked: Annotated[SearchAsked, Query()]) -> Response:
    return _show(request, desk, session, asked)


@router.get("/search/export")
def export_search(
    request: Request, desk: DeskDep, session: ReaderDep, asked: Annotated[ExportAsked, Query()]
) -> Response:
    """What the search finds, all of it, as a file."""
    query = read_query(desk, asked.q)
    say = Speaker(language_of(request), desk.directory, desk.clock())
    _log.info("search_exported", format=str(asked.format), by=session.user.name)
    name = f"sunwai-{say.now.astimezone(desk.directory.zone):%Y-%m-%d-%H%M}.{asked.format}"
    return StreamingResponse(
        export(desk, session.user, query, asked.format, say),
        media_type=FORMATS[asked.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/views")
def keep_view(desk: DeskDep, session: FormDep, form: Annotated[ViewForm, Form()]) -> Response:
    read_query(desk, form.q)  # what cannot be read is not kept
    save_view(desk.state, session.user, form.name, form.q, shared=form.shared)
    return see(f"/search?{urlencode({'q': form.q})}")


@router.post("/views/{id}/remove")
def drop_view(desk: DeskDep, session: FormDep, id: Annotated[str, Path(max_length=64)]) -> Response:
    remove_view(desk.state, session.user, id)
    return see("/search")


@router.post("/bulk")
def bulk(
    request: Request,
    desk: DeskDep,
    session: FormDep,
    filled: FilledDep,
    case: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """The act that the button names, on every case that is ticked."""
    if filled.do not in BULK_ACTS:
        raise not_found()
    typed = {
        name.removeprefix(f"{filled.do}-"): value
        for name, value in filled.typed.items()
        if name.startswith(f"{filled.do}-")
    }
    try:
        given = filled.with_typed(typed).given(CASE_ACTS[filled.do].form)
        done = do_many(desk, session.user, filled.do, [Picked.read(each) for each in case or ()], given)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        asked = SearchAsked(q=filled.typed.get("q", "")[:4000])
        problem = language_of(request).gettext(refusal.message) % refusal.params
        return _show(request, desk, session, asked, status=422, problem=problem, typed=filled.typed, ticked=case or [])
    return see(f"/bulk/{done.id}?{urlencode({'back': '/search?' + urlencode({'q': filled.typed.get('q', '')})})}")


@router.get("/bulk/{id}")
def bulk_done(
    request: Request, desk: DeskDep, session: ReaderDep, id: Annotated[str, Path(max_length=64)], back: str = "/search"
) -> Response:
    done = find_done(desk, session.user, id)
    language = language_of(request)
    failed = [(each.id, language.gettext(each.why) % each.params) for each in done.failed]
    in_time = done.taken_back is None and desk.clock() <= until(desk, done) and done.done
    ends = until(desk, done) if in_time else None
    return page(
        request, "bulk.html", done=done, act=CASE_ACTS[done.act].act, failed=failed, until=ends, back=local_path(back)
    )


@router.post("/bulk/{id}/undo")
def bulk_undo(desk: DeskDep, session: FormDep, id: Annotated[str, Path(max_length=64)]) -> Response:
    return see(f"/bulk/{take_back(desk, session.user, id).id}")


_NOTHING: dict[str, Any] = {"error": "", "problem": "", "cases": (), "next_page": None, "found": None, "typed": {}}


def _show(
    request: Request, desk: Desk, session: Session, asked: SearchAsked, *, status: int = 200, **shown: Any
) -> Response:
    """Nothing typed finds nothing: the page then says how to search."""
    user, language = session.user, language_of(request)
    values = _NOTHING | {"q": asked.q, "ticked": (), "views": views_of(desk.state, user)} | _may(desk, user) | shown
    if asked.q.strip():
        try:
            values |= _found(desk, user, asked, Speaker(language, desk.directory, desk.clock()))
        except Refusal as refusal:
            if refusal.code != "bad_query":
                raise
            status, values["error"] = refusal.status, language.gettext(refusal.message) % refusal.params
    return page(request, "search.html", status=status, **values)


def _found(desk: Desk, user: User, asked: SearchAsked, say: Speaker) -> dict[str, Any]:
    """Raises Refusal for what is no query."""
    q, query = asked.q, read_query(desk, asked.q)
    found = find(desk, user, query, cursor=asked.cursor, limit=desk.settings.page_size)
    more = urlencode({"q": q, "cursor": found.cursor})
    return {
        "cases": [case_line(each.case) for each in found.cases],
        "next_page": None if found.cursor is None else f"/search?{more}",
        "found": found_by(desk, user, q, query, say),
        "sortings": sortings(q, say),
        "exports": [(each, f"/search/export?{urlencode({'q': q, 'format': each})}") for each in Format],
    }


def _may(desk: Desk, user: User) -> dict[str, Any]:
    """What the reader may do besides reading, and what that needs."""
    leads, shares = user.role is Role.SUPERVISOR, user.role in {Role.SUPERVISOR, Role.ADMINISTRATOR}
    own = [code for code in desk.directory.queues if may(user, code, Right.WORK)] if leads else []
    return {
        "leads": leads,
        "shares": shares,
        "queues": tuple(desk.directory.queues) if leads else (),
        "colleagues": _colleagues(desk, own) if leads else [],
    }


def _colleagues(desk: Desk, queues: Sequence[str]) -> list[str]:
    """Who works in one of these queues, by name; the first so many."""
    working = (u.name for u in list_users(desk.state) if u.active and any(may(u, code, Right.WORK) for code in queues))
    return [name for name, _ in zip(working, range(_MOST_COLLEAGUES), strict=False)]
