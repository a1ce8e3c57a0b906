"""What could not be read, for administrators: why, and again once the cause is mended."""

from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep
from desk.authorise import require_administrator
from desk.dead_letters import letters_of
from desk.refusal import Refusal, mark
from schemas.base import Value

__all__ = ["router"]

router = APIRouter()

_PAGE = 100
_log = structlog.get_logger("desk")


class Asked(Value):
    """``after`` is the id before the page; ``replayed`` and ``gone`` what was done just now."""

    after: str = Field(default="", max_length=100)
    replayed: int | None = Field(default=None, ge=0)
    gone: int = Field(default=0, ge=0)


@router.get("/dead-letters")
def dead_letters(request: Request, desk: DeskDep, session: ReaderDep, asked: Annotated[Asked, Query()]) -> Response:
    require_administrator(session.user)
    found = letters_of(desk.dead_letters)
    letters = found.open(asked.after, _PAGE + 1)
    more = f"/dead-letters?{urlencode({'after': letters[_PAGE - 1].id})}" if len(letters) > _PAGE else None
    shown = letters[:_PAGE]
    return page(request, "dead_letters.html", letters=shown, count=found.count(), next_page=more, asked=asked)


@router.post("/dead-letters")
def replay(
    desk: DeskDep, session: FormDep, letter: Annotated[list[str] | None, Form(max_length=_PAGE)] = None
) -> Response:
    require_administrator(session.user)
    if not letter:
        raise Refusal(422, "invalid", mark("Tick at least one dead letter."), field="letter")
    replayed, gone = letters_of(desk.dead_letters).replay(letter)
    _log.info("dead_letters_replayed", replayed=replayed, gone=gone)
    return see(f"/dead-letters?{urlencode({'replayed': replayed, 'gone': gone})}")
