"""Private messages: to the citizen alone, once; a lost one is looked up where that can be, else left to a person."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from queues.sqlite import SqliteStateStore
from streams.replies import ByPlatform, DryRun, LostError, NotSentError, NotYetError, Outgoing, RefusedError
from streams.senders.meta import MetaAccount, graph_client
from streams.senders.meta_messages import MetaMessages
from streams.senders.pace import Pace
from streams.senders.x import Account, Signature
from streams.senders.x_messages import XMessages
from streams.sources.x.client import XClient
from tests.x_server import Clock, Fault, XWorld

MESSAGE = Outgoing("c:1", "x:17", "Where is it?\nhttps://desk.example/private/a-b", ("jalsundarpur",), to="7")
PLACE = "/2/dm_conversations/with/7/messages"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteStateStore]:
    made = SqliteStateStore(tmp_path / "cases.db")
    yield made
    made.close()


@pytest.fixture
def x(world: XWorld, state: SqliteStateStore) -> Iterator[XMessages]:
    client = XClient(base=world.address, auth=Signature(("k", "s"), ("token55", "s")))
    yield XMessages({"jalsundarpur": Account("55", client)}, Pace(state, world.clock, timedelta(0)), world.clock)
    client.close()


def test_a_message_goes_to_the_author_alone(x: XMessages, world: XWorld) -> None:
    assert x.send(MESSAGE) == "x:message-1"
    [sent] = world.messages
    assert (sent["to"], sent["sender_id"], sent["text"]) == ("7", "55", MESSAGE.text)
    assert world.posts == {}


@pytest.mark.parametrize("fault", [Fault(0, after=True), Fault(503, after=True)], ids=["cut", "503"])
def test_a_message_whose_answer_was_lost_is_found_in_the_conversation(
    x: XMessages, world: XWorld, fault: Fault
) -> None:
    world.fail(PLACE, fault)
    with pytest.raises(LostError):
        x.send(MESSAGE)
    assert x.was_sent(MESSAGE) == "x:message-1"
    other = Outgoing("c:2", "x:17", "Something else", ("jalsundarpur",), to="7")
    assert x.was_sent(other) is None


def test_a_message_that_x_calls_a_duplicate_is_looked_up_and_a_wrong_token_is_for_the_operator(
    x: XMessages, world: XWorld
) -> None:
    world.fail(PLACE, Fault(403, body={"title": "Forbidden", "detail": "This is a duplicate message."}, after=True))
    with pytest.raises(LostError):
        x.send(MESSAGE)
    assert x.was_sent(MESSAGE) == "x:message-1"
    world.fail(PLACE, Fault(401))
    with pytest.raises(NotSentError):
        x.send(MESSAGE)


def test_who_takes_no_messages_and_who_is_not_known_is_refused_for_good(x: XMessages, world: XWorld) -> None:
    world.refuses_messages = True
    with pytest.raises(RefusedError, match="takes no messages"):
        x.send(MESSAGE)
    world.refuses_messages = False
    for to, handles in ((None, ("jalsundarpur",)), ("unknown-17", ("jalsundarpur",)), ("7", ("somebody",))):
        with pytest.raises(RefusedError):
            x.send(Outgoing("c:1", "x:17", "a", handles, to=to))
    world.fail(PLACE, Fault(429, headers={"x-rate-limit-reset": str(int(world.clock().timestamp()) + 90)}))
    with pytest.raises(NotYetError) as limit:
        x.send(MESSAGE)
    assert limit.value.until >= world.clock() + timedelta(seconds=89)
    assert world.messages == []


def test_a_private_reply_on_facebook_names_the_comment(state: SqliteStateStore) -> None:
    asked: list[httpx.Request] = []

    def graph(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) > 1:
            return httpx.Response(400, json={"error": {"code": 10900, "message": "Activity already replied to"}})
        return httpx.Response(200, json={"recipient_id": "9", "message_id": "m_1"})

    clock = Clock()
    account = MetaAccount("1001", graph_client("token", transport=httpx.MockTransport(graph)))
    sender = MetaMessages("facebook", {"jalsundarpur": account}, Pace(state, clock, timedelta(0)), clock)
    message = Outgoing("c:1", "facebook:5_77", "Where is it?", ("jalsundarpur",), to="900")
    assert sender.send(message) == "facebook:message-m_1"
    assert asked[0].url.path.endswith("/1001/messages")
    assert json.loads(asked[0].content) == {"recipient": {"comment_id": "5_77"}, "message": {"text": "Where is it?"}}
    with pytest.raises(RefusedError, match="10900"):
        sender.send(message)
    assert sender.was_sent(message) is None, "nobody can tell: a person decides"
    account.client.close()


def test_what_goes_to_one_alone_never_goes_out_in_public(x: XMessages, world: XWorld, state: SqliteStateStore) -> None:
    class Public:
        def send(self, reply: Outgoing) -> str:
            raise AssertionError("said in public")

        was_sent = send

    dry = DryRun(state, world.clock)
    assert ByPlatform({"x": Public()}, dry, {"x": x}).send(MESSAGE) == "x:message-1"
    assert ByPlatform({"x": Public()}, dry).send(MESSAGE) == "dry-run"
