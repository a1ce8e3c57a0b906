"""A search as a file: complete, only what the reader may see, and nothing in it acts in a spreadsheet."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from schemas.case import Case, Status
from tests.desk.office import Office
from tests.queues.factories import NOW, make_case

HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(1)", "\t=1", 'plain, "quoted"\nand broken']


def rows(office: Office, who: str, **asked: str) -> list[dict[str, str]]:
    answer = office.visitor(who).get("/search/export", params={"format": "csv", **asked})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="sunwai-')
    return [*csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))]


def many(count: int, **changes: Any) -> list[Case]:
    return [
        make_case(str(number), f"paani nahi {number}", received_at=NOW - timedelta(minutes=number), **changes)
        for number in range(count)
    ]


def test_all_that_is_found_is_there_oldest_first(office: Office) -> None:
    cases = many(1203)
    office.file(*cases, make_case("7000", "sadak tooti hai"), make_case("7001", "paani", queue="police-control"))
    found = rows(office, "sita", q="paani")
    assert [row["Case"] for row in found] == [case.id for case in reversed(cases)]
    assert found[-1]["Received"] == "2026-07-01 12:00"
    assert (found[-1]["Type"], found[-1]["Status"], found[-1]["People"]) == ("Water supply", "New", "1")


@pytest.mark.parametrize("words", HOSTILE)
def test_no_cell_is_a_formula(office: Office, words: str) -> None:
    office.file(make_case("1", words, assignee="=1+1", status=Status.ASSIGNED))
    (row,) = rows(office, "sita", q="is:open")
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values() if cell)
    book = office.visitor("sita").get("/search/export", params={"q": "is:open", "format": "xlsx"}).content
    assert "<f>" not in sheet(book)


def test_a_workbook_holds_the_same(office: Office) -> None:
    office.file(*many(3))
    visitor = office.visitor("sita")
    visitor.send("/language", to="hi")
    answer = visitor.get("/search/export", params={"q": "paani", "format": "xlsx"})
    text = [node.text for node in ElementTree.fromstring(sheet(answer.content)).iter() if node.tag.endswith("}t")]
    assert "जलापूर्ति" in text
    assert [word for word in text if word and word.startswith("paani")] == [
        "paani nahi 2",
        "paani nahi 1",
        "paani nahi 0",
    ]


def test_lines_of_json_are_as_the_api_has_them(office: Office) -> None:
    office.file(*many(2))
    visitor = office.visitor("sita")
    answer = visitor.get("/search/export", params={"q": "paani", "format": "jsonl"})
    shown = visitor.get("/api/v1/search", params={"q": "paani"}).json()["cases"]
    assert sorted((json.loads(line) for line in answer.text.splitlines()), key=by_id) == sorted(shown, key=by_id)


def test_the_page_leads_to_its_files(office: Office) -> None:
    office.file(*many(1))
    page = office.visitor("sita").get("/search", params={"q": 'paani type:water_supply "nahi"'}).text
    assert "/search/export?q=paani+type%3Awater_supply+%22nahi%22&amp;format=csv" in page


def test_a_search_that_cannot_be_read_is_no_file(office: Office) -> None:
    answer = office.visitor("sita").get("/search/export", params={"q": "colour:red"})
    assert answer.status_code == 422
    assert office.visitor().get("/search/export", params={"q": "paani"}).status_code in {303, 401}


def by_id(line: dict[str, Any]) -> str:
    return str(line["id"])


def sheet(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return parts.read("xl/worksheets/sheet1.xml").decode()
