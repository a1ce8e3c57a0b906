"""The watch: claims that begin to spread, and who is told of them."""

import gc
import os
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import faust

from alerts.notify import Policy, QuietHours
from alerts.watch import Watch
from schemas.alert import BLIND, BLIND_WITH_TERMS
from streams.app import watch_app
from streams.channels import channel_of
from streams.notifying import Notifier
from streams.watch import WatchStep
from sunwai.assembly import Office
from sunwai.settings import SettingsError
from sunwai.steps.runtime import runtime_of

__all__ = ["make_app"]

_GIVES_WAY = 10
"""Of 19: the watch still gets a tenth of a processor that the others could use up."""


def make_app(office: Office) -> faust.App:
    """Raises SettingsError for an address or hours that cannot be."""
    # It holds a hundred thousand lasting objects: looking through all of them takes 0.2 s.
    gc.set_threshold(50_000, 20, 1000)
    # Where processors are short, cases come first, and the watch catches up.
    os.nice(_GIVES_WAY)
    blind = BLIND_WITH_TERMS if office.directory.watch_terms else BLIND
    step = WatchStep(
        office.state,
        office.clock,
        office.sealer.identity_hash,
        partial(Watch, blind=blind),
        timedelta(days=office.directory.retention.alerts),
    )
    return watch_app(runtime_of(office), step, _notifier(office).tick)


def _notifier(office: Office) -> Notifier:
    settings = office.settings
    key = settings.notify_key.encode()
    try:
        quiet = QuietHours.read(settings.quiet_hours, ZoneInfo(office.directory.timezone))
        policy = Policy(quiet, timedelta(minutes=settings.escalate_minutes))
        first, later = ([channel_of(url, key) for url in urls.split()] for urls in (settings.notify, settings.escalate))
    except ValueError as error:
        raise SettingsError(f"settings: notify, escalate, quiet_hours: {error}") from error
    return Notifier(office.state, office.clock, policy, first, later)
