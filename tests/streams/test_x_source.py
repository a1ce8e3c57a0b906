"""Reading X: nothing lost and nothing twice, whatever breaks; limits kept to the second; the budget never exceeded."""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from queues.state import StateRecord
from schemas.mention import Mention
from schemas.platforms import XPlan
from streams.sources.publish import Publisher
from streams.sources.standing import SOURCE, standings
from streams.sources.x.backoff import Backoff
from streams.sources.x.budget import Budget
from streams.sources.x.chores import Chores
from streams.sources.x.client import XClient, XDownError, XLimitedError, XLostError, XRefusedError
from streams.sources.x.gaps import GAP, LOST, OPEN
from streams.sources.x.progress import AnotherReaderError
from streams.sources.x.rules import RULES, keep_in_step, terms_tag
from streams.sources.x.scopes import Scope, queries, term_queries, x_handles
from streams.sources.x.snowflake import id_at, moment_of
from streams.sources.x.source import Timing, XSource
from streams.sources.x.waiting import Waiting
from streams.topics import MENTIONS
from tests.conftest import NOW
from tests.pipeline.office import wait_for
from tests.streams.intake_kit import IntakeKit, new_kit
from tests.x_server import BEARER, Clock, Fault, StreamConnection, XWorld

HANDLES = ("jalsundarpur", "sundarpurpolice")
PLAN = XPlan()
TIMING = Timing()
STREAM = "/2/tweets/search/stream"
SEARCH = "/2/tweets/search/recent"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


def client(world: XWorld, bearer: str = BEARER) -> XClient:
    return XClient(bearer, base=world.address, keep_alive_seconds=0.5)


class Reader:
    """An office that reads X. Whoever waits moves the clock; real time hardly passes."""

    def __init__(
        self,
        kit: IntakeKit,
        world: XWorld,
        *,
        plan: XPlan = PLAN,
        timing: Timing = TIMING,
        bearer: str = BEARER,
        terms: Callable[[int], Sequence[str]] = lambda most: (),
    ):
        self.kit, self.world, self.over = kit, world, threading.Event()
        self.client = client(world, bearer)
        publisher = Publisher(kit.log, world.clock, source="x")
        self.source = XSource(
            self.client,
            publisher,
            kit.state,
            HANDLES,
            "sunwai-SPR",
            plan,
            world.clock,
            self.over,
            self._pause,
            timing,
            terms=terms,
        )
        self.fault: BaseException | None = None
        self.thread = threading.Thread(target=self._run)

    def _pause(self, seconds: float) -> None:
        self.world.clock.pause(seconds, self.over)

    def _run(self) -> None:
        try:
            self.source.run()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            self.fault = error

    def stop(self) -> None:
        self.over.set()
        self.thread.join(20)
        assert not self.thread.is_alive()
        self.client.close()


@contextmanager
def reading(kit: IntakeKit, world: XWorld, **more: Any) -> Iterator[Reader]:
    reader = Reader(kit, world, **more)
    reader.thread.start()
    try:
        yield reader
    finally:
        reader.stop()


def ids(kit: IntakeKit) -> list[str]:
    return kit.ids()


def connected(kit: IntakeKit, world: XWorld) -> bool:
    return any(standing.connected for standing in standings(kit.state, world.clock()))


def all_ids(world: XWorld) -> list[str]:
    return [str(id) for id in sorted(world.posts)]


def until_gone(connection: StreamConnection) -> None:
    """A stream that only says that it lives."""
    while True:
        connection.keep_alive()
        time.sleep(0.01)


def complaint(world: XWorld, **more: Any) -> dict[str, Any]:
    world.clock.advance(0.1)
    return world.write(more.pop("text", "@JalSundarpur नल में पानी नहीं"), **more)


# -- the stream


def test_over_200_disconnects_at_random_places_nothing_is_lost_or_twice(kit: IntakeKit, world: XWorld) -> None:
    chance = random.Random(9)
    left = [200]

    def play(connection: StreamConnection) -> None:
        if left[0] == 0:
            return until_gone(connection)
        left[0] -= 1
        for _ in range(chance.randrange(8)):
            connection.send(post := complaint(world))
            if chance.random() < 0.2:
                connection.send(post)
            if chance.random() < 0.2:
                connection.keep_alive()
        where = chance.random()
        line = b'{"data": {"id": "%s", "text": "half' % complaint(world)["id"].encode()
        connection.raw(line[: chance.randrange(1, len(line))])
        for _ in range(chance.randrange(3)):
            complaint(world)  # while nobody listens
        if where < 0.3:
            connection.end()
        connection.cut()

    world.on_stream = play
    with reading(kit, world) as reader:
        wait_for(lambda: left[0] == 0 and len(kit.log.read(MENTIONS.name, 0, 0)) > 0, "200 disconnects")
        wait_for(lambda: set(ids(kit)) >= set(all_ids(world)), "what was missed")
        wait_for(lambda: kit.state.count(GAP, state=OPEN) == 0, "all gaps to be filled")
    assert reader.fault is None
    assert ids(kit) == all_ids(world)
    assert kit.letters() == []


def test_killed_and_started_again_it_goes_on_where_it_was(kit: IntakeKit, world: XWorld) -> None:
    world.on_stream = until_gone
    with reading(kit, world):
        wait_for(lambda: bool(world.requests(STREAM)), "a connection")
        wait_for(lambda: connected(kit, world), "a note")
    missed = [complaint(world) for _ in range(250)]
    world.clock.advance(3600)
    with reading(kit, world):
        wait_for(lambda: len(ids(kit)) >= 250, "the posts of an hour")
    assert ids(kit) == [post["id"] for post in missed]
    pages = [asked for _, asked in world.requests(SEARCH) if "is:retweet" in asked["query"] and "next_token" in asked]
    assert pages, "250 posts are three pages"


def test_killed_at_any_append_nothing_is_lost(kit: IntakeKit, world: XWorld) -> None:
    """A kill writes nothing more: neither posts nor how far it came."""
    chance = random.Random(3)

    quiet = threading.Event()

    def play(connection: StreamConnection) -> None:
        while not quiet.is_set():
            connection.send(complaint(world))
            time.sleep(0.001)
        until_gone(connection)

    world.on_stream = play
    for _ in range(8):
        kit.log.break_at = len(kit.log.appends) + chance.randrange(6)
        reader = Reader(kit, world)
        reader.source._save_last = lambda: None  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            reader.source.run()
        reader.client.close()
        complaint(world)
    quiet.set()
    with reading(kit, world):
        wait_for(lambda: set(ids(kit)) >= set(all_ids(world)), "what was missed")


def test_posts_are_read_with_all_that_belongs_to_them(kit: IntakeKit, world: XWorld) -> None:
    original = complaint(world, text="@JalSundarpur " + "पानी " * 80)
    posts = {
        "long": complaint(world, text="cut off…", note_tweet={"text": "@JalSundarpur " + "लंबा " * 100}),
        "repost": complaint(world, text="RT: cut…", referenced_tweets=[{"type": "retweeted", "id": original["id"]}]),
        "quote": complaint(world, referenced_tweets=[{"type": "quoted", "id": original["id"]}]),
        "picture": complaint(world, attachments={"media_keys": ["3_1"]}),
        "edit": complaint(world),
    }
    edit = posts["edit"]
    edit["edit_history_tweet_ids"] = [original["id"], edit["id"]]

    def play(connection: StreamConnection) -> None:
        includes = {
            "users": [{"id": "7", "username": "Asha_K", "name": "Asha"}],
            "tweets": [original],
            "media": [{"media_key": "3_1", "type": "photo", "url": "https://pictures.example/1.jpg"}],
        }
        for post in posts.values():
            errors = [{"title": "Not Found Error", "resource_id": "9", "parameter": "referenced_tweets.id"}]
            connection.raw(_line({"data": post, "includes": includes, "errors": errors}))
        connection.raw(_line({"errors": [{"title": "operational-disconnect"}]}))
        connection.raw(_line({"some_message_of_tomorrow": {}}))
        connection.raw(b"{not json}\r\n")
        until_gone(connection)

    world.on_stream = play
    with reading(kit, world):
        wait_for(lambda: len(kit.letters()) == 1, "the line that cannot be read")
    found: dict[str, Mention] = {mention.id: mention for mention in kit.mentions()}
    assert found[posts["long"]["id"]].text.count("लंबा") == 100
    assert found[posts["repost"]["id"]].text == original["text"]
    assert found[posts["repost"]["id"]].repost_of == original["id"]
    assert found[posts["quote"]["id"]].quote_of == original["id"]
    assert found[posts["picture"]["id"]].media[0].url == "https://pictures.example/1.jpg"
    assert found[edit["id"]].conversation_id == original["id"], "an edit goes to the case of its first version"
    assert {mention.author.handle for mention in found.values()} == {"asha_k"}
    assert kit.state.scan(SOURCE)[0].value["partial"] == len(posts) + 1


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\r\n"


def test_a_stream_that_says_nothing_is_left(kit: IntakeKit, world: XWorld) -> None:
    left = threading.Event()

    def play(connection: StreamConnection) -> None:
        left.wait(10)

    world.on_stream = play
    with reading(kit, world):
        wait_for(lambda: len(world.requests(STREAM)) >= 2, "a second connection")
        left.set()


def test_what_the_log_cannot_take_now_is_not_lost(kit: IntakeKit, world: XWorld) -> None:
    kit.log.refusals = 3

    def play(connection: StreamConnection) -> None:
        connection.send(complaint(world))
        until_gone(connection)

    world.on_stream = play
    with reading(kit, world):
        wait_for(lambda: len(ids(kit)) == 1, "the post")


def test_without_a_stream_it_looks_again_and_again(kit: IntakeKit, world: XWorld) -> None:
    with reading(kit, world, timing=Timing(poll=60)):
        wait_for(lambda: connected(kit, world), "a first look")
        for _ in range(30):
            complaint(world)
        wait_for(lambda: len(ids(kit)) >= 30, "the posts")
    assert ids(kit) == all_ids(world)
    assert world.requests(STREAM) == world.requests(RULES) == []


# -- when X says no


@pytest.mark.parametrize("path", [STREAM, SEARCH, RULES])
def test_a_limit_is_kept_to_the_second(kit: IntakeKit, world: XWorld, path: str) -> None:
    reset = int(NOW.timestamp()) + 437
    problem = {"title": "Too Many Requests", "type": "about:blank"}
    world.fail(path, Fault(429, {"x-rate-limit-reset": str(reset)}, problem))
    reader = Reader(kit, world)

    def pause(seconds: float) -> None:
        world.clock.advance(seconds)
        reader.over.set() if len(world.requests(path)) == 2 else None

    waiting = Waiting(reader.over, world.clock, pause)
    if path == SEARCH:
        asked = {"query": "@h", "since_id": id_at(NOW), "until_id": id_at(NOW) + 1, "max_results": 10}

        def fill() -> bool:
            reader.client.ask("GET", SEARCH, params=asked)
            return False

        Chores(waiting, lambda: None, fill, lambda error: None, lambda since: False, 1.0).run()
    else:
        reader.source.feed.waiting = waiting
        world.on_stream = lambda connection: reader.over.set()
        reader.source.feed.run()
    moments = [at.timestamp() for at, _ in world.requests(path)]
    assert moments[0] == NOW.timestamp()
    assert 0 <= moments[1] - reset < 1
    reader.client.close()


def test_it_waits_as_x_asks() -> None:
    backoff, now = Backoff(), NOW.timestamp()
    lost = [backoff.pause_seconds(XLostError(), now) for _ in range(70)]
    assert (lost[0], lost[1], lost[2], lost[-1]) == (0.0, 0.25, 0.5, 16.0)
    down = [backoff.pause_seconds(XDownError(), now) for _ in range(9)]
    assert down == [5, 10, 20, 40, 80, 160, 320, 320, 320]
    assert backoff.pause_seconds(XLimitedError("", int(now) + 91), now) == 91
    assert [backoff.pause_seconds(XLimitedError("", None), now) for _ in range(5)] == [60, 120, 240, 480, 900]
    backoff.good()
    assert backoff.pause_seconds(XDownError(), now) == 5


def test_x_down_for_a_while_is_waited_for(kit: IntakeKit, world: XWorld) -> None:
    world.fail(RULES, *[Fault(503)] * 2, Fault(0))
    world.fail(STREAM, Fault(503), Fault(402))  # and then somebody buys credits
    world.on_stream = until_gone
    with reading(kit, world):
        wait_for(lambda: connected(kit, world), "X")
    [standing] = standings(kit.state, world.clock())
    assert standing.errors == 5
    assert "X" in standing.last_error


def test_a_clock_that_is_wrong_is_told(kit: IntakeKit, world: XWorld) -> None:
    world.on_stream = until_gone
    reader = Reader(kit, world)
    ahead = Waiting(reader.over, lambda: world.clock() + timedelta(minutes=9), reader._pause)
    reader.source.feed.waiting = ahead
    reader.thread.start()
    wait_for(lambda: connected(kit, world), "a connection")
    reader.stop()
    [standing] = standings(kit.state, world.clock())
    assert "seconds apart: set ours" in standing.last_error


def test_a_wrong_token_ends_it_plainly_and_is_never_shown(
    kit: IntakeKit, world: XWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Reader(kit, world, bearer="another-secret")
    with pytest.raises(XRefusedError, match="401") as refused:
        wrong.source.run()
    wrong.client.close()
    told = capsys.readouterr()
    assert "secret" not in repr(wrong.client) + str(refused.value) + told.out + told.err


# -- the budget


def test_the_budget_stops_in_time_and_what_was_not_read_is_read_the_next_day(kit: IntakeKit, world: XWorld) -> None:
    plan = XPlan(posts_per_day=50, posts_per_month=1000, reserve_percent=0)
    first = [complaint(world) for _ in range(120)]

    def play(connection: StreamConnection) -> None:
        for post in first if len(world.requests(STREAM)) == 1 else ():
            connection.send(post)
        until_gone(connection)

    world.on_stream = play
    with reading(kit, world, plan=plan) as reader:
        wait_for(lambda: kit.state.count(GAP, state=OPEN) > 0, "a gap that is listed")
        for day in (1, 2, 3):
            most = min(120, 50 * day)
            wait_for(lambda most=most: most - 9 <= len(ids(kit)) <= most, f"the posts of {day} days")  # type: ignore[misc]
            assert reader.source.budget.spent.today <= 50
            world.clock.advance(86400 - (world.clock() - NOW).total_seconds() % 86400)
        wait_for(lambda: len(ids(kit)) == 120, "all of them")
    assert ids(kit) == all_ids(world)


def test_what_is_kept_is_for_those_who_write_to_a_handle(kit: IntakeKit, world: XWorld) -> None:
    plan = XPlan(posts_per_day=40, posts_per_month=1000, reserve_percent=50)

    def play(connection: StreamConnection) -> None:
        for number in range(30):
            if number == 20:
                wait_for(lambda: not _rules(world, Scope.REPOSTS), "reposts to be left out")
            connection.send(complaint(world))
        until_gone(connection)

    world.on_stream = play
    with reading(kit, world, plan=plan):
        wait_for(lambda: len(ids(kit)) == 30, "thirty posts, ten of them out of what is kept")
        repost = complaint(world, referenced_tweets=[{"type": "retweeted", "id": ids(kit)[0]}])
        assert _rules(world, Scope.ADDRESSED)
        world.clock.advance(86400)
        wait_for(lambda: bool(_rules(world, Scope.REPOSTS)), "the next day")
        wait_for(lambda: repost["id"] in ids(kit), "the repost that had to wait")


# -- terms of the watch


def of_the_dam(most: int) -> list[str]:
    return term_queries(["Sundarpur"], ["dam toot", "bhago"], most)


RUMOUR = "Sundarpur me bhago, dam toot gaya"


def told(kit: IntakeKit) -> dict[str, bool]:
    """What was read, and whether it is for the watch alone."""
    return {mention.id: mention.by_terms for mention in kit.mentions()}


def test_what_term_rules_missed_while_away_is_looked_for_too(kit: IntakeKit, world: XWorld) -> None:
    world.on_stream = until_gone
    with reading(kit, world, terms=of_the_dam):
        wait_for(lambda: connected(kit, world), "a note")
    missed, addressed = complaint(world, text=RUMOUR), complaint(world, text=f"@JalSundarpur {RUMOUR}")
    complaint(world, text="dam toot gaya, kahin aur")
    with reading(kit, world, terms=of_the_dam):
        wait_for(lambda: len(told(kit)) == 2 and kit.state.count(GAP, state=OPEN) == 0, "both, and every gap filled")
    assert told(kit) == {missed["id"]: True, addressed["id"]: False}


def test_terms_wait_with_reposts_and_what_they_missed_is_read_the_next_day(kit: IntakeKit, world: XWorld) -> None:
    plan = XPlan(posts_per_day=40, posts_per_month=1000, reserve_percent=50)

    def play(connection: StreamConnection) -> None:
        for _ in range(25):
            connection.send(complaint(world))
        until_gone(connection)

    world.on_stream = play
    with reading(kit, world, plan=plan, terms=of_the_dam):
        wait_for(lambda: len(ids(kit)) == 25 and not _terms_rules(world), "terms to be left out")
        rumour = complaint(world, text=RUMOUR)
        wait_for(lambda: standings(kit.state, world.clock())[0].gaps > 0, "which is said")
        world.clock.advance(86400)
        wait_for(lambda: bool(_terms_rules(world)), "the next day")
        wait_for(lambda: rumour["id"] in ids(kit), "the rumour that had to wait")
    assert told(kit)[rumour["id"]]


def test_terms_are_looked_for_where_there_is_no_stream(kit: IntakeKit, world: XWorld) -> None:
    with reading(kit, world, timing=Timing(poll=60.0), terms=of_the_dam):
        wait_for(lambda: connected(kit, world), "a first look")
        rumour = complaint(world, text=RUMOUR)
        moment = world.clock()
        wait_for(lambda: any(_until(record) > moment for record in _gaps_of_terms(kit)), "a look for terms since")
    assert world.requests(STREAM) == []
    world.on_stream = until_gone
    with reading(kit, world, terms=of_the_dam):  # what searches have no time for while a test makes days of seconds
        wait_for(lambda: rumour["id"] in ids(kit), "the rumour")
    assert told(kit) == {rumour["id"]: True}


def _gaps_of_terms(kit: IntakeKit) -> list[StateRecord]:
    return [record for record in kit.state.scan(GAP) if record.value["scope"] == Scope.TERMS]


def _until(record: StateRecord) -> datetime:
    return moment_of(record.value["until"])


def _terms_rules(world: XWorld) -> list[str]:
    return [rule["value"] for rule in [*world.rules.values()] if rule["tag"] == terms_tag("sunwai-SPR")]


def _rules(world: XWorld, scope: Scope) -> list[str]:
    wanted = set(queries(scope, HANDLES, 1024))
    return [rule["value"] for rule in [*world.rules.values()] if rule["value"] in wanted]


def test_marks_of_the_budget_are_told_once_and_days_and_months_begin_anew() -> None:
    clock = Clock()
    budget = Budget(XPlan(posts_per_day=100, posts_per_month=1000), clock)
    with capture_logs() as told:
        for _ in range(97):
            budget.spend(1)
    assert [entry["percent"] for entry in told] == [50, 80, 95]
    assert (budget.left(Scope.ADDRESSED), budget.left(Scope.REPOSTS)) == (3, 0)
    clock.advance(86400)
    assert (budget.left(Scope.ADDRESSED), budget.left(Scope.REPOSTS)) == (100, 80)
    for _ in range(9):
        budget.spend(100)
        clock.advance(86400)
    assert budget.left(Scope.ADDRESSED) == 3, "of the month"
    clock.advance(86400 * 31)
    assert budget.left(Scope.ADDRESSED) == 100


# -- rules and ids


def test_rules_are_split_by_length_and_kept_in_step(world: XWorld) -> None:
    handles = [f"handle_of_office{number:02}"[:15] + f"{number:02}"[-2:] for number in range(200)]
    x = client(world)
    wanted = queries(Scope.ADDRESSED, x_handles({handle[-15:] for handle in handles}), 1024)
    assert len(wanted) > 1
    assert all(len(value) <= 1024 for value in wanted)
    world.rules["another"] = {"id": "another", "value": "#cricket", "tag": "somebody else's"}
    assert keep_in_step(x, "sunwai-SPR", wanted) == (len(wanted), 0)
    assert keep_in_step(x, "sunwai-SPR", wanted) == (0, 0)
    assert keep_in_step(x, "sunwai-SPR", wanted[:1]) == (0, len(wanted) - 1)
    assert keep_in_step(x, "sunwai-SPR", wanted[:1], ['("dam toot")']) == (1, 0)
    assert {rule["tag"] for rule in world.rules.values()} == {"sunwai-SPR", "sunwai-SPR-terms", "somebody else's"}
    assert keep_in_step(x, "sunwai-SPR", wanted[:1]) == (0, 1)
    assert "another" in world.rules
    x.close()


def test_every_handle_is_in_exactly_one_query() -> None:
    handles = [f"h{number}" for number in range(500)]
    found = re.findall(r"@(\w+)", " ".join(queries(Scope.ADDRESSED, handles, 300)))
    assert found == handles
    assert queries(Scope.OWN, [], 300) == []


def test_ids_tell_their_moment() -> None:
    assert moment_of(1_460_323_737_035_677_698).isoformat(timespec="seconds") == "2021-11-15T19:08:05+00:00"
    assert abs((moment_of(id_at(NOW)) - NOW).total_seconds()) < 0.001


def test_a_gap_out_of_reach_is_said_to_be_lost(kit: IntakeKit, world: XWorld) -> None:
    world.on_stream = until_gone
    with reading(kit, world):
        wait_for(lambda: connected(kit, world), "a note")
    complaint(world)
    world.clock.advance(timedelta(days=9).total_seconds())
    late = complaint(world)
    with reading(kit, world, terms=of_the_dam):
        wait_for(lambda: late["id"] in ids(kit), "what search still reaches")
        wait_for(lambda: kit.state.count(GAP, state=LOST) == len(Scope), "each scope's loss")
    assert ids(kit) == [late["id"]]
    assert standings(kit.state, world.clock())[0].lost == len(Scope)


def test_a_second_reader_gives_way_and_the_first_goes_on(kit: IntakeKit, world: XWorld) -> None:
    world.on_stream = until_gone
    with reading(kit, world) as first:
        wait_for(lambda: connected(kit, world), "a note")
        with reading(kit, world, timing=Timing(chores=0.5)) as second:
            wait_for(lambda: second.fault is not None, "the second to give way")
        assert first.thread.is_alive()
    assert isinstance(second.fault, AnotherReaderError)
    assert first.fault is None


def test_of_two_that_begin_at_once_one_gives_way(kit: IntakeKit, world: XWorld) -> None:
    one, other = Reader(kit, world), Reader(kit, world)
    one.source.progress.load()
    other.source.progress.load()
    one.source.progress.save()
    with pytest.raises(AnotherReaderError):
        other.source.progress.save()
    one.client.close()
    other.client.close()
