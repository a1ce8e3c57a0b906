"""The supervisor's search: facets, orders, saved views, one act on many cases."""

import re
from datetime import timedelta
from urllib.parse import unquote_plus

import httpx
import pytest

from desk.bulk import MOST_AT_ONCE
from queues import store
from schemas.case import Case, Status
from schemas.labels import ComplaintType, Urgency
from tests.desk.office import Office, Visitor
from tests.desk.test_pages import lines, text_of
from tests.queues.factories import NOW, make_case, make_mention, make_record


def facets(page: str) -> dict[str, str]:
    """Each choice as ``name number`` with the search that it leads to."""
    found = re.findall(r'<li><a href="/search\?q=([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {" ".join(re.sub(r"<[^>]+>", " ", text).split()): unquote_plus(q) for q, text in found}


def bulk(visitor: Visitor, act: str, cases: list[Case], **typed: str) -> httpx.Response:
    secret = visitor.secret("/search?q=paani")
    ticked = [f"{case.id}@{case.revision}" for case in cases]
    return visitor.ask("POST", "/bulk", data={"csrf": secret, "q": "paani", "do": act, "case": ticked, **typed})


def test_facets_count_what_is_found_and_narrow_it(office: Office) -> None:
    office.file(
        make_case("1", "paani", type=ComplaintType.WATER_SUPPLY, place="sadar"),
        make_case("2", "paani", type=ComplaintType.ROADS, urgency=Urgency.CRITICAL, assignee="sita"),
        make_case("3", "paani", queue="grievances"),
        make_case("4", "paani", queue="police-control"),
    )
    visitor = office.visitor("mohan")
    found = facets(visitor.get("/search?q=paani").text)
    assert found["Water 2"] == "paani queue:water"
    assert found["Grievances 1"] == "paani queue:grievances"
    assert not any("Control room" in name for name in found)
    narrowed = facets(visitor.get("/search", params={"q": found["Roads 1"]}).text)
    assert narrowed["Roads 1 remove"] == "paani"
    assert len(lines(visitor.get("/search", params={"q": "paani type:roads with:sita"}).text)) == 1


def test_numbers_of_a_very_large_find_are_said_to_be_of_the_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queues.sqlite.counting.MOST_COUNTED", 2)
    assert store.MOST_COUNTED == 20_000
    office.file(*(make_case(str(number), "paani") for number in range(3)))
    assert "More than 2 cases" in text_of(office.visitor("sita").get("/search?q=paani").text)


def test_what_is_found_is_shown_in_the_order_that_is_asked_for(office: Office) -> None:
    office.file(
        make_case("1", "paani ek", received_at=NOW, due_at=NOW + timedelta(hours=9)),
        make_case("2", "paani do", received_at=NOW + timedelta(hours=1), due_at=NOW + timedelta(hours=3)),
    )
    visitor = office.visitor("sita")
    for sort, first in (("deadline", "do"), ("oldest", "ek"), ("newest", "do")):
        page = visitor.get("/search", params={"q": f"paani sort:{sort}"}).text
        assert f"paani {first}" in lines(page)[0], sort
        assert re.search(r'aria-current="true">(Least time left|Oldest|Newest)<', page)


def test_views_are_kept_for_oneself_or_for_all(office: Office) -> None:
    office.file(make_case("1", "paani"))
    boss, sita, mohan = office.visitor("boss"), office.visitor("sita"), office.visitor("mohan")
    boss.send("/views", name="Late water", q="type:water_supply is:late", shared="true")
    sita.send("/views", name="<b>Mine</b>", q="with:sita")
    assert "Late water" in mohan.get("/search").text
    assert "&lt;b&gt;Mine&lt;/b&gt;" in sita.get("/search").text
    assert "Mine" not in mohan.get("/search").text
    assert sita.send("/views", name="x", q="paani", shared="true").status_code == 403
    assert sita.send("/views", name=" ", q="paani").status_code == 422
    assert sita.send("/views", name="x", q="type:odd").status_code == 422
    removal = re.search(r'action="(/views/\w+/remove)"', boss.get("/search").text)
    assert removal is not None
    assert removal[1] not in mohan.get("/search").text
    assert mohan.send(removal[1]).status_code == 404
    assert boss.send(removal[1]).status_code == 303
    assert "Late water" not in mohan.get("/search").text


def test_many_cases_are_assigned_and_taken_back(office: Office) -> None:
    cases = [make_case(str(number), "paani") for number in range(3)]
    office.file(*cases)
    boss = office.visitor("boss")
    done = bulk(boss, "assign", cases, **{"assign-to": "mohan"})
    assert done.status_code == 303
    assert {office.case(case.id).assignee for case in cases} == {"mohan"}
    page = boss.get(done.headers["location"])
    assert "Done in 3 cases." in page.text
    office.visitor("mohan").send(f"/cases/{cases[0].id}/start")
    undo = re.search(r'action="(/bulk/\w+/undo)"', page.text)
    assert undo is not None
    assert office.visitor("chief").send(undo[1]).status_code == 404
    assert boss.send(undo[1]).status_code == 303
    assert [office.case(case.id).assignee for case in cases] == ["mohan", None, None]
    after = text_of(boss.get(undo[1].removesuffix("/undo")).text)
    assert "Taken back in 2 cases." in after
    assert "This can no longer be taken back." in after
    assert boss.send(undo[1]).status_code == 409


def test_many_cases_are_transferred_closed_and_merged_with_a_reason(office: Office) -> None:
    cases = [make_case(str(number), "paani") for number in range(3)]
    ended = make_case("ended", "paani", status=Status.RESOLVED).model_copy(
        update={"answered_at": NOW, "resolved_at": NOW}
    )
    office.file(*cases, ended)
    office.store.create_mentions([make_record(make_mention(str(n)), case=case.id) for n, case in enumerate(cases)])
    boss = office.visitor("boss")
    merged = bulk(boss, "merge", cases[:2], **{"merge-into": str(cases[2].docket)})
    assert {office.case(case.id).merged_into for case in cases[:2]} == {cases[2].id}
    undo = merged.headers["location"].partition("?")[0] + "/undo"
    boss.send(undo)
    assert {office.case(case.id).merged_into for case in cases[:2]} == {None}
    closed = bulk(boss, "close", [ended, office.case(cases[0].id)], **{"close-why": "Nobody came back."})
    page = text_of(boss.get(closed.headers["location"]).text)
    assert "Done in 1 case." in page
    assert f"{cases[0].id} : As this case stands, that cannot be done." in page
    moved = [office.case(case.id) for case in cases]
    away = bulk(boss, "transfer", moved, **{"transfer-to": "grievances", "transfer-why": "Their street."})
    assert {office.case(case.id).queue for case in cases} == {"grievances"}
    boss.send(away.headers["location"].partition("?")[0] + "/undo")
    assert {office.case(case.id).queue for case in cases} == {"water"}


def test_a_stale_tick_is_not_acted_on_and_a_wrong_form_keeps_what_was_typed(office: Office) -> None:
    case = make_case("1", "paani")
    office.file(case)
    boss = office.visitor("boss")
    boss.send(f"/cases/{case.id}/take")
    stale = bulk(boss, "assign", [case], **{"assign-to": "mohan"})
    assert "Done in 0 cases." in boss.get(stale.headers["location"]).text
    assert office.case(case.id).assignee == "boss"
    none = bulk(boss, "transfer", [], **{"transfer-to": "grievances", "transfer-why": "Their street."})
    assert none.status_code == 422
    assert "Tick at least one case" in none.text
    assert "Their street." in none.text
    assert bulk(boss, "assign", [case] * (MOST_AT_ONCE + 1), **{"assign-to": "mohan"}).status_code == 422
    assert bulk(boss, "note", [case]).status_code == 404
    for name in ("sita", "admin", "reader"):
        visitor = office.visitor(name)
        assert "/bulk" not in visitor.get("/search?q=paani").text
        assert visitor.send("/bulk", do="assign", case=f"{case.id}@1", **{"assign-to": "mohan"}).status_code == 403
    secret = boss.secret()
    odd = {"csrf": secret, "do": "assign", "case": "odd", "assign-to": "mohan"}
    assert boss.ask("POST", "/bulk", data=odd).status_code == 422
