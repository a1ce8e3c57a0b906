"""Each morning officers are told of their cases, in-charges of their departments, and nobody twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.accounts import Role, add_user, find_account
from desk.leave import set_leave
from desk.sessions import Sessions
from queues.presence import last_signed_in, note_signed_in
from queues.sheets import find_sheet, make_due
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from schemas.case import Case, Status
from schemas.labels import Sensitivity, Urgency
from schemas.service import Times
from streams.channels import Message
from streams.notices import NoticeKind
from streams.relaying import Recipient, Relaying
from sunwai.morning import Morning
from tests.desk.office import CHEAP, PASSWORD
from tests.queues.factories import make_case
from tests.streams.overdue import OFFICE as STEEP
from tests.streams.phone import Phone

OFFICE = STEEP.model_copy(update={"times": Times(dormant=72)})
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MORNING = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)  # half past six in India
PEOPLE = {"sita": ["water"], "farah": ["police-control"]}


class Office:
    """What the worker does each minute, over embedded stores, with two officers."""

    def __init__(self, folder: Path):
        self.store, self.state = SqliteCaseStore(folder / "cases.db"), SqliteStateStore(folder / "cases.db")
        self.now = MORNING
        self.phone = Phone()
        for name, queues in PEOPLE.items():
            add_user(self.state, name, PASSWORD, Role.OFFICER, queues, known_queues=OFFICE.queues, hasher=CHEAP)

    def clock(self) -> datetime:
        return self.now

    def file(self, *cases: Case) -> None:
        made = [settled(brought_forward(case, OFFICE), OFFICE) for case in cases]
        assert all(self.store.write_cases([(case, None) for case in made]))

    def relaying(self, *to: str, **fields: Any) -> Relaying:
        recipient = Recipient("phone", self.phone, to=frozenset(to), **fields)
        return Relaying(self.state, self.store, OFFICE, self.clock, [recipient])

    def tick(self) -> None:
        make_due(self.store, self.state, OFFICE, self.now, hour=6)
        Morning(self.store, self.state, OFFICE, self.clock, 6)()

    def heard(self, *to: str, **fields: Any) -> list[Message]:
        """What a channel for these hears from now on, looked at again and again."""
        self.phone.said.clear()
        relaying = self.relaying(*to, **fields)
        for _ in range(3):
            self.tick()
            relaying()
            self.now += timedelta(minutes=2)
        return [*self.phone.said]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.state.close()
    office.store.close()


def case(id: str, hours_left: float, **fields: Any) -> Case:
    """A case of sita's, or of ``assignee``, whose time is over in so many hours."""
    received = MORNING + timedelta(hours=hours_left - 504)
    held = {"assignee": "sita", "status": Status.ASSIGNED, "answered_at": received}
    return make_case(id, received_at=received, due_at=None).model_copy(update={**held, **fields})


def test_an_officer_is_told_of_their_open_cases_what_is_due_today_and_what_is_late_once(office: Office) -> None:
    late, today, later = case("1", -30), case("2", 3), case("3", 60)
    closed, other = case("4", -5, status=Status.CLOSED), case("5", -5, assignee="farah")
    sealed = case("6", 2, sensitivity=(Sensitivity.CHILD,))
    office.file(late, today, later, closed, other, sealed)
    [message] = office.heard("sita", language="en")
    lines = message.body.splitlines()
    assert message.title == "Sunwai: your cases, 02.07.2026"
    assert lines[0] == "Open 4, Due today 2, Late 1"
    assert [line.split(":")[0] for line in lines[1:]] == [each.docket for each in (late, sealed, today, later)]
    assert lines[1].endswith("1 day late, Water supply")
    assert lines[2].endswith("2 h left"), "of a sealed case its number and times"
    assert late.posts[0].text not in message.body
    office.now = MORNING + DAY
    assert len(office.heard("sita", language="en")) == 1, "and the next morning again"


def test_it_comes_in_the_language_of_the_channel_and_only_to_who_is_named(office: Office) -> None:
    office.file(case("1", -30, urgency=Urgency.CRITICAL, accepted_by="sita"))
    note_signed_in(office.state, "sita", ["water"], MORNING)
    assert office.heard() == [], "no channel is told by chance what is one officer's"
    assert office.heard("officer") == []
    office.now = MORNING + DAY
    [message] = office.heard("sita")
    assert "खुले 1" in message.body


def test_who_is_on_leave_or_has_nothing_hears_nothing_and_nobody_before_the_hour(office: Office) -> None:
    office.file(case("1", -30))
    set_leave(office.state, "sita", MORNING - HOUR, MORNING + 9 * HOUR)
    office.now = MORNING - 2 * HOUR
    assert office.heard("sita", "in_charge") == []
    office.now = MORNING
    assert office.heard("sita", "farah") == []


def test_a_kill_while_it_is_said_makes_nobody_hear_it_twice_and_a_channel_that_is_down_hears_it_later(
    office: Office,
) -> None:
    office.file(case("1", -30))
    office.tick()
    office.phone.dies = True
    with pytest.raises(KeyboardInterrupt):
        office.relaying("sita")()
    office.phone.dies = False
    office.now += 5 * timedelta(minutes=1)
    assert office.heard("sita") == []
    office.now = MORNING + DAY
    office.phone.is_down = True
    assert office.heard("sita") == []
    office.phone.is_down = False
    office.now += timedelta(minutes=10)
    assert len(office.heard("sita")) == 1


def test_killed_before_the_sheet_is_marked_as_told_it_hands_out_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.file(case("1", -30))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sunwai.morning.mark_told", die)
        with pytest.raises(KeyboardInterrupt):
            office.tick()
    assert len(office.heard("sita")) == 1
    office.tick()
    assert office.heard("sita") == []


def test_an_in_charge_gets_the_sheet_of_the_department_and_the_district_head_the_whole(office: Office) -> None:
    office.file(case("1", 504 - 10), case("2", 504 - 10, queue="police-control"))
    [own] = office.heard("in_charge", queues=frozenset({"water"}), language="en")
    assert own.title == "Sunwai: Morning sheet, Water Board, 01.07.2026"
    assert own.body.splitlines()[1].startswith("Received 1,")
    office.now = MORNING + DAY
    [whole] = office.heard("district_head", kinds=frozenset({NoticeKind.SHEET}), language="en")
    assert whole.body.startswith("Sundarpur: 02.07.2026")


def test_a_dormant_queue_is_told_to_who_stands_above_it_once_in_each_period_and_higher_then(office: Office) -> None:
    office.file(case("1", 504 - 24 * 5, assignee=None, status=Status.NEW, answered_at=None))
    heard: list[list[str]] = []
    for day in range(5):
        office.now = MORNING + day * DAY
        said = office.heard("in_charge", "district_head", kinds=frozenset({NoticeKind.NOTICE}), language="en")
        heard.append([f"{json.loads(message.content)['to']}: {message.body}" for message in said])
    told = "Water: nobody has ever signed in, nothing was ever answered (1 case)"
    assert heard == [[f"in_charge: {told}"], [], [], [f"district_head: {told}"], []]
    sheet = find_sheet(office.state, (MORNING + 3 * DAY).date())
    assert sheet is not None and [queue.days for queue in sheet.dormant] == [5]


def test_that_an_officer_signs_in_is_kept_and_that_an_administrator_does_is_not(office: Office) -> None:
    add_user(office.state, "admin", PASSWORD, Role.ADMINISTRATOR, None, known_queues=OFFICE.queues, hasher=CHEAP)
    sessions = Sessions(office.state, office.clock, lifetime=DAY, idle=DAY)
    for name in ("sita", "admin"):
        account = find_account(office.state, name)
        assert account is not None
        sessions.begin(account)
    assert last_signed_in(office.state, OFFICE.queues) == {"water": MORNING}
    office.now += DAY
    account = find_account(office.state, "sita")
    assert account is not None
    sessions.begin(account)
    assert last_signed_in(office.state, OFFICE.queues) == {"water": MORNING + DAY}
