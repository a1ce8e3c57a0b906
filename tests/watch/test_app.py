"""The watch as a Faust app on each transport: what is observed there is told there, whenever the app is begun again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust
import pytest

from alerts.claims import Claims
from alerts.watch import Watch
from queues import watching
from queues.sqlite import SqliteStateStore
from queues.watching import ClaimAct, Verb
from schemas.alert import SpikeAlert
from schemas.events import Deletion, DeletionTarget, Observation
from streams.app import watch_app
from streams.groups import WATCH
from streams.log import Event, StoredEvent
from streams.runtime import Runtime
from streams.topics import ALERTS, DEAD_LETTERS, DELETIONS, OBSERVED
from streams.transports import kafka, sqlite
from streams.transports.sqlite_log import SqliteLog
from streams.watch import WatchStep
from tests.alerts.posts import START, telling
from tests.contracts.transport import running, until
from tests.contracts.transport_worker import broker_for
from tests.kafka_kit import RETENTION, fresh_namespace, make_log

POSTS = [telling(number, minutes=number) for number in range(40)]
EXPECTED = ["x:0:0", "x:0:1", "x:0:2"]
PATIENCE_SECONDS = 30.0


@dataclass
class Wire:
    """A log with its topics, how Faust reaches it, and the store beside it."""

    log: Any
    """An adapter: the protocol has no ``rewind``."""
    runtime: Runtime
    state: SqliteStateStore

    def new_app(self) -> faust.App:
        """Of a process that has just begun."""
        watch = WatchStep(
            self.state, lambda: START, lambda key: f"account-{key}", lambda: Watch(claims=Claims(capacity=1024))
        )
        return watch_app(self.runtime, watch, lambda: None)

    def observe(self, posts: Sequence[Observation]) -> None:
        values = [post.model_dump_json().encode() for post in posts]
        self.log.append([Event(OBSERVED.name, b"observed", value) for value in values])

    def told(self) -> list[SpikeAlert]:
        return [SpikeAlert.model_validate_json(event.value or b"") for event in self.read(ALERTS.name)]

    def read(self, topic: str) -> Sequence[StoredEvent]:
        found: Sequence[StoredEvent] = self.log.read(topic, 0, 0)
        return found

    def is_worked_off(self, topic: str = OBSERVED.name) -> bool:
        lags = [lag for lag in self.log.lags() if (lag.group, lag.topic) == (WATCH, topic)]
        return bool(lags) and not any(lag.lag for lag in lags)


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    with closing(SqliteStateStore(tmp_path / "cases.db")) as state:
        if request.param == "sqlite":
            sqlite.register()
            path, faust_data = tmp_path / "log.db", tmp_path / "faust"
            with closing(SqliteLog(path, retention=RETENTION, max_bytes=1 << 30)) as log:
                log.prepare()
                yield Wire(log, Runtime(broker_for(path), faust_data, PATIENCE_SECONDS), state)
            return
        kafka.register()
        address = request.getfixturevalue("kafka_address")
        with fresh_namespace(address) as namespace, closing(make_log(address, namespace)) as log:
            log.prepare()
            runtime = Runtime(
                f"kafka://{address}", tmp_path / "faust", PATIENCE_SECONDS, prefix=f"{namespace}.", session_seconds=6.0
            )
            yield Wire(log, runtime, state)


async def run_until(wire: Wire, condition: Callable[[], bool]) -> None:
    """Runs the watch as a process would, and stops it when the condition has come."""
    async with running(wire.new_app()):
        await until(condition, PATIENCE_SECONDS)


async def test_each_doubling_is_told_under_its_claim_with_what_it_shows(wire: Wire) -> None:
    wire.observe(POSTS)
    await run_until(wire, lambda: len(wire.read(ALERTS.name)) >= 3 and wire.is_worked_off())
    assert [(alert.id, alert.accounts) for alert in wire.told()] == list(zip(EXPECTED, (8, 16, 32), strict=True))
    first = wire.read(ALERTS.name)[0]
    assert first.key == b"x:0"
    assert first.headers["refs"].split() == [b"post:x:%d" % number for number in (*range(5), 7)]


async def test_begun_again_it_goes_on_where_it_was_and_a_replay_changes_nothing(wire: Wire) -> None:
    wire.observe(POSTS[:12])
    await run_until(wire, wire.is_worked_off)
    wire.observe(POSTS[12:])
    await run_until(wire, lambda: wire.is_worked_off() and len({alert.id for alert in wire.told()}) == 3)
    before = wire.state.scan(watching.ALERT_KIND)
    wire.log.rewind(WATCH, OBSERVED.name, 0, 0)
    await run_until(wire, wire.is_worked_off)
    assert [record.id for record in before] == EXPECTED
    assert [record.value for record in wire.state.scan(watching.ALERT_KIND)] == [record.value for record in before]
    assert {alert.id: alert.accounts for alert in wire.told()} == dict(zip(EXPECTED, (8, 16, 32), strict=True))


async def test_what_cannot_be_read_stops_nothing(wire: Wire) -> None:
    wire.log.append([Event(OBSERVED.name, b"observed", b"\xff not an observation")])
    wire.observe(POSTS[:8])
    await run_until(wire, lambda: bool(wire.read(ALERTS.name) and wire.read(DEAD_LETTERS.name)))
    (dead,) = wire.read(DEAD_LETTERS.name)
    assert dead.value == b"\xff not an observation"


async def test_what_people_do_and_what_is_deleted_reaches_a_running_watch(wire: Wire) -> None:
    async with running(wire.new_app()):
        wire.observe(POSTS[:10])
        await until(lambda: bool(wire.read(ALERTS.name)), PATIENCE_SECONDS)
        watching.append_act(wire.state, ClaimAct(verb=Verb.MUTE, claim="x:0", by="desk", at=START, until=POSTS[20].at))
        deletion = Deletion(target=DeletionTarget.POST, id="0", at=START)
        wire.log.append([Event(DELETIONS.name, b"x:0", deletion.model_dump_json().encode())])
        await until(lambda: wire.is_worked_off(DELETIONS.name), PATIENCE_SECONDS)
        wire.observe(POSTS[10:])
        await until(lambda: "x:0:2" in [alert.id for alert in wire.told()], PATIENCE_SECONDS)
    assert [record.id for record in wire.state.scan(watching.ALERT_KIND)] == ["x:0:0", "x:0:2"]
    assert not any("x:0" in record.value["first_posts"] for record in wire.state.scan(watching.ALERT_KIND))
