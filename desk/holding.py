"""A claim's evidence for a legal request: a bundle of files, and a hold on what it holds."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import Field, StringConstraints

from desk.accounts import User
from desk.parts import Desk
from desk.refusal import Refusal, mark
from desk.watching import alerts_of, check_may_act, readable_posts, without_sealed
from queues import claim_holds, watching
from queues.evidence import Evidence, bundle
from queues.watching import ClaimAct, Verb
from schemas.base import Value
from schemas.handling import Hold
from text.normalise import safe

__all__ = ["Asked", "Lifted", "lift_hold", "make_bundle"]

_MOST_POSTS = 500

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Asked(Value):
    """Who asks for the evidence: the number of the order, why, and when somebody looks at the hold again."""

    order: _Line
    why: _Line
    review: date


class Lifted(Value):
    why: str = Field(min_length=1, max_length=500)


def make_bundle(desk: Desk, user: User, claim: str, asked: Asked) -> bytes:
    """Holds the claim's posts, notes the act, and gives the ZIP. Raises Forbidden, Refusal."""
    check_may_act(user)
    alerts = alerts_of(desk, claim)
    now = desk.clock()
    review_at = datetime.combine(asked.review, time(), desk.directory.zone)
    if review_at <= now:
        raise Refusal(422, "invalid", mark("The day of the review must be in the future."), field="review")
    wanted = watching.posts_of(alerts)[:_MOST_POSTS]
    made = Hold(by=user.name, order=safe(asked.order), why=safe(asked.why), at=now, review_at=review_at)
    claim_holds.hold(desk.state, claim, made, wanted)
    act = ClaimAct(verb=Verb.HOLD, claim=claim, by=user.name, at=now, note=made.why, source=made.order)
    watching.append_act(desk.state, act)
    records = readable_posts(desk, user, wanted)
    held = [record for key in wanted if (record := records.get(key)) is not None and record.mention is not None]
    return bundle(
        Evidence(
            claim=claim,
            alerts=without_sealed(desk, user, alerts),
            acts=watching.acts_on(desk.state, claim),
            wanted=wanted,
            records=held,
            hold=made,
            office=desk.directory.name.en,
            zone=desk.directory.zone,
        )
    )


def lift_hold(desk: Desk, user: User, claim: str, lifted: Lifted) -> None:
    """What was to be deleted meanwhile goes now. Raises Forbidden, Refusal."""
    check_may_act(user)
    alerts_of(desk, claim)
    if claim_holds.hold_on(desk.state, claim) is None:
        return
    act = ClaimAct(verb=Verb.LIFT_HOLD, claim=claim, by=user.name, at=desk.clock(), note=safe(lifted.why))
    watching.append_act(desk.state, act)
    claim_holds.lift(desk.state, claim)
