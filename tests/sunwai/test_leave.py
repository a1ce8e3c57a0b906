"""Leave on the command line, and what it does to cases in a whole office."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.accounts import Role, add_user, list_users
from queues.sla import brought_forward, settled
from schemas.case import Case, Status
from sunwai.assembly import Office
from sunwai.cli import whole_app
from sunwai.settings import Settings
from sunwai.steps.filing import assigning_of
from tests.queues.factories import make_case

NOW = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("SUNWAI_DATA", str(folder))
    return folder


def run(*words: str) -> str:
    result = CliRunner().invoke(whole_app(), ["leave", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_leave_takes_cases_back_and_ends(data: Path) -> None:
    office = Office(Settings(data=data))
    add_user(office.state, "asha", "a long password", Role.OFFICER, ["jal-supply"], known_queues=["jal-supply"])
    case = make_case(queue="jal-supply", assignee="asha", status=Status.ASSIGNED, due_at=None)
    office.store.write_cases([(settled(brought_forward(case, office.directory), office.directory), None)])
    assert run() == "nobody is on leave\n"
    assert assigning_of(office)() == 0
    assert run("asha", "--until", "2099-01-02").rstrip().endswith("to 2099-01-03 00:00")
    assert run().startswith("asha ")
    assert assigning_of(office)() == 1
    assert held(office, case).assignee is None
    assert run("asha", "--back") == "asha is back\n"
    assert run() == "nobody is on leave\n"
    assert assigning_of(office).on_leave() == []
    assert [officer.name for officer in assigning_of(office).on_duty()] == ["asha"]
    office.close()


def held(office: Office, case: Case) -> Case:
    return office.store.cases([case.id])[case.id].case


def test_mistakes_are_said(data: Path) -> None:
    for words, said in (
        (["nobody", "--until", "2099-01-01"], "there is no user nobody"),
        (["nobody"], "say until when"),
        (["nobody", "--back"], "is not on leave"),
    ):
        result = CliRunner().invoke(whole_app(), ["leave", *words])
        assert (result.exit_code, said in result.output) == (1, True), result.output


def test_skills_are_kept_and_checked(data: Path) -> None:
    office = Office(Settings(data=data))
    add_user(office.state, "asha", "a long password", Role.OFFICER, None, known_queues=[])
    good = CliRunner().invoke(whole_app(), ["user", "skills", "asha", "--place", "rampura", "--speaks", "mr"])
    assert good.exit_code == 0, good.output
    [user] = list_users(office.state)
    assert (user.places, user.speaks) == (("rampura",), ("mr",))
    assert not user.opens_sealed
    assert CliRunner().invoke(whole_app(), ["user", "sealed", "asha"]).exit_code == 0
    assert next(iter(list_users(office.state))).opens_sealed
    for wrong in (["--place", "nowhere"], ["--speaks", "Marathi"]):
        assert CliRunner().invoke(whole_app(), ["user", "skills", "asha", *wrong]).exit_code == 1
    office.close()
