"""What a citizen sees of their case, without signing in: its number, where it stands, when what was done. No words, no
names, no office: whoever has the address learns nothing of who complained, or of what."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, ReaderDep
from desk.authorise import visibility
from desk.parts import Desk
from desk.reading import root_of
from desk.refusal import mark, not_found
from schemas.case import Case, Status

__all__ = ["public_path", "router"]

router = APIRouter()

_UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
_SAID = {
    Status.REVIEW: mark("Received"),
    Status.NEW: mark("Received"),
    Status.ASSIGNED: mark("With an officer"),
    Status.IN_PROGRESS: mark("Work is going on"),
    Status.WAITING_ON_CITIZEN: mark("Your answer is needed: reply below your post"),
    Status.RESOLVED: mark("Resolved"),
    Status.CLOSED: mark("Closed"),
    Status.DISMISSED: mark("Closed"),
}


@dataclass(frozen=True, slots=True)
class _Step:
    title: str
    at: datetime


def public_path(desk: Desk, case: Case) -> str | None:
    """The address of a case's public page; None for a case that has none."""
    if case.docket is None or case.is_sealed:
        return None
    return f"/d/{case.id}-{desk.sealer.page_mark(case.id)}"


@router.get("/cases/{id}/public")
def public(desk: DeskDep, session: ReaderDep, id: Annotated[str, Path(max_length=64)]) -> Response:
    """Leads an officer to the page whose address they can give to the citizen."""
    found = desk.store.case(id, visibility(session.user))
    path = None if found is None else public_path(desk, found.case)
    if path is None:
        raise not_found()
    return see(path)


@router.get("/d/{token}")
def docket(
    request: Request,
    desk: DeskDep,
    token: Annotated[str, Path(max_length=100)],
    lang: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """The same answer for an address that is wrong and for a case without a page."""
    id, _, given = token.rpartition("-")
    if not hmac.compare_digest(given.encode(), desk.sealer.page_mark(id).encode()):
        raise not_found()
    own = desk.store.cases([id]).get(id)
    if own is None or public_path(desk, own.case) is None:
        raise not_found()
    case = root_of(desk.store, own.case)
    if case is None or case.is_sealed:
        raise not_found()
    if lang in desk.languages:
        request.state.language = lang
    return page(
        request,
        "docket.html",
        headers=_UNSEEN,
        number=own.case.docket,
        stands=_SAID[case.status],
        ended=not case.is_open,
        promised=None if not case.is_open else case.deadline_at,
        appeal_days=round(desk.directory.times.appeal / 24),
        steps=sorted(_steps(own.case, case), key=lambda step: step.at),
    )


def _steps(own: Case, case: Case) -> list[_Step]:
    """Times only: of moves between offices when, not where."""
    moments = (
        (mark("Received"), own.received_at),
        (mark("Acknowledged"), own.acknowledged_at),
        (mark("Answered"), case.answered_at),
        (mark("Resolved"), case.resolved_at),
    )
    moves = [_Step(mark("Passed on to another office"), transfer.at) for transfer in case.transfers]
    return [*(_Step(title, at) for title, at in moments if at is not None), *moves]
