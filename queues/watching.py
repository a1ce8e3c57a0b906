"""What the watch and its desk share through the state store: alerts, and numbered acts of people on claims.

An alert is created once, by its id; ``state`` says whether the topic has it. An act is a row with the next free
number; the watch applies acts in their order between batches and notes the last one with its state.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from itertools import islice, takewhile
from typing import Any

from pydantic import Field

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore, every_record
from schemas.alert import SpikeAlert
from schemas.base import Utc, Value

__all__ = [
    "ACT_KIND",
    "ALERT_KIND",
    "CLAIM_KIND",
    "CLOSED",
    "EFFECT_KIND",
    "NOTICE_KIND",
    "OPEN",
    "VERDICTS",
    "ClaimAct",
    "Effect",
    "Verb",
    "acts_after",
    "acts_on",
    "alerts_on",
    "append_act",
    "claims_done_with",
    "effect_on",
    "erase_authors",
    "erase_posts",
    "is_acknowledged",
    "last_act",
    "last_number",
    "latest_alerts",
    "mark_sent",
    "note_effect",
    "posts_of",
    "quoted_posts",
    "raise_floor",
    "record_alert",
    "remove_act",
    "unsent_alerts",
]

ALERT_KIND = "alert"
ACT_KIND = "watch-act"
NOTICE_KIND = "notice"
CLAIM_KIND = "claim"
"""The last act of people on a claim, and the numbers of all (the latest 200)."""
EFFECT_KIND = "claim-effect"
"""How a claim goes on that was rebutted."""

FLOOR_KIND = "watch-act-floor"
"""One record: the number up to which acts may have been forgotten; those after it are there without a gap."""

UNSENT = "unsent"
SENT = "sent"
OPEN = "open"
CLOSED = "closed"

_PAGE = 500
_ACTS_AT_ONCE = 50
_TRIES = 20
_MOST_ACTS = 200
_MOST_DOUBLINGS = 64
_MOST_ALERTS = 5000
"""Alerts looked through for a list; one costs about 20 microseconds."""
_FLOOR = "acts"
_GALLOP = tuple(1 << power for power in range(32))


class Verb(StrEnum):
    """What people do with a claim. The verdicts among them are theirs alone."""

    ACKNOWLEDGE = "acknowledge"
    VERIFYING = "verifying"
    TRUE = "true"
    FALSE = "false"
    MISLEADING = "misleading"
    NOT_CHECKABLE = "not_checkable"
    NO_ACTION = "no_action"
    MERGE = "merge"
    SPLIT = "split"
    REBUT = "rebut"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    MUTE = "mute"


VERDICTS = frozenset({Verb.TRUE, Verb.FALSE, Verb.MISLEADING, Verb.NOT_CHECKABLE})


class ClaimAct(Value):
    """``into`` of a merge, ``until`` of a mute; ``post`` of a split, with its text's ``digest`` (alerts/claims.py); the
    words of a rebuttal are its ``note``. ``number`` is given by ``append_act``."""

    number: int = 0
    verb: Verb
    claim: str
    by: str
    at: Utc
    into: str | None = None
    until: Utc | None = None
    post: str | None = None
    digest: str | None = None
    note: str = Field(default="", max_length=4000)
    source: str = Field(default="", max_length=2048)


class Effect(Value):
    """A claim since it was rebutted: accounts by the start of the five minutes in which each came; ``countering`` are
    those that deny it. ``at`` is the stream's time."""

    claim: str
    at: Utc
    spreading: tuple[tuple[Utc, int], ...] = ()
    countering: tuple[tuple[Utc, int], ...] = ()


def append_act(state: StateStore, act: ClaimAct) -> ClaimAct:
    """Writes an act under the next number. Raises StoreDownError, AlreadyExistsError when many write at once."""
    last = last_number(state)
    for attempt in range(_TRIES):
        numbered = act.model_copy(update={"number": last + 1 + attempt})
        try:
            state.create(ACT_KIND, _act_id(numbered.number), numbered.model_dump(mode="json"))
        except AlreadyExistsError:
            continue
        _note(state, numbered)
        return numbered
    raise AlreadyExistsError(f"{ACT_KIND}: {_TRIES} numbers were taken while writing")


def raise_floor(state: StateStore, number: int) -> None:
    """Acts up to a number may be forgotten from now on. For one writer."""
    known = state.get(FLOOR_KIND, _FLOOR)
    if known is None:
        state.create(FLOOR_KIND, _FLOOR, {"number": number})
    elif known.value["number"] < number:
        state.replace(known, {"number": number})


def remove_act(state: StateStore, number: int) -> None:
    known = state.get(ACT_KIND, _act_id(number))
    if known is not None:
        state.delete(known)


def _floor(state: StateStore) -> int:
    known = state.get(FLOOR_KIND, _FLOOR)
    return 0 if known is None else int(known.value["number"])


def last_number(state: StateStore) -> int:
    """The highest number given, in a few look-ups however many there are: above the floor there is no gap."""
    last = _floor(state)
    while True:
        steps = {_act_id(last + step): step for step in _GALLOP}
        found = state.get_many(ACT_KIND, [*steps])
        if not found:
            return last
        last += max(steps[id] for id in found)


def _note(state: StateStore, act: ClaimAct) -> None:
    known = state.get(CLAIM_KIND, act.claim)
    last = act.model_dump(mode="json")
    if known is None:
        try:
            state.create(CLAIM_KIND, act.claim, last | {"numbers": [act.number]}, state=act.verb)
        except AlreadyExistsError:
            _note(state, act)
        return
    numbers = sorted({*known.value.get("numbers", [known.value["number"]]), act.number})[-_MOST_ACTS:]
    if known.value["number"] > act.number:
        last = {name: value for name, value in known.value.items() if name != "numbers"}
    try:
        state.replace(known, last | {"numbers": numbers}, state=last["verb"])
    except StaleError:
        _note(state, act)


def last_act(record: StateRecord) -> ClaimAct:
    """The last act on a claim, from its record."""
    return ClaimAct(**{name: value for name, value in record.value.items() if name != "numbers"})


def acts_on(state: StateStore, claim: str) -> list[ClaimAct]:
    """What people did with a claim, in order; the latest 200."""
    known = state.get(CLAIM_KIND, claim)
    if known is None:
        return []
    ids = [_act_id(number) for number in known.value.get("numbers", [known.value["number"]])]
    found = state.get_many(ACT_KIND, ids)
    return [ClaimAct(**found[id].value) for id in ids if id in found]


def note_effect(state: StateStore, effect: Effect) -> None:
    """Writes how a rebutted claim stands. For one writer."""
    known, value = state.get(EFFECT_KIND, effect.claim), effect.model_dump(mode="json")
    if known is None:
        state.create(EFFECT_KIND, effect.claim, value)
    elif known.value != value:
        state.replace(known, value)


def effect_on(state: StateStore, claim: str) -> Effect | None:
    known = state.get(EFFECT_KIND, claim)
    return None if known is None else Effect(**known.value)


def is_acknowledged(state: StateStore, claim: str) -> bool:
    """Whether anybody has done anything with a claim."""
    return state.get(CLAIM_KIND, claim) is not None


def acts_after(state: StateStore, number: int) -> Sequence[ClaimAct]:
    """Acts in their order, those after ``number`` that cannot have been forgotten; at most 50, without a gap. Asked of
    every batch: so by their ids, as they stand, which costs a store less than a search."""
    number = max(number, _floor(state))
    ids = [_act_id(number + 1 + place) for place in range(_ACTS_AT_ONCE)]
    found = state.get_many(ACT_KIND, ids)
    return [ClaimAct(**found[id].value) for id in takewhile(found.__contains__, ids)]


def record_alert(state: StateStore, alert: SpikeAlert, *, text_by: str = "") -> None:
    """Writes an alert, and a notice that people are to be told of it, unless they are there.

    ``text_by`` is the keyed hash of who wrote the post that is quoted: should that account be deleted.
    """
    notice = {"text_by": text_by, "said": [], "tries": 0, "again_at": None}
    for kind, value, kept in ((ALERT_KIND, alert.model_dump(mode="json"), UNSENT), (NOTICE_KIND, notice, OPEN)):
        with suppress(AlreadyExistsError):
            state.create(kind, alert.id, value, state=kept)


def unsent_alerts(state: StateStore) -> list[SpikeAlert]:
    """Alerts that the topic may not have yet; at most 500."""
    return [SpikeAlert(**record.value) for record in state.scan(ALERT_KIND, state=UNSENT, limit=_PAGE)]


def mark_sent(state: StateStore, ids: Sequence[str]) -> None:
    for record in state.get_many(ALERT_KIND, ids).values():
        if record.state == UNSENT:
            state.replace(record, record.value, state=SENT)


def alerts_on(state: StateStore, claim: str) -> list[SpikeAlert]:
    """A claim's alerts, the first one first."""
    ids = [f"{claim}:{doubling}" for doubling in range(_MOST_DOUBLINGS)]
    told = [SpikeAlert(**record.value) for record in state.get_many(ALERT_KIND, ids).values()]
    return sorted(told, key=lambda alert: alert.doubling)


def latest_alerts(state: StateStore) -> dict[str, SpikeAlert]:
    """Each claim's latest alert, of the first 5,000 alerts by id."""
    latest: dict[str, SpikeAlert] = {}
    for record in islice(every_record(state, ALERT_KIND), _MOST_ALERTS):
        alert = SpikeAlert(**record.value)
        known = latest.get(alert.claim)
        if known is None or alert.doubling > known.doubling:
            latest[alert.claim] = alert
    return latest


def posts_of(alerts: Sequence[SpikeAlert]) -> list[str]:
    """The posts that a claim's alerts show, by key."""
    shown = (key for alert in alerts for key in (*alert.first_posts, *alert.fastest_posts, alert.text_of))
    return list(dict.fromkeys(key for key in shown if key is not None))


def quoted_posts(state: StateStore) -> Iterator[str]:
    """The key of every post whose words an alert still quotes."""
    for record in every_record(state, ALERT_KIND):
        if record.value.get("text") is not None and record.value.get("text_of"):
            yield record.value["text_of"]


def claims_done_with(state: StateStore) -> Iterator[str]:
    """Every claim with which people have done something."""
    return (record.id for record in every_record(state, CLAIM_KIND))


def erase_posts(state: StateStore, posts: frozenset[str]) -> int:
    """Takes deleted posts and their words out of all alerts; how many changed. Cost: one pass over the alerts."""
    changed = 0
    for record in every_record(state, ALERT_KIND):
        first: list[str] = record.value.get("first_posts", [])
        fastest: list[str] = record.value.get("fastest_posts", [])
        if posts.isdisjoint([*first, *fastest, record.value.get("text_of")]):
            continue
        value: dict[str, Any] = dict(record.value)
        if record.value.get("text_of") in posts:
            value["text"] = None
        value["first_posts"] = [post for post in first if post not in posts]
        value["fastest_posts"] = [post for post in fastest if post not in posts]
        state.replace(record, value)
        changed += 1
    return changed


def erase_authors(state: StateStore, hashes: frozenset[str]) -> None:
    """Takes the words of deleted accounts (keyed hashes) out of all alerts. Cost: one pass over the notices."""
    ids = [notice.id for notice in every_record(state, NOTICE_KIND) if notice.value["text_by"] in hashes]
    for start in range(0, len(ids), _PAGE):
        for record in state.get_many(ALERT_KIND, ids[start : start + _PAGE]).values():
            state.replace(record, {**record.value, "text": None})


def _act_id(number: int) -> str:
    return f"{number:012d}"
