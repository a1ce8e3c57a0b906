"""Reports on the desk and on the command line: for whom, in which language, on one page of paper, in one message."""

import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.pages import Pages
from desk.reports import LONGEST_MESSAGE, sheet_page, sheet_text
from desk.speaking import Speaker
from queues import acts
from queues.directory_file import load_directory
from queues.lifecycle import Actor, Party
from queues.reporting import morning_sheet
from queues.revising import revise
from queues.sheets import disposal_of, sheet_of
from queues.sla import brought_forward
from schemas.case import Case
from schemas.directory import Directory
from schemas.labels import Sensitivity, Urgency
from schemas.report import Dormancy, DormantQueue, Sheet
from sunwai.cli import whole_app
from tests.conftest import PROJECT
from tests.desk.office import LANGUAGES, Office
from tests.queues.directories import small_directory
from tests.queues.factories import make_case

DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 6, 30, tzinfo=UTC)
LATER = NOON + timedelta(hours=20)
SITA = Actor("sita", Party.OFFICER)
DISTRICT = load_directory(PROJECT / "departments.yaml")


def full_sheet() -> Sheet:
    """A bad day of the whole example district."""
    cases = [
        brought_forward(
            make_case(
                f"{number}{queue}",
                queue=queue,
                urgency=Urgency.CRITICAL if number < 3 else Urgency.NORMAL,
                received_at=NOON - timedelta(days=5 * (number % 3)),
                place="subhash-nagar",
                complainants=1000 + number,
                due_at=None,
            ),
            DISTRICT,
        )
        for queue in DISTRICT.queues
        for number in range(9)
    ]
    sheet = morning_sheet(cases, DISTRICT, DAY, LATER, before=None)
    rows = tuple(row.model_copy(update={"over_day_change": 12, "over_week_change": -3}) for row in sheet.rows)
    still = tuple(
        DormantQueue(
            queue=queue, because=tuple(Dormancy), open=900, oldest_at=NOON, signed_in_at=NOON, answered_at=NOON
        )
        for queue in DISTRICT.queues
    )
    return sheet.model_copy(update={"rows": rows, "rumours": {"false": 2, "not_checkable": 1}, "dormant": still})


def speaker(language: str, directory: Directory = DISTRICT) -> Speaker:
    return Speaker(LANGUAGES[language], directory, LATER)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_full_sheet_fits_one_page_of_paper(language: str, chromium: str, tmp_path: Path) -> None:
    pages = Pages(DISTRICT, LANGUAGES, lambda: LATER)
    page, paper = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    page.write_text(sheet_page(pages, speaker(language), full_sheet(), linked=False), encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [*command, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={paper}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) == 1


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_full_sheet_fits_one_message(language: str) -> None:
    text = sheet_text(speaker(language), full_sheet())
    assert len(text) <= LONGEST_MESSAGE
    assert "30.06.2026" in text
    assert "SPR-" in text
    assert ("गंभीर मामले" in text) == (language == "hi")


def made(office: Office) -> Sheet:
    office.file(*(case(str(number)) for number in range(3)))
    office.clock.now = LATER + timedelta(days=2)
    return sheet_of(office.store, office.state, office.directory, DAY, LATER)


def case(id: str) -> Case:
    return make_case(id, received_at=NOON, due_at=None)


def test_each_figure_opens_its_cases(office: Office) -> None:
    """Those that it counted, though they are answered since, and a sealed one for those who may see it."""
    child = case("9").model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    answered = acts.answer(acts.start(case("8"), SITA, NOON), SITA, NOON, text="mended", directory=office.directory)
    office.file(child, answered)
    sheet = made(office)
    chief, reader = office.visitor("chief"), office.visitor("reader")
    page = chief.get(f"/reports/morning/{sheet.day}").text
    figures = {
        name: (link, number) for link, name, number in re.findall(r'href="([^"]+/(\w+)\?office=[^"]+)">(\d)</a>', page)
    }
    assert {name: number for name, (_, number) in figures.items()} == {"received": "5", "answered": "1"}
    revise(office.store, office.directory, lambda: office.store.cases([case("0").id])[case("0").id], passed_on)
    received = cases_on(chief.get(figures["received"][0]).text)
    assert received == {child.id, answered.id, *(case(str(number)).id for number in range(3))}
    assert cases_on(chief.get(f"/reports/morning/{sheet.day}/received").text) == received, "the office as a whole"
    assert cases_on(chief.get(figures["answered"][0]).text) == {answered.id}
    seen = reader.get(figures["received"][0]).text
    assert cases_on(seen) == received - {child.id}
    assert "4 of 5 are shown" in seen
    assert chief.get(f"/cases/{sheet.reach[0].id}").status_code == 200
    for missing in ("received?office=nobody", "wine"):
        assert chief.get(f"/reports/morning/{sheet.day}/{missing}").status_code in {404, 422}


def passed_on(case: Case) -> Case:
    return acts.transfer(case, SITA, LATER, to="grievances", why="theirs", directory=small_directory())


def cases_on(page: str) -> set[str]:
    return {*re.findall(r'"/cases/([^"/]+)"', page)}


def test_reports_are_listed_and_served_as_they_were_made(office: Office) -> None:
    made(office)
    disposal_of(office.store, office.state, office.directory, DAY, office.clock.now)
    chief = office.visitor("chief")
    listed = chief.get("/reports").text
    assert f"/reports/morning/{DAY}" in listed
    assert "/reports/monthly/2026-06?by=type" in listed
    assert chief.get(f"/reports/morning/{DAY}?form=text").text.count("\n") >= 3
    table = chief.get(f"/reports/morning/{DAY}?form=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[1].split(",")[1] == "3"
    assert "Water supply" in chief.get("/reports/monthly/2026-06?by=type").text
    assert (
        chief.get("/reports/monthly/2026-06?by=type&form=csv").text.splitlines()[1].startswith("Water supply,0,3,0,3")
    )
    for missing in ("morning/2026-06-01", "morning/x", "monthly/2026-05", "monthly/2026-13"):
        assert chief.get(f"/reports/{missing}").status_code in {404, 422}


def test_each_figure_of_a_month_opens_its_cases(office: Office) -> None:
    """Those that it counted, as they stand now, and a sealed one for those who may see it."""
    child = case("9").model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    office.file(child)
    made(office)
    disposal_of(office.store, office.state, office.directory, DAY, office.clock.now)
    revise(office.store, office.directory, lambda: office.store.cases([case("0").id])[case("0").id], passed_on)
    chief, reader = office.visitor("chief"), office.visitor("reader")
    page = chief.get("/reports/monthly/2026-06?by=queue").text
    links = re.findall(r'href="(/reports/monthly/2026-06/(\w+)\?by=queue&amp;of=water)">(\d)</a>', page)
    assert {name: number for _, name, number in links} == {"received": "4", "closing": "4", "under_week": "4"}
    addresses = {name: link.replace("&amp;", "&") for link, name, _ in links}
    counted = {child.id, *(case(str(number)).id for number in range(3))}
    assert cases_on(chief.get(addresses["received"]).text) == counted
    seen = reader.get(addresses["closing"]).text
    assert cases_on(seen) == counted - {child.id}
    assert "3 of 4 are shown" in seen
    assert chief.get("/reports/monthly/2026-06/disposed?by=queue&of=water").status_code == 200, "none is no mistake"
    for missing in ("06/received?by=queue&of=nothing", "05/received?by=queue&of=water", "06/wine?by=queue&of=water"):
        assert chief.get(f"/reports/monthly/2026-{missing}").status_code in {404, 422}


@pytest.mark.parametrize("name", ["sita", "boss", "watcher", "inspector"])
def test_who_does_not_see_the_whole_office_reads_no_report(office: Office, name: str) -> None:
    sheet = made(office)
    visitor = office.visitor(name)
    for path in ("/reports", f"/reports/morning/{sheet.day}", "/reports/monthly/2026-06"):
        assert visitor.get(path).status_code == 403
    assert "/reports" not in visitor.get("/").text


def test_the_command_writes_each_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNWAI_DATA", str(tmp_path / "data"))

    def run(*words: str) -> str:
        result = CliRunner().invoke(whole_app(), ["report", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert run("morning").startswith("Sundarpur district: ")
    page = tmp_path / "sheet.html"
    run("morning", "--date", "2026-01-01", "--format", "html", "--language", "hi", "--output", str(page))
    assert "प्रातः पत्रक, 01.01.2026" in page.read_text(encoding="utf-8")
    assert "<style>" in page.read_text(encoding="utf-8")
    assert run("morning", "--format", "csv").count("\n") == len(DISTRICT.departments) + 1
    assert Sheet.model_validate_json(run("morning", "--date", "2026-01-01", "--format", "json")).day == date(2026, 1, 1)
    assert run("monthly", "--by", "type").strip("\ufeff").startswith("Type,Open before")
    result = CliRunner().invoke(whole_app(), ["report", "morning", "--date", "2099-01-01"])
    assert (result.exit_code, "2099-01-01 is not over" in result.output) == (1, True)
