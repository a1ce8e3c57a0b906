"""Tables of posts at the desk: looked at first, harmless whatever they are, taken when somebody says so, and noted."""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from desk.tables import KIND, PART, clear_uploads
from schemas.mention import Mention
from streams.topics import DEAD_LETTERS, MENTIONS
from streams.transports.sqlite_log import SqliteLog
from sunwai.desk_uploads import LogUploads
from tests.desk.office import Office, Visitor
from tests.desk.test_pages import text_of
from tests.queues.factories import NOW, make_mention, make_record

HEADER = ["id", "text", "created_at", "author_handle", "to"]
GOOD = ["1", "नल में पानी नहीं", "2026-06-30T09:00:00+05:30", "@Asha_K", "JalSundarpur"]
Rows = Sequence[Sequence[Any]]


class Desk(Office):
    def __init__(self, path: Path):
        self.log = SqliteLog(path.parent / "log.db", retention=timedelta(days=7), max_bytes=1 << 30)
        self.log.prepare()
        super().__init__(path)
        self.upload_source = LogUploads(lambda: self.log, self.clock, self.directory.zone)
        self.use(self.directory)

    def mentions(self) -> list[Mention]:
        parts = range(len(self.log.partition_ids(MENTIONS.name)))
        found = [event for part in parts for event in self.log.read(MENTIONS.name, part, 0, limit=10_000)]
        read = [Mention.model_validate_json(event.value or b"") for event in found]
        return sorted(read, key=lambda mention: int(mention.id))

    def close(self) -> None:
        super().close()
        self.log.close()


@pytest.fixture
def desk(tmp_path: Path, peopled: Path) -> Iterator[Desk]:
    found = Desk(Path(shutil.copy(peopled, tmp_path)))
    yield found
    found.close()


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Rows) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(content)
    return content.getvalue()


def bring(visitor: Visitor, content: bytes, name: str = "posts.csv", platform: str = "desk") -> httpx.Response:
    fields = {"csrf": visitor.secret("/uploads"), "platform": platform}
    return visitor.ask("POST", "/uploads", data=fields, files={"file": (name, content)})


def faults(page: str) -> list[tuple[str, str, str]]:
    """Row, column and fault of each line of the table."""
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", page)
    plain = [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in rows]
    return [(row, column, fault) for row, column, fault in plain]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_a_table_is_looked_at_first_and_taken_when_somebody_says_so(desk: Desk, form: Any) -> None:
    boss = desk.visitor("boss")
    table = form([HEADER, GOOD, ["2", "sadak kharab", "", "", ""], [], ["3", "", "", "", ""]])
    place = bring(boss, table).headers["location"]
    page = boss.get(place).text
    assert "Posts that can be read 2 Rows with a fault 1 Here already 0" in text_of(page)
    assert "नल में पानी नहीं" in page
    assert faults(page) == [("5", "text", "It is missing.")]
    assert desk.mentions() == [], "nothing is written before somebody says so"
    assert "पानी" not in str([record.value for record in desk.state.scan(PART)]), "and what waits is sealed"
    desk.clock.pass_by(minutes=10)
    assert boss.send(place, seen_on=place, do="take").headers["location"] == place
    first, second = desk.mentions()
    assert (first.key, first.author.handle, first.handles) == ("desk:1", "asha_k", ("jalsundarpur",))
    assert first.created_at == datetime.fromisoformat(GOOD[2])
    assert (second.created_at_assumed, second.received_at, second.historic) == (True, desk.clock.now, False)
    assert desk.state.count(PART) == 0
    again = boss.send(place, seen_on="/uploads", do="take")
    assert again.status_code == 409
    assert len(desk.mentions()) == 2
    assert "Taken in" in text_of(boss.get("/uploads").text)
    [kept] = desk.state.scan(KIND)
    assert (kept.value["by"], kept.value["rows"], kept.value["faulty"], kept.state) == ("boss", 2, 1, "taken")
    assert "faults" not in kept.value or kept.value["faults"] == []


def test_each_fault_is_told_with_row_and_column_in_the_readers_language(desk: Desk) -> None:
    rows = [
        HEADER,
        ["1", "a", "yesterday", "", ""],
        ["2", "b", "1999-01-01", "", ""],
        ["3", "c", "", "", "@no such handle!"],
        ["4 4", "d", "", "", ""],
        ["5", "e", "", "", ""],
        ["5", "f", "", "", ""],
        ["6", "g", "", "", "", "one more"],
        ["", "h", "", "", ""],
        ["7", "i", "", "x" * 80, ""],
    ]
    boss = desk.visitor("boss")
    place = bring(boss, as_csv(rows)).headers["location"]
    assert faults(boss.get(place).text) == [
        ("2", "created_at", "This is no date: 2026-07-01 10:30 would be one."),
        ("3", "created_at", "This date lies before 2006, or ahead."),
        ("4", "to", "It holds signs that cannot stand there."),
        ("5", "id", "It holds signs that cannot stand there."),
        ("7", "id", "The same id stands in row 6."),
        ("8", "", "The row has more cells than there are columns, or a quotation mark is open."),
        ("9", "id", "It is missing."),
        ("10", "author_handle", "It is too long."),
    ]
    boss.send("/language", to="hi")
    told = [fault for _, _, fault in faults(boss.get(place).text)]
    assert told[4] == "यही id पंक्ति 6 में भी है।"
    assert not any(re.search("[a-z]{4}", fault) for fault in told), told


def test_a_formula_is_only_what_it_says_and_a_rounded_number_is_no_id(desk: Desk) -> None:
    day = datetime.fromisoformat("2026-06-30")  # a spreadsheet knows no zones: it is the office's
    rows: Rows = [
        ["id", "text", "created_at", "ward"],
        [12, '=HYPERLINK("http://evil.example";"x")', day, 7.0],
        [1789012345678901234, "long id", None, None],
        [13, "'=1+1", day, None],
    ]
    boss = desk.visitor("boss")
    place = bring(boss, as_xlsx(rows)).headers["location"]
    page = boss.get(place).text
    assert faults(page) == [
        ("2", "text", "It is missing."),
        ("3", "id", "The spreadsheet has rounded this number: format the column as text and enter it again."),
    ]
    boss.send(place, seen_on=place, do="take")
    [post] = desk.mentions()
    assert (post.id, post.text, post.created_at.isoformat()) == ("13", "'=1+1", "2026-06-29T18:30:00+00:00")
    place = bring(boss, as_csv([["id", "text"], ["1", "=cmd|' /C calc'!A0<script>alert(1)</script>"]])).headers[
        "location"
    ]
    assert "<script>alert" not in boss.get(place).text


def bomb() -> bytes:
    """A few kilobytes that unpack to a gigabyte."""
    plain, content = as_xlsx([HEADER, GOOD]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.infolist():
            packed.writestr(part, source.read(part))
        with packed.open("xl/media/image1.png", "w", force_zip64=True) as picture:
            for _ in range(40):
                picture.write(bytes(1 << 20))
    return content.getvalue()


def wide() -> bytes:
    """A sheet that says of itself that it is as large as one can be."""
    plain, content = as_xlsx([["id", "text"], ["1", "a"]]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(content, "w") as packed:
        for part in source.infolist():
            body = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                body = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', body)
                body = body.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            packed.writestr(part, body)
    return content.getvalue()


def laughing() -> bytes:
    """Entities of entities: a "billion laughs"."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet><x>&e9;</x></worksheet>'
    plain, content = as_xlsx([["id", "text"], ["1", "a"]]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(content, "w") as packed:
        for part in source.infolist():
            packed.writestr(part, sheet if part.filename.endswith("sheet1.xml") else source.read(part))
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 422, "There is nothing in this file."),
        (b"PK\x03\x04 not really", 422, "This is no table"),
        (b"\x89PNG\r\n\x00\x00", 422, "This is no table"),
        (b"name,words\n1,a\n", 422, "The first row must name the columns"),
        (as_csv([["id", "text"], *([str(n), "a"] for n in range(5001))]), 422, "too many rows"),
        (as_xlsx([["id", "text"], *([n, "a"] for n in range(5001))]), 422, "too many rows"),
        (bomb(), 422, "too large"),
        (wide(), 422, "too many rows"),
        (laughing(), 422, "This is no table"),
        (b"id,text\n" + b"x" * (6 << 20), 413, "larger than the desk takes"),
    ],
    ids=["empty", "no zip", "picture", "header", "rows", "sheet rows", "bomb", "wide", "laughs", "bytes"],
)
def test_what_is_no_table_or_would_burst_is_refused_in_words(
    desk: Desk, content: bytes, status: int, says: str
) -> None:
    boss = desk.visitor("boss")
    answer = bring(boss, content)
    assert answer.status_code == status, text_of(answer.text)
    assert says in text_of(answer.text)
    assert desk.state.count(PART) == desk.state.count(KIND) == 0


def test_old_posts_start_no_clock_and_known_ones_are_counted(desk: Desk) -> None:
    desk.store.create_mentions([make_record(make_mention("1"))])
    old = (NOW - timedelta(days=30)).isoformat()
    boss = desk.visitor("boss")
    place = bring(boss, as_csv([HEADER, ["1", "a", old, "", ""], ["2", "b", old, "", ""]]), platform="x").headers[
        "location"
    ]
    page = boss.get(place).text
    assert "Here already 1" in text_of(page)
    assert 'name="historic" value="true" checked' in page
    boss.send(place, seen_on=place, do="take", historic="true")
    assert [post.historic for post in desk.mentions()] == [True, True]
    place = bring(boss, as_csv([HEADER, ["3", "a", old, "", ""]])).headers["location"]
    boss.send(place, seen_on=place, do="take")
    assert [post.historic for post in desk.mentions()] == [True, True, False], "a person can say otherwise"


def test_a_table_that_waits_too_long_or_is_discarded_is_forgotten(desk: Desk) -> None:
    boss = desk.visitor("boss")
    left, right = (bring(boss, as_csv([HEADER, GOOD])).headers["location"] for _ in range(2))
    boss.send(left, seen_on=left, do="drop")
    desk.clock.pass_by(minutes=61)
    assert clear_uploads(desk.state, desk.clock.now) == 1
    assert desk.state.count(PART) == 0
    assert "Discarded" in text_of(boss.get(left).text)
    assert "Lay here too long" in text_of(boss.get(right).text)
    assert boss.send(right, seen_on="/uploads", do="take").status_code == 409
    assert desk.mentions() == []


def test_who_may_bring_and_what_waits_is_seen_by_its_bringer_alone(desk: Desk) -> None:
    boss, chief, sita = desk.visitor("boss"), desk.visitor("chief"), desk.visitor("sita")
    place = bring(boss, as_csv([HEADER, GOOD])).headers["location"]
    assert sita.get("/uploads").status_code == sita.get(place).status_code == 403
    assert "/uploads" not in sita.get("/").text
    assert chief.get(place).status_code == chief.send(place, seen_on="/uploads", do="take").status_code == 404
    assert place not in chief.get("/uploads").text
    unsigned = desk.visitor().ask("POST", "/uploads", data={"platform": "desk"}, files={"file": ("a.csv", b"id,text")})
    assert unsigned.status_code == 303
    assert desk.mentions() == []


def test_no_row_becomes_a_dead_letter_and_tips_are_not_brought(desk: Desk) -> None:
    boss = desk.visitor("boss")
    place = bring(boss, as_csv([["id", "text", "platform"], ["1", "a", "tip"], ["2", "b", "x"]])).headers["location"]
    assert faults(boss.get(place).text) == [("2", "platform", "No posts are brought from there.")]
    boss.send(place, seen_on=place, do="take")
    assert [post.key for post in desk.mentions()] == ["x:2"]
    assert desk.log.read(DEAD_LETTERS.name, 0, 0) == []
    assert bring(boss, as_csv([HEADER, GOOD]), platform="tip").status_code == 422
