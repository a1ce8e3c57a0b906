"""What subscribers are told: signed, all of it, in each case's order, and again when asked."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from queues import acts
from queues.audit import write_cases
from queues.lifecycle import Actor, Party
from queues.revising import revise
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.store import MAX_PAGE
from schemas.case import Case, HistoryEntry
from schemas.entry import Name
from schemas.keeping import Subscriber
from schemas.labels import Sensitivity
from streams.case_events import LEASE, SETTLED, SUBSCRIBER, CaseEvents, Key, replay, subscriber_standings
from streams.clock import Notice, Sweep
from streams.day_of_events import events_between, events_csv
from streams.sources.signing import Stamp
from sunwai import assembly
from sunwai.checks import check_office
from sunwai.settings import Settings, SettingsError
from tests.conftest import PROJECT
from tests.pipeline.office import OfficeUnderTest
from tests.queues.factories import make_case
from tests.streams.overdue import OFFICE
from tests.x_server import Clock

KEY = Key(b"the key of the portal")
SITA = Actor("sita", Party.OFFICER)
PORTAL = Subscriber(code="portal", name=Name(en="Portal"), url="https://portal.example/hook?secret=in-the-address")


class Portal:
    """Keeps what it was told; ``answers`` are given once each, then 200, or 503 after ``most`` requests. Checks every
    signature."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answers: list[Callable[[], httpx.Response]] = []
        self.requests = 0
        self.most: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        assert Stamp.of(request.headers).fits(KEY.value, request.content)
        if self.answers:
            return self.answers.pop(0)()
        if self.most is not None and self.requests > self.most:
            return httpx.Response(503)
        self.events += json.loads(request.content)["events"]
        return httpx.Response(204)

    def acts(self, case: Case) -> list[str]:
        return [event["act"] for event in self.events if event["case"] == case.id]


class Office:
    def __init__(self, folder: Path):
        self.store = SqliteCaseStore(folder / "cases.db")
        self.state = SqliteStateStore(folder / "cases.db")
        self.clock, self.portal = Clock(), Portal()
        self.tell = self.worker()
        assert self.tell() == 0, "a new subscriber is told from now on"
        self.clock.advance(1)

    def worker(self, subscriber: Subscriber = PORTAL) -> CaseEvents:
        http = httpx.Client(transport=httpx.MockTransport(self.portal))
        return CaseEvents(self.store, self.state, [(subscriber, KEY)], self.clock, http)

    def file(self, id: str = "1", queue: str = "water") -> Case:
        now = self.clock()
        opened = HistoryEntry(at=now, by="model:m", act="opened", detail="words of a reason")
        case = make_case(id, queue=queue, due_at=None).model_copy(update={"history": (opened,), "changed_at": now})
        assert all(write_cases(self.store, [(brought_forward(case, OFFICE), None)]))
        return case

    def act(self, case: Case, change: Callable[[Case], Case]) -> None:
        self.clock.advance(1)
        revise(self.store, OFFICE, lambda: self.store.cases([case.id])[case.id], change)

    def start(self, case: Case) -> None:
        self.act(case, lambda standing: acts.start(standing, SITA, self.clock()))

    def note(self, case: Case, text: str = "रामू का फ़ोन") -> None:
        self.act(case, lambda standing: acts.note(standing, SITA, self.clock(), text=text))

    def later(self) -> int:
        self.clock.advance(SETTLED.total_seconds() + 1)
        return self.tell()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.state.close()
    made.store.close()


def test_each_act_is_told_once_in_its_order_without_names_or_words(office: Office) -> None:
    first, second = office.file("1"), office.file("2")
    office.start(first)
    office.note(first)
    assert office.tell() == 0, "not before every search has it"
    assert office.later() == 4
    office.note(first, "और एक")
    assert (office.later(), office.later()) == (1, 0)
    assert office.portal.acts(first) == ["opened", "started", "noted", "noted"]
    assert office.portal.acts(second) == ["opened"]
    assert len({event["id"] for event in office.portal.events}) == 5
    told = json.dumps(office.portal.events, ensure_ascii=False)
    assert not [word for word in ("sita", "रामू", "reason", "paani") if word in told]
    assert office.portal.events[-1]["status"] == "in_progress"


def test_of_a_sealed_case_number_status_and_times_are_told(office: Office) -> None:
    case = office.file()
    found = office.store.cases([case.id])[case.id]
    assert all(
        office.store.write_cases(
            [(found.case.model_copy(update={"sensitivity": (Sensitivity.CHILD,), "place": "rampura"}), found.version)]
        )
    )
    assert office.later() == 1
    [event] = office.portal.events
    assert (event["docket"], event["status"]) == (case.docket, "new")
    assert (event["queue"], event["type"], event["place"]) == (None, None, None)
    day = events_csv(events_between(office.store, office.clock() - timedelta(days=1), office.clock()))
    assert case.docket is not None
    assert case.docket in day and "rampura" not in day and "water" not in day


def _cut() -> httpx.Response:
    raise httpx.ReadError("cut")


@pytest.mark.parametrize("answer", [lambda: httpx.Response(503), lambda: httpx.Response(302), _cut])
def test_one_that_is_away_is_told_of_all_of_it_later(office: Office, answer: Callable[[], httpx.Response]) -> None:
    case = office.file()
    office.portal.answers = [answer] * 3
    assert office.later() == 0
    assert office.tell() == 0
    assert office.portal.requests == 1, "it is not asked again at once"
    [standing] = subscriber_standings(office.state)
    assert standing.tries == 1
    assert "secret" not in standing.last_error
    office.start(case)
    for _ in range(40):
        office.later()
    assert office.portal.acts(case) == ["opened", "started"]
    assert subscriber_standings(office.state)[0].tries == 0


def test_more_than_a_page_at_the_same_moment(office: Office) -> None:
    cases = [office.file(str(number)) for number in range(1, 251)]
    assert office.later() == 250
    assert {event["case"] for event in office.portal.events} == {case.id for case in cases}
    assert office.portal.requests == 3


def test_a_subscriber_of_some_queues_is_told_of_those(office: Office) -> None:
    office.file("1", "water"), office.file("2", "power")
    office.tell = office.worker(PORTAL.model_copy(update={"queues": ("power",)}))
    assert office.later() == 1
    assert office.portal.events[0]["queue"] == "power"


def test_two_workers_do_not_tell_the_same_at_once_and_one_that_was_killed_is_waited_out(office: Office) -> None:
    case = office.file()
    other = office.worker()

    def killed() -> httpx.Response:
        assert other() == 0, "the first has it"
        raise KeyboardInterrupt

    office.portal.answers = [killed]
    with pytest.raises(KeyboardInterrupt):
        office.later()
    assert other() == 0
    office.clock.advance(LEASE.total_seconds() + 1)
    assert other() == 1
    assert office.portal.acts(case) == ["opened"]


def test_all_of_it_is_told_again_when_asked(office: Office) -> None:
    begun = office.clock()
    case = office.file()
    office.start(case)
    assert office.later() == 2
    assert replay(office.state, "portal", begun)
    assert not replay(office.state, "nobody", begun)
    office.later()
    assert office.portal.acts(case) == ["opened", "started"] * 2
    ids = [event["id"] for event in office.portal.events]
    assert ids[:2] == ids[2:]
    assert subscriber_standings(office.state)[0].told == 4


def test_a_replay_that_comes_in_between_is_not_overwritten(office: Office) -> None:
    office.file()

    def asked() -> httpx.Response:
        assert replay(office.state, "portal", office.clock() - timedelta(hours=1))
        return httpx.Response(204)

    office.portal.answers = [asked]
    assert office.later() == 0
    assert office.later() == 1


@pytest.mark.parametrize(
    "url", ["http://portal.example/hook", "ftp://portal.example", "https://", "http://127.0.0.1.example/"]
)
def test_events_go_over_tls_only(url: str) -> None:
    with pytest.raises(ValidationError):
        Subscriber(code="portal", name=Name(en="Portal"), url=url)


def test_the_key_is_never_shown(office: Office) -> None:
    assert "the key" not in repr(office.tell)
    assert office.state.get(SUBSCRIBER, "portal") is not None


def test_a_worker_says_before_it_starts_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = (PROJECT / "departments.yaml").read_text(encoding="utf-8")
    entry = "subscribers:\n  - {code: state-portal, name: {en: Portal}, url: 'https://portal.example/hook'}\n"
    (tmp_path / "departments.yaml").write_text(f"{example}\n{entry}", encoding="utf-8")
    whole = assembly.Office(Settings(data=tmp_path, directory=tmp_path / "departments.yaml"))
    with pytest.raises(SettingsError, match="SUNWAI_SUBSCRIBER_STATE_PORTAL_KEY"):
        check_office(whole)
    monkeypatch.setenv("SUNWAI_SUBSCRIBER_STATE_PORTAL_KEY", "k")
    check_office(whole)
    for wrong in (Settings(data=tmp_path, x_send=True), Settings(data=tmp_path, meta_send=True)):
        with pytest.raises(SettingsError, match="accounts_file"):
            check_office(assembly.Office(wrong))


def test_a_day_of_events_is_a_table_of_what_subscribers_are_told(office: Office) -> None:
    office.clock.advance(3600)
    start = office.clock()
    one = office.file("1")
    office.clock.advance(1)
    other = office.file("2", queue="grievances")
    office.start(one)
    office.note(other, "=HYPERLINK()")
    office.clock.advance(86_400)
    office.note(one, "of the day after")
    office.later()
    events = events_between(office.store, start, start + timedelta(days=1))
    told = [event for event in office.portal.events if event["at"] < (start + timedelta(days=1)).isoformat()]
    assert sorted(event.id for event in events) == sorted(event["id"] for event in told)
    rows = list(csv.DictReader(StringIO(events_csv(events))))
    assert [(row["act"], row["queue"]) for row in rows] == [
        ("opened", "water"),
        ("opened", "grievances"),
        ("started", "water"),
        ("noted", "grievances"),
    ]
    assert rows[0]["docket"] == one.docket
    assert "HYPERLINK" not in events_csv(events), "nobody's words"
    after = start + timedelta(days=1)
    assert [event.act for event in events_between(office.store, after, after + timedelta(days=2))] == ["noted"]


def test_the_command_writes_the_day_of_the_office(tmp_path: Path) -> None:
    under_test = OfficeUnderTest(tmp_path / "data")
    with under_test.parts() as parts:
        now = parts.clock()
        opened = HistoryEntry(at=now, by="model:m", act="opened")
        case = make_case("1", due_at=None).model_copy(update={"history": (opened,), "changed_at": now})
        assert all(write_cases(parts.store, [(case, None)]))
        today = now.astimezone(parts.directory.zone).date().isoformat()
    under_test.sunwai("report", "events", "--date", today, "--output", str(tmp_path / "day.csv"))
    [row] = csv.DictReader((tmp_path / "day.csv").read_text(encoding="utf-8").splitlines())
    assert (row["act"], row["case"]) == ("opened", case.id)


def test_cases_of_one_moment_on_two_pages_are_all_told_though_it_was_away_between_them(office: Office) -> None:
    cases = [office.file(str(number)) for number in range(150)]
    office.portal.most = 1
    office.later()
    assert len({event["case"] for event in office.portal.events}) == 100
    office.portal.most = None
    office.clock.advance(3600)
    office.tell()
    assert {event["case"] for event in office.portal.events} == {case.id for case in cases}
    office.clock.advance(3600)
    assert office.tell() == 0


def test_what_a_long_sweep_does_at_last_is_told_too(office: Office) -> None:
    """Half of it is written after subscribers were told of the first half."""
    cases = [brought_forward(make_case(str(number)), OFFICE) for number in range(2 * MAX_PAGE)]
    assert all(write_cases(office.store, [(settled(case, OFFICE), None) for case in cases]))
    office.clock.advance(200 * 24 * 3600)

    def meanwhile(notices: Sequence[Notice]) -> None:
        assert notices
        office.later()

    Sweep(office.store, OFFICE, meanwhile, office.clock)()
    while office.later():
        pass
    escalated = {event["case"] for event in office.portal.events if event["act"] == "escalated"}
    assert len(escalated) == 2 * MAX_PAGE
