"""What sources deliver is kept unreadable for a short time, and comes again as the same mentions."""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from queues.directory_file import load_directory
from schemas.directory import Directory, Source
from schemas.platforms import XPlan
from streams.sources.meta import MetaKeys, meta_router, meta_signature
from streams.sources.publish import Publisher
from streams.sources.recording import Recorded, Recording, RecordingError, clear, read_recording
from streams.sources.webhook import ingest_router, signature
from streams.sources.x.budget import Budget
from streams.sources.x.gaps import Gaps
from streams.sources.x.intake import Intake
from streams.sources.x.progress import Progress
from streams.sources.x.scopes import Scope
from streams.topics import DEAD_LETTERS, DELETIONS, MENTIONS
from streams.transports.sqlite_log import SqliteLog
from sunwai.assembly import Office
from sunwai.replaying import replaying_of
from sunwai.settings import Settings
from tests.conftest import NOW, PROJECT
from tests.pipeline.office import OfficeUnderTest
from tests.streams.intake_kit import IntakeKit, new_kit
from tests.streams.test_meta_source import comment, feed

KEY = bytes(range(32))
SECRET = b"a secret"
TOPICS = (MENTIONS.name, DEAD_LETTERS.name, DELETIONS.name)


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    (tmp_path / "kit").mkdir()
    made = new_kit(tmp_path / "kit")
    yield made
    made.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The example office with a portal that has a mapping, a page and an account."""
    example = (PROJECT / "departments.yaml").read_text(encoding="utf-8")
    start = example.index("sources:")
    more = """
  - code: app
    name: {en: App}
    platform: app
    mapping: {posts: "$.tickets[*]", id: $.number, text: $.words}
  - {code: fb, name: {en: Pages}, platform: facebook, form: meta, pages: {"1001": JalSundarpur}}
  - {code: ig, name: {en: Photos}, platform: instagram, form: meta, pages: {"2002": JalSundarpur}}"""
    path = tmp_path / "departments.yaml"
    path.write_text(example[:start] + "sources:" + more + example[start + len("sources:") :], encoding="utf-8")
    return path


def recording(kit: IntakeKit, folder: Path, **how: Any) -> Recording:
    return Recording(folder, KEY, kit.clock, **({"hours": 72, "most_bytes": 1 << 30} | how))


def delivered(kit: IntakeKit, directory: Directory, folder: Path) -> None:
    """Some of everything that sources deliver, over an hour and a half: also what cannot be read, and a deletion."""
    kept = recording(kit, folder)

    def publisher_for(source: Source) -> Publisher:
        return replace(kit.publisher(source.code, source.platform), keeper=kept)

    app = FastAPI()
    app.include_router(ingest_router(publisher_for, directory, lambda _: SECRET, kit.state, kit.clock))
    keys = MetaKeys(SECRET, b"token")
    app.include_router(meta_router(publisher_for, directory, lambda _: keys, kit.state, kit.clock))
    asyncio.run(_sent(kit, app))
    x = replace(kit.publisher("x"), keeper=kept)
    intake = Intake(x, Progress(kit.state, kit.clock, Budget(XPlan(), kit.clock), Gaps(kit.state)), "watch")
    intake.take_lines([_line("11"), _line("11"), b"{broken", b'{"errors": []}'])
    kit.now += timedelta(minutes=70)
    intake.take_lines([_line("12")])
    intake.take_page({"data": [json.loads(_line(id))["data"] for id in ("12", "13")], "includes": {}}, Scope.ADDRESSED)
    kept.close()


def _line(id: str) -> bytes:
    post = {"id": id, "text": f"@JalSundarpur पानी नहीं {id}", "author_id": "7", "edit_history_tweet_ids": [id]}
    return json.dumps({"data": post | {"created_at": NOW.isoformat()}}, ensure_ascii=False).encode()


async def _sent(kit: IntakeKit, app: FastAPI) -> None:
    portal = {"tickets": [{"number": 5, "words": "नल सूखा"}, {"number": 6}]}
    removed = feed(verb="remove", comment_id="5_78")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        for path, content in (
            ("ingest/app", portal),
            ("meta/fb", feed()),
            ("meta/fb", removed),
            ("meta/ig", comment()),
        ):
            kit.now += timedelta(minutes=5)
            body = json.dumps(content).encode()
            at = str(int(kit.now.timestamp()))
            signed = {"X-Sunwai-Timestamp": at, "X-Sunwai-Nonce": f"{path}{at}"}
            signed |= {"X-Sunwai-Signature": signature(SECRET, at, f"{path}{at}", body)}
            answer = await client.post(
                f"/{path}", content=body, headers=signed | {"X-Hub-Signature-256": meta_signature(SECRET, body)}
            )
            assert answer.is_success, answer.text


Events = dict[str, list[tuple[bytes, bytes]]]


def events_of(office: Office) -> Events:
    log = office.log
    assert isinstance(log, SqliteLog)
    return {
        topic: sorted(
            (event.key or b"", event.value or b"")
            for partition in range(len(log.partition_ids(topic)))
            for event in log.read(topic, partition, 0, limit=1000)
        )
        for topic in TOPICS
    }


def came(kit: IntakeKit) -> Events:
    return {topic: sorted((event.key or b"", event.value or b"") for event in kit.events(topic)) for topic in TOPICS}


def test_a_replay_gives_the_same_events_byte_for_byte(kit: IntakeKit, directory: Path, tmp_path: Path) -> None:
    delivered(kit, load_directory(directory), tmp_path / "kept")
    drill = Office(Settings(data=tmp_path / "drill", directory=directory))
    drill.log.prepare()
    with closing(drill):
        done = replaying_of(drill, speed=None, as_new=False).run(read_recording(tmp_path / "kept", KEY))
        assert events_of(drill) == came(kit)
    assert done == {"mentions": 6, "dead-letters": 2, "deletions": 1}


def test_it_comes_in_its_own_rhythm_and_as_new_where_that_is_asked(
    kit: IntakeKit, directory: Path, tmp_path: Path
) -> None:
    delivered(kit, load_directory(directory), tmp_path / "kept")
    drill = Office(Settings(data=tmp_path / "drill", directory=directory), clock=lambda: NOW + timedelta(days=3))
    drill.log.prepare()
    slept: list[float] = []
    with closing(drill):
        replaying = replaying_of(drill, speed=60, as_new=True)
        replaying.sleep = slept.append
        replaying.run(read_recording(tmp_path / "kept", KEY))
        found = [json.loads(value or b"") for _, value in events_of(drill)[MENTIONS.name]]
    assert slept == [5.0, 5.0, 5.0, 70.0]
    assert {post["received_at"] for post in found} == {"2026-03-05T09:00:00Z"}


def test_a_source_that_the_office_does_not_have_is_named(kit: IntakeKit, directory: Path, tmp_path: Path) -> None:
    delivered(kit, load_directory(directory), tmp_path / "kept")
    key = tmp_path / "key"
    key.write_bytes(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    plain = OfficeUnderTest(tmp_path / "plain")
    told = plain.sunwai("replay", str(tmp_path / "kept"), "--key", str(key), ok=False)
    assert "ingest/app: the directory has no such source" in told
    rich = OfficeUnderTest(tmp_path / "rich", {"SUNWAI_DIRECTORY": str(directory)})
    assert "6 posts, 1 deletions, 2 dead letters" in rich.sunwai(
        "replay", str(tmp_path / "kept"), "--key", str(key), "--speed", "100000"
    )
    assert "key cannot be read" in rich.sunwai("replay", str(tmp_path / "kept"), ok=False)


def test_what_is_kept_can_be_read_with_its_key_alone(kit: IntakeKit, tmp_path: Path) -> None:
    kept = recording(kit, tmp_path)
    kept.keep("x/stream", [b"one", b"two", b"three"])
    kept.close()
    [path] = tmp_path.glob("*.rec")
    assert path.stat().st_mode & 0o077 == 0
    whole = path.read_bytes()
    assert b"one" not in whole
    assert [each.raw for each in read_recording(tmp_path, KEY)] == [b"one", b"two", b"three"]
    with pytest.raises(RecordingError, match="another key"):
        next(read_recording(tmp_path, bytes(32)))
    path.write_bytes(whole[:-5])
    assert [each.raw for each in read_recording(tmp_path, KEY)] == [b"one", b"two"], "a kill cuts the last one"
    path.write_bytes(whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:])
    with pytest.raises(RecordingError, match="record 3"):
        list(read_recording(tmp_path, KEY))
    with pytest.raises(RecordingError, match="no recording in it"):
        next(read_recording(tmp_path / "empty", KEY))


def test_two_processes_keep_beside_each_other_and_are_read_as_one(kit: IntakeKit, tmp_path: Path) -> None:
    with closing(recording(kit, tmp_path)) as one, closing(recording(kit, tmp_path)) as other:
        for number in range(200):
            kit.now += timedelta(minutes=1)
            (one if number % 3 else other).keep("x/stream", [str(number).encode()])
    found = list(read_recording(tmp_path, KEY))
    assert [int(each.raw) for each in found] == list(range(200))
    assert found[0] == Recorded(NOW + timedelta(minutes=1), "x/stream", b"0")


def test_nothing_is_kept_longer_than_the_hours_nor_more_than_the_bytes(kit: IntakeKit, tmp_path: Path) -> None:
    with closing(recording(kit, tmp_path, hours=5)) as kept:
        for _ in range(12):
            kept.keep("x/stream", [b"x"])
            kit.now += timedelta(hours=1)
    assert {each.at for each in read_recording(tmp_path, KEY)} == {kit.now - timedelta(hours=n) for n in range(1, 7)}
    kit.now += timedelta(hours=6)
    assert clear(tmp_path, kit.now, 5) == 6, "also when nothing comes any more"
    most = 40 * 1024 * 1024
    noise = random.Random(1).randbytes(1 << 20)
    with closing(recording(kit, tmp_path, most_bytes=most)) as full:
        for number in range(44):
            full.keep("x/stream", [b"%02d" % number + noise])
    assert sum(path.stat().st_size for path in tmp_path.glob("*.rec")) <= most
    assert [each.raw[:2] for each in read_recording(tmp_path, KEY)][-1] == b"43"


def test_a_full_disk_stops_no_source(kit: IntakeKit, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    publisher = replace(kit.publisher(), keeper=recording(kit, tmp_path / "file"))
    with capture_logs() as logs:
        publisher.keep("x/stream", [b"one"])
    assert [line["event"] for line in logs] == ["recording_failed"]
