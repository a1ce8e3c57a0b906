"""Answers on Facebook and Instagram: once, as the page they were written to; a lost one is looked up."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from queues.directory_file import load_directory
from queues.sqlite import SqliteStateStore
from schemas.directory import Source
from streams.replies import ByPlatform, DryRun, LostError, NotSentError, NotYetError, Outgoing, RefusedError
from streams.senders.meta import MetaAccount, MetaSender, graph_client
from streams.senders.pace import Pace
from sunwai.senders import sender_of
from sunwai.settings import Settings, SettingsError
from tests.conftest import PROJECT
from tests.x_server import Clock

TOKEN = "token-of-the-page"
REPLY = Outgoing("c:1", "facebook:5_77", "कल तक पानी आएगा & बिल नहीं", ("jalsundarpur",))
PHOTO = Outgoing("c:2", "instagram:880", "कल तक पानी आएगा", ("jalsundarpur",))


class Graph:
    """The two edges that are spoken to; ``fault`` is answered once, before or after what was asked is done."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = [{"id": "5_1", "message": REPLY.text, "from": {"id": "somebody"}}]
        self.fault: Callable[[], httpx.Response] | None = None
        self.done_all_the_same = False
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in str(request.url)
        fault, self.fault = self.fault, None
        if fault is not None and not self.done_all_the_same:
            return fault()
        answer = self._answer(request)
        return answer if fault is None else fault()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        photo = request.url.path.endswith("/880/replies")
        assert photo or request.url.path.endswith("/5_77/comments")
        words, own = ("text", "2002") if photo else ("message", "1001")
        if request.method == "GET":
            assert words in request.url.params["fields"].split(",")
            return httpx.Response(200, json={"data": self.comments})
        [said] = parse_qs(request.content.decode())["message"]
        self.comments.append({"id": f"5_{len(self.comments) + 100}", words: said, "from": {"id": own}})
        return httpx.Response(200, json={"id": self.comments[-1]["id"]})


def error(status: int, code: int) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(
        status, json={"error": {"code": code, "message": "of Meta", "type": "OAuthException"}}
    )


def cut() -> httpx.Response:
    raise httpx.ReadError("cut")


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteStateStore]:
    made = SqliteStateStore(tmp_path / "cases.db")
    yield made
    made.close()


@pytest.fixture
def sender(graph: Graph, state: SqliteStateStore) -> ByPlatform:
    clock = Clock()
    client = graph_client(TOKEN, transport=httpx.MockTransport(graph))
    pace = Pace(state, clock, timedelta(seconds=0))
    pages = MetaSender("facebook", {"jalsundarpur": MetaAccount("1001", client)}, pace, clock)
    photos = MetaSender("instagram", {"jalsundarpur": MetaAccount("2002", client)}, pace, clock)
    return ByPlatform({"facebook": pages, "instagram": photos}, DryRun(state, clock))


@pytest.mark.parametrize("reply", [REPLY, PHOTO])
def test_an_answer_goes_below_the_comment_and_is_found_there(graph: Graph, sender: ByPlatform, reply: Outgoing) -> None:
    assert sender.was_sent(reply) is None, "somebody else said the same"
    key = sender.send(reply)
    assert key == f"{reply.in_reply_to.partition(':')[0]}:{graph.comments[-1]['id']}"
    assert sender.was_sent(reply) == key


@pytest.mark.parametrize("fault", [cut, error(500, 2), error(400, 1), error(400, 506), lambda: httpx.Response(502)])
def test_a_lost_answer_is_found(graph: Graph, sender: ByPlatform, fault: Callable[[], httpx.Response]) -> None:
    graph.fault, graph.done_all_the_same = fault, True
    with pytest.raises(LostError):
        sender.send(REPLY)
    assert sender.was_sent(REPLY) == f"facebook:{graph.comments[-1]['id']}"


def test_one_that_did_not_go_out_is_not_found(graph: Graph, sender: ByPlatform) -> None:
    graph.fault = cut
    with pytest.raises(LostError):
        sender.send(REPLY)
    assert sender.was_sent(REPLY) is None


@pytest.mark.parametrize(("fault", "kind"), [(error(400, 100), RefusedError), (error(403, 10), RefusedError)])
def test_a_refusal_is_final(
    graph: Graph, sender: ByPlatform, fault: Callable[[], httpx.Response], kind: type[Exception]
) -> None:
    graph.fault = fault
    with pytest.raises(kind) as told:
        sender.send(REPLY)
    assert "of Meta" not in str(told.value)


def test_a_token_that_ended_is_for_the_operator_to_mend(graph: Graph, sender: ByPlatform) -> None:
    graph.fault = error(400, 190)
    with pytest.raises(NotSentError) as told:
        sender.send(REPLY)
    assert not isinstance(told.value, RefusedError)


@pytest.mark.parametrize("fault", [error(400, 32), error(403, 613), error(429, 0)])
def test_a_limit_is_waited_for(graph: Graph, sender: ByPlatform, fault: Callable[[], httpx.Response]) -> None:
    graph.fault = fault
    with pytest.raises(NotYetError):
        sender.send(REPLY)


@pytest.mark.parametrize(
    "change",
    [
        {"in_reply_to": "facebook:../me"},
        {"reply_as": ()},
        {"reply_as": ("anotheroffice",)},
        {"text": "क" * 8001},
    ],
)
def test_what_cannot_be_is_not_asked_of_meta(graph: Graph, sender: ByPlatform, change: dict[str, Any]) -> None:
    plain = {"id": "1", "in_reply_to": "facebook:5_77", "text": "हाँ", "reply_as": ("jalsundarpur",)}
    with pytest.raises(RefusedError):
        sender.send(Outgoing(**(plain | change)))
    assert graph.asked == []


def test_pages_and_tokens_come_from_directory_and_file(tmp_path: Path, state: SqliteStateStore) -> None:
    plain = load_directory(PROJECT / "departments.yaml")
    pages = Source(code="fb", name=plain.name, platform="facebook", form="meta", pages={"1001": "@JalSundarpur"})
    directory = plain.model_copy(update={"sources": (pages,)})
    file = tmp_path / "tokens.json"
    settings = Settings(data=tmp_path, meta_send=True, meta_accounts_file=file)
    file.write_text(json.dumps({"1001": TOKEN}))
    made = sender_of(settings, directory, state, Clock())
    assert isinstance(made, ByPlatform)
    assert [*made.senders] == ["facebook"]
    assert TOKEN not in repr(made)
    for wrong in ("{", json.dumps({"1001": [TOKEN]}), json.dumps({"9": TOKEN})):
        file.write_text(wrong)
        with pytest.raises(SettingsError, match="meta_accounts_file") as told:
            sender_of(settings, directory, state, Clock())
        assert TOKEN not in str(told.value)


def test_what_was_edited_is_answered_below_the_comment(sender: ByPlatform) -> None:
    edited = Outgoing("c:9", "facebook:5_77.edited-1772440000-0a1b2c3d", REPLY.text, REPLY.reply_as)
    assert sender.send(edited) == "facebook:5_101"
