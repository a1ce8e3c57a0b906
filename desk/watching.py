"""What the watch desk shows and does: claims by their latest alert, one claim with its evidence, acts of people."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Annotated

from pydantic import Field, StringConstraints

from alerts.claims import digest_of
from desk.accounts import Role, User
from desk.authorise import Forbidden
from desk.names import name_in
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from desk.shapes import LONGEST_TEXT
from queues import claim_holds, watching
from queues.victims import is_tale
from queues.watching import VERDICTS, ClaimAct, Effect, Verb
from schemas.alert import AlertKind, SpikeAlert
from schemas.base import Value
from schemas.case import MentionRecord
from schemas.handling import Hold
from text.normalise import safe

__all__ = [
    "ClaimLine",
    "ClaimView",
    "Done",
    "MuteFor",
    "Tip",
    "act_on",
    "alerts_of",
    "bring_tip",
    "check_may_act",
    "check_may_watch",
    "may_act",
    "may_watch",
    "read_claim",
    "read_claims",
    "readable_posts",
    "without_sealed",
]

_READERS = frozenset({Role.WATCH, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR})
_ACTORS = frozenset({Role.WATCH, Role.SUPERVISOR})
_OTHERS = 50
"""Claims that one may be merged into, the latest."""
_SPARK_WIDTH, _SPARK_HEIGHT = 120, 24
_HOUR = timedelta(hours=1)
_WRONG = frozenset({Verb.FALSE, Verb.MISLEADING})


class ClaimLine(Value):
    """A claim as its latest alert has it, and the last act on it. ``spark`` are points of an SVG polyline: accounts so
    far against time; ``band`` of a polygon: what would have been usual."""

    alert: SpikeAlert
    text: str
    spark: str
    band: str
    last: ClaimAct | None


class PostLine(Value):
    """A post of a claim; ``text`` is None when it was deleted, or is not held here."""

    key: str
    text: str | None


class Draft(Value):
    """A rebuttal to be looked over, in one language."""

    language: str
    text: str


class Outcome(Value):
    """How a claim went on: accounts in the hour before its rebuttal, in each hour since; how many deny it by now."""

    before: int
    since: tuple[int, ...]
    countering: int


class ClaimView(Value):
    """A claim with all that its page shows. ``others`` are claims that it may be merged into."""

    line: ClaimLine
    posts: tuple[PostLine, ...]
    acts: tuple[ClaimAct, ...]
    others: tuple[ClaimLine, ...]
    drafts: tuple[Draft, ...]
    outcome: Outcome | None
    hold: Hold | None


class MuteFor(StrEnum):
    """How long nothing is told of a muted claim."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


_MUTED = {MuteFor.HOUR: timedelta(hours=1), MuteFor.DAY: timedelta(days=1), MuteFor.WEEK: timedelta(weeks=1)}


class Done(Value):
    """What somebody does with a claim, and why; ``into`` of a merge, ``post`` of a split, ``mute_for`` of a mute."""

    verb: Verb
    note: str = Field(default="", max_length=4000)
    source: str = Field(default="", max_length=2048)
    into: str = Field(default="", max_length=200)
    post: str = Field(default="", max_length=200)
    mute_for: MuteFor = MuteFor.DAY


class Tip(Value):
    """A message that somebody forwarded to the office, word for word."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


def may_watch(user: User) -> bool:
    return user.role in _READERS


def may_act(user: User) -> bool:
    return user.role in _ACTORS


def check_may_act(user: User) -> None:
    """Raises Forbidden."""
    _check(user, may_act(user))


def check_may_watch(user: User) -> None:
    """Raises Forbidden."""
    _check(user, may_watch(user))


def read_claims(desk: Desk, user: User, *, limit: int) -> list[ClaimLine]:
    """Latest first. Raises Forbidden."""
    check_may_watch(user)
    latest = watching.latest_alerts(desk.state).values()
    shown = without_sealed(desk, user, sorted(latest, key=lambda alert: (alert.at, alert.id), reverse=True)[:limit])
    acts = desk.state.get_many(watching.CLAIM_KIND, [alert.claim for alert in shown])
    return [_line(alert, watching.last_act(acts[alert.claim]) if alert.claim in acts else None) for alert in shown]


def read_claim(desk: Desk, user: User, claim: str) -> ClaimView:
    """Raises Forbidden, Refusal."""
    check_may_watch(user)
    alert = without_sealed(desk, user, alerts_of(desk, claim)[-1:])[0]
    acts = watching.acts_on(desk.state, claim)
    is_rumour = alert.kind is AlertKind.RUMOUR
    return ClaimView(
        line=_line(alert, acts[-1] if acts else None),
        posts=_posts(desk, user, alert) if is_rumour else (),
        acts=tuple(acts),
        others=_others(desk, user, claim) if is_rumour and may_act(user) else (),
        drafts=_drafts(desk, alert, acts) if is_rumour and may_act(user) else (),
        outcome=_outcome(acts, watching.effect_on(desk.state, claim)),
        hold=claim_holds.hold_on(desk.state, claim),
    )


def alerts_of(desk: Desk, claim: str) -> list[SpikeAlert]:
    """A claim's alerts, the first one first. Raises Refusal when there is none."""
    told = watching.alerts_on(desk.state, claim)
    if not told:
        raise not_found()
    return told


def readable_posts(desk: Desk, user: User, keys: Sequence[str]) -> Mapping[str, MentionRecord]:
    """The records of posts of claims, but for those of sealed cases, where ``user`` opens none: a case may have been
    sealed after the watch saw a post of it. A tale that spreads is no victim's, whatever it is about."""
    records = desk.store.mentions(keys)
    if user.opens_sealed:
        return records
    ids = {record.case_id for record in records.values() if record.case_id is not None}
    sealed = {id for id, found in desk.store.cases([*ids]).items() if found.case.is_sealed}
    return {key: each for key, each in records.items() if each.case_id not in sealed or _is_tale(each)}


def without_sealed(desk: Desk, user: User, alerts: Sequence[SpikeAlert]) -> list[SpikeAlert]:
    """The alerts, none quoting a post that ``user`` may not read."""
    quoted = [alert.text_of for alert in alerts if alert.text_of is not None]
    hidden = {*desk.store.mentions(quoted)} - {*readable_posts(desk, user, quoted)}
    return [alert.model_copy(update={"text": None}) if alert.text_of in hidden else alert for alert in alerts]


def act_on(desk: Desk, user: User, claim: str, done: Done) -> None:
    """Notes what somebody did. Raises Forbidden, Refusal."""
    check_may_watch(user)
    alerts = alerts_of(desk, claim)
    check_may_act(user)
    now = desk.clock()
    act = ClaimAct(
        verb=done.verb,
        claim=claim,
        by=user.name,
        at=now,
        note=safe(done.note).strip(),
        source=safe(done.source).strip(),
    )
    match done.verb:
        case Verb.MUTE:
            act = act.model_copy(update={"until": now + _MUTED[done.mute_for]})
        case Verb.MERGE:
            act = act.model_copy(update={"into": _other(desk, claim, done.into)})
        case Verb.SPLIT:
            act = act.model_copy(update={"post": done.post, "digest": _digest(desk, alerts, done.post)})
        case Verb.REBUT:
            _require_rebuttal(desk, claim, act)
        case Verb.HOLD | Verb.LIFT_HOLD:
            raise Refusal(
                422,
                "invalid",
                mark("A hold is made and lifted on the claim's page, with a bundle of evidence."),
                field="verb",
            )
    watching.append_act(desk.state, act)


def bring_tip(desk: Desk, user: User, tip: Tip) -> None:
    """Hands a forward to the watch, as if its bringer's account had told it. Raises Forbidden, Refusal."""
    check_may_act(user)
    if desk.take_tip is None:
        raise not_found()
    desk.take_tip(tip.text, user.name)


def _check(user: User, allowed: bool) -> None:
    if not allowed:
        raise Forbidden(mark("The watch is for the watch desk."))


def _other(desk: Desk, claim: str, into: str) -> str:
    if into == claim or alerts_of(desk, into)[-1].kind is not AlertKind.RUMOUR:
        raise Refusal(422, "invalid", mark("Choose another claim to merge this one into."), field="into")
    return into


def _digest(desk: Desk, alerts: Sequence[SpikeAlert], post: str) -> str:
    text = _words(desk.store.mentions([post]).get(post)) if post in watching.posts_of(alerts) else None
    if text is None:
        raise Refusal(422, "invalid", mark("This post is not held here, or was deleted."), field="post")
    return digest_of(text)


def _require_rebuttal(desk: Desk, claim: str, act: ClaimAct) -> None:
    """Only what was found to be wrong is rebutted, and in words."""
    verdicts = [done.verb for done in watching.acts_on(desk.state, claim) if done.verb in VERDICTS]
    if not verdicts or verdicts[-1] not in _WRONG:
        raise Refusal(409, "not_judged", mark("Judge the claim first: only what is false or misleading is rebutted."))
    if not act.note:
        raise Refusal(422, "invalid", mark("Write what was said."), field="note")


def _others(desk: Desk, user: User, claim: str) -> tuple[ClaimLine, ...]:
    lines = read_claims(desk, user, limit=_OTHERS)
    return tuple(line for line in lines if line.alert.kind is AlertKind.RUMOUR and line.alert.claim != claim)


def _posts(desk: Desk, user: User, alert: SpikeAlert) -> tuple[PostLine, ...]:
    keys = watching.posts_of([alert])
    records = readable_posts(desk, user, keys)
    texts = {key: _words(records.get(key)) for key in keys}
    return tuple(PostLine(key=key, text=safe(text)[:LONGEST_TEXT] if text else None) for key, text in texts.items())


def _is_tale(record: MentionRecord) -> bool:
    return record.triage is not None and is_tale(record.triage)


def _words(record: MentionRecord | None) -> str | None:
    return record.triage.text if record is not None and record.triage is not None else None


def _drafts(desk: Desk, alert: SpikeAlert, acts: Sequence[ClaimAct]) -> tuple[Draft, ...]:
    """In the claim's languages, once it was found to be wrong: the finding and its source are what the verdict says."""
    verdict = next((act for act in reversed(acts) if act.verb in VERDICTS), None)
    if verdict is None or verdict.verb not in _WRONG:
        return ()
    template = desk.directory.replies.rebuttal
    spoken = dict.fromkeys(code.partition("-")[0] for code in alert.languages)
    chosen = [code for code in spoken if code in template.languages] or ["en"]
    values = {"finding": verdict.note or "…", "source": verdict.source or "…"}
    return tuple(
        Draft(language=code, text=template.said(code, office=name_in(desk.directory.name, code), **values))
        for code in chosen
    )


def _outcome(acts: Sequence[ClaimAct], effect: Effect | None) -> Outcome | None:
    rebutted = next((act.at for act in acts if act.verb is Verb.REBUT), None)
    if rebutted is None or effect is None:
        return None
    hours = max(1, min(48, -(-(effect.at - rebutted) // _HOUR)))
    since = [0] * hours
    for at, accounts in effect.spreading:
        if rebutted <= at < rebutted + hours * _HOUR:
            since[(at - rebutted) // _HOUR] += accounts
    before = sum(accounts for at, accounts in effect.spreading if rebutted - _HOUR <= at < rebutted)
    denied = sum(accounts for _, accounts in effect.countering)
    return Outcome(before=before, since=tuple(since), countering=denied)


def _line(alert: SpikeAlert, last: ClaimAct | None) -> ClaimLine:
    spark, band = _chart(alert)
    return ClaimLine(alert=alert, text=safe(alert.text or ""), spark=spark, band=band, last=last)


def _chart(alert: SpikeAlert) -> tuple[str, str]:
    """Line and band, as points from 0,0 at the top left; empty where there is nothing to draw."""
    if len(alert.growth) < 2:
        return "", ""
    so_far = [*accumulate(count for _, count in alert.growth)]
    usual = alert.usual if len(alert.usual) == len(so_far) else ()
    first, last = alert.growth[0][0], alert.growth[-1][0]
    across = [_SPARK_WIDTH * ((at - first) / (last - first)) for at, _ in alert.growth]
    most = max([so_far[-1], *usual])
    line = _points(across, so_far, most)
    return line, f"0,{_SPARK_HEIGHT} {_points(across, usual, most)} {_SPARK_WIDTH},{_SPARK_HEIGHT}" if usual else ""


def _points(across: Sequence[float], values: Sequence[float], most: float) -> str:
    pairs = zip(across, values, strict=True)
    return " ".join(f"{x:.0f},{_SPARK_HEIGHT - _SPARK_HEIGHT * value / most:.0f}" for x, value in pairs)
