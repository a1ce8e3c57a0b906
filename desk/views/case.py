"""One case: what was written, why it is here, what has happened, and all that can be done with it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from desk.accounts import User, list_users
from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep, language_of
from desk.authorise import Right, may, may_act, may_work, visibility
from desk.case_acts import CASE_ACTS, CaseAct
from desk.casework import Taken
from desk.comparing import differences, seen_of
from desk.field_requests import HOURS
from desk.filling import Filled, FilledDep
from desk.parts import Desk
from desk.privately import PRIVATE_HOURS, asked_of, base_of
from desk.reading import detail_of, find_case
from desk.refusal import Refusal
from desk.sessions import Session
from desk.shapes import case_line
from desk.speaking import Speaker
from queues.lifecycle import Act, Party, is_possible
from queues.replies import needs_approval, prepared
from queues.similar import similar
from schemas.case import Case
from schemas.labels import ComplaintType, Urgency
from text.post_length import LONGEST_POST, post_length

__all__ = ["router", "show_case"]

router = APIRouter()

_Id = Annotated[str, Path(max_length=64, description="The case's id or docket number.")]
_MOST_COLLEAGUES = 200
_LANGUAGES = ("hi", "hi-Latn", "en", "mr", "mr-Latn", "bn", "gu", "kn", "ml", "or", "pa", "ta", "te", "ur")
_SHOWN_AGAIN = frozenset({409, 412, 422})
"""Refusals after which the page is shown as it is now, with what was typed."""


_NOTHING_WRONG: dict[str, Any] = {
    "problem": "",
    "field": "",
    "changes": (),
    "stale": False,
    "numbers": {},
    "told": {},
    "link": "",
}


@router.get("/cases/{id}")
def case(request: Request, desk: DeskDep, session: ReaderDep, id: _Id) -> Response:
    return show_case(request, desk, session, find_case(desk, session.user, id))


@router.get("/cases/{id}/similar")
def similar_cases(request: Request, desk: DeskDep, session: ReaderDep, id: _Id) -> Response:
    """Cases that may be about the same, each with the way to merge."""
    found = find_case(desk, session.user, id)
    alike = [case_line(each.case) for each in similar(desk.store, found, visibility(session.user))]
    detail = detail_of(desk, session.user, found)
    return page(request, "similar.html", case=detail, alike=alike, seen=seen_of(detail))


def _act(kind: CaseAct) -> Callable[..., Response]:
    def act(request: Request, desk: DeskDep, session: FormDep, id: _Id, filled: FilledDep) -> Response:
        if kind.slug == "answer" and filled.do == "by-hand":
            filled = filled.with_typed({**filled.typed, "by_hand": "true"})
        elif kind.slug == "answer" and filled.do not in {"", "send"}:
            return _draft(request, desk, session, id, filled)
        try:
            after = desk.casework.do(session.user, id, kind, filled.given(kind.form), revision=filled.revision)
        except Refusal as refusal:
            if refusal.status not in _SHOWN_AGAIN or isinstance(refusal, Taken):
                raise
            return _again(request, desk, session, id, kind, filled, refusal)
        return see(_onwards(desk, session.user, after))

    return act


for _kind in CASE_ACTS.values():
    router.add_api_route(f"/cases/{{id}}/{_kind.slug}", _act(_kind), methods=["POST"], name=f"case_{_kind.slug}")


def _onwards(desk: Desk, user: User, after: Case) -> str:
    """To the case; to a queue of one's own, with a way back, when the act has sent the case out of sight."""
    if any(may(user, queue, Right.SEE) for queue in (after.queue, *after.watching)):
        return f"/cases/{after.id}"
    left = after.transfers[-1].source if after.transfers else ""
    return f"/queues/{left}?left={after.id}" if left in desk.directory.queues else "/"


def _draft(request: Request, desk: Desk, session: Session, id: str, filled: Filled) -> Response:
    """The reply as it would go out, or begun with a prepared text; nothing is sent."""
    found = find_case(desk, session.user, id)
    text = filled.typed.get("text", "")
    texts = {code: words for code, _, words in prepared(found, desk.directory)}
    begun = texts.get(filled.do.removeprefix("use:"))
    if begun is not None:
        text = f"{text.rstrip()}\n{begun}".strip()
    return show_case(
        request, desk, session, found, opened="answer", typed={"text": text}, previewed=filled.do == "preview"
    )


def _again(  # noqa: PLR0913, PLR0917 - what a refused form is made of
    request: Request, desk: Desk, session: Session, id: str, kind: CaseAct, filled: Filled, refusal: Refusal
) -> Response:
    """The page as the case is now, the form with all that was typed, and why it was not done."""
    found = find_case(desk, session.user, id)
    language = language_of(request)
    say = Speaker(language, desk.directory, desk.clock())
    changed = filled.revision is not None and filled.revision != found.revision
    detail = detail_of(desk, session.user, found)
    return show_case(
        request,
        desk,
        session,
        found,
        status=refusal.status,
        opened=kind.slug,
        typed=filled.typed,
        problem=language.gettext(refusal.message) % refusal.params,
        field=refusal.field or "",
        changes=differences(filled.seen, detail, say) if changed else (),
        stale=changed,
    )


def show_case(  # noqa: PLR0913 - what a page is made of
    request: Request,
    desk: Desk,
    session: Session,
    found: Case,
    *,
    status: int = 200,
    opened: str = "",
    typed: Mapping[str, str] | None = None,
    previewed: bool = False,
    **shown: Any,
) -> Response:
    user, directory = session.user, desk.directory
    detail = detail_of(desk, user, found)
    texts = prepared(found, directory) if "answer" in detail.acts else ()
    text = (typed or {}).get("text", "")
    return page(
        request,
        "case.html",
        status=status,
        case=detail,
        seen=seen_of(detail),
        opened=opened,
        typed=typed or {},
        previewed=previewed,
        length=post_length(text),
        longest=LONGEST_POST,
        prepared=texts,
        approval=needs_approval(found, directory),
        colleagues=_colleagues(desk, found) if "assign" in detail.acts else (),
        outcomes=_outcomes(desk, found.queue),
        outside=directory.outside,
        elsewhere=[code for code in directory.queues if code != found.queue],
        types=tuple(ComplaintType),
        urgencies=tuple(Urgency),
        post_languages=tuple(dict.fromkeys([found.language, *_LANGUAGES])),
        places=tuple(directory.place_by_code),
        queue_is_own=may(user, found.queue, Right.SEE),
        shows=desk.media.takes if desk.media is not None else _shows_none,
        private=asked_of(desk, user, found),
        may_ask=found.is_open and found.merged_into is None and may_act(user, found, Act.ASK_PRIVATELY),
        private_hours=PRIVATE_HOURS,
        base=base_of(request),
        photographs=desk.attachments.known(_photographs(found)),
        hours=HOURS,
        may_forward=found.merged_into is None
        and is_possible(Act.FORWARD, found, Party.OFFICER)
        and may_act(user, found, Act.FORWARD),
        begun=_begun(found),
        may_reveal=found.merged_into is None and may_act(user, found, Act.REVEAL),
        **(_NOTHING_WRONG | shown),
    )


def _shows_none(_: str) -> bool:
    return False


def _photographs(case: Case) -> list[str]:
    """Those that came from the field, by id."""
    return [id for each in case.field_requests if each.report is not None for id in each.report.photographs]


def _begun(case: Case) -> str:
    """What a reply begins with: the last report from the field that came after the last answer."""
    reports = [each.report for each in case.field_requests if each.report is not None and each.report.text]
    last = max(reports, key=lambda report: report.at, default=None)
    fresh = last is not None and (case.answered_at is None or case.answered_at < last.at)
    return last.text if last is not None and fresh else ""


def _outcomes(desk: Desk, queue: str) -> object:
    department = desk.directory.department_of_queue.get(queue)
    return () if department is None else department.outcomes


def _colleagues(desk: Desk, case: Case) -> list[str]:
    """Who can work on the case, by name; the first so many."""
    working = (user.name for user in list_users(desk.state) if user.active and may_work(user, case))
    return [name for name, _ in zip(working, range(_MOST_COLLEAGUES), strict=False)]
