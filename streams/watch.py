"""The watch, as a stream: observations in, alerts out, with state that survives being killed.

In this order: what was observed changes the watch, its alerts are created in the store (once, by id), the state is
saved together with the next offset, the alerts go to their topic, the batch is acknowledged. Whatever is done again
after a kill is skipped by offset, or finds its alert there. Who reads the topic may meet an alert again, by its id.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import ValidationError

from alerts.pages import VERSION, changed_pages, watch_from
from alerts.telling import chart_of
from alerts.watch import Record, Watch
from queues import watching
from queues.state import StateStore
from queues.tombstones import KIND as TOMBSTONE
from queues.watch_retention import forget_before
from queues.watching import ClaimAct, Effect, Verb
from schemas.alert import SpikeAlert
from schemas.events import Deletion, DeletionTarget, Observation
from schemas.intake import describe
from schemas.mention import post_key
from streams import topics
from streams.checkpoints import Checkpoints
from streams.dead_letters import dead_letter_of
from streams.events import Received
from streams.log import Event
from streams.metrics import ALERTS

__all__ = ["WatchStep"]

_log = structlog.get_logger()

_FOLLOWED_SECONDS = 48 * 3600.0
"""For so long the desk is shown how a rebutted claim goes on: as long as a claim lives."""

_LIVE_SECONDS = 3600.0
"""A stream whose last event is older when it is read is history: its silence is no news."""


@dataclass
class WatchStep:
    """What the watch process does. Its methods may be called from different threads, and again with the same batch;
    each may raise StoreDownError, after which the state is read anew."""

    state: StateStore
    clock: Callable[[], datetime]
    identity_hash: Callable[[str], str]
    """The keyed hash of an account that observations carry."""
    new_watch: Callable[[], Watch] = Watch
    keep_alerts: timedelta = timedelta(days=365)
    """After so long without anything told or done, what was told and done goes."""
    _watch: Watch | None = None
    _offset: int = 0
    _act: int = 0
    _is_live: bool = False
    _may_wait: bool = True
    """Whether the store may hold alerts that the topic has not, or that are not yet noted as sent."""
    _sending: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._checkpoints = Checkpoints(self.state, VERSION)

    def observe(self, batch: Sequence[Received]) -> list[Event]:
        """Takes in observations; returns alerts, and dead letters for what cannot be read."""
        with self._lock:
            watch = self._opened()
            try:
                return self._observe(watch, batch)
            except BaseException:
                self._watch = None
                raise

    def forget(self, batch: Sequence[Received]) -> list[Event]:
        """Takes deleted posts, and the words of deleted authors, out of claims and alerts. What cannot be read is for
        the filing step to report."""
        deletions = [found for event in batch if (found := _deletion(event)) is not None]
        posts = frozenset(_key(found) for found in deletions if found.target is DeletionTarget.POST)
        authors = frozenset(
            self.identity_hash(_key(found)) for found in deletions if found.target is DeletionTarget.AUTHOR
        )
        if not deletions:
            return []
        with self._lock:
            watch = self._opened()
            try:
                for post in posts:
                    watch.forget(post)
                watching.erase_posts(self.state, posts)
                watching.erase_authors(self.state, authors)
                self._save(watch)
            except BaseException:
                self._watch = None
                raise
        return []

    def listen(self) -> list[Event]:
        """Whether a live stream has fallen silent; called by a timer."""
        with self._lock:
            watch = self._opened()
            alert = watch.silent_since(self.clock().timestamp()) if self._is_live else None
            if alert is None:
                return []
            self._record(watch, [(alert, "")])
            return self._unsent()

    def retire(self) -> int:
        """Forgets claims whose time is over; called by a timer. Returns how many."""
        with self._lock:
            return forget_before(self.state, self.clock() - self.keep_alerts)

    def _opened(self) -> Watch:
        if self._watch is None:
            saved = self._checkpoints.load()
            self._watch = watch_from(saved.pages, self.new_watch())
            self._offset, self._act = saved.offset, saved.act
            self._may_wait = True
        return self._watch

    def _observe(self, watch: Watch, batch: Sequence[Received]) -> list[Event]:
        watching.mark_sent(self.state, self._sending)
        self._sending = []
        self._apply_acts(watch)
        dead: list[Event] = []
        alerts: list[tuple[SpikeAlert, Received, str]] = []
        for event in batch:
            if event.position.offset < self._offset:
                continue
            self._offset = event.position.offset + 1
            if event.value is None:
                continue
            try:
                post = Observation.model_validate_json(event.value)
            except ValidationError as error:
                dead.append(dead_letter_of(event, describe(error), self.clock()))
                continue
            alerts += [(alert, event, post.author_hash) for alert in watch.see(post)]
            self._is_live = (event.at - post.at).total_seconds() < _LIVE_SECONDS
        self._record(watch, [(self._unless_deleted(alert, event), author) for alert, event, author in alerts])
        self._save(watch)
        return [*dead, *self._unsent()]

    def _apply_acts(self, watch: Watch) -> None:
        while acts := watching.acts_after(self.state, self._act):
            for act in acts:
                _apply(watch, act)
                self._act = act.number

    def _unless_deleted(self, alert: SpikeAlert, event: Received) -> SpikeAlert:
        """Without its words when the post or its author has a tombstone: the names of both are in its refs."""
        names = event.headers.get("refs", b"").decode("utf-8", "replace").split()
        gone = bool(names) and bool(self.state.get_many(TOMBSTONE, names))
        return alert.model_copy(update={"text": None}) if gone else alert

    def _record(self, watch: Watch, alerts: Sequence[tuple[SpikeAlert, str]]) -> None:
        """Creates alerts, without what was deleted before they were told."""
        shown = {post for alert, _ in alerts for post in (*alert.first_posts, *alert.fastest_posts)}
        names = {f"{DeletionTarget.POST}:{post}": post for post in shown}
        buried = frozenset(names[name] for name in self.state.get_many(TOMBSTONE, [*names])) if names else frozenset()
        for post in buried:
            watch.forget(post)
        self._may_wait |= bool(alerts)
        for alert, author in alerts:
            watching.record_alert(self.state, alert, text_by=author)
            ALERTS.labels(alert.kind).inc()
        if buried:
            watching.erase_posts(self.state, buried)

    def _save(self, watch: Watch) -> None:
        for claim, record in watch.followed():
            watching.note_effect(self.state, _effect(claim, record, watch.time.now or 0.0))
        self._checkpoints.save(changed_pages(watch), self._offset, self._act)

    def _unsent(self) -> list[Event]:
        """Every alert that the topic may not have; noted as sent with the next batch, when it is there."""
        alerts = watching.unsent_alerts(self.state) if self._may_wait else []
        self._may_wait = bool(alerts)
        self._sending = [alert.id for alert in alerts]
        return [_event(alert) for alert in alerts]


def _apply(watch: Watch, act: ClaimAct) -> None:
    if act.verb is Verb.MUTE and act.until is not None:
        watch.mute(act.claim, act.until.timestamp())
    elif act.verb is Verb.MERGE and act.into is not None:
        watch.merge(act.claim, act.into)
    elif act.verb is Verb.SPLIT and act.post is not None and act.digest is not None:
        if not watch.split(act.claim, act.post, act.digest):
            _log.info("claim_not_split", claim=act.claim, post=act.post)
    elif act.verb is Verb.REBUT:
        watch.follow(act.claim, act.at.timestamp() + _FOLLOWED_SECONDS)


def _effect(claim: str, record: Record, now: float) -> Effect:
    denied = record.dossier.countering
    return Effect(
        claim=claim,
        at=datetime.fromtimestamp(now, UTC),
        spreading=chart_of(record.growth.spreading),
        countering=chart_of(denied) if denied else (),
    )


def _deletion(event: Received) -> Deletion | None:
    try:
        return Deletion.model_validate_json(event.value or b"")
    except ValidationError:
        return None


def _key(deletion: Deletion) -> str:
    return post_key(deletion.platform, deletion.id)


def _event(alert: SpikeAlert) -> Event:
    shown = dict.fromkeys((*alert.first_posts, *alert.fastest_posts, *filter(None, [alert.text_of])))
    headers = {"refs": " ".join(f"post:{post}" for post in shown).encode()} if shown else {}
    return Event(topics.ALERTS.name, alert.claim.encode(), alert.model_dump_json().encode(), headers)
