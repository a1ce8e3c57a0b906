"""A comment that is edited again and again, through real processes: what its case shows, and what a deletion leaves."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.directory import Source
from streams.sources.meta import read_notification
from streams.sources.publish import Publisher
from tests.pipeline.office import OfficeUnderTest

pytestmark = pytest.mark.process

PAGE, COMMENT = "1001", "5_77"
WRITTEN = int(time.time()) - 3600
WORDS = [f"हमारे मोहल्ले में {days} दिन से पानी नहीं आ रहा, नल सूखा है" for days in ("तीन", "चार", "पाँच", "छह")]


def tell(office: OfficeUnderTest, *changes: tuple[int, dict[str, Any]]) -> None:
    """What Meta tells of the comment, each so many minutes after it was written."""
    with office.parts() as parts:
        page = Source(
            code="fb", name=parts.directory.name, platform="facebook", form="meta", pages={PAGE: "JalSundarpur"}
        )
        publisher = Publisher(parts.log, parts.clock, source="fb", platform="facebook")
        for minutes, change in changes:
            entry = {"id": PAGE, "time": WRITTEN + 60 * minutes, "changes": [{"field": "feed", "value": change}]}
            publisher.append(read_notification(publisher, page, {"object": "page", "entry": [entry]}, b""))


def version(number: int) -> tuple[int, dict[str, Any]]:
    verb = "edited" if number else "add"
    told = {"item": "comment", "verb": verb, "comment_id": COMMENT, "post_id": "1001_5", "parent_id": "1001_5"}
    return number, told | {"from": {"id": "900", "name": "Asha"}, "message": WORDS[number]}


REMOVED = (9, {"item": "comment", "verb": "remove", "comment_id": COMMENT, "post_id": "1001_5"})


@pytest.fixture
def office(tmp_path: Path) -> OfficeUnderTest:
    """Embedded: what stores do with versions is in tests/contracts."""
    return OfficeUnderTest(tmp_path / "office")


def test_a_case_shows_the_last_version_whatever_came_first_and_a_deletion_takes_them_all(
    office: OfficeUnderTest,
) -> None:
    tell(office, version(3))
    office.work_off()
    tell(office, version(1), version(0), version(2))
    assert office.work_off()["received"] == len(WORDS)
    [case] = office.json("cases")
    first, last = case["posts"]
    assert [first["text"], last["text"]] == [WORDS[0], WORDS[-1]]
    assert (first["key"], last["version_of"]) == (f"facebook:{COMMENT}", f"facebook:{COMMENT}")
    assert datetime.fromisoformat(first["created_at"]) < datetime.fromisoformat(last["created_at"])
    assert (case["post_count"], case["complainants"]) == (len(WORDS), 1)

    tell(office, REMOVED)
    office.work_off()
    [case] = office.json("cases")
    assert [post["erased"] for post in case["posts"]] == [True, True]
    for words in (WORDS[0], WORDS[-1]):
        assert "no cases" in office.sunwai("search", words)


def test_an_edit_that_comes_after_the_deletion_is_not_taken(office: OfficeUnderTest) -> None:
    tell(office, version(0), REMOVED)
    office.work_off()
    tell(office, version(1))
    assert office.work_off()["received"] == 2
    assert all(post["erased"] for case in office.json("cases") for post in case["posts"])
    assert "no cases" in office.sunwai("search", WORDS[1])
