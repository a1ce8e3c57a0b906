"""Acts on cases through the API: one address for each act of ``desk/case_acts.py``, ``/api/v1/cases/{id}/{act}``.

Each needs ``If-Match`` with the ETag that was read: 428 without, 412 when the case has changed since. Who comes second
for a case that somebody has is answered 409 with the name, whatever the ETag (RFC 9110, 13.2.1). With an
``Idempotency-Key`` a request may be sent again: it is done once.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from desk.act_forms import Nothing
from desk.api_answers import COMMON, ETAG, CaseId, IfMatch, Key, answers, revision_of, with_etag
from desk.asking import Caller, DeskDep, WriterDep
from desk.case_acts import CASE_ACTS, CaseAct
from desk.idempotency import Asked, once
from desk.parts import Desk
from desk.reading import detail_of, read_case
from desk.shapes import CaseDetail
from schemas.case import Case

__all__ = ["acts_api"]

acts_api = APIRouter(prefix="/api/v1/cases/{id}", tags=["acts"], responses=COMMON)


def _with_body(kind: CaseAct) -> Callable[..., JSONResponse]:
    def act(  # noqa: PLR0913, PLR0917 - a request has these parts
        desk: DeskDep, caller: WriterDep, id: CaseId, given: Any, if_match: IfMatch = None, key: Key = None
    ) -> JSONResponse:
        return _answer(desk, caller, id, kind, given, if_match, key)

    act.__annotations__["given"] = kind.form
    return act


def _without_body(kind: CaseAct) -> Callable[..., JSONResponse]:
    def act(desk: DeskDep, caller: WriterDep, id: CaseId, if_match: IfMatch = None, key: Key = None) -> JSONResponse:
        return _answer(desk, caller, id, kind, Nothing(), if_match, key)

    return act


def _answer(  # noqa: PLR0913, PLR0917 - as above
    desk: Desk, caller: Caller, id: str, kind: CaseAct, given: Any, if_match: str | None, key: str | None
) -> JSONResponse:
    """The case on which work goes on, though an act may have sent it out of the caller's sight."""
    revision = revision_of(if_match)
    done: list[Case] = []

    def act() -> str:
        done[:] = [desk.casework.do(caller.user, id, kind, given, revision=revision)]
        return done[0].id

    if key is None:
        act()
    else:
        request = f"{kind.slug} {id} {if_match} {given.model_dump_json()}"
        before = once(desk.state, desk.clock, Asked(user=caller.user.name, key=key, request=request), act)
        if not done:
            return with_etag(read_case(desk, caller.user, before))
    return with_etag(detail_of(desk, caller.user, done[0]))


for _kind in CASE_ACTS.values():
    acts_api.add_api_route(
        f"/{_kind.slug}",
        (_without_body if _kind.form is Nothing else _with_body)(_kind),
        methods=["POST"],
        response_model=CaseDetail,
        responses=ETAG | answers(404, 409, 412, 428),
        summary=_kind.about,
        name=f"{_kind.slug.replace('-', '_')}",
        operation_id=f"case_{_kind.slug.replace('-', '_')}",
    )
