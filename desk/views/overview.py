"""The office at a glance."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from desk.answers import page
from desk.asking import DeskDep, ReaderDep, language_of
from desk.overview import AGES, overview
from desk.reports import dormant_reason
from desk.speaking import Speaker

__all__ = ["router"]

router = APIRouter()


@router.get("/overview")
def show(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    say = Speaker(language_of(request), desk.directory, desk.clock())
    return page(
        request,
        "overview.html",
        found=overview(desk, session.user),
        ages=[name for name, _, _ in AGES],
        dormant_reason=lambda queue: dormant_reason(say, queue),
    )
