"""What ``bench.desk`` fills and what it then asks for: whose pages, which cases, which words."""

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import httpx
from argon2 import PasswordHasher

from bench.filled_office import BATCH, OfficeMaker, fill, is_filled, officers_of
from classifiers.corpus import shipped_training
from desk.accounts import Role, add_user, set_sealed
from desk.listing import OPEN
from queues.store import EVERYTHING, MOST_COUNTED, CaseQuery, Visibility
from sunwai.assembly import Office, utc_now
from sunwai.settings import Settings

__all__ = ["PASSWORD", "Pages", "filled", "settings_of"]

PASSWORD = "a password of the bench"
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_ASKING = 2
"""Officers of each queue who ask; the others are there, as lists of colleagues are made of them."""
_FILLED = "bench-filled"
_WORDS = 40
"""The most common words that are in fewer cases than are counted."""
_LATER = 20
"""The page of a queue that "a later page" is."""
_DIRECTORY = Path(__file__).parent.parent / "departments.yaml"


def settings_of(folder: Path, store: str, cases: int) -> Settings:
    """An index is named after the number of its cases, so that it is found again."""
    namespace = f"bench-desk-{cases}" if store else ""
    return Settings(data=folder, store=store, namespace=namespace, store_replicas=0, directory=_DIRECTORY)


def filled(settings: Settings, cases: int) -> str:
    """Fills the office unless it is full, going on where an earlier run was broken off; says which, and what it takes
    on the disk."""
    office = Office(settings)
    office.directory  # noqa: B018 - says what is wrong with it before there are processes
    mark = office.state.get(_FILLED, "cases")
    if mark is None:
        _people(office)
        begun = {"cases": cases, "at": utc_now().timestamp()}
        mark = office.state.create(_FILLED, "cases", begun, state="filling")
    if mark.value["cases"] != cases:
        raise SystemExit(f"{settings.data} holds {mark.value['cases']:,} cases; give another --folder")
    started, said = time.perf_counter(), "was filled before"
    if mark.state == "filling":
        _fill(settings, mark.value["at"], cases)
        office.state.replace(mark, mark.value, state="full")
        said = f"filled {cases:,} cases in {time.perf_counter() - started:.0f} s"
    office.close()
    if settings.store:
        return said
    size = sum(path.stat().st_size for path in settings.data.rglob("*") if path.is_file())
    return f"{said}; {size / 1e9:.2f} GB in {settings.data}, {size / cases / 1000:.1f} kB a case"


def _fill(settings: Settings, at: float, cases: int) -> None:
    """In as many processes as there are processors, batch by batch in turn: numbers in the file grow with time."""
    shares = os.cpu_count() or 1
    with ProcessPoolExecutor(shares, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_fill_share, settings, at, cases, share, shares) for share in range(shares)]
        for job in jobs:
            job.result()


def _fill_share(settings: Settings, at: float, cases: int, share: int, shares: int) -> None:
    office = Office(settings)
    gc.disable()  # nothing made here refers back to itself, and looking for what does takes half of the time
    maker = OfficeMaker(office.directory, datetime.fromtimestamp(at, UTC), cases)
    for first in range(share * BATCH, cases, shares * BATCH):
        if not is_filled(office.store, first):
            fill(office.store, maker, range(first, min(cases, first + BATCH)))
    office.close()


def _people(office: Office) -> None:
    """``chief``, who has every queue, and the officers of each queue; every tenth has two others besides."""
    known = office.directory.queues

    def add(name: str, role: Role, own: list[str] | None) -> None:
        add_user(office.state, name, PASSWORD, role, own, known_queues=known, hasher=_CHEAP)

    add("chief", Role.SUPERVISOR, None)
    set_sealed(office.state, "chief", True)
    queues = [*known]
    for place, (queue, names) in enumerate(officers_of(office.directory).items()):
        others = [queues[(place + step) % len(queues)] for step in (1, 2)]
        for name in names:
            add(name, Role.OFFICER, [queue, *(others if name.endswith("0") else ())])


class Pages:
    """The pages that are asked for, each with how often, and for each request a path and a user."""

    def __init__(self, office: Office):
        """Looks up in the store which cases and words there are."""
        officers = officers_of(office.directory)
        self._officers = [(name, queue) for queue, names in officers.items() for name in names[:_ASKING]]
        self._officers = [(name, queue) for name, queue in self._officers if _page(office, queue)]
        self._queues = sorted({queue for _, queue in self._officers})
        self._cases = {queue: _page(office, queue) for queue in self._queues}
        self._later = {queue: _later(office, queue) for queue in self._queues}
        by_found = _words(office)
        self._some = [word for word, found in by_found.items() if found < MOST_COUNTED][:_WORDS]
        self._common = [word for word, found in by_found.items() if found >= MOST_COUNTED] or self._some
        self._types = sorted({type for queue in office.directory.queues.values() for type in queue.types})
        self._pages: Mapping[str, tuple[int, Callable[[Random], tuple[str, str]]]] = {
            "first page": (4, lambda r: ("/", self._officer(r)[0])),
            "queue": (24, lambda r: self._queue(r, "")),
            "queue, a later page": (3, self._later_page),
            "queue, what is late": (5, lambda r: self._queue(r, "?show=late")),
            "queue, nobody's": (3, lambda r: self._queue(r, "?show=free")),
            "queue, of one status": (5, lambda r: self._queue(r, f"?status={r.choice(['new', 'assigned', 'closed'])}")),
            "queue, by a supervisor of all": (4, lambda r: (f"/queues/{r.choice(self._queues)}", "chief")),
            "case": (30, self._case),
            "cases similar to it": (1, lambda r: _with(self._case(r), "/similar")),
            "search, what is open": (3, lambda _: _search("is:open", "chief")),
            "search, a word, by an officer": (3, lambda r: _search(r.choice(self._some), self._officer(r)[0])),
            "search, a word": (4, lambda r: _search(r.choice(self._some), "chief")),
            "search, two words": (3, lambda r: _search(" ".join(r.sample(self._some, 2)), "chief")),
            "search, a word and a type": (
                3,
                lambda r: _search(f"{r.choice(self._some)} type:{r.choice(self._types)}", "chief"),
            ),
            "search, a word in over 20,000": (2, lambda r: _search(f"{r.choice(self._common)} is:any", "chief")),
            "search, a type among all": (1, lambda r: _search(f"type:{r.choice(self._types)} is:any", "chief")),
            "review": (1, lambda _: ("/review", "chief")),
            "overview": (1, lambda _: ("/overview", "chief")),
        }

    @property
    def names(self) -> list[str]:
        return [*self._pages]

    def any(self, random: Random) -> tuple[str, str, str]:
        """(page, path, user)."""
        (page,) = random.choices(self.names, [often for often, _ in self._pages.values()])
        return page, *self.one(page, random)

    def one(self, page: str, random: Random) -> tuple[str, str]:
        """(path, user)."""
        return self._pages[page][1](random)

    def sessions(self, address: str) -> dict[str, str]:
        """The cookie header of everybody who asks, signed in."""
        return {user: _signed_in(address, user) for user in ("chief", *(name for name, _ in self._officers))}

    def _officer(self, random: Random) -> tuple[str, str]:
        return random.choice(self._officers)

    def _queue(self, random: Random, how: str) -> tuple[str, str]:
        officer, queue = self._officer(random)
        return f"/queues/{queue}{how}", officer

    def _later_page(self, random: Random) -> tuple[str, str]:
        """The first page of a queue that has no other."""
        officer, queue = self._officer(random)
        cursor = self._later[queue]
        return f"/queues/{queue}{f'?cursor={cursor}' if cursor else ''}", officer

    def _case(self, random: Random) -> tuple[str, str]:
        officer, queue = self._officer(random)
        return f"/cases/{random.choice(self._cases[queue])}", officer


def _signed_in(address: str, user: str) -> str:
    with httpx.Client(base_url=address, timeout=60) as client:
        secret = client.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
        answer = client.post("/sign-in", data={"csrf": secret, "name": user, "password": PASSWORD})
        assert answer.status_code == 303, f"{user}: {answer.status_code}"
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _search(text: str, user: str) -> tuple[str, str]:
    return f"/search?{urlencode({'q': text})}", user


def _with(asked: tuple[str, str], tail: str) -> tuple[str, str]:
    return asked[0] + tail, asked[1]


def _page(office: Office, queue: str) -> list[str]:
    """Ids of the most pressing cases that an officer of the queue sees."""
    query = CaseQuery(queues=(queue,), statuses=OPEN, limit=500)
    return [each.case.id for each in office.store.search(query, _officers_view(queue)).cases]


def _later(office: Office, queue: str) -> str:
    """The cursor of a page some way down, or the last that there is."""
    cursor = ""
    for _ in range(_LATER):
        query = CaseQuery(queues=(queue,), statuses=OPEN, limit=50, cursor=cursor or None)
        found = office.store.search(query, _officers_view(queue)).cursor
        if found is None:
            break
        cursor = found
    return cursor


def _officers_view(queue: str) -> Visibility:
    return Visibility(frozenset({queue}))


def _words(office: Office) -> dict[str, int]:
    """Words of the corpus, from the most common on, each with how many open cases have it."""
    rows = shipped_training()
    counted = Counter(
        word for row in rows for word in set(row.text.lower().split()) if word.isalpha() and len(word) > 3
    )
    words = [word for word, _ in counted.most_common(200)]
    return {word: office.store.tally(CaseQuery(text=(word,), statuses=OPEN), EVERYTHING, []).total for word in words}
