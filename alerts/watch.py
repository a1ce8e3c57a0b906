"""The whole watch as one state machine: observations in, alerts out. No clock, no network; event time only.

What it holds is bounded: claims (the oldest out, and after two days), situations, intervals of three hours. The same
observations in the same order give the same alerts, also when it was saved and read back in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from alerts.claims import TTL_SECONDS, Claims, Telling
from alerts.dossier import Dossier
from alerts.event_time import EventTime
from alerts.greetings import is_greeting
from alerts.pleas import is_plea
from alerts.pulse import Pulse
from alerts.situations import Situation
from alerts.spikes import LATE_INTERVALS, Growth, account_number
from alerts.spread import INTERVAL_SECONDS, interval_of
from alerts.telling import of_rise, of_silence, of_surge, usual_of
from schemas.alert import BLIND, SpikeAlert
from schemas.events import Observation
from schemas.labels import Stance

__all__ = ["MAX_CLAIMS", "Record", "Watch"]

MAX_CLAIMS = 50_000
MAX_SITUATIONS = 5_000

RUMOUR = 0.08
"""Mean rumour probability from which a rising claim is told. One real post in a hundred has as much and is not thrice
as likely a complaint; of our rumour families with their rewrites (bench/rumours.py) three in four."""

_LIKELIER = 3.0
"""A claim that is so many times likelier a complaint than a rumour is told as neither: an unverified claim about what
has happened reads half like a complaint about it."""

_CERTAIN_RUMOUR = 0.5
"""From here on a claim is told although complaints of its type surge at its place."""

_COMPLAINT = 0.5
_TTL_INTERVALS = int(TTL_SECONDS // INTERVAL_SECONDS)


@dataclass(slots=True)
class Record:
    """One live claim. ``seen`` is the interval in which it was last told, ``order`` grows with each telling;
    ``claimless`` are its posts that plead, greet or praise; ``followed_until`` a rebuttal's effect is looked at."""

    growth: Growth
    dossier: Dossier
    seen: int
    order: int = 0
    claimless: int = 0
    muted_until: float = 0.0
    followed_until: float = 0.0


def _joined(record: Record, other: Record) -> Record:
    record.growth.absorb(other.growth)
    record.dossier.absorb(other.dossier)
    record.seen = max(record.seen, other.seen)
    record.claimless += other.claimless
    record.muted_until = max(record.muted_until, other.muted_until)
    record.followed_until = max(record.followed_until, other.followed_until)
    return record


@dataclass
class Watch:
    """``rumour`` is the least mean rumour probability of a claim that is told; with 0 everything that rises and is no
    surge of complaints or pleas. ``blind`` is what it cannot see, which each alert says. Not for several threads."""

    rumour: float = RUMOUR
    blind: str = BLIND
    claims: Claims = field(default_factory=Claims)
    time: EventTime = field(default_factory=EventTime)
    pulse: Pulse = field(default_factory=Pulse)
    records: dict[str, Record] = field(default_factory=dict)
    situations: dict[str, Situation] = field(default_factory=dict)
    order: int = 0
    touched: set[str] = field(default_factory=set)
    touched_situations: set[str] = field(default_factory=set)

    def see(self, post: Observation) -> Iterator[SpikeAlert]:
        """Takes in one post; what is to be told because of it. Take all of it before the next."""
        at = self.time.see(post.at.timestamp())
        assert self.time.now is not None
        interval, now = interval_of(at), interval_of(self.time.now)
        silent_from = self.pulse.beat(interval, now)
        if silent_from is not None:
            yield of_silence(silent_from, now)
        claim = self.claims.join(Telling(post.key, post.text, at, post.repost_of, post.quote_of))
        record = self._record(claim, interval, now)
        record.dossier.add(post)
        record.claimless += is_plea(post.text) or is_greeting(post.text)
        if now - interval > LATE_INTERVALS:
            return
        account = account_number(post.author_hash)
        yield from self._surge(post, account, interval)
        if post.stance in (Stance.COUNTERING, Stance.QUESTIONING):
            record.dossier.apart(post.stance, account, interval)
        else:
            yield from self._rise(claim, record, post, account)

    def silent_since(self, now: float) -> SpikeAlert | None:
        """Whether by ``now`` (seconds since 1970) the stream has fallen silent."""
        since = self.pulse.silent_since(interval_of(now))
        return None if since is None else of_silence(since, interval_of(now))

    def forget(self, post: str) -> None:
        """Takes a deleted post out of the evidence; its words are not held."""
        claim = self.claims.by_post.get(post)
        record = self.records.get(claim) if claim is not None else None
        if claim is not None and record is not None and record.dossier.forget(post):
            self.touched.add(claim)

    def mute(self, claim: str, until: float) -> None:
        """Tells nothing of a claim before ``until`` (event time); it is counted all the same."""
        record = self.records.get(self.claims.root(claim))
        if record is not None:
            record.muted_until = until
            self.touched.add(self.claims.root(claim))

    def follow(self, claim: str, until: float) -> None:
        """A person has rebutted the claim: ``followed`` gives it until then (event time)."""
        record = self.records.get(self.claims.root(claim))
        if record is not None:
            record.followed_until = until
            self.touched.add(self.claims.root(claim))

    def followed(self) -> Iterator[tuple[str, Record]]:
        """The rebutted claims that changed since the state was last saved."""
        now = self.time.now or 0.0
        for claim in self.touched:
            record = self.records.get(claim)
            if record is not None and record.followed_until > now:
                yield claim, record

    def merge(self, claim: str, into: str) -> None:
        """One claim from now on, as a person decided: its accounts are those of both, each counted once."""
        loser, winner = self.claims.root(claim), self.claims.root(into)
        self.claims.merge(claim, into)
        if loser == winner:
            return
        gone = self.records.pop(loser, None)
        if gone is not None:
            self.records[winner] = gone if winner not in self.records else _joined(self.records[winner], gone)
            self.touched |= {loser, winner}

    def split(self, claim: str, post: str, digest: str) -> bool:
        """Posts worded as ``post`` are a claim of their own from now on, as a person decided; whose accounts were
        counted so far stays as it was. False when that wording is not held any more or is no part of the claim."""
        return self.claims.split(claim, post, digest)

    def _record(self, claim: str, interval: int, now: int) -> Record:
        """The claim's record, put last: the first ones are those not told for longest."""
        record = self.records.pop(claim, None) or Record(Growth(interval), Dossier(), interval)
        record.seen = max(record.seen, interval)
        self.order += 1
        record.order = self.order
        self.records[claim] = record
        self.touched.add(claim)
        while self.records:
            oldest = next(iter(self.records))
            if len(self.records) <= MAX_CLAIMS and self.records[oldest].seen >= now - _TTL_INTERVALS:
                break
            if oldest == claim:
                break
            del self.records[oldest]
            self.touched.add(oldest)
        return record

    def _rise(self, claim: str, record: Record, post: Observation, account: int) -> Iterator[SpikeAlert]:
        interval = interval_of(min(post.at.timestamp(), self.time.now or 0.0))
        if not record.growth.add(account, interval) or not self._is_rumour(record):
            return
        rise = record.growth.rise(claim, self.pulse.season)
        if rise is None:
            return
        record.growth.tell(rise)
        assert self.time.now is not None
        if self.time.now >= record.muted_until:
            evidence = (record.growth, record.dossier)
            alert = of_rise(rise, evidence, post, self._overlapping(record), self.time.now)
            usual = usual_of(rise, record.growth.spreading, self.pulse.season)
            yield alert.model_copy(update={"blind": self.blind, "usual": usual})

    def _is_rumour(self, record: Record) -> bool:
        """Nothing real that is complained of, no pleas or greetings, and more of a rumour than most posts."""
        dossier = record.dossier
        complains = dossier.mean_complaint / _LIKELIER if self.rumour else dossier.mean_complaint - _COMPLAINT
        if dossier.mean_rumour <= complains or 2 * record.claimless > dossier.posts:
            return False
        if dossier.mean_rumour < _CERTAIN_RUMOUR and self._overlapping(record):
            return False
        return dossier.mean_rumour >= self.rumour

    def _surge(self, post: Observation, account: int, interval: int) -> Iterator[SpikeAlert]:
        if post.complaint < _COMPLAINT or post.place is None:
            return
        name = f"{post.type}@{post.place}"
        if name not in self.situations and len(self.situations) >= MAX_SITUATIONS:
            oldest = next(iter(self.situations))
            del self.situations[oldest]
            self.touched_situations.add(oldest)
        situation = self.situations.setdefault(name, Situation())
        self.touched_situations.add(name)
        usual = self.pulse.rate.expect(interval * INTERVAL_SECONDS) / max(50, len(self.situations))
        surge = situation.add(name, account, interval, usual)
        if surge is not None:
            yield of_surge(surge, post)

    def _overlapping(self, record: Record) -> tuple[str, ...]:
        """Surges of complaints at the claim's places that go on: perhaps what it is about is real."""
        dossier = record.dossier
        names = (f"{kind}@{place}" for place in dossier.counts("place") for kind in dossier.counts("type"))
        return tuple(name for name in names if (found := self.situations.get(name)) and found.since is not None)
