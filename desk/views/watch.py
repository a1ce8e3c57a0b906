"""The watch desk: claims that spread, one claim, and what people do with it."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from desk.answers import page, see
from desk.asking import DeskDep, FormDep, ReaderDep
from desk.claim_changes import edition
from desk.holding import Asked, Lifted, lift_hold, make_bundle
from desk.watching import Done, Tip, act_on, bring_tip, check_may_watch, may_act, read_claim, read_claims
from queues.watching import Verb

__all__ = ["router"]

router = APIRouter()

_Claim = Annotated[str, Path(max_length=200)]
_WITH_FORMS_OF_THEIR_OWN = frozenset({Verb.MERGE, Verb.SPLIT, Verb.REBUT, Verb.HOLD, Verb.LIFT_HOLD, Verb.MUTE})
_OFFERED = tuple(verb for verb in Verb if verb not in _WITH_FORMS_OF_THEIR_OWN)


@router.get("/watch")
def claims(request: Request, desk: DeskDep, session: ReaderDep, tipped: bool = False) -> Response:
    check_may_watch(session.user)
    known = edition(desk.state)
    found = read_claims(desk, session.user, limit=desk.settings.page_size)
    may_tip = desk.take_tip is not None and may_act(session.user)
    return page(request, "watch.html", claims=found, edition=known, may_tip=may_tip, tipped=tipped)


@router.post("/watch/tips")
def tip(desk: DeskDep, session: FormDep, tip: Annotated[Tip, Form()]) -> Response:
    bring_tip(desk, session.user, tip)
    return see("/watch?tipped=1")


@router.get("/watch/{claim}")
def claim(request: Request, desk: DeskDep, session: ReaderDep, claim: _Claim) -> Response:
    check_may_watch(session.user)
    known = edition(desk.state)
    found = read_claim(desk, session.user, claim)
    verbs = _OFFERED if may_act(session.user) else ()
    return page(request, "claim.html", view=found, claim=found.line, alert=found.line.alert, verbs=verbs, edition=known)


@router.post("/watch/{claim}")
def act(desk: DeskDep, session: FormDep, claim: _Claim, done: Annotated[Done, Form()]) -> Response:
    act_on(desk, session.user, claim, done)
    return see(f"/watch/{quote(claim)}")


@router.post("/watch/{claim}/evidence")
def evidence(desk: DeskDep, session: FormDep, claim: _Claim, asked: Annotated[Asked, Form()]) -> Response:
    content = make_bundle(desk, session.user, claim, asked)
    name = re.sub(r"[^a-zA-Z0-9]+", "-", claim).strip("-")
    headers = {"Content-Disposition": f'attachment; filename="claim-{name}.zip"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


@router.post("/watch/{claim}/hold/lift")
def lift(desk: DeskDep, session: FormDep, claim: _Claim, lifted: Annotated[Lifted, Form()]) -> Response:
    lift_hold(desk, session.user, claim, lifted)
    return see(f"/watch/{quote(claim)}")
