"""An office moves to another log and store: nothing is lost on the way, and its work goes on there."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline.feed import make_feed, write_feed
from tests.pipeline.invariants import all_cases, assert_whole, groups
from tests.pipeline.office import OfficeUnderTest, wait_for

pytestmark = pytest.mark.process


@pytest.fixture
def filled(office: OfficeUnderTest, tmp_path: Path) -> OfficeUnderTest:
    """An office with cases, an account, a dead letter, and 200 posts that nobody has read yet."""
    office.ingest(write_feed(tmp_path / "first.jsonl", 400))
    unreadable = tmp_path / "unreadable.jsonl"
    unreadable.write_text('{"id": 1}\n')
    office.ingest(unreadable)
    office.work_off()
    office.sunwai("user", "add", "anita", "--role", "officer", "--queue", "bijli-supply", input="a password 1\n" * 2)
    office.ingest(write_feed(tmp_path / "second.jsonl", 600))
    return office


@pytest.fixture
def target(request: pytest.FixtureRequest, office: OfficeUnderTest, tmp_path: Path) -> OfficeUnderTest:
    """An empty office on the other pair of log and store."""
    if office.environment:
        return OfficeUnderTest(tmp_path / "target")
    found: OfficeUnderTest = request.getfixturevalue("distributed_office")
    return found


def settings_of(target: OfficeUnderTest, folder: Path) -> str:
    """The target's settings as a file."""
    path = folder / "target.env"
    lines = {"SUNWAI_DATA": str(target.data), **target.environment}
    path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return str(path)


def test_an_office_goes_on_where_it_was_moved_to(
    filled: OfficeUnderTest, target: OfficeUnderTest, tmp_path: Path
) -> None:
    target.data.mkdir(exist_ok=True)
    shutil.copy(filled.data / "office.key", target.data)
    said = filled.sunwai("migrate", "--to", settings_of(target, tmp_path))
    assert "600 unread mentions" in " ".join(said.split())
    assert filled.status()["received"] == target.status()["received"] == 401
    assert {case.id: case for case in all_cases(target)} == {case.id: case for case in all_cases(filled)}
    assert target.sunwai("user", "list") == filled.sunwai("user", "list")
    letters = target.json("dead-letters", "list")
    assert target.sunwai("dead-letters", "show", letters[0]["id"]).strip() == '{"id": 1}'

    here, there = filled.work_off(), target.work_off()
    for found in (here, there):  # which of two posts opens a case and which joins it depends on who comes first
        found["filed"] = found["cases"] + found["joined"]
    same = ("received", "filed", "not_complaints", "dead_letters")
    assert [here[name] for name in same] == [there[name] for name in same]
    keys = [f"x:{post['id']}" for post in make_feed(600)]
    assert_whole(target, keys)
    assert groups(target, keys) == groups(filled, keys)
    assert "holds an office already" in filled.sunwai("migrate", "--to", settings_of(target, tmp_path), ok=False)


def test_a_move_that_cannot_be_right_is_refused(
    filled: OfficeUnderTest, target: OfficeUnderTest, tmp_path: Path
) -> None:
    assert "another office key" in filled.sunwai("migrate", "--to", settings_of(target, tmp_path), ok=False)
    shutil.copy(filled.data / "office.key", target.data)
    with filled.running("sunwai.step", "triage"):
        wait_for(lambda: not any_waiting(filled), "the step to work")
        assert "sunwai-triage" in filled.sunwai("migrate", "--to", settings_of(target, tmp_path), ok=False)
    wrong = tmp_path / "wrong.env"
    wrong.write_text("SUNWAI_DTA=x\n")
    assert "SUNWAI_DTA" in filled.sunwai("migrate", "--to", str(wrong), ok=False)


def any_waiting(office: OfficeUnderTest) -> bool:
    return any(entry["lag"] for entry in office.status()["lag"] if entry["group"] == "sunwai-triage")
