"""One case: what was written, why it is here, what has happened, and taking it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep
from desk.authorise import Act, may
from desk.reading import read_case

__all__ = ["router"]

router = APIRouter()

_Id = Annotated[str, Path(max_length=64, description="The case's id or docket number.")]


@router.get("/cases/{id}")
def case(request: Request, desk: DeskDep, session: ReaderDep, id: _Id) -> Response:
    user = session.user
    detail = read_case(desk, user, id)
    free = detail.is_open and detail.assignee is None
    own = detail.is_open and detail.assignee == user.name
    return page(
        request,
        "case.html",
        case=detail,
        may_take=free and may(user, detail.queue, Act.TAKE),
        may_release=own and may(user, detail.queue, Act.RELEASE),
        queue_is_own=may(user, detail.queue, Act.SEE),
    )


@router.post("/cases/{id}/take")
def take(desk: DeskDep, session: FormDep, id: _Id) -> Response:
    return see(f"/cases/{desk.casework.take(session.user, id).id}")


@router.post("/cases/{id}/release")
def release(desk: DeskDep, session: FormDep, id: _Id) -> Response:
    return see(f"/cases/{desk.casework.release(session.user, id).id}")
