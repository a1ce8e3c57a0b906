"""Posts over HTTP: signed, fresh, never twice, and durable before they are acknowledged."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from queues.directory_file import load_directory
from queues.state import StateStore, StoreDownError
from schemas.directory import Directory, Source
from schemas.keeping import PostPaths
from schemas.terms import TermRule
from streams.log import LogDownError
from streams.sources.nonces import NONCE
from streams.sources.publish import Publisher
from streams.sources.standing import SOURCE as SOURCE_KIND
from streams.sources.standing import standings
from streams.sources.webhook import MAX_BODY_BYTES, ingest_router, signature
from streams.topics import MENTIONS
from streams.transports.sqlite_log import SqliteLog
from tests.conftest import PROJECT
from tests.streams.intake_kit import IntakeKit, new_kit

KEY = b"a key of the portal"
SOURCE = "demo-portal"
POST = {"id": "1", "text": "नल में पानी नहीं", "author_id": "7"}

Headers = Mapping[str, str]


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load_directory(PROJECT / "departments.yaml")


class Portal:
    """A source that signs as it should, unless told otherwise."""

    def __init__(self, kit: IntakeKit, directory: Directory, state: StateStore | None = None):
        def publisher_for(source: Source) -> Publisher:
            return kit.publisher(source.code, source.platform)

        def secret(code: str) -> bytes | None:
            return {SOURCE: KEY}.get(code)

        app = FastAPI()
        app.include_router(ingest_router(publisher_for, directory, secret, state or kit.state, kit.clock))
        self.kit = kit
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")
        self.sent = 0

    def headers(self, body: bytes, *, key: bytes = KEY, skew: float = 0, nonce: str | None = None) -> dict[str, str]:
        self.sent += 1
        nonce = nonce if nonce is not None else f"nonce-{self.sent:04}"
        timestamp = str(int((self.kit.now + timedelta(seconds=skew)).timestamp()))
        return {
            "X-Sunwai-Timestamp": timestamp,
            "X-Sunwai-Nonce": nonce,
            "X-Sunwai-Signature": signature(key, timestamp, nonce, body),
        }

    async def send(self, body: Any, headers: Headers | None = None, *, source: str = SOURCE) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(f"/ingest/{source}", content=raw, headers=headers or self.headers(raw))


@pytest.fixture
def portal(kit: IntakeKit, directory: Directory) -> Portal:
    return Portal(kit, directory)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The one shape of an error."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "field"}
    assert error["code"] == code
    return error


async def test_a_post_is_in_the_log_once_it_is_accepted(portal: Portal, tmp_path: Path) -> None:
    answer = await portal.send(POST)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "dead_letters": []})
    other = SqliteLog(tmp_path / "log.db", partitions=2, retention=timedelta(days=7), max_bytes=1 << 30)
    found = [event for number in (0, 1) for event in other.read(MENTIONS.name, number, 0)]
    other.close()
    assert [json.loads(event.value or b"")["text"] for event in found] == [POST["text"]]
    assert found[0].headers["source"] == SOURCE.encode()
    assert portal.kit.mentions()[0].platform == "portal"


TWO = [{"id": "1", "text": "sadak"}, {"id": "2", "text": "nali"}]
BODIES: dict[str, bytes] = {
    "a list": json.dumps(TWO).encode(),
    "a page of X": json.dumps({"data": TWO, "includes": {}}).encode(),
    "one a line": b"\n".join(json.dumps(post).encode() for post in TWO) + b"\n",
    "one a line, from Windows": b"\r\n".join(json.dumps(post).encode() for post in TWO),
    "indented": json.dumps(TWO, indent=4).encode(),
}


@pytest.mark.parametrize("form", BODIES)
async def test_several_posts_may_come_at_once(portal: Portal, form: str) -> None:
    answer = await portal.send(BODIES[form])
    assert answer.json() == {"accepted": 2, "dead_letters": []}
    assert portal.kit.ids() == ["1", "2"]


async def test_an_indented_object_is_one_post(portal: Portal) -> None:
    answer = await portal.send(json.dumps({**POST, "author": {"id": "7"}}, indent=2).encode())
    assert answer.json() == {"accepted": 1, "dead_letters": []}


@pytest.mark.parametrize("form", ["list", "lines"])
async def test_what_cannot_be_read_is_named_by_its_place_and_kept(portal: Portal, form: str) -> None:
    posts: list[Any] = [POST, {"id": "2"}, {"id": "3", "text": "nali"}, {"id": "4", "text": 5}]
    lines = b"\n".join(json.dumps(post).encode() for post in posts)
    answer = await portal.send(posts if form == "list" else lines)
    assert answer.json()["accepted"] == 2
    assert [letter["index"] for letter in answer.json()["dead_letters"]] == [1, 3]
    assert answer.json()["dead_letters"][0]["reason"].startswith("text: ")
    assert portal.kit.ids() == ["1", "3"]
    assert [json.loads(letter.value or b"") for letter in portal.kit.letters()] == [posts[1], posts[3]]


@pytest.mark.parametrize("body", [b"\x00\xff", b"nonsense", b"[" * 90_000, b'{"id": "1"', b"42"])
async def test_junk_under_a_good_signature_is_a_dead_letter(portal: Portal, body: bytes) -> None:
    answer = await portal.send(body)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 0
    assert [letter.value for letter in portal.kit.letters()] == [body]


async def test_a_source_speaks_for_its_own_platform_only(portal: Portal) -> None:
    answer = await portal.send({**POST, "platform": "x"})
    assert answer.json()["accepted"] == 0
    assert "portal only" in answer.json()["dead_letters"][0]["reason"]
    assert portal.kit.mentions() == []


# -- who may send


async def test_a_wrong_signature_and_an_unknown_source_get_the_same_answer(portal: Portal) -> None:
    body = json.dumps(POST).encode()
    wrong = await portal.send(POST, portal.headers(body, key=b"another key"))
    unknown = await portal.send(POST, portal.headers(body), source="nobody")
    problem(wrong, 401, "not_signed")
    assert wrong.content == unknown.content
    assert portal.kit.mentions() == []


async def test_a_source_without_a_key_may_send_nothing(kit: IntakeKit, directory: Directory) -> None:
    keyless = directory.model_copy(update={"sources": (*directory.sources, Source(code="new", name=directory.name))})
    portal = Portal(kit, keyless)
    for key in (b"", b"\0", KEY):
        problem(
            await portal.send(POST, portal.headers(json.dumps(POST).encode(), key=key), source="new"), 401, "not_signed"
        )


async def test_a_changed_body_is_refused(portal: Portal) -> None:
    headers = portal.headers(json.dumps(POST).encode())
    problem(await portal.send({**POST, "id": "2"}, headers), 401, "not_signed")


@pytest.mark.parametrize("left_out", ["X-Sunwai-Timestamp", "X-Sunwai-Nonce", "X-Sunwai-Signature"])
async def test_each_header_is_needed(portal: Portal, left_out: str) -> None:
    headers = portal.headers(json.dumps(POST).encode())
    del headers[left_out]
    problem(await portal.send(POST, headers), 401, "not_signed")


@pytest.mark.parametrize(
    ("timestamp", "nonce"), [("now", "nonce-01"), ("1e9", "nonce-01"), ("", "nonce-01"), ("-5", "x" * 8)]
)
async def test_a_signed_timestamp_must_be_seconds(portal: Portal, timestamp: str, nonce: str) -> None:
    body = json.dumps(POST).encode()
    signed = {
        "X-Sunwai-Timestamp": timestamp,
        "X-Sunwai-Nonce": nonce,
        "X-Sunwai-Signature": signature(KEY, timestamp, nonce, body),
    }
    assert problem(await portal.send(body, signed), 401, "not_signed")["field"] == "X-Sunwai-Timestamp"


@pytest.mark.parametrize("nonce", ["short", "n" * 129, "with blanks in it"])
async def test_a_nonce_must_have_its_form(portal: Portal, nonce: str) -> None:
    problem(await portal.send(POST, portal.headers(json.dumps(POST).encode(), nonce=nonce)), 401, "not_signed")


@pytest.mark.parametrize(("skew", "taken"), [(-300, True), (300, True), (-302, False), (302, False), (9e8, False)])
async def test_five_minutes_of_skew_are_borne(portal: Portal, skew: float, taken: bool) -> None:
    answer = await portal.send(POST, portal.headers(json.dumps(POST).encode(), skew=skew))
    if taken:
        assert answer.status_code == 202
    else:
        assert problem(answer, 401, "not_fresh")["field"] == "X-Sunwai-Timestamp"


async def test_the_same_request_is_not_taken_twice(portal: Portal) -> None:
    headers = portal.headers(json.dumps(POST).encode())
    assert (await portal.send(POST, headers)).status_code == 202
    problem(await portal.send(POST, headers), 401, "replayed")
    assert len(portal.kit.mentions()) == 1


async def test_another_process_knows_the_nonce_too(portal: Portal, directory: Directory) -> None:
    headers = portal.headers(json.dumps(POST).encode())
    await portal.send(POST, headers)
    problem(await Portal(portal.kit, directory).send(POST, headers), 401, "replayed")


async def test_a_wrong_signature_does_not_use_up_a_nonce(portal: Portal) -> None:
    body = json.dumps(POST).encode()
    await portal.send(POST, portal.headers(body, key=b"another", nonce="contested"))
    assert (await portal.send(POST, portal.headers(body, nonce="contested"))).status_code == 202


async def test_old_nonces_are_forgotten_and_still_cannot_be_replayed(portal: Portal) -> None:
    first = portal.headers(json.dumps(POST).encode())
    await portal.send(POST, first)
    for _ in range(20):
        portal.kit.now += timedelta(seconds=120)
        await portal.send(POST)
    assert portal.kit.state.count(NONCE) <= 7
    problem(await portal.send(POST, first), 401, "not_fresh")


# -- how much, and when nothing can be stored


async def test_a_body_that_is_too_large_is_refused(portal: Portal) -> None:
    body = b" " * (MAX_BODY_BYTES + 1)
    problem(await portal.send(body), 413, "too_large")


async def test_a_body_of_unknown_length_is_bounded_too(portal: Portal) -> None:
    asked = 0

    async def chunks() -> Any:
        nonlocal asked
        for _ in range(1000):
            asked += 1
            yield b"x" * 100_000

    answer = await portal.client.post(f"/ingest/{SOURCE}", content=chunks(), headers=portal.headers(b""))
    problem(answer, 413, "too_large")
    assert asked < 30


async def test_the_largest_body_is_taken(portal: Portal) -> None:
    posts = [{"id": str(number), "text": "a" * 3800} for number in range(500)]
    answer = await portal.send(posts)
    assert answer.json() == {"accepted": 500, "dead_letters": []}


async def test_one_post_may_not_fill_the_body(portal: Portal) -> None:
    answer = await portal.send({"id": "1", "text": "a" * 400_000})
    assert answer.json()["accepted"] == 0
    assert "bytes are more than" in answer.json()["dead_letters"][0]["reason"]


@pytest.mark.parametrize("body", [b"[" + b"0," * 1000 + b"0]", b"{}\n" * 1001], ids=["list", "lines"])
async def test_too_many_posts_at_once_are_refused_before_anything_is_written(portal: Portal, body: bytes) -> None:
    headers = portal.headers(body)
    problem(await portal.send(body, headers), 413, "too_many")
    assert portal.kit.letters() == []


async def test_an_empty_body_is_refused(portal: Portal) -> None:
    problem(await portal.send(b" \n"), 400, "empty")


async def test_a_full_log_asks_for_patience_and_the_same_request_may_come_again(portal: Portal) -> None:
    portal.kit.log.refusals = 1
    headers = portal.headers(json.dumps(POST).encode())
    answer = await portal.send(POST, headers)
    problem(answer, 503, "try_later")
    assert int(answer.headers["Retry-After"]) > 0
    assert (await portal.send(POST, headers)).status_code == 202
    assert portal.kit.ids() == ["1"]


async def test_a_log_that_is_down_asks_for_patience(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_: object) -> None:
        raise LogDownError("disk gone")

    monkeypatch.setattr(portal.kit.log, "append", down)
    problem(await portal.send(POST), 503, "try_later")


async def test_what_was_broken_off_after_its_nonce_was_looked_up_is_taken_when_it_comes_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a kill: nothing is written any more, no nonce is given back either."""
    body = json.dumps(POST).encode()
    headers = portal.headers(body)
    with monkeypatch.context() as broken:
        broken.setattr(portal.kit.log, "append", _down)
        broken.setattr(portal.kit.state, "delete_each", _down)
        assert (await portal.send(body, headers)).status_code == 503
    assert (await portal.send(body, headers)).status_code == 202
    problem(await portal.send(body, headers), 401, "replayed")


def _down(*_: object) -> None:
    raise StoreDownError("down")


async def test_a_store_that_is_down_asks_for_patience(kit: IntakeKit, directory: Directory) -> None:
    problem(await Portal(kit, directory, _DownStore()).send(POST), 503, "try_later")
    assert kit.mentions() == []


class _DownStore:
    """A store of which nothing can be had."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def down(*_: object, **__: object) -> Any:
            raise StoreDownError(f"{name}: disk gone")

        return down


async def test_what_comes_at_once_is_written_once_each_and_together(portal: Portal) -> None:
    posts = [{**POST, "id": str(number)} for number in range(60)]
    answers = await asyncio.gather(*(portal.send(post) for post in posts))
    assert [answer.json() for answer in answers] == [{"accepted": 1, "dead_letters": []}] * 60
    assert portal.kit.ids() == [str(number) for number in range(60)]
    assert len(portal.kit.log.appends) < 30


async def test_of_one_request_that_comes_many_times_at_once_one_is_taken(portal: Portal) -> None:
    headers = portal.headers(json.dumps(POST).encode())
    answers = await asyncio.gather(*(portal.send(POST, headers) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [202, *[401] * 9]
    assert portal.kit.ids() == ["1"]


async def test_one_that_is_refused_is_refused_alone(portal: Portal) -> None:
    good = [{**POST, "id": str(number)} for number in range(5)]
    bad = portal.send(b"{}\n" * 1001)
    unsigned = portal.send(POST, portal.headers(b"another body"))
    answers = await asyncio.gather(bad, unsigned, *(portal.send(post) for post in good))
    assert [answer.status_code for answer in answers] == [413, 401, *[202] * 5]
    assert portal.kit.ids() == ["0", "1", "2", "3", "4"]


async def test_what_could_not_be_written_together_may_come_again(portal: Portal) -> None:
    portal.kit.log.refusals = 1
    bodies = [json.dumps({**POST, "id": str(number)}).encode() for number in range(10)]
    asked = [(body, portal.headers(body)) for body in bodies]
    first = await asyncio.gather(*(portal.send(*each) for each in asked))
    refused = [each for each, answer in zip(asked, first, strict=True) if answer.status_code == 503]
    assert refused
    again = await asyncio.gather(*(portal.send(*each) for each in refused))
    assert {answer.status_code for answer in again} == {202}
    assert portal.kit.ids() == [str(number) for number in range(10)]


# -- how it stands


async def test_what_a_source_brought_is_shown(portal: Portal) -> None:
    for _ in range(3):
        await portal.send(POST)
        portal.kit.now += timedelta(seconds=2)
    await portal.send(POST, portal.headers(b"another body"))
    [standing] = standings(portal.kit.state, portal.kit.now)
    assert (standing.id, standing.connected, standing.today) == (f"ingest/{SOURCE}", True, 3)
    assert (standing.errors, standing.last_error, standing.budget_left) == (1, "not_signed", None)
    assert standings(portal.kit.state, portal.kit.now + timedelta(days=1))[0].today == 0


async def test_a_burst_is_one_note_and_nothing_of_it_is_forgotten(portal: Portal) -> None:
    for _ in range(50):
        await portal.send(POST)
    assert portal.kit.state.scan(SOURCE_KIND)[0].version == 1
    portal.kit.now += timedelta(seconds=1)
    await portal.send(POST)
    assert standings(portal.kit.state, portal.kit.now)[0].today == 51


async def test_two_processes_add_up_and_strangers_leave_no_record(portal: Portal, directory: Directory) -> None:
    await portal.send(POST)
    other = Portal(portal.kit, directory)
    await other.send(POST, portal.headers(json.dumps(POST).encode()))
    await portal.send(POST, source="nobody")
    [standing] = standings(portal.kit.state, portal.kit.now)
    assert standing.today == 2


# -- a portal with a form of its own

MAPPING = {
    "posts": "$.tickets[*]",
    "id": "$.number",
    "text": "$.complaint.words",
    "author_id": "$.citizen['person id']",
    "to": "$.offices",
    "created_at": "$.at",
}
TICKET = {
    "number": 17,
    "complaint": {"words": "सड़क टूटी है"},
    "citizen": {"person id": "c-9"},
    "offices": ["JalSundarpur"],
    "at": "2026-03-02T08:00:00+05:30",
}


@pytest.fixture
def mapped(kit: IntakeKit, directory: Directory) -> Portal:
    source = directory.sources[0].model_copy(update={"mapping": PostPaths.model_validate(MAPPING)})
    return Portal(kit, directory.model_copy(update={"sources": (source,)}))


async def test_posts_are_found_where_the_directory_says(mapped: Portal) -> None:
    second = TICKET | {"number": 18, "citizen": {}, "offices": None}
    answer = await mapped.send({"sent_by": "app", "tickets": [TICKET, second]})
    assert answer.json() == {"accepted": 2, "dead_letters": []}
    first, other = mapped.kit.mentions()
    assert (first.key, first.text, first.author.id) == ("portal:17", "सड़क टूटी है", "c-9")
    assert (first.handles, first.created_at.hour) == (("jalsundarpur",), 2)
    assert other.author.id == "unknown-18"


async def test_a_ticket_that_does_not_fit_is_kept_as_it_came(mapped: Portal) -> None:
    odd = {"number": 19, "complaint": "words without an object"}
    answer = await mapped.send({"tickets": [TICKET, odd]})
    assert answer.json()["accepted"] == 1
    assert answer.json()["dead_letters"][0]["reason"].startswith("text: ")
    assert [json.loads(letter.value or b"") for letter in mapped.kit.letters()] == [odd]


@pytest.mark.parametrize("body", [{}, {"tickets": []}, [TICKET], 5, {"tickets": {"a": 1}}])
async def test_a_body_without_a_post_is_kept(mapped: Portal, body: Any) -> None:
    answer = await mapped.send(body)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 0)
    assert len(mapped.kit.letters()) == 1


async def test_a_mapping_brings_no_more_posts_than_any_request(mapped: Portal) -> None:
    problem(await mapped.send({"tickets": [TICKET] * 1001}), 413, "too_many")
    assert mapped.kit.letters() == []


@pytest.mark.parametrize("path", ["$[", "a b", "$.a | $.b", "x" * 501])
def test_a_path_that_is_none_is_a_mistake_of_the_directory(path: str) -> None:
    with pytest.raises(ValidationError):
        PostPaths.model_validate(MAPPING | {"id": path})


async def test_of_a_source_that_looks_for_terms_what_nobody_asked_for_is_left_out(
    kit: IntakeKit, directory: Directory
) -> None:
    sources = tuple(source.model_copy(update={"terms": True}) for source in directory.sources)
    rules = (TermRule(words=("dam toot",)),)
    portal = Portal(kit, directory.model_copy(update={"sources": sources, "watch_terms": rules}))
    posts = [
        {"id": "1", "text": "aaj mausam suhana hai"},
        {"id": "2", "text": "bhago, dam toot gaya"},
        {"id": "3"},
        {"id": "4", "text": "@SundarpurPolice chori ho gayi"},
    ]
    answer = (await portal.send(posts)).json()
    assert (answer["accepted"], answer["left_out"]) == (2, 1)
    assert {post.id: post.by_terms for post in kit.mentions()} == {"2": True, "4": False}
