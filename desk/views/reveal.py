"""A masked telephone number of a post, shown once to somebody who works in the case's queue, and recorded before."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from desk.asking import DeskDep, FormDep
from desk.authorise import actor_of
from desk.parts import Desk
from desk.reading import find_case
from desk.refusal import Refusal, mark, not_found
from desk.shapes import has_masked_phone
from desk.views.case import show_case
from queues import acts
from queues.lifecycle import Act
from queues.post_records import post_of
from queues.seal import SealError
from schemas.case import Case, MentionRecord
from text.mask import mask

__all__ = ["router"]

router = APIRouter()

_PHONE = "phone"


@router.post("/cases/{id}/reveal")
def reveal(
    request: Request,
    desk: DeskDep,
    session: FormDep,
    id: Annotated[str, Path(max_length=64)],
    post: Annotated[str, Form(max_length=300)],
) -> Response:
    """The case's page with the numbers of one post. It answers the form itself, so that no address leads to them and
    reloading asks, and is recorded, anew."""
    record = _record(desk, find_case(desk, session.user, id), post)
    actor = actor_of(session.user)
    after = desk.casework.apply(
        session.user, id, Act.REVEAL, lambda case: acts.reveal(case, actor, desk.clock(), post=post)
    )
    return show_case(request, desk, session, after, numbers={post: _numbers(desk, record)})


def _record(desk: Desk, case: Case, post: str) -> MentionRecord:
    """Raises Refusal unless the post is of the case and a number of it is masked."""
    record = post_of(desk.store, case, post)
    if record is None or not has_masked_phone(record):
        raise not_found()
    return record


def _numbers(desk: Desk, record: MentionRecord) -> tuple[str, ...]:
    """The telephone numbers of the original. What the office knows as a reference (a PNR has ten digits, too) stands
    in the post already."""
    assert record.sealed is not None and record.triage is not None
    try:
        original = desk.sealer.open(record.sealed)
    except SealError as error:
        message = mark("It was sealed under another office key, and cannot be opened here.")
        raise Refusal(409, "sealed", message) from error
    known = {reference.value for reference in record.triage.references}
    found = dict.fromkeys(each.value for each in mask(original).personal if each.kind == _PHONE)
    return tuple(value for value in found if value not in known)
