"""Photographs of a case, for those who may see it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from desk.asking import DeskDep, ReaderDep
from desk.authorise import Right, authorise
from desk.reading import find_case
from desk.refusal import not_found
from desk.sealed_reads import note_reading
from queues.photographs import JPEG, read_photograph
from queues.seal import SealError

__all__ = ["router"]

router = APIRouter()

_SMALL = 320
"""Pixels of the longest side where many stand on a page."""


@router.get("/cases/{id}/photographs/{photograph}")
def photograph(
    desk: DeskDep,
    session: ReaderDep,
    id: Annotated[str, Path(max_length=64)],
    photograph: Annotated[str, Path(max_length=64)],
    small: Annotated[bool, Query()] = False,
) -> Response:
    """A JPEG. A private one is only for those who work in the case's queue, and that it was opened is kept."""
    case = find_case(desk, session.user, id)
    known = desk.attachments.find(photograph)
    if known is None or known.case not in {case.id, *case.merged}:
        raise not_found()
    if known.private:
        authorise(session.user, case.queue, Right.WORK)
        note_reading(desk.state, case.id, session.user.name, desk.clock())
    try:
        data = desk.attachments.picture(photograph)
    except SealError as error:
        raise not_found() from error
    if data is None:
        raise not_found()
    if small:
        with desk.picture_turn:
            data = read_photograph(data, longest_side=_SMALL).data
    name = f"{case.docket or case.id}-{photograph[:8]}.jpg"
    return Response(data, media_type=JPEG, headers={"Content-Disposition": f'inline; filename="{name}"'})
