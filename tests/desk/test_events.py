"""Open desks are told what changes, only what they may see, whatever process changed it; over a real socket."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from desk.accounts import disable_user
from desk.case_changes import CaseChanges
from desk.events import Changes, Listener
from desk.refusal import Refusal
from desk.serving import DeskServer
from desk.tokens import Scope, add_token
from queues.state import StoreDownError
from queues.store import Visibility
from schemas.case import Case, Status
from schemas.labels import Sensitivity
from tests.desk.office import Office
from tests.queues.factories import NOW, make_case

PATIENCE_SECONDS = 20.0


@dataclass
class Served:
    office: Office
    address: str
    server: DeskServer


@pytest.fixture
def served(office: Office) -> Iterator[Served]:
    with serving(office) as found:
        yield found


@contextmanager
def serving(office: Office) -> Iterator[Served]:
    server = DeskServer(uvicorn.Config(office.app, host="127.0.0.1", port=0, log_config=None), office.desk)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield Served(office, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", server)
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), "it waits for streams that are open"


def until(met: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@dataclass
class Reader:
    """A program that listens; ``events`` are (type, data, id) as they came."""

    served: Served
    name: str
    query: str = ""
    last: str | None = None
    path: str = "/api/v1/events"
    events: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    status: int = 0
    ended: bool = False

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        until(lambda: self.status)

    def _listen(self) -> None:
        headers = bearer(self.served.office, self.name) | ({"Last-Event-ID": self.last} if self.last else {})
        address = f"{self.served.address}{self.path}{self.query}"
        with httpx.stream("GET", address, headers=headers, timeout=PATIENCE_SECONDS) as answer:
            self.status = answer.status_code
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    self.events.append((fields["event"], json.loads(fields["data"]), fields["id"]))
                    fields = {}
        self.ended = True

    @property
    def ids(self) -> list[str]:
        return [data["id"] for type, data, _ in self.events if type == "case"]


def bearer(office: Office, name: str) -> dict[str, str]:
    made = add_token(office.state, name, "test", [Scope.READ], now=office.clock(), lifetime=timedelta(days=1))
    return {"Authorization": f"Bearer {made}"}


def changed(case: Case, at: datetime) -> Case:
    return case.model_copy(update={"changed_at": at})


def file_later(office: Office, *cases: Case) -> None:
    """Files cases as a worker does now, a moment after what was there."""
    office.clock.pass_by(seconds=1)
    office.file(*(changed(case, office.clock()) for case in cases))


def test_a_new_case_and_a_change_of_it_are_told_without_its_words(served: Served) -> None:
    reader = Reader(served, "sita", "?queue=water")
    case = make_case("1", "kal se paani nahi")
    file_later(served.office, case)
    until(lambda: reader.events)
    served.office.clock.pass_by(seconds=2)
    served.office.visitor("sita").send(f"/cases/{case.id}/take")
    until(lambda: len(reader.events) == 2)
    (first, second) = [data for _, data, _ in reader.events]
    assert (first["id"], first["queue"], first["status"], first["assignee"]) == (case.id, "water", "new", None)
    assert (second["id"], second["assignee"], second["revision"]) == (case.id, "sita", 1)
    assert "paani" not in json.dumps(reader.events)


def test_each_is_told_only_of_what_they_may_see_and_nobody_of_what_is_sealed(served: Served) -> None:
    readers = {name: Reader(served, name) for name in ("sita", "mohan", "farah", "chief", "admin")}
    own, watched, other = (
        make_case("own", queue="water"),
        make_case("watched", queue="grievances", watching=["water"]),
        make_case("other", queue="police-control"),
    )
    sealed = make_case("sealed", queue="water").model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    file_later(served.office, sealed, own, watched, other)
    last = make_case("last", queue="water", watching=["police-control"])
    file_later(served.office, last)
    until(lambda: all(last.id in reader.ids for reader in readers.values()))
    seen = {name: set(reader.ids) - {last.id} for name, reader in readers.items()}
    assert seen == {
        "sita": {own.id, watched.id},
        "mohan": {own.id, watched.id},
        "farah": {other.id},
        "chief": {own.id, watched.id, other.id},
        "admin": {own.id, watched.id, other.id},
    }


def test_another_queue_s_events_are_not_to_be_had(served: Served) -> None:
    for query, status in (("?queue=police-control", 404), ("?queue=nowhere", 404), ("?after=x", 422)):
        assert Reader(served, "sita", query).status == status
    stranger = httpx.get(f"{served.address}/api/v1/events")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, "unauthenticated")


def test_who_was_cut_off_goes_on_after_the_last_event(served: Served) -> None:
    reader = Reader(served, "sita")
    first = make_case("1")
    file_later(served.office, first)
    until(lambda: reader.events)
    last = reader.events[-1][2]
    served.office.clock.pass_by(minutes=5)
    missed, hidden = make_case("2"), make_case("3", queue="police-control")
    file_later(served.office, missed, hidden)
    again = Reader(served, "sita", last=last)
    until(lambda: missed.id in again.ids)
    assert again.ids == [first.id, missed.id]
    from_a_page = Reader(served, "sita", f"?after={int(last) + 1}")
    until(lambda: from_a_page.events)
    assert from_a_page.ids == [missed.id]


def test_who_missed_more_than_can_be_told_is_told_so(served: Served) -> None:
    file_later(served.office, *(make_case(str(number)) for number in range(201)))
    after = int((NOW - timedelta(hours=1)).timestamp() * 1000)
    reader = Reader(served, "sita", f"?after={after}")
    until(lambda: reader.events)
    assert [type for type, _, _ in reader.events] == ["missed"]


def test_a_stream_ends_with_the_account_and_keeps_no_session_alive(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.api_events._CHECK_SECONDS", 0.05)
    reader, other = Reader(served, "sita"), Reader(served, "mohan")
    with httpx.Client(base_url=served.address) as browser:
        browser.cookies.update(dict(served.office.visitor("boss").http.cookies))
        with browser.stream("GET", "/api/v1/events") as answer:
            assert answer.status_code == 200
            disable_user(served.office.state, "sita")
            until(lambda: reader.ended)
            assert not other.ended
            served.office.clock.pass_by(hours=3)
            for _ in answer.iter_bytes():
                pass  # it ends by itself: two hours without a page
        assert browser.get("/api/v1/me").status_code == 401


def test_one_account_holds_so_many_streams_and_a_process_so_many() -> None:
    async def joined() -> None:
        changes = Changes(CaseChanges(store=None, clock=lambda: NOW), most=20)  # type: ignore[arg-type] # nobody looks yet
        kept: list[Listener] = [changes.join("sita", Visibility(None)) for _ in range(12)]
        with pytest.raises(Refusal) as own:
            changes.join("sita", Visibility(None))
        kept += [changes.join(f"user{number}", Visibility(None)) for number in range(8)]
        with pytest.raises(Refusal) as all_of_it:
            changes.join("mohan", Visibility(None))
        assert (own.value.status, all_of_it.value.status) == (429, 503)
        changes.leave(kept[0])
        changes.join("mohan", Visibility(None))
        changes.end()
        with pytest.raises(Refusal):
            changes.join("farah", Visibility(None))
        assert all(listener.ended for listener in kept[1:])
        task = changes._task
        assert task is not None
        task.cancel()

    asyncio.run(joined())


def test_who_does_not_take_what_waits_is_told_to_look_again() -> None:
    listener = Listener("sita", Visibility(None))
    for number in range(250):
        listener.tell(b"event: case\n\n", str(number))
    assert len(listener.waiting) <= 100
    assert listener.waiting[0].startswith(b"event: missed\n")


def test_a_desk_that_is_told_to_stop_does_not_wait_for_open_pages(tmp_path: Path) -> None:
    office = Office(tmp_path / "cases.db")
    with serving(office) as found:
        reader = Reader(found, "sita")
        found.server.should_exit = True
        until(lambda: reader.ended)
    office.close()


def test_a_store_that_is_down_is_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(served, "sita")
    search, broken = served.office.store.search, threading.Event()

    def down(*given: Any, **named: Any) -> Any:
        if broken.is_set():
            return search(*given, **named)
        broken.set()
        raise StoreDownError("gone for a moment")

    monkeypatch.setattr(served.office.store, "search", down)
    until(broken.is_set)
    case = make_case("1", status=Status.NEW)
    file_later(served.office, case)
    until(lambda: reader.ids == [case.id])
