"""What a desk is made of: everything it needs comes in through here, nothing is global."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from fastapi import APIRouter
from fastapi.routing import APIRoute

from desk.auth import Gate
from desk.case_changes import CaseChanges
from desk.casework import Casework
from desk.claim_changes import ClaimChanges
from desk.dead_letters import DeadLetters
from desk.events import Changes
from desk.intake import Intake
from desk.languages import Language, load_languages
from desk.media import MediaProxy
from desk.metrics import DeskMetrics
from desk.oidc import OidcProvider
from desk.pacing import Pace
from desk.pages import Pages
from desk.pins import Pins
from desk.sessions import Sessions
from desk.tables import Uploads, UploadSource
from queues.attachments import Attachments
from queues.private import Private
from queues.seal import Sealer
from queues.state import StateStore
from queues.store import CaseStore
from schemas.directory import Directory

__all__ = ["Desk", "DeskSettings"]


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Knobs of a desk. ``secure_cookies``: cookies go only over HTTPS, and browsers are told to stay there.
    ``…_a_minute``: requests of one network address or one account (desk/pacing.py); 0: no limit. ``most_listeners``:
    open pages that one process tells of changes (desk/events.py).
    ``pin_lifetime`` zero: no PINs on shared handsets."""

    session_lifetime: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(hours=2)
    secure_cookies: bool = False
    pin_lifetime: timedelta = timedelta(hours=12)
    page_size: int = 50
    max_body_bytes: int = 64 * 1024
    sign_ins_a_minute: int = 60
    api_a_minute: int = 600
    public_a_minute: int = 300
    most_listeners: int = 1000


@dataclass(frozen=True, slots=True)
class Paces:
    """``sign_in`` and ``public`` (whoever is not signed in) by network address, ``api`` by account."""

    sign_in: Pace
    api: Pace
    public: Pace


@dataclass(frozen=True)
class Desk:
    """``routers`` are further endpoints under paths of their own, such as intake over HTTP: they answer in JSON, and
    bound the size of what they read themselves. ``dead_letters`` and ``intake`` None: no event log is at hand."""

    store: CaseStore
    state: StateStore
    directory: Directory
    clock: Callable[[], datetime]
    sealer: Sealer
    settings: DeskSettings = field(default_factory=DeskSettings)
    routers: Sequence[APIRouter] = ()
    dead_letters: DeadLetters | None = None
    intake: Intake | None = None
    metrics: DeskMetrics = field(default_factory=DeskMetrics)
    languages: Mapping[str, Language] = field(default_factory=load_languages)
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    ticks: Callable[[], float] = time.monotonic
    """Seconds that never go back, for how often somebody may ask."""
    oidc: OidcProvider | None = None
    """The office's own sign-in. None: passwords only."""
    media: MediaProxy | None = None
    """Fetches pictures of posts. None: their addresses are shown as text."""
    picture_turn: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2))
    """Pictures from strangers that are decoded at the same time."""
    take_tip: Callable[[str, str], None] | None = None
    """Takes a forward (its text, the user who brought it) to the watch; raises StoreDownError. None: no tip box."""
    upload_source: UploadSource | None = None
    """Reads tables of posts and publishes them; None: none are taken."""

    def prepare(self) -> None:
        """Makes the parts that several threads will share, before there are several threads."""
        parts = (self.sessions, self.gate, self.pins, self.casework, self.attachments, self.pages)
        for part in (*parts, self.paces, self.changes, self.claim_changes):
            assert part is not None

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(
            self.state, self.clock, lifetime=self.settings.session_lifetime, idle=self.settings.session_idle
        )

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.state, self.sessions, self.clock, self.hasher, self.sealer)

    @cached_property
    def pins(self) -> Pins:
        return Pins(self.state, self.clock, self.hasher, lifetime=self.settings.pin_lifetime)

    @cached_property
    def casework(self) -> Casework:
        return Casework(self.store, self.state, self.directory, self.clock, self.metrics)

    @cached_property
    def paces(self) -> Paces:
        settings = self.settings
        each = (settings.sign_ins_a_minute, settings.api_a_minute, settings.public_a_minute)
        return Paces(*(Pace(a_minute, self.ticks) for a_minute in each))

    @cached_property
    def changes(self) -> Changes:
        """Of cases."""
        return Changes(CaseChanges(self.store, self.clock), self.settings.most_listeners)

    @cached_property
    def claim_changes(self) -> Changes:
        """Of claims of the watch."""
        return Changes(ClaimChanges(self.state), self.settings.most_listeners)

    @cached_property
    def uploads(self) -> Uploads | None:
        source = self.upload_source
        return None if source is None else Uploads(self.state, self.store, self.sealer, self.clock, source)

    @cached_property
    def private(self) -> Private:
        return Private(self.state, self.sealer, self.clock)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(self.state, self.sealer, self.clock)

    @cached_property
    def pages(self) -> Pages:
        return Pages(self.directory, self.languages, self.clock)

    @cached_property
    def foreign_paths(self) -> tuple[str, ...]:
        """How the paths of ``routers`` begin, each up to its first parameter."""
        routes = (route for router in self.routers for route in router.routes)
        return tuple(sorted({route.path.partition("{")[0] for route in routes if isinstance(route, APIRoute)}))
