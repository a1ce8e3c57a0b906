"""Asking a citizen for private details, and what stands of it on the case's page.

Who works in the case's queue asks, sees the link and reads what was told, each reading recorded; nobody else does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from desk.accounts import User
from desk.asking import desk_of
from desk.authorise import actor_of, may_act
from desk.lockout import Limit, Lockout, address_id
from desk.parts import Desk
from desk.reading import root_of
from desk.refusal import Refusal, mark, not_found
from queues import acts, attachments
from queues.answerable import ANSWERED_ON
from queues.attachments import Origin
from queues.lifecycle import Act
from queues.photographs import Photograph
from queues.private import TooManyError, unmarked_link
from queues.replies import latest_own_post
from queues.seal import SealError
from schemas.case import Case
from schemas.private import LONGEST_DETAIL, PrivateDetails, PrivateRequest
from text.mask import mask as mask_personal
from text.normalise import safe

__all__ = [
    "MOST_PHOTOGRAPHS",
    "PRIVATE_HOURS",
    "Asked",
    "ask",
    "asked_of",
    "base_of",
    "open_link",
    "read_details",
    "root_of",
    "take_details",
    "withdraw",
]

PRIVATE_HOURS = (24, 48, 72, 168)
"""In how many hours a link ends."""
MOST_PHOTOGRAPHS = 4
_WRONG_LINKS = Limit(tries=50)
"""Of one network address; then a wait that grows. 128 bits are not guessed anyway: this keeps the noise down."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the case's page shows it; ``path`` is the address of its form while that is open."""

    request: PrivateRequest
    is_open: bool
    path: str | None
    can_be_read: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What was told to a request, and the ids of the photographs that came with it."""

    details: PrivateDetails
    photographs: tuple[str, ...]


def asked_of(desk: Desk, user: User, case: Case) -> Sequence[Asked]:
    """Every request of a case and those merged into it, for who may read what was told; else none."""
    if case.merged_into is not None or not may_act(user, case, Act.READ_PRIVATELY):
        return ()
    return [_asked(desk, request) for request in desk.private.of((case.id, *case.merged))]


def ask(  # noqa: PLR0913 - an asking has these parts
    desk: Desk, user: User, case: Case, purpose: str, *, hours: int, base: str
) -> Case:
    """Makes a link and, where the platform has private messages, sends it there. ``base``: scheme and host of the desk.

    Raises Refusal.
    """
    words = mask_personal(safe(purpose.strip())).text
    if not words or len(words) > LONGEST_DETAIL or hours not in PRIVATE_HOURS:
        raise Refusal(422, "invalid", mark("Say what it is needed for."), field="purpose")
    if not may_act(user, case, Act.ASK_PRIVATELY):
        raise not_found()
    try:
        request = desk.private.ask(case.id, user.name, words, hours=hours)
    except TooManyError as error:
        raise Refusal(409, "too_many", mark("This citizen has been asked often enough in this case.")) from error
    message = f"{words}\n{base}{unmarked_link(request)}" if _has_messages(case) else None

    def asked(case: Case) -> Case:
        actor, now = actor_of(user), desk.clock()
        return acts.ask_privately(case, actor, now, id=request.id, message=message, directory=desk.directory)

    return desk.casework.apply(user, case.id, Act.ASK_PRIVATELY, asked)


def read_details(desk: Desk, user: User, case: Case, id: str) -> tuple[Case, Told]:
    """What was told, after history says that ``user`` reads it. Raises Refusal."""
    request = _own(desk, case, id)
    if request.told_at is None:
        raise not_found()
    after = desk.casework.apply(
        user,
        case.id,
        Act.READ_PRIVATELY,
        lambda case: acts.read_privately(case, actor_of(user), desk.clock(), id=request.id),
    )
    try:
        found = desk.private.details(request)
    except SealError as error:
        message = mark("It was sealed under another office key, and cannot be opened here.")
        raise Refusal(409, "sealed", message) from error
    if found is None:
        raise not_found()
    ids = (each.id for each in desk.attachments.of([request.case]) if each.by == _by(request))
    return after, Told(found, tuple(ids))


def withdraw(desk: Desk, user: User, case: Case, id: str) -> None:
    """Raises Refusal."""
    request = _own(desk, case, id)
    if not may_act(user, case, Act.ASK_PRIVATELY):
        raise not_found()
    desk.private.withdraw(request)


def open_link(desk: Desk, given: str, address: str) -> tuple[PrivateRequest, Case]:
    """What a link leads to, and the case on which work goes on. Raises Refusal: 404 for one that is wrong or was
    withdrawn, 410 for one that is over, 429 for an address from which too many were wrong."""
    lockout = Lockout(desk.state, desk.clock)
    who = f"private-{address_id(address)}"
    if wait := lockout.remaining(who):
        seconds = int(wait.total_seconds()) + 1
        raise Refusal(429, "too_many", mark("Too many tries. Wait a while."), headers={"Retry-After": str(seconds)})
    request = desk.private.linked(given)
    own = None if request is None else desk.store.cases([request.case]).get(request.case)
    case = None if own is None else root_of(desk.store, own.case)
    if request is None or case is None:
        lockout.spend(who, _WRONG_LINKS)
        raise not_found()
    if request.told_at is None and not (desk.private.is_open(request) and case.is_open):
        raise Refusal(410, "over", mark("This link is over. Ask the office for another."))
    return request, case


def take_details(
    desk: Desk, request: PrivateRequest, case: Case, details: PrivateDetails, pictures: Sequence[Photograph]
) -> None:
    """Keeps what was told, and tells who has the case that it came. Raises Refusal for a second answer, and for more
    photographs than a case may have; nothing is kept then."""
    ids: list[str] = []
    try:
        for picture in pictures:
            kept = desk.attachments.add(request.case, picture, by=_by(request), origin=Origin.CITIZEN, private=True)
            ids.append(kept.id)
    except attachments.TooManyError as error:
        desk.attachments.remove(ids)
        message = mark("The case has as many photographs as it may have. Send this without them.")
        raise Refusal(422, "too_many", message, field="photograph") from error
    first = desk.private.tell(request, details)
    standing = desk.private.find(request.id)
    if standing is not None and standing.told_at is not None:
        # Not only the first time: a desk that was killed there has told nobody. In history it stands once.
        desk.casework.told(case.id, lambda c, now: acts.tell_privately(c, now, id=request.id))
    if not first:
        desk.attachments.remove(ids)
        raise Refusal(409, "over", mark("This was answered already."))


def base_of(request: Request) -> str:
    """Scheme and host, as whoever has a link types them."""
    scheme = "https" if desk_of(request).settings.secure_cookies else request.url.scheme
    return f"{scheme}://{request.url.netloc}"


def _by(request: PrivateRequest) -> str:
    """Who told it, as history and photographs name them."""
    return f"citizen:{request.id}"


def _own(desk: Desk, case: Case, id: str) -> PrivateRequest:
    """Raises Refusal for a request of another case."""
    request = desk.private.find(id)
    if request is None or request.case not in {case.id, *case.merged}:
        raise not_found()
    return request


def _asked(desk: Desk, request: PrivateRequest) -> Asked:
    is_open = desk.private.is_open(request)
    told = request.told_at is not None
    return Asked(request, is_open, desk.private.link(request) if is_open else None, told)


def _has_messages(case: Case) -> bool:
    return latest_own_post(case).partition(":")[0] in ANSWERED_ON and not case.posts[0].erased
