"""Hostile and broken input: each a case, a record or a dead letter with its reason, never a stop."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from streams.log import Event
from streams.topics import DELETIONS, MENTIONS, TRIAGED
from tests.pipeline.office import OfficeUnderTest, wait_for

pytestmark = pytest.mark.process


def _post(id: Any, text: Any, **fields: Any) -> bytes:
    return json.dumps({"id": id, "text": text, **fields}).encode()


_NOISE = random.Random(11)
UNREADABLE = {
    "random bytes": _NOISE.randbytes(400),
    "not UTF-8": b'{"id": "1", "text": "\xff\xfe"}',
    "a number": b"42",
    "null": b"null",
    "a list of numbers": b"[1, 2]",
    "an empty object": b"{}",
    "no text": b'{"id": "5"}',
    "text of the wrong type": _post("6", {"a": 1}),
    "an id with blanks": _post("6 6", "x"),
    "a boolean id": _post(True, "x"),
    "300 kB of text": _post("7", "अ" * 100_000),
    "year 0": _post("8", "x", created_at="0000-01-01T00:00:00Z"),
    "year 9999": _post("9", "x", created_at="9999-12-31T00:00:00Z"),
    "deep nesting": b"[" * 100_000,
    "a huge number": b'{"id": ' + b"9" * 5000 + b', "text": "x"}',
}
READABLE = {
    "a lone surrogate": b'{"id": "101", "text": "sadak tooti hai \\ud83d"}',
    "NUL": _post("102", "pani\x00 nahi\x00 aaya do din se"),
    "right to left": _post("103", "\u202egnp.exe\u202c bijli nahi"),
    "zero width": _post("104", "bi\u200bj\u200dli n\ufeffahi"),
    "ten thousand marks": _post("105", "क" + "\u0941" * 10_000),
    "a number for an id": _post(106, "nali jaam hai"),
    "an empty text": _post("107", ""),
    "script": _post("108", "<script>alert(1)</script> kachra nahi utha"),
    "a formula": _post("109", '=HYPERLINK("http://x") pension nahi mili'),
}


def test_poison_is_a_case_or_a_dead_letter_and_stops_nothing(office: OfficeUnderTest) -> None:
    with office.parts() as parts:
        parts.log.prepare()
        poison = [*UNREADABLE.values(), *READABLE.values()]
        parts.log.append([Event(MENTIONS.name, b"", value) for value in poison])
        parts.log.append([Event(topic.name, b"", b"\x00junk") for topic in (TRIAGED, DELETIONS)])
        parts.log.append([Event(MENTIONS.name, b"", _post("200", "sarkari nal band hai teen din se"))])
    found = office.work_off()
    assert found["dead_letters"] == len(UNREADABLE) + 2
    assert found["triaged"] == len(READABLE) + 1
    listed = office.json("dead-letters", "list")
    assert len(listed) == found["dead_letters"]
    assert all(entry["reason"] and entry["topic"] for entry in listed)


def test_poison_in_a_file_names_line_and_reason_and_the_rest_is_filed(office: OfficeUnderTest, tmp_path: Path) -> None:
    lines = [*UNREADABLE.values(), b'{"id": "300", "text": "' + b"a" * 3_000_000 + b'"}', *READABLE.values()]
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b"\n".join(line.replace(b"\n", b" ") for line in lines) + b"\n")
    office.ingest(file)
    found = office.work_off()
    assert found["dead_letters"] == len(UNREADABLE) + 2  # each number of the list, and the 3 MB
    assert found["triaged"] == len(READABLE)


def test_a_replay_after_a_fix_brings_dead_letters_in(office: OfficeUnderTest, tmp_path: Path) -> None:
    later = {"id": "400", "text": "kal se bijli nahi hai mohalle me", "created_at": "2026-01-01T00:00:00Z"}
    with office.parts() as parts:
        parts.log.prepare()
        parts.log.append([Event(MENTIONS.name, b"", json.dumps(later).encode()), Event(MENTIONS.name, b"", b"junk")])
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import schemas.intake, schemas.mention, datetime\n"
        "schemas.mention.EARLIEST = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)\n"
        "from sunwai.step import main\nmain('triage')\n"
    )
    with office.running("tests.pipeline.run_script", str(broken)), office.running("sunwai.step", "filing"):
        wait_for(lambda: office.status()["dead_letters"] == 2, "both dead letters")
    office.sunwai("dead-letters", "replay")
    found = office.work_off()
    assert (found["dead_letters"], found["triaged"]) == (1, 1)
    assert "post:x:400" in refs(office), "an erasure would find it"


def refs(office: OfficeUnderTest) -> str:
    """Whom the events of the raw topic speak of."""
    with office.parts() as parts:
        partitions = range(parts.log.partitions(MENTIONS.name))
        events = [event for number in partitions for event in parts.log.read(MENTIONS.name, number, 0)]
    return " ".join(event.headers.get("refs", b"").decode() for event in events)
