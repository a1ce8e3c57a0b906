"""Reports of the whole office, for those who may see all of it: as they were made, on a page and as a file."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.responses import Response

from desk.accounts import User
from desk.answers import page
from desk.asking import DeskDep, ReaderDep, language_of
from desk.authorise import require_whole_office, visibility
from desk.parts import Desk
from desk.refusal import mark, not_found
from desk.reports import (
    date_said,
    department_named,
    key_named,
    month_csv,
    month_page,
    sheet_csv,
    sheet_page,
    sheet_text,
)
from desk.shapes import case_line
from desk.speaking import Speaker
from queues.reporting import Grouping
from queues.sheets import behind_disposal, find_disposal, find_sheet, months_since, sheets_since
from schemas.report import MAX_BEHIND, Figure, MonthFigure

__all__ = ["router"]

router = APIRouter()

_SHOWN = timedelta(days=60)
_SHOWN_MONTHS = timedelta(days=730)
Month = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class Form(StrEnum):
    HTML = "html"
    TEXT = "text"
    CSV = "csv"


@router.get("/reports")
def reports(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    require_whole_office(session.user)
    today = desk.clock().astimezone(desk.directory.zone).date()
    days = sheets_since(desk.state, today - _SHOWN)[::-1]
    months = months_since(desk.state, today - _SHOWN_MONTHS)[::-1]
    return page(request, "reports.html", days=days, months=months, groupings=[*Grouping])


@router.get("/reports/morning/{day}")
def morning(request: Request, desk: DeskDep, session: ReaderDep, day: date, form: Form = Form.HTML) -> Response:
    require_whole_office(session.user)
    sheet = find_sheet(desk.state, day)
    if sheet is None:
        raise not_found()
    say = _speaker(request, desk)
    if form is Form.CSV:
        return _file(sheet_csv(say, sheet), f"{day}")
    if form is Form.TEXT:
        return PlainTextResponse(sheet_text(say, sheet))
    return HTMLResponse(sheet_page(desk.pages, say, sheet, linked=True))


@router.get("/reports/monthly/{month}")
def monthly(  # noqa: PLR0913, PLR0917 - FastAPI's way of saying what is asked
    request: Request,
    desk: DeskDep,
    session: ReaderDep,
    month: Month,
    by: Annotated[Grouping, Query()] = Grouping.DEPARTMENT,
    form: Form = Form.HTML,
) -> Response:
    require_whole_office(session.user)
    first = date.fromisoformat(f"{month}-01")
    found = find_disposal(desk.state, first)
    if found is None:
        raise not_found()
    say = _speaker(request, desk)
    if form is Form.CSV:
        return _file(month_csv(say, by, found[by]), f"{month}-{by}")
    return HTMLResponse(month_page(desk.pages, say, first, by, found[by], linked=True))


@router.get("/reports/morning/{day}/{figure}")
def behind(  # noqa: PLR0913, PLR0917 - FastAPI's way of saying what is asked
    request: Request,
    desk: DeskDep,
    session: ReaderDep,
    day: date,
    figure: Figure,
    office: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The cases behind a figure of a sheet, of one office or of all: those that it counted, as they stand now."""
    require_whole_office(session.user)
    sheet = find_sheet(desk.state, day)
    rows = () if sheet is None else [row for row in sheet.rows if office in {None, row.department}]
    if not rows:
        raise not_found()
    say = _speaker(request, desk)
    return _figure_page(
        request,
        desk,
        session.user,
        [id for row in rows for id in row.cases.get(figure, ())][:MAX_BEHIND],
        figure=figure,
        report=say.text(mark("Morning sheet")),
        when=date_said(day),
        back=f"/reports/morning/{day}",
        about=None if office is None else department_named(office, say),
        count=sum(getattr(row, figure) for row in rows),
    )


@router.get("/reports/monthly/{month}/{figure}")
def behind_month(  # noqa: PLR0913, PLR0917 - FastAPI's way of saying what is asked
    request: Request,
    desk: DeskDep,
    session: ReaderDep,
    month: Month,
    figure: MonthFigure,
    by: Annotated[Grouping, Query()],
    of: Annotated[str, Query(max_length=100)],
) -> Response:
    """The cases behind a figure of a month's line: those that it counted, as they stand now."""
    require_whole_office(session.user)
    first = date.fromisoformat(f"{month}-01")
    found = find_disposal(desk.state, first) or {}
    line = next((line for line in found.get(by, ()) if line.key == of), None)
    if line is None:
        raise not_found()
    say = _speaker(request, desk)
    return _figure_page(
        request,
        desk,
        session.user,
        behind_disposal(desk.state, first, by, of, figure),
        figure=figure,
        report=say.text(mark("Disposal of complaints")),
        when=f"{first:%m.%Y}",
        back=f"/reports/monthly/{month}?by={by}",
        about=key_named(of, by, say),
        count=getattr(line, figure),
    )


def _figure_page(request: Request, desk: Desk, user: User, ids: Sequence[str], **about: Any) -> Response:
    """``about`` is what the page says besides the cases that this reader may see."""
    found = desk.store.cases(ids)
    cases = [found[id].case for id in ids if id in found and visibility(user).sees(found[id].case)]
    return page(request, "report_figure.html", cases=[case_line(case) for case in cases], **about)


def _speaker(request: Request, desk: Desk) -> Speaker:
    return Speaker(language_of(request), desk.directory, desk.clock())


def _file(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="sunwai-{name}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
