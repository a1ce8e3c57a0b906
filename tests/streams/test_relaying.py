"""Notices reach people's own channels: once, to whom they are for, and a critical case until it is accepted."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from queues import acts
from queues.lifecycle import Actor, Party
from queues.revising import revise
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from schemas.case import Case
from schemas.handling import Dispute, Outside
from schemas.labels import Sensitivity, Urgency
from streams.clock import Sweep
from streams.notices import KIND, SAID, Handout, NoticeKind, StateNotifier, hand_out
from streams.relaying import Recipient, Relaying
from sunwai.channels_file import read_channels
from sunwai.settings import SettingsError
from tests.queues.factories import NOW, make_case
from tests.streams.overdue import OFFICE
from tests.streams.phone import Phone

HOUR = timedelta(hours=1)
ASHA = Actor("asha", Party.OFFICER)


class Desk:
    """The clock and what it tells, over embedded stores."""

    def __init__(self, folder: Path):
        self.store, self.state = SqliteCaseStore(folder / "cases.db"), SqliteStateStore(folder / "cases.db")
        self.now = NOW
        self.sweep = Sweep(self.store, OFFICE, StateNotifier(self.state, self.clock), self.clock)
        self.phone = Phone()

    def clock(self) -> datetime:
        return self.now

    def relaying(self, *recipients: Recipient) -> Relaying:
        told = recipients or (Recipient("duty", self.phone),)
        return Relaying(self.state, self.store, OFFICE, self.clock, told)

    def file(self, *cases: Case) -> None:
        settled_cases = [settled(brought_forward(case, OFFICE), OFFICE) for case in cases]
        assert all(self.store.write_cases([(case, None) for case in settled_cases]))

    def tick(self, relaying: Relaying, after: timedelta = timedelta(0)) -> int:
        self.now += after
        self.sweep()
        return relaying()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.state.close()
    desk.store.close()


def critical(id: str = "1") -> Case:
    return make_case(id, urgency=Urgency.CRITICAL, due_at=None)


def test_a_critical_case_rings_until_somebody_accepts_it(desk: Desk) -> None:
    case = critical()
    desk.file(case)
    relaying = desk.relaying(Recipient("duty", desk.phone, kinds=frozenset({NoticeKind.RING})))
    for _ in range(3):
        assert desk.tick(relaying, HOUR / 12) == 1
    assert desk.tick(relaying) == 0, "not before its time"
    assert len({message.id for message in desk.phone.said}) == 3
    assert str(case.docket) in desk.phone.said[0].body
    assert case.posts[0].text not in desk.phone.said[0].body
    desk.now += HOUR / 12
    desk.sweep()  # it has rung, and before that is said:
    revise(
        desk.store,
        OFFICE,
        lambda: desk.store.cases([case.id])[case.id],
        lambda standing: acts.accept(standing, ASHA, desk.now),
    )
    assert [desk.tick(relaying, HOUR / 12) for _ in range(3)] == [0, 0, 0]


def test_what_waits_together_is_one_message_for_each_channel(desk: Desk) -> None:
    desk.file(*(make_case(str(number), due_at=None) for number in range(30)))
    desk.now += 504 * HOUR
    assert desk.tick(desk.relaying()) == 1
    [message] = desk.phone.said
    assert len(json.loads(message.content)["notices"]) == 30
    assert message.body.endswith("+ 10")


def test_each_is_told_what_is_theirs(desk: Desk) -> None:
    boss, asha, other = Phone(), Phone(), Phone()
    desk.file(make_case("1", assignee="asha", due_at=None), make_case("2", queue="police-control", due_at=None))
    relaying = desk.relaying(
        Recipient("boss", boss, to=frozenset({"in_charge"})),
        Recipient("asha", asha, to=frozenset({"asha"})),
        Recipient("officers", other, queues=frozenset({"police-control"}), to=frozenset({"officer"})),
    )
    desk.tick(relaying, 504 * HOUR)
    assert (len(boss.said), len(asha.said), len(other.said)) == (0, 1, 1)
    desk.tick(relaying, 24 * HOUR)
    assert (len(boss.said), len(asha.said), len(other.said)) == (1, 1, 1)


def test_of_a_sealed_case_only_number_and_times_are_said(desk: Desk) -> None:
    case = critical().model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    desk.file(case)
    desk.tick(desk.relaying())
    [message] = desk.phone.said
    said = message.title + message.body + message.content.decode()
    assert str(case.docket) in said
    assert "Water" not in said and "water" not in said


def test_a_notice_names_no_office_that_a_sealed_case_is_with(desk: Desk) -> None:
    outside = Outside(office="hospital", portal="", reference="H/77", at=NOW, follow_up_at=NOW)
    dispute = Dispute(arbiter="grievances", holder="water", other="grievances", due_at=NOW)
    case = make_case("1", due_at=None).model_copy(
        update={"sensitivity": (Sensitivity.CHILD,), "outside": outside, "dispute": dispute}
    )
    desk.file(case)
    desk.tick(desk.relaying())
    said = "".join(message.title + message.body + message.content.decode() for message in desk.phone.said)
    assert "followed_up" in said and "late_decision" in said
    assert not [word for word in ("hospital", "H/77", "grievances") if word in said]


def test_a_channel_that_is_down_holds_up_no_other_and_is_tried_again(desk: Desk) -> None:
    down = Phone()
    down.is_down = True
    desk.file(critical())
    relaying = desk.relaying(Recipient("down", down), Recipient("up", desk.phone))
    assert desk.tick(relaying) == 1
    down.is_down = False
    assert relaying() == 0, "it waits a little"
    desk.now += timedelta(seconds=11)
    assert relaying() == 1
    assert (len(down.said), len(desk.phone.said)) == (1, 1)


def test_however_much_waits_for_a_channel_that_is_down_others_are_heard(desk: Desk) -> None:
    down = Phone()
    down.is_down = True
    words = {"en": ("your cases", "Open 1"), "hi": ("आपके प्रकरण", "खुले 1")}
    names = [*(f"officer{number}" for number in range(130)), "zoya"]
    hand_out(desk.state, [Handout(name, NoticeKind.DIGEST, name, ("water",), words) for name in names], desk.now)
    relaying = desk.relaying(
        Recipient("down", down, to=frozenset(names[:-1])),
        Recipient("zoya", desk.phone, to=frozenset({"zoya"}), language="en"),
    )
    assert [relaying() for _ in range(3)] == [0, 1, 0]
    assert (desk.phone.said[0].title, desk.phone.said[0].body) == words["en"]
    down.is_down = False
    desk.now += timedelta(minutes=1)
    assert [relaying() for _ in range(3)] == [100, 30, 0]
    assert {message.body for message in down.said} == {"खुले 1"}


def test_two_workers_say_it_once_and_after_a_kill_it_is_said_again_under_the_same_id(desk: Desk) -> None:
    desk.file(critical())
    desk.sweep()
    desk.phone.dies = True
    with pytest.raises(KeyboardInterrupt):
        desk.relaying()()
    desk.phone.dies = False
    assert desk.relaying()() == 0, "the one that says it may still live"
    desk.now += timedelta(minutes=2)
    assert [desk.relaying()(), desk.relaying()()] == [1, 0]
    assert len({message.id for message in desk.phone.said}) == 1


def test_records_do_not_pile_up_and_old_ones_wake_nobody(desk: Desk) -> None:
    desk.file(*(critical(str(number)) for number in range(5)))
    desk.sweep()
    desk.now += timedelta(days=2)
    relaying = desk.relaying()
    assert relaying() == 0
    assert desk.state.count(KIND) == 0
    desk.sweep()
    assert relaying() == 2, "what is due now: the rings of the five in one record, and their missed times"
    assert desk.state.count(KIND, state=SAID) == desk.state.count(KIND) > 0


def read(path: Path, lines: Sequence[str]) -> list[Recipient]:
    path.write_text("\n".join(lines))
    return read_channels(path, OFFICE, b"key")


def test_the_file_says_who_is_told_and_its_mistakes_do_not_repeat_an_address(tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    [one, other] = read(
        path,
        [
            "channels:",
            "  - addresses: ['json://127.0.0.1/duty', 'https://example.invalid/hook']",
            "    queues: [water]",
            "    kinds: [ring, digest]",
            "    language: en",
        ],
    )
    assert (one.queues, one.kinds, one.name, other.name) == (
        frozenset({"water"}),
        frozenset({NoticeKind.RING, NoticeKind.DIGEST}),
        "0.0:json:127.0.0.1",
        "0.1:https:example.invalid",
    )
    assert one.language == "en"
    for line, said in (
        ("    queues: [wine]", "channels.yaml:3: channels.0.queues: no queue has the code wine"),
        ("    ring: true", "channels.yaml:3: channels.0.ring"),
        ("    kinds: [loud]", "channels.yaml:3"),
        ("    kinds: [final]", "channels.yaml:3"),
    ):
        with pytest.raises(SettingsError, match=said):
            read(path, ["channels:", "  - addresses: ['json://127.0.0.1/secret']", line])
    with pytest.raises(SettingsError) as error:
        read(path, ["channels:", "  - addresses: ['nonsense://user:secret@host']"])
    assert "secret" not in str(error.value)
    assert read_channels(None, OFFICE, b"") == []
