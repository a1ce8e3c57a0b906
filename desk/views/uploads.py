"""Bringing a table of posts: choose a file, look at what it would be, take it or leave it."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Path, Request, UploadFile
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep, language_of
from desk.labels import UPLOAD_LABELS
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from desk.tables import Uploads, require_bringer
from schemas.mention import TIP
from schemas.upload import UploadError

__all__ = ["PATH", "router"]

PATH = "/uploads"
router = APIRouter()

_Id = Annotated[str, Path(max_length=64)]
_RECENT = 20
_log = structlog.get_logger("desk")


@router.get(PATH)
def uploads(request: Request, desk: DeskDep, session: ReaderDep) -> Response:
    require_bringer(session.user)
    return _list(request, desk)


@router.post(PATH)
def bring(
    request: Request, desk: DeskDep, session: FormDep, file: UploadFile, platform: Annotated[str, Form()]
) -> Response:
    require_bringer(session.user)
    if platform not in _platforms(desk):
        raise Refusal(422, "invalid", mark("This was not filled in, or not as it must be."), field="platform")
    try:
        id = _uploads(desk).bring(session.user, file.filename or "", file.file.read(), platform)
    except UploadError as error:
        problem = language_of(request).gettext(UPLOAD_LABELS[error.trouble])
        return _list(request, desk, status=422, problem=problem)
    return see(f"{PATH}/{id}")


@router.get(f"{PATH}/{{id}}")
def upload(request: Request, desk: DeskDep, session: ReaderDep, id: _Id) -> Response:
    require_bringer(session.user)
    found = _uploads(desk).find(session.user, id)
    return page(request, "upload.html", upload=found, posts=_uploads(desk).first_posts(found))


@router.post(f"{PATH}/{{id}}")
def decide(
    desk: DeskDep, session: FormDep, id: _Id, do: Annotated[str, Form()], historic: Annotated[bool, Form()] = False
) -> Response:
    require_bringer(session.user)
    if do == "take":
        _uploads(desk).take(session.user, id, historic=historic)
    else:
        _uploads(desk).drop(session.user, id)
    _log.info("upload", act="taken" if do == "take" else "dropped", id=id)
    return see(f"{PATH}/{id}")


def _list(request: Request, desk: Desk, *, status: int = 200, problem: str = "") -> Response:
    recent = _uploads(desk).recent(_RECENT)
    return page(request, "uploads.html", status=status, recent=recent, platforms=_platforms(desk), problem=problem)


def _platforms(desk: Desk) -> list[str]:
    """What posts can be said to come from: where nothing is known, the desk itself."""
    named = (source.platform for source in desk.directory.sources if source.platform != TIP)
    return [*dict.fromkeys(["desk", "x", "facebook", "instagram", *named])]


def _uploads(desk: Desk) -> Uploads:
    if desk.uploads is None:
        raise not_found()
    return desk.uploads
