"""What a desk is made of: everything it needs comes in through here, nothing is global."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from fastapi import APIRouter
from fastapi.routing import APIRoute

from desk.auth import Gate
from desk.casework import Casework
from desk.languages import Language, load_languages
from desk.metrics import DeskMetrics
from desk.pages import Pages
from desk.sessions import Sessions
from queues.state import StateStore
from queues.store import CaseStore
from schemas.directory import Directory

__all__ = ["Desk", "DeskSettings"]


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Knobs of a desk. ``secure_cookies``: cookies go only over HTTPS, and browsers are told to stay there."""

    session_lifetime: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(hours=2)
    secure_cookies: bool = False
    page_size: int = 50
    max_body_bytes: int = 64 * 1024


@dataclass(frozen=True)
class Desk:
    """``routers`` are further endpoints under paths of their own, such as intake over HTTP: they answer in JSON, and
    bound the size of what they read themselves."""

    store: CaseStore
    state: StateStore
    directory: Directory
    clock: Callable[[], datetime]
    settings: DeskSettings = field(default_factory=DeskSettings)
    routers: Sequence[APIRouter] = ()
    metrics: DeskMetrics = field(default_factory=DeskMetrics)
    languages: Mapping[str, Language] = field(default_factory=load_languages)
    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def prepare(self) -> None:
        """Makes the parts that several threads will share, before there are several threads."""
        for part in (self.sessions, self.gate, self.casework, self.pages):
            assert part is not None

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(
            self.state, self.clock, lifetime=self.settings.session_lifetime, idle=self.settings.session_idle
        )

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.state, self.sessions, self.clock, self.hasher)

    @cached_property
    def casework(self) -> Casework:
        return Casework(self.store, self.clock, self.metrics)

    @cached_property
    def pages(self) -> Pages:
        return Pages(self.directory, self.languages, self.clock)

    @cached_property
    def foreign_paths(self) -> tuple[str, ...]:
        """How the paths of ``routers`` begin, each up to its first parameter."""
        routes = (route for router in self.routers for route in router.routes)
        return tuple(sorted({route.path.partition("{")[0] for route in routes if isinstance(route, APIRoute)}))
