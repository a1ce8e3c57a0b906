"""What people have written does not steer the terminal of who reads it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sunwai.assembly import Office
from sunwai.cli import whole_app
from sunwai.settings import Settings
from tests.queues.factories import make_case

STEERING = "nal \x1b]0;renamed\x07 toota \x1b[2J hai \u202etxet"


@pytest.mark.parametrize("words", [["case"], ["cases"], ["search", "toota"]])
def test_a_post_is_shown_without_what_steers_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("SUNWAI_DATA", str(tmp_path))
    case = make_case("1", STEERING, queue="jal-supply", due_at=None)
    office = Office(Settings(data=tmp_path))
    office.store.write_cases([(case, None)])
    office.close()
    asked = [*words, case.id] if words == ["case"] else words
    shown = CliRunner().invoke(whole_app(), asked)
    assert shown.exit_code == 0, shown.output
    assert "toota" in shown.output
    assert not {"\x1b", "\x07", "\u202e"} & {*shown.output}
