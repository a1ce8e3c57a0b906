"""Filing: triaged mentions become cases; beside it whatever must be done about cases as time passes."""

import faust

from desk.accounts import Role, User, list_users
from desk.leave import leaves, on_duty
from desk.tables import clear_uploads
from queues.assigning import Officer
from queues.filing import Filing
from queues.private import clear_private, with_marks
from queues.sheets import make_due
from queues.store import MAX_PAGE
from streams import app as apps
from streams.app import Chore, filing_app
from streams.assigning import Assigning
from streams.case_events import CaseEvents
from streams.clock import Sweep
from streams.filing import FilingStep
from streams.notices import StateNotifier, tell_nobody
from streams.relaying import Relaying
from streams.replies import DryRun, Sending
from streams.sources.recording import clear
from sunwai.assembly import Office
from sunwai.channels_file import read_channels
from sunwai.morning import Morning
from sunwai.senders import sender_of
from sunwai.steps.runtime import runtime_of
from sunwai.subscribers import subscriber_key

__all__ = ["assigning_of", "make_app"]

ASSIGN_SECONDS = 5.0
"""How often it is looked who is on leave and which cases wait for an officer."""

REPORT_SECONDS = 60.0
"""How often it is looked whether a report is to be made, or told of."""


def make_app(office: Office) -> faust.App:
    """Raises SettingsError."""
    store, state, directory, clock = office.store, office.state, office.directory, office.clock
    step = FilingStep(Filing(store, state, directory, clock), state, clock)
    sender = sender_of(office.settings, directory, state, clock)
    at_once = MAX_PAGE if isinstance(sender, DryRun) else 1
    send = Sending(store, directory, sender, clock, at_once, lambda text: with_marks(text, office.sealer))
    channels = read_channels(office.settings.channels, directory, office.settings.notify_key.encode())
    relay = Relaying(state, store, directory, clock, channels)
    sweep = Sweep(store, directory, StateNotifier(state, clock) if channels else tell_nobody, clock)
    private_days = directory.retention.private
    chores = (
        Chore("clock", apps.CLOCK_SECONDS, sweep),
        Chore("notices", apps.NOTIFY_SECONDS if channels else apps.RETENTION_SECONDS, relay),
        Chore("assigning", ASSIGN_SECONDS, assigning_of(office)),
        Chore("replies", apps.CLOCK_SECONDS, send),
        Chore("reports", REPORT_SECONDS, lambda: _report(office, tells=bool(channels))),
        Chore("anchor", apps.ANCHOR_SECONDS, lambda: office.anchors.add_daily(store, state, clock())),
        Chore("sweep", apps.SWEEP_SECONDS, office.sweep),
        Chore("retention", apps.RETENTION_SECONDS, office.log.compact),
        Chore("recordings", apps.RETENTION_SECONDS, lambda: _clear_recordings(office)),
        Chore("private", apps.RETENTION_SECONDS, lambda: clear_private(state, store, private_days, clock())),
        Chore("uploads", apps.RETENTION_SECONDS, lambda: clear_uploads(state, clock())),
    )
    keys = [(subscriber, subscriber_key(subscriber.code)) for subscriber in directory.subscribers]
    told = (Chore("case-events", apps.EVENTS_SECONDS, CaseEvents(store, state, keys, clock)),) if keys else ()
    return filing_app(runtime_of(office), step, (*chores, *told))


def assigning_of(office: Office) -> Assigning:
    """Gives the office's waiting cases to officers on duty."""
    state, clock = office.state, office.clock

    def present() -> list[Officer]:
        return [_officer(user) for user in on_duty(list_users(state), state, clock()) if user.role is Role.OFFICER]

    def absent() -> list[str]:
        return [leave.name for leave in leaves(state) if leave.is_on(clock())]

    return Assigning(office.store, state, office.directory, clock, present, absent)


def _officer(user: User) -> Officer:
    queues = None if user.queues is None else frozenset(user.queues)
    return Officer(user.name, queues, frozenset(user.places), frozenset(user.speaks), user.opens_sealed)


def _clear_recordings(office: Office) -> int:
    """Also when nothing comes any more that would be kept."""
    found = office.settings
    return 0 if found.record is None else clear(found.record, office.clock(), found.record_hours)


def _report(office: Office, *, tells: bool) -> int:
    """Makes what is to be made, and tells of it where anybody can be told."""
    store, state, directory, hour = office.store, office.state, office.directory, office.settings.morning_hour
    made = make_due(store, state, directory, office.clock(), hour=hour)
    return made + Morning(store, state, directory, office.clock, hour)() if tells else made
