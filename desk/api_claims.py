"""Claims of the watch through the API, ``/api/v1/claims``, for the watch desk: list, one, what is done with it.

A hold and its evidence are made on the claim's page: they answer with a file.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field, JsonValue

from desk.api_answers import COMMON, Key, PageAsked, answers, cut
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.examples import example
from desk.idempotency import Asked, once
from desk.watching import ClaimLine, ClaimView, Done, PostLine, act_on, read_claim, read_claims
from queues.ordering import microseconds
from queues.watching import ClaimAct, Verb
from schemas.alert import AlertKind, Grade
from schemas.base import Utc, Value
from schemas.handling import Hold
from schemas.labels import ComplaintType

__all__ = ["claims_api"]

claims_api = APIRouter(prefix="/api/v1/claims", tags=["watch"], responses=COMMON)

_MOST = 1000
"""Claims that pages of the list go through, the latest."""
_Claim = Annotated[str, Path(max_length=200, description="The claim's id.", examples=["x:1800000000000000001"])]
_ACT: dict[str, JsonValue] = {
    "verb": "verifying",
    "by": "meera",
    "at": "2026-03-02T06:05:00Z",
    "note": "Asked the engineer at the dam.",
    "source": "",
    "into": None,
    "until": None,
    "post": None,
}
_CLAIM: dict[str, JsonValue] = {
    "id": "x:1800000000000000001",
    "kind": "rumour",
    "grade": "high",
    "wording": "unverified, spiking",
    "text": "The dam above Sundarpur has broken",
    "told_at": "2026-03-02T06:00:00Z",
    "doubling": 1,
    "accounts": 16,
    "countering": 2,
    "questioning": 3,
    "posts": 21,
    "type": None,
    "place": None,
    "languages": {"hi-Latn": 12, "hi": 4},
    "places": {"sundarpur-nagar": 9},
    "last": _ACT,
}


class ClaimActView(Value):
    """What somebody did with a claim. ``into`` of a merge, ``until`` of a mute, ``post`` of a split."""

    verb: Verb
    by: str
    at: Utc
    note: str
    source: str
    into: str | None
    until: Utc | None
    post: str | None


class ClaimShown(Value):
    """A claim as it was told last: ``accounts`` spread it, ``countering`` deny it, ``questioning`` ask. Whether it is
    true is for people to say: ``last`` is what they did. ``text`` is empty once its post was deleted."""

    model_config = example(**_CLAIM)

    id: str
    kind: AlertKind
    grade: Grade
    wording: str
    text: str
    told_at: Utc
    doubling: int = Field(description="It is told anew each time that its accounts have doubled.")
    accounts: int
    countering: int
    questioning: int
    posts: int
    type: ComplaintType | None
    place: str | None
    languages: dict[str, int]
    places: dict[str, int]
    last: ClaimActView | None


class ClaimPage(Value):
    model_config = example(claims=[_CLAIM], cursor=None)

    claims: tuple[ClaimShown, ...]
    cursor: str | None = Field(description="Asks for the next page; null on the last.")


class SinceRebuttal(Value):
    """Accounts that spread it in the hour before its rebuttal and in each hour since; how many deny it by now."""

    before: int
    since: tuple[int, ...]
    countering: int


class ClaimDetail(ClaimShown):
    """A claim with its first posts and those reposted most, all that people did, and how it went on after a
    rebuttal."""

    model_config = example(
        **_CLAIM,
        evidence=[{"key": "x:1800000000000000001", "text": "The dam above Sundarpur has broken"}],
        acts=[_ACT],
        outcome=None,
        hold=None,
    )

    evidence: tuple[PostLine, ...]
    acts: tuple[ClaimActView, ...]
    outcome: SinceRebuttal | None
    hold: Hold | None


@claims_api.get("")
def claims(desk: DeskDep, caller: CallerDep, asked: Annotated[PageAsked, Query()]) -> ClaimPage:
    """Claims, the one told last first: the latest 1,000."""
    lines = read_claims(desk, caller.user, limit=_MOST)
    left = [line for line in lines if asked.cursor is None or _place(line) < asked.cursor]
    shown, more = cut(left, asked.limit)
    return ClaimPage(claims=tuple(map(_shown, shown)), cursor=_place(shown[-1]) if more else None)


@claims_api.get("/{claim}", responses=answers(404))
def claim(desk: DeskDep, caller: CallerDep, claim: _Claim) -> ClaimDetail:
    """One claim."""
    return _detail(read_claim(desk, caller.user, claim))


@claims_api.post("/{claim}", responses=answers(404, 409))
def act(desk: DeskDep, caller: WriterDep, claim: _Claim, given: Done, key: Key = None) -> ClaimDetail:
    """Notes what you do with a claim: acknowledge it, judge it, merge, split, mute it, say how it was rebutted."""

    def done() -> str:
        act_on(desk, caller.user, claim, given)
        return claim

    if key is None:
        done()
    else:
        request = f"claim {claim} {given.model_dump_json()}"
        once(desk.state, desk.clock, Asked(user=caller.user.name, key=key, request=request), done)
    return _detail(read_claim(desk, caller.user, claim))


def _place(line: ClaimLine) -> str:
    """Where a claim stands in the list, as text in that order."""
    return f"{microseconds(line.alert.at):020} {line.alert.id}"


def _shown(line: ClaimLine) -> ClaimShown:
    return ClaimShown(**_fields(line))


def _detail(view: ClaimView) -> ClaimDetail:
    acts = tuple(map(_act, view.acts))
    outcome = None if view.outcome is None else SinceRebuttal(**view.outcome.model_dump())
    return ClaimDetail(evidence=view.posts, acts=acts, outcome=outcome, hold=view.hold, **_fields(view.line))


_AS_TOLD = (
    *("kind", "grade", "wording", "doubling", "accounts", "countering", "questioning", "posts"),
    *("type", "place", "languages", "places"),
)


def _fields(line: ClaimLine) -> dict[str, object]:
    told = {name: getattr(line.alert, name) for name in _AS_TOLD}
    last = None if line.last is None else _act(line.last)
    return {"id": line.alert.claim, "text": line.text, "told_at": line.alert.at, "last": last} | told


def _act(act: ClaimAct) -> ClaimActView:
    return ClaimActView(**{name: getattr(act, name) for name in ClaimActView.model_fields})
