"""A whole desk in process on real stores, and people who visit it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI

from desk.accounts import Role, add_user
from desk.app import Desk, DeskSettings, create_app
from desk.dead_letters import DeadLetters
from desk.intake import Intake
from desk.languages import load_languages
from desk.media import MediaProxy
from desk.oidc import OidcProvider
from desk.tables import UploadSource
from queues.seal import Sealer
from schemas.case import Case
from schemas.directory import Directory, Name, Place, PlaceKind
from streams.log import EventLog
from sunwai.desk_uploads import LogUploads
from sunwai.settings import Settings
from sunwai.stores import Stores, open_stores
from tests.queues.directories import small_directory
from tests.queues.factories import NOW

PASSWORD = "a long password"
ADDRESS = "192.0.2.10"
LANGUAGES = load_languages()
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 with the least work: tests are about who gets in, not about how long guessing takes."""

SEALER = Sealer(bytes(range(32)))

PEOPLE: Mapping[str, tuple[Role, Sequence[str] | None]] = {
    "sita": (Role.OFFICER, ["water"]),
    "mohan": (Role.OFFICER, ["water", "grievances"]),
    "farah": (Role.OFFICER, ["police-control"]),
    "boss": (Role.SUPERVISOR, ["water"]),
    "chief": (Role.SUPERVISOR, None),
    "watcher": (Role.WATCH, ["water"]),
    "admin": (Role.ADMINISTRATOR, None),
    "reader": (Role.AUDITOR, None),
    "inspector": (Role.AUDITOR, ["water"]),
}


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def hindi_directory() -> Directory:
    """The small office with a Hindi name for its water queue and for a place."""
    directory = small_directory()
    water, *others = directory.departments
    queue = water.queues[0].model_copy(update={"name": Name(en="Water", hi="जलापूर्ति शाखा")})
    place = Place(code="rampura", name=Name(en="Rampura", hi="रामपुरा"), kind=PlaceKind.TOWN)
    named = water.model_copy(update={"queues": (queue,)})
    return directory.model_copy(update={"departments": (named, *others), "places": (*directory.places, place)})


class Visitor:
    """A browser or a program: keeps cookies, follows nothing by itself."""

    def __init__(self, app: FastAPI, *, address: str = ADDRESS, base: str = "http://desk.example"):
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, client=(address, 40000), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=base)

    def ask(self, method: str, path: str, **parts: Any) -> httpx.Response:
        return self._runner.run(self.http.request(method, path, **parts))

    def get(self, path: str, **parts: Any) -> httpx.Response:
        return self.ask("GET", path, **parts)

    def send(self, path: str, seen_on: str = "/", **fields: str) -> httpx.Response:
        """A form as a browser sends it, with the secret of the page ``seen_on``."""
        return self.ask("POST", path, data={"csrf": self.secret(seen_on), **fields})

    def secret(self, page: str = "/") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page).text)
        assert found is not None
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return self.send("/sign-in", seen_on="/sign-in", name=name, password=password, **fields)

    def act(self, path: str, etag: str | None, **headers: str) -> httpx.Response:
        """An act through the API, with the session's secret."""
        given = {"X-CSRF-Token": self.get("/api/v1/me").json()["csrf_token"], **headers}
        return self.ask("POST", path, headers=given if etag is None else {"If-Match": etag, **given})

    def close(self) -> None:
        self._runner.run(self.http.aclose())
        self._runner.close()


@dataclass
class Office:
    """``people`` of PEOPLE are there from the start."""

    path: Path
    settings: DeskSettings = field(default_factory=DeskSettings)
    routers: Sequence[APIRouter] = ()
    dead_letters: DeadLetters | None = None
    media: MediaProxy | None = None
    upload_source: UploadSource | None = None
    intake: Intake | None = None
    oidc: OidcProvider | None = None
    stores: Stores | None = None
    """None: embedded ones, in the folder of ``path``."""

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.tips: list[tuple[str, str]] = []
        self._stores = self.stores or open_stores(Settings(data=self.path.parent))
        self.store, self.state = self._stores.cases, self._stores.state
        self.directory = hindi_directory()
        for name, (role, queues) in PEOPLE.items() if not self.state.count("user") else ():
            add_user(self.state, name, PASSWORD, role, queues, known_queues=self.directory.queues, hasher=CHEAP)
        self._visitors: list[Visitor] = []
        self.use(self.directory)

    def use(self, directory: Directory) -> None:
        """Opens the desk with another directory: for visitors that come from now on."""
        self.directory = directory
        self.desk = Desk(
            store=self.store,
            state=self.state,
            directory=directory,
            clock=self.clock,
            sealer=SEALER,
            settings=self.settings,
            routers=self.routers,
            dead_letters=self.dead_letters,
            upload_source=self.upload_source,
            intake=self.intake,
            languages=LANGUAGES,
            hasher=CHEAP,
            ticks=lambda: self.clock().timestamp(),
            media=self.media,
            oidc=self.oidc,
            take_tip=lambda text, by: self.tips.append((text, by)),
        )
        self.app = create_app(self.desk)

    def visitor(self, name: str | None = None, **how: Any) -> Visitor:
        """Somebody with a browser of their own; ``name``: signed in."""
        visitor = Visitor(self.app, **how)
        self._visitors.append(visitor)
        if name is not None:
            assert visitor.sign_in(name).status_code == 303
        return visitor

    def file(self, *cases: Case) -> None:
        assert all(self.store.write_cases([(case, None) for case in cases]))

    def file_again(self, id: str, **fields: object) -> None:
        """The case as something else has made it meanwhile."""
        found = self.store.cases([id])[id]
        assert all(self.store.write_cases([(found.case.model_copy(update=fields), found.version)]))

    def case(self, id: str) -> Case:
        return self.store.cases([id])[id].case

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.close()
        self._stores.close()


def no_uploads() -> LogUploads:
    """For a desk that reads tables and takes none: there is no log."""

    def no_log() -> EventLog:
        raise AssertionError("nothing is taken here")

    return LogUploads(no_log, lambda: NOW, ZoneInfo("Asia/Kolkata"))
