"""Telling people outside: once each, again when it failed, to others when nobody looked."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest

from alerts.notify import Policy, QuietHours, body, title
from queues import watching
from queues.state import StateStore
from queues.watching import ClaimAct, Verb
from schemas.alert import AlertKind, Grade, SpikeAlert
from streams.channels import ChannelDownError, Message, Webhook, channel_of
from streams.notifying import Notifier
from streams.sources.signing import Stamp

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # half past eleven at night in India
KEY = b"a key for this test"


def alert(grade: Grade = Grade.HIGH, id: str = "x:1:0") -> SpikeAlert:
    return SpikeAlert(
        id=id, kind=AlertKind.RUMOUR, grade=grade, claim="x:1", doubling=0, at=START, text="Dam broke", accounts=9
    )


class Recording:
    """A channel that fails as often as it is told to."""

    name = "recording"

    def __init__(self, failures: int = 0):
        self.failures = failures
        self.said: list[str] = []

    def send(self, message: Message) -> None:
        if self.failures:
            self.failures -= 1
            raise ChannelDownError(self.name)
        self.said.append(message.id)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def test_each_alert_is_said_once_through_each_channel(state: StateStore) -> None:
    first, second, clock = Recording(), Recording(), Clock()
    notifier = Notifier(state, clock, Policy(), [first, second])
    watching.record_alert(state, alert())
    watching.record_alert(state, alert())
    assert [notifier.tick(), notifier.tick()] == [2, 0]
    assert (first.said, second.said) == (["x:1:0:first:0"], ["x:1:0:first:1"])


def test_a_channel_that_is_down_is_tried_again_later_and_holds_up_no_other(state: StateStore) -> None:
    down, up, clock = Recording(failures=2), Recording(), Clock()
    notifier = Notifier(state, clock, Policy(), [down, up])
    watching.record_alert(state, alert())
    assert [notifier.tick(), notifier.tick()] == [1, 0]
    clock.advance(seconds=11)
    assert notifier.tick() == 0
    clock.advance(seconds=11)
    assert notifier.tick() == 0
    clock.advance(seconds=10)
    assert notifier.tick() == 1
    assert (down.said, up.said) == (["x:1:0:first:0"], ["x:1:0:first:1"])


@pytest.mark.parametrize("acknowledged", [False, True])
def test_others_are_told_when_nobody_acknowledges(state: StateStore, acknowledged: bool) -> None:
    first, later, clock = Recording(), Recording(), Clock()
    notifier = Notifier(state, clock, Policy(), [first], [later])
    watching.record_alert(state, alert())
    notifier.tick()
    if acknowledged:
        watching.append_act(state, ClaimAct(verb=Verb.ACKNOWLEDGE, claim="x:1", by="officer", at=clock()))
    clock.advance(minutes=31)
    notifier.tick()
    notifier.tick()
    assert later.said == ([] if acknowledged else ["x:1:0:escalation:0"])


@pytest.mark.parametrize("grade", [Grade.LOW, Grade.HIGH])
def test_only_low_grades_wait_out_quiet_hours(state: StateStore, grade: Grade) -> None:
    channel, clock = Recording(), Clock()
    quiet = QuietHours.read("22-7", ZoneInfo("Asia/Kolkata"))
    notifier = Notifier(state, clock, Policy(quiet), [channel])
    watching.record_alert(state, alert(grade))
    assert notifier.tick() == (grade is Grade.HIGH)
    clock.advance(hours=7, minutes=29)
    assert notifier.tick() == 0
    clock.advance(minutes=1)
    assert notifier.tick() == (grade is Grade.LOW)


def test_an_alert_of_long_ago_wakes_nobody(state: StateStore) -> None:
    channel, clock = Recording(), Clock()
    watching.record_alert(state, alert())
    clock.advance(days=2)
    assert Notifier(state, clock, Policy(), [channel]).tick() == 0


def test_a_webhook_is_signed_and_follows_no_redirect() -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append((headers, self.rfile.read(int(headers["content-length"]))))
            self.send_response(302 if self.path == "/moved" else 204)
            if self.path == "/moved":
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        message = Message("x:1:0:first:0", "", "", alert().model_dump_json().encode())
        channel_of(f"{address}/alerts", KEY).send(message)
        headers, content = seen[0]
        assert Stamp.of(headers).fits(KEY, content)
        assert headers["x-sunwai-id"] == "x:1:0:first:0"
        assert json.loads(content)["wording"] == "unverified, spiking"
        with pytest.raises(ChannelDownError):
            Webhook("moved", f"{address}/moved", KEY).send(message)
        assert len(seen) == 2
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_addresses_and_hours_that_cannot_be_are_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match="SUNWAI_NOTIFY_KEY"):
        channel_of("https://example.invalid/hook", None)
    with pytest.raises(ValueError, match=r"^nonsense: apprise"):
        channel_of("nonsense://user:secret@host", None)
    with pytest.raises(ValueError, match="22-7"):
        QuietHours.read("at night", ZoneInfo("UTC"))


def test_what_is_said_calls_nothing_false_and_names_nobody() -> None:
    said = f"{title(alert())}\n{body(alert())}"
    assert "unverified, spiking" in said
    assert "false" not in said.lower()
