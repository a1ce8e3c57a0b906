"""Answers on X: once, as the handle that was addressed; what is refused or lost comes back to a person."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from queues import acts
from queues.filing import Filing
from queues.lifecycle import Actor, Party
from queues.revising import revise
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from schemas.case import Case
from schemas.outbox import EntryKind, EntryState
from schemas.platforms import XPlan
from streams.replies import DryRun, Outgoing, RefusedError, Sender, Sending
from streams.senders.pace import Pace
from streams.senders.x import Account, Signature, XSender
from streams.sources.x.client import XClient
from sunwai.assembly import Office
from sunwai.senders import sender_of
from sunwai.settings import Settings, SettingsError
from sunwai.x_access import x_accounts
from tests.queues.factories import make_author, make_mention, make_triaged
from tests.streams.overdue import OFFICE
from tests.x_server import Fault, XWorld
from text.post_length import links, post_length

POSTS = "/2/tweets"
TIMELINE = "/2/users/55/tweets"
SITA = Actor("sita", Party.OFFICER)
WORDS = "कल शाम तक पानी आ जाएगा & बिल नहीं लगेगा"


class Desk:
    """An office with one case of a citizen who wrote to ``HANDLE``, and a sender that answers as it."""

    def __init__(self, folder: Path, world: XWorld, **plan: object):
        self.world, self.clock = world, world.clock
        self.store = SqliteCaseStore(folder / "cases.db")
        self.state = SqliteStateStore(folder / "cases.db")
        client = XClient(base=world.address, auth=Signature(("app-key", "app-secret"), ("token55", "hidden")))
        self.account = Account("55", client)
        limits = XPlan.model_validate({"answers_per_hour": 1000} | plan)
        pace = Pace(self.state, self.clock, timedelta(hours=1) / limits.answers_per_hour)
        self.sender = XSender({HANDLE: self.account}, limits, pace, self.clock)
        self.sending = Sending(self.store, OFFICE, self.sender, self.clock)
        self.filing = Filing(self.store, self.state, OFFICE, self.clock)
        self.post = world.write(f"@{HANDLE} पानी नहीं आ रहा है, तीन दिन हो गए")
        mention = make_mention(self.post["id"], self.post["text"], handles=(HANDLE,), created_at=self.clock())
        self.filing.file([make_triaged(mention)])
        self._say_the_acknowledgement()

    def _say_the_acknowledgement(self) -> None:
        self.clock.advance(600)
        assert self.sending() == 1
        [(_, asked)] = self.world.requests(POSTS)
        assert "OAuth" in asked.pop("auth")
        assert asked.pop("reply") == {"in_reply_to_tweet_id": self.post["id"]}
        assert self.case.docket is not None
        assert self.case.docket in asked["text"]
        self.clock.advance(600)
        self.world.asked.clear()

    @property
    def case(self) -> Case:
        return next(iter(self.store.every_case()))

    def answer(self, text: str = WORDS) -> None:
        """An officer answers, and the time to call it back goes by."""
        case = self.case
        self._revise(lambda standing: acts.start(standing, SITA, self.clock())) if case.assignee is None else None
        self._revise(lambda standing: acts.answer(standing, SITA, self.clock(), text=text, directory=OFFICE))
        self.clock.advance(600)

    def _revise(self, change: object) -> None:
        id = self.case.id
        revise(self.store, OFFICE, lambda: self.store.cases([id])[id], change)  # type: ignore[arg-type]

    def look(self, times: int = 12) -> None:
        """Whatever is due is done, again and again, minutes apart."""
        for _ in range(times):
            self.sending()
            self.clock.advance(240)

    def on_x(self, text: str = WORDS) -> int:
        return sum(post["text"] == text for post in self.world.posts.values())

    def office_says(self, text: str, id: str = "900") -> None:
        """A post of the handle, as it comes back by the stream."""
        mention = make_mention(
            id,
            text,
            author=make_author("55", handle=HANDLE),
            handles=("user7",),
            in_reply_to=self.post["id"],
            created_at=self.clock(),
        )
        self.filing.file([make_triaged(mention)])

    def close(self) -> None:
        self.account.client.close()
        self.state.close()
        self.store.close()


HANDLE = next(iter(OFFICE.by_handle))


@pytest.fixture
def desk(tmp_path: Path, world: XWorld) -> Iterator[Desk]:
    made = Desk(tmp_path, world)
    yield made
    made.close()


def test_an_answer_goes_out_once_below_the_post(desk: Desk) -> None:
    desk.answer()
    desk.look()
    assert desk.on_x() == 1
    [(_, asked)] = desk.world.requests(POSTS)
    assert asked["reply"] == {"in_reply_to_tweet_id": desk.post["id"]}
    assert 'oauth_token="token55"' in asked["auth"]
    sent = desk.case.history[-1]
    assert sent.act == "sent"
    assert sent.detail == f"interim x:{max(desk.world.posts)}"
    assert desk.case.outbox == ()


@pytest.mark.parametrize("fault", [Fault(0, after=True), Fault(503, after=True)], ids=["cut", "503"])
def test_an_answer_whose_response_was_lost_is_found_and_never_sent_again(desk: Desk, fault: Fault) -> None:
    desk.world.fail(POSTS, fault)
    desk.world.fail(TIMELINE, Fault(503), Fault(0))
    desk.answer()
    desk.look()
    assert desk.on_x() == 1
    assert len(desk.world.requests(POSTS)) == 1
    assert len(desk.world.requests(TIMELINE)) == 3
    assert desk.case.outbox == ()


def test_what_is_not_found_becomes_work_for_a_person_and_is_never_sent_again(desk: Desk) -> None:
    desk.world.fail(POSTS, Fault(0))
    desk.answer()
    desk.look()
    assert desk.on_x() == 0
    assert len(desk.world.requests(POSTS)) == 1
    kept, told = desk.case.outbox
    assert (kept.state, told.kind, told.to) == (EntryState.UNKNOWN, EntryKind.NOTICE, "sita")
    assert desk.case.history[-1].act == "not_sent"


def test_what_x_calls_a_duplicate_is_looked_up(desk: Desk) -> None:
    detail = "You are not allowed to create a Tweet with duplicate content."
    desk.world.fail(POSTS, Fault(403, body={"title": "Forbidden", "detail": detail}, after=True))
    desk.answer()
    desk.look()
    assert (desk.on_x(), desk.case.outbox) == (1, ())


def test_a_refusal_for_want_of_a_mention_is_final(desk: Desk) -> None:
    desk.world.refuses_replies = True
    desk.answer()
    desk.look()
    assert len(desk.world.requests(POSTS)) == 1
    kept, told = desk.case.outbox
    assert (kept.state, told.kind) == (EntryState.FAILED, EntryKind.NOTICE)
    assert "mention or quote" in kept.about
    assert desk.case.answered_at is None, "nobody was answered"
    desk._revise(lambda case: acts.call_back(case, SITA, desk.clock(), entry=kept.id))
    assert [entry.kind for entry in desk.case.outbox] == [EntryKind.NOTICE]


def test_a_limit_is_waited_for_and_is_no_try(desk: Desk) -> None:
    desk.answer()
    reset = int(desk.clock().timestamp()) + 700
    desk.world.fail(POSTS, Fault(429, {"x-rate-limit-reset": str(reset)}))
    desk.sending()
    assert desk.case.outbox[0].tries == 0
    desk.clock.advance(699)
    assert desk.sending() == 0
    desk.clock.advance(1)
    assert desk.sending() == 1
    assert desk.on_x() == 1


@pytest.mark.parametrize("status", [401, 402])
def test_what_the_operator_can_mend_is_tried_again(desk: Desk, status: int) -> None:
    desk.world.fail(POSTS, Fault(status))
    desk.answer()
    desk.look()
    assert desk.on_x() == 1


def test_one_handle_speaks_no_faster_than_the_directory_says(tmp_path: Path, world: XWorld) -> None:
    desk = Desk(tmp_path, world, answers_per_hour=4)
    desk.clock.advance(900)
    desk.answer("पहला उत्तर")
    desk.answer("दूसरा उत्तर")
    for _ in range(30):
        desk.sending()
        desk.clock.advance(60)
    first, second = (at for at, _ in world.requests(POSTS))
    assert second - first >= timedelta(minutes=15)
    desk.close()


@pytest.mark.parametrize(
    ("text", "why"), [("शब्द " * 60, "characters"), ("देखें https://portal.example/x", "link"), ("see jal.gov.in", "link")]
)
def test_what_may_not_be_said_is_not_asked_of_x(desk: Desk, text: str, why: str) -> None:
    desk.answer(text)
    desk.look(1)
    assert desk.world.requests(POSTS) == []
    assert why in desk.case.outbox[0].about
    assert desk.case.outbox[0].state is EntryState.FAILED


def test_links_go_where_the_directory_allows_them(tmp_path: Path, world: XWorld) -> None:
    desk = Desk(tmp_path, world, links=True)
    desk.answer("देखें https://portal.example/x")
    desk.look(1)
    assert desk.on_x("देखें https://portal.example/x") == 1
    desk.close()


@pytest.mark.parametrize(
    ("post", "handles"),
    [("portal:1", (HANDLE,)), ("x:1", ()), ("x:1", ("anotheroffice",))],
    ids=["platform", "none", "other"],
)
def test_nobody_answers_as_somebody_else(desk: Desk, post: str, handles: tuple[str, ...]) -> None:
    with pytest.raises(RefusedError):
        desk.sender.send(Outgoing("1", post, "text", handles))


# -- what was typed in the app


def test_a_reply_typed_in_the_app_stops_the_answers_clock(desk: Desk) -> None:
    before = desk.case
    desk.office_says("हमारी टीम पहुँच गई है")
    after = desk.case
    assert before.answered_at is None
    assert after.answered_at is not None
    assert (after.history[-1].act, after.history[-1].by) == ("answered", f"handle:{HANDLE}")
    desk.office_says("हमारी टीम पहुँच गई है")
    assert desk.case == after, "once"


def test_our_own_words_coming_back_answer_nothing(desk: Desk) -> None:
    """The acknowledgement, which a machine has said, comes back by the stream."""
    sent = next(entry for entry in desk.case.history if entry.act == "sent")
    id = sent.detail.rsplit(":", 1)[-1]
    desk.office_says(desk.world.posts[int(id)]["text"], id)
    assert desk.case.answered_at is None
    assert len(desk.case.posts) == 2


def test_a_lost_answer_that_comes_back_by_the_stream_has_gone_out(desk: Desk) -> None:
    desk.world.fail(POSTS, Fault(0))
    desk.answer()
    desk.look()
    assert desk.case.outbox[0].state is EntryState.UNKNOWN
    desk.office_says("@user7 " + WORDS.replace("&", "&amp;"))
    assert [entry.state for entry in desk.case.outbox if entry.kind is EntryKind.INTERIM] == []
    assert desk.case.history[-1].act == "sent"


# -- settings and length


def sender_by(settings: Settings) -> Sender:
    office = Office(settings)
    return sender_of(settings, office.directory, office.state, office.clock)


def test_nothing_is_sent_until_it_is_switched_on(tmp_path: Path) -> None:
    assert isinstance(sender_by(Settings(data=tmp_path)), DryRun)
    with pytest.raises(SettingsError, match="x_accounts_file"):
        sender_by(Settings(data=tmp_path, x_send=True))


def test_accounts_come_from_a_file_of_which_nothing_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    keys = {"id": "55", "token": "t0ken", "secret": "hidden"}
    whole = {"app_key": "key-of-app", "app_secret": "hidden", "accounts": {"@JalSundarpur": keys}}
    file.write_text(json.dumps(whole))
    accounts = x_accounts(Settings(data=tmp_path, x_accounts_file=file))
    assert [*accounts] == ["jalsundarpur"]
    assert "hidden" not in repr(accounts)
    for wrong in (
        "hidden",
        json.dumps(whole | {"accounts": {"a": keys | {"id": "hidden"}}}),
        json.dumps(whole | {"app_key": 1}),
    ):
        file.write_text(wrong)
        with pytest.raises(SettingsError) as told:
            x_accounts(Settings(data=tmp_path, x_accounts_file=file))
        assert "hidden" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("paani", 5),
        ("पानी", 4),
        ("café", 4),
        ("cafe\u0301", 4),
        ("水", 2),
        ("🙏", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇮🇳", 2),
        ("1️⃣", 2),
        ("“ठीक”—हाँ", 9),
        ("https://portal.example/very/long/path?with=words", 23),
        ("देखें https://a.example/x अभी", 33),
        ("portal.example.com", 23),
        ("done.Please come", 16),
        ("Rs.500 no.4 a@b.com", 19),
    ],
)
def test_length_is_as_x_counts_it(text: str, length: int) -> None:
    assert post_length(text) == length


def test_links_are_found_as_x_would_make_them() -> None:
    assert links("jal.gov.in, https://x.example/1 and t.co/abc; not 3.5 or e.g. this") == [
        "jal.gov.in",
        "https://x.example/1",
        "t.co/abc",
    ]
