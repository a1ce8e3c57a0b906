"""Judging, one post after another, what the classifier was not sure of: by keyboard, or by tapping."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from desk.accounts import User
from desk.act_forms import Correct, Nothing, Why
from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep
from desk.case_acts import CASE_ACTS
from desk.labels import NO_COMPLAINT_LABELS
from desk.listing import find, judged_queues, queue_counts
from desk.parts import Desk
from desk.reading import find_case, left_case, read_case
from desk.refusal import Refusal, mark
from queues.store import CaseQuery, Versioned
from schemas.base import Value
from schemas.case import Status
from schemas.labels import ComplaintType, Urgency

__all__ = ["router"]

router = APIRouter()

_AT_ONCE = 20
"""Cases that are read in looking for one that nobody else judges: mostly the first is."""


class ReviewAsked(Value):
    """``after`` is the cursor behind the post before; ``judged`` the case that was judged last."""

    after: str | None = Field(default=None, max_length=300)
    judged: str | None = Field(default=None, max_length=64)
    late: bool = False


class Judgement(Value):
    """``here`` is the cursor before this post, ``revision`` the case's as it was shown."""

    do: str = Field(max_length=40)
    type: ComplaintType
    urgency: Urgency
    revision: int = Field(ge=0, lt=1_000_000_000)
    here: str = Field(default="", max_length=300)


@router.get("/review")
def review(request: Request, desk: DeskDep, session: ReaderDep, asked: Annotated[ReviewAsked, Query()]) -> Response:
    queues = judged_queues(desk, session.user)
    found, skip = _next(desk, session.user, queues, asked.after)
    left = sum(counts.by_status.get(Status.REVIEW, 0) for counts in queue_counts(desk, session.user) if counts.own)
    judged = None if asked.judged is None else left_case(desk, session.user, asked.judged)
    return page(
        request,
        "review.html",
        case=None if found is None else read_case(desk, session.user, found.case.id),
        skip=None if skip is None else f"/review?{urlencode({'after': skip})}",
        here=asked.after or "",
        left=left,
        judged=judged,
        late=asked.late,
        reasons=NO_COMPLAINT_LABELS,
        types=tuple(ComplaintType),
        urgencies=tuple(Urgency),
    )


@router.post("/review/{id}")
def judge(
    desk: DeskDep,
    session: FormDep,
    id: Annotated[str, Path(max_length=64)],
    given: Annotated[Judgement, Form()],
) -> Response:
    """What was set otherwise is corrected first; then it is a complaint, or not, for one of the reasons."""
    user = session.user
    judged_queues(desk, user)
    kept = {"after": given.here} if given.here else {}
    try:
        _judge(desk, user, id, given)
    except Refusal as refusal:
        if refusal.status not in {404, 409, 412} or refusal.code == "condition":
            raise
        return see(f"/review?{urlencode(kept | {'late': '1'})}")  # somebody else has judged it
    return see(f"/review?{urlencode(kept | {'judged': id})}")


def _judge(desk: Desk, user: User, id: str, given: Judgement) -> None:
    case = find_case(desk, user, id)
    reason = NO_COMPLAINT_LABELS.get(given.do)
    if reason is not None:
        desk.casework.do(user, case.id, CASE_ACTS["dismiss"], Why(why=reason), revision=given.revision)
        return
    if given.do != "confirm":
        raise Refusal(422, "invalid", mark("This was not filled in, or not as it must be."), field="do")
    revision: int | None = given.revision
    if (given.type, given.urgency) != (case.type, case.urgency):
        set_so = Correct(type=given.type, urgency=given.urgency)
        desk.casework.do(user, case.id, CASE_ACTS["correct"], set_so, revision=revision)
        revision = None
    desk.casework.do(user, case.id, CASE_ACTS["confirm"], Nothing(), revision=revision)


def _next(desk: Desk, user: User, queues: Sequence[str], after: str | None) -> tuple[Versioned | None, str | None]:
    """The most pressing post that nobody else has taken to judge, and the cursor behind it."""
    query = CaseQuery(queues=tuple(queues), statuses=(Status.REVIEW,))
    for _ in range(_AT_ONCE):
        found = find(desk, user, query, cursor=after, limit=1)
        for each in found.cases:
            if each.case.assignee in {None, user.name}:
                return each, found.cursor
        if found.cursor is None:
            break
        after = found.cursor
    return None, None
