"""A deletion before, between and after its post: not a byte of the text is left once the sweep is done."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.events import Deletion, DeletionTarget
from streams.log import Event
from streams.topics import DELETIONS
from sunwai.assembly import Office
from sunwai.settings import read_settings
from tests.pipeline.office import OfficeUnderTest
from text.skeleton import skeleton

pytestmark = pytest.mark.process

SECRET = "zqxsecretwordq"
TEXT = f"@SundarpurPolice hamare ghar ke samne {SECRET} roz raat ko hangama hota hai koi sunta nahi"


def _ingest(office: OfficeUnderTest, tmp_path: Path, *ids: str) -> None:
    file = tmp_path / f"{'-'.join(ids)}.jsonl"
    posts = ({"id": id, "text": TEXT, "author_id": "77", "author_handle": SECRET} for id in ids)
    file.write_text("".join(json.dumps(post) + "\n" for post in posts))
    office.ingest(file)


def _delete(office: OfficeUnderTest, target: DeletionTarget, id: str) -> None:
    parts = Office(read_settings(data=office.data))
    parts.log.prepare()
    deletion = Deletion(target=target, id=id, at=datetime.now(UTC))
    parts.log.append([Event(DELETIONS.name, b"", deletion.model_dump_json().encode())])
    parts.log.close()


def _is_left(office: OfficeUnderTest) -> list[str]:
    """Files of the office that still hold the text, in any case or as its skeleton."""
    needles = {word.lower().encode() for word in (SECRET, skeleton(SECRET))}
    files = [path for path in office.data.rglob("*") if path.is_file()]
    return [path.name for path in files if any(needle in path.read_bytes().lower() for needle in needles)]


@pytest.mark.parametrize("target", [DeletionTarget.POST, DeletionTarget.AUTHOR])
@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_nothing_is_left_of_a_deleted_post(
    office: OfficeUnderTest, tmp_path: Path, when: str, target: DeletionTarget
) -> None:
    id = "501" if target is DeletionTarget.POST else "77"
    if when == "before":
        _delete(office, target, id)
        office.work_off()
        _ingest(office, tmp_path, "501")
    elif when == "between":
        _ingest(office, tmp_path, "501")
        _delete(office, target, id)
    else:
        _ingest(office, tmp_path, "501")
        assert office.work_off()["cases"] + office.status()["not_complaints"] == 1
        assert _is_left(office)
        _delete(office, target, id)
    found = office.work_off()
    assert found["received"] == 1
    assert _is_left(office) == []
    office.sunwai("reindex")
    assert SECRET not in office.sunwai("search", SECRET)
    assert _is_left(office) == []


def test_the_other_posts_of_a_case_stay(office: OfficeUnderTest, tmp_path: Path) -> None:
    _ingest(office, tmp_path, "601", "602")
    office.work_off()
    _delete(office, DeletionTarget.POST, "601")
    office.work_off()
    [case] = office.json("cases")
    assert [(post["erased"], post["text"] == "") for post in case["posts"]] == [(True, True), (False, False)]
    assert case["post_count"] == 2
