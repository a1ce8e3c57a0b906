"""Asking somebody in the field: the link, and who comes by it.

A link is ``/field/{case}-{token}``. The token is 128 random bits, of which the case keeps the SHA-256: what a thief
reads in the store opens nothing.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from desk.accounts import User
from desk.authorise import actor_of
from desk.lockout import Limit, Lockout, address_id
from desk.parts import Desk
from desk.reading import root_of
from desk.refusal import Refusal, mark, not_found
from desk.sessions import token_hash
from queues import acts
from queues.acts.base import LONGEST_WORDS, require_reason
from queues.attachments import Attachment, Origin, TooManyError
from queues.lifecycle import Act, Actor, Party
from queues.photographs import Photograph
from queues.revising import revise
from queues.store import Versioned
from schemas.case import Case
from schemas.field import FieldReport, FieldRequest, FieldResult
from text.mask import mask as mask_personal
from text.normalise import safe

__all__ = ["HOURS", "MOST_PHOTOGRAPHS", "Asking", "Link", "ask_field", "open_link", "take_report"]

HOURS = (2, 4, 8, 24, 48, 72, 168)
"""In how many hours a report can be asked for."""
MOST_PHOTOGRAPHS = 4
_STAYS_OPEN = timedelta(days=3)
"""After its time: late is better than never."""
_LONGEST_NAME = 80
_WRONG_LINKS = Limit(tries=50)
"""Of one network address; then a wait that grows. 128 bits are not guessed anyway: this keeps the noise down."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What an officer asks. ``posts`` are keys of posts that are shown; ``hours`` until the report is due."""

    to: str
    words: str
    posts: tuple[str, ...]
    with_place: bool
    hours: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good: the case on which work goes on, and what is asked there."""

    case: Case
    request: FieldRequest


def ask_field(
    desk: Desk, user: User, id: str, asking: Asking, *, revision: int | None
) -> tuple[Case, FieldRequest, str]:
    """The case, the request and the last part of its link, which is told only now. Raises Refusal."""
    token = secrets.token_hex(16)
    made: list[FieldRequest] = []

    def asked(case: Case) -> Case:
        made[:] = [_request(desk, user, case, asking, token)]
        return acts.forward(case, actor_of(user), desk.clock(), request=made[0])

    after = desk.casework.apply(user, id, Act.FORWARD, asked, revision=revision)
    return after, made[0], f"{after.id}-{token}"


def open_link(desk: Desk, given: str, address: str) -> Link:
    """What a link leads to. Raises Refusal: 404 for one that is wrong or withdrawn, 410 for one that is over, 429 for
    an address from which too many were wrong."""
    lockout = Lockout(desk.state, desk.clock)
    who = f"field-{address_id(address)}"
    wait = lockout.remaining(who)
    if wait:
        seconds = int(wait.total_seconds()) + 1
        raise Refusal(429, "too_many", mark("Too many tries. Wait a while."), headers={"Retry-After": str(seconds)})
    link = _link(desk, given)
    if link is None or link.request.withdrawn_at is not None:
        lockout.spend(who, _WRONG_LINKS)
        raise not_found()
    if link.request.expires_at <= desk.clock() or not link.case.is_open:
        raise Refusal(410, "over", mark("This link is over. Ask the officer who gave it to you for another."))
    return link


def take_report(desk: Desk, link: Link, result: FieldResult, text: str, pictures: list[Photograph]) -> None:
    """Keeps pictures and report; personal numbers in the words are masked. Raises Refusal when it was reported before,
    or withdrawn meanwhile; the pictures go again then."""
    by = f"field:{link.request.id}"
    root = link.case.id
    digests = _kept(desk, root, pictures, by)
    words = _clean(text)[:LONGEST_WORDS]
    report = FieldReport(at=desk.clock(), result=result, text=words, photographs=tuple(digests))

    def reported(case: Case) -> Case:
        actor = Actor(by, Party.FIELD)
        return acts.report(case, actor, desk.clock(), id=link.request.id, given=report, digests=digests)

    def read() -> Versioned:
        return desk.store.cases([root])[root]

    try:
        revise(desk.store, desk.directory, read, reported)
    except acts.ActError as error:
        desk.attachments.remove(digests)
        raise Refusal(409, "over", mark("This was reported already, or is no longer needed.")) from error


def _kept(desk: Desk, case: str, pictures: list[Photograph], by: str) -> dict[str, str]:
    """The ids of the pictures, each with its digest. All are kept, or none. Raises Refusal."""
    kept: list[Attachment] = []
    try:
        kept.extend(desk.attachments.add(case, each, by=by, origin=Origin.FIELD, private=False) for each in pictures)
    except TooManyError as error:
        desk.attachments.remove([each.id for each in kept])
        message = mark("This case has as many photographs as it may have. Send the report without them.")
        raise Refusal(422, "too_many", message, field="photograph") from error
    return {each.id: each.digest for each in kept}


def _request(desk: Desk, user: User, case: Case, asking: Asking, token: str) -> FieldRequest:
    now = desk.clock()
    due = now + timedelta(hours=asking.hours)
    shown = {post.key for post in case.posts if not post.erased}
    return FieldRequest(
        id=secrets.token_hex(4),
        token_hash=token_hash(token),
        to=_clean(require_reason(asking.to))[:_LONGEST_NAME],
        words=_clean(require_reason(asking.words)),
        posts=tuple(key for key in dict.fromkeys(asking.posts) if key in shown),
        with_place=asking.with_place,
        by=user.name,
        at=now,
        due_at=due,
        expires_at=due + _STAYS_OPEN,
    )


def _link(desk: Desk, given: str) -> Link | None:
    id, _, token = given.rpartition("-")
    own = desk.store.cases([id]).get(id) if id else None
    case = None if own is None else root_of(desk.store, own.case)
    if case is None:
        return None
    digest = token_hash(token)
    found = (each for each in case.field_requests if hmac.compare_digest(each.token_hash, digest))
    request = next(found, None)
    return None if request is None else Link(case, request)


def _clean(words: str) -> str:
    return mask_personal(safe(words.strip())).text
