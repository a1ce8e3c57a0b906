"""The office at a glance: each figure is right and opens the cases behind it."""

import html
import re
from datetime import timedelta

from desk.accounts import User, find_account
from desk.overview import overview
from queues.sheets import make_due
from schemas.case import Status
from schemas.clocks import Clock, ClockKind
from schemas.labels import ComplaintType
from tests.desk.office import Office
from tests.desk.test_pages import lines, text_of
from tests.queues.factories import NOW, make_case


def fill(office: Office) -> None:
    hour = timedelta(hours=1)
    kept = (Clock(kind=ClockKind.ANSWER, due_at=NOW, met_at=NOW),)
    missed = (Clock(kind=ClockKind.ANSWER, due_at=NOW - hour, met_at=NOW),)
    office.file(
        make_case("1", received_at=NOW - timedelta(minutes=10)),
        make_case("2", received_at=NOW - 2 * hour, type=ComplaintType.ROADS, place="rampura"),
        make_case("3", received_at=NOW - 30 * hour, assignee="sita", due_at=NOW - hour),
        make_case("4", received_at=NOW - 9 * 24 * hour, assignee="sita"),
        make_case("5", received_at=NOW - 40 * 24 * hour, queue="grievances"),
        make_case("6", received_at=NOW - 3 * hour, status=Status.CLOSED).model_copy(update={"clocks": kept}),
        make_case("7", received_at=NOW - 50 * hour, status=Status.CLOSED).model_copy(update={"clocks": missed}),
        make_case("8", received_at=NOW - hour, queue="police-control"),
    )


def test_figures_are_of_what_the_reader_may_see(office: Office) -> None:
    fill(office)
    found = overview(office.desk, _user(office, "mohan"))
    assert (found.received.number, found.kept.number, found.missed.number) == (3, 1, 1)
    assert (found.unassigned.number, found.more) == (3, False)
    assert [(row.code, [f.number for f in row.ages], row.total.number, row.late.number) for row in found.queues] == [
        ("water", [2, 1, 1, 0], 4, 1),
        ("grievances", [0, 0, 0, 1], 1, 0),
    ]
    assert [(row.name, row.open.number, row.late.number) for row in found.officers] == [("sita", 2, 1)]
    assert [(f.code, f.number) for f in found.types] == [("water_supply", 2), ("roads", 1)]
    hours = {f.code: f.number for f in found.hours if f.number}
    assert hours == {"11": 1, "10": 1, "09": 1}
    assert len(overview(office.desk, _user(office, "chief")).queues) == 3


def test_each_figure_opens_as_many_cases_as_it_says(office: Office) -> None:
    fill(office)
    visitor = office.visitor("mohan")
    page = visitor.get("/overview")
    assert page.status_code == 200
    found = overview(office.desk, _user(office, "mohan"))
    rows = [figure for row in found.queues for figure in (*row.ages, row.total, row.late)]
    rows += [figure for officer in found.officers for figure in (officer.open, officer.late)]
    single = [found.received, found.kept, found.missed, found.unassigned, *found.types, *found.places, *found.hours]
    for figure in {*rows, *single}:
        if figure.number:
            assert figure.address in html.unescape(page.text)
            assert len(lines(visitor.get(figure.address).text)) == figure.number, figure
    assert "Open, by queue and age" in text_of(page.text)


def test_an_empty_office_and_every_role_have_an_overview(office: Office) -> None:
    for name in ("sita", "watcher", "reader", "admin"):
        page = office.visitor(name).get("/overview")
        assert page.status_code == 200
        assert re.findall(r"\sstyle=|<style", page.text) == []


def _user(office: Office, name: str) -> User:
    account = find_account(office.state, name)
    assert account is not None
    return account.user


def test_a_queue_in_which_nothing_is_done_is_shown_to_who_sees_it(office: Office) -> None:
    fill(office)
    assert "dormant" not in office.visitor("mohan").get("/overview").text
    make_due(office.store, office.state, office.directory, NOW, hour=0)
    said = text_of(office.visitor("mohan").get("/overview").text)
    assert "Grievances : nothing was ever answered (1 case)" in said, "he has signed in himself"
    assert 'id="dormant"' not in office.visitor("farah").get("/overview").text, "hers has no old case"
