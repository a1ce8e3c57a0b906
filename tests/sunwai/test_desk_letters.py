"""Dead letters on the desk's page: listed with their reason, read again once the cause is mended."""

import re
from pathlib import Path

import pytest

from queues.state import StateRecord
from streams.dead_letter_list import KIND, OPEN, enlist
from streams.dead_letters import Origin, make_dead_letter
from streams.events import Received
from streams.topics import MENTIONS
from sunwai.assembly import Office as Parts
from sunwai.desk_letters import LogDeadLetters
from sunwai.settings import Settings
from tests.desk.office import Office
from tests.desk.test_pages import text_of
from tests.queues.factories import NOW


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    found = Parts(Settings(data=tmp_path / "log"))
    found.log.prepare()
    return found


def bury(office: Office, parts: Parts, raw: bytes, reason: str) -> StateRecord:
    """A dead letter in the log, listed as the filing step lists it."""
    event = make_dead_letter("file:posts.jsonl", raw, reason, Origin("posts.jsonl", 0, 3), NOW)
    (position,) = parts.log.append([event])
    enlist(office.state, Received(position, event.key, event.value, dict(event.headers), NOW))
    (record,) = [each for each in office.state.scan(KIND, state=OPEN) if each.value["reason"] == reason]
    return record


def test_a_dead_letter_is_listed_without_its_words_and_read_again(tmp_path: Path, parts: Parts) -> None:
    office = Office(tmp_path / "cases.db")
    office.dead_letters = LogDeadLetters(office.state, lambda: parts.log)
    office.use(office.directory)
    letter = bury(office, parts, b'{"text": "mera raaz"}', "id: <b>is missing</b>")
    admin = office.visitor("admin")
    page = admin.get("/dead-letters").text
    assert "&lt;b&gt;is missing&lt;/b&gt;" in page
    assert "file:posts.jsonl posts.jsonl/0/3" in text_of(page)
    assert "raaz" not in page
    assert admin.send("/dead-letters").status_code == 422
    done = admin.send("/dead-letters", letter=letter.id)
    assert "1 are being read again; 0 are no longer there." in text_of(admin.get(done.headers["location"]).text)
    assert "Everything could be read." in admin.get("/dead-letters").text
    (again,) = [e for n in range(4) for e in parts.log.read(MENTIONS.name, n, 0, limit=9)]
    assert again.value == b'{"text": "mera raaz"}'
    assert admin.send("/dead-letters", letter=letter.id).headers["location"].endswith("replayed=0&gone=0")
    for name in ("chief", "sita", "reader"):
        visitor = office.visitor(name)
        assert visitor.get("/dead-letters").status_code == 403
        assert visitor.send("/dead-letters", letter=letter.id).status_code == 403
    office.close()
    parts.close()


def test_a_long_list_goes_on_by_pages(tmp_path: Path, parts: Parts) -> None:
    office = Office(tmp_path / "cases.db")
    office.dead_letters = LogDeadLetters(office.state, lambda: parts.log)
    office.use(office.directory)
    for number in range(103):
        office.state.create(
            KIND,
            f"{number:03d}",
            {"time": NOW.isoformat(), "source": "x", "topic": "t", "partition": "0", "offset": "1", "reason": "r"}
            | {"length": 7, "lies_at": -1},
            state=OPEN,
        )
    admin = office.visitor("admin")
    page = admin.get("/dead-letters").text
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following is not None
    assert page.count('name="letter"') == 100
    assert admin.get(following[1]).text.count('name="letter"') == 3
    office.close()
    parts.close()
