"""Judging what the classifier was not sure of, one post after another."""

import re

import pytest

from desk.labels import NO_COMPLAINT_LABELS
from queues.corrections import corrections
from schemas.case import Case, Status
from schemas.labels import ComplaintType
from tests.desk.office import Office, Visitor
from tests.desk.test_pages import text_of
from tests.queues.factories import make_case


def unsure(id: str, text: str, **fields: object) -> Case:
    return make_case(id, text, status=Status.REVIEW).model_copy(update={"docket": None, **fields})


def judge(visitor: Visitor, page: str, do: str, **set_so: str) -> str:
    """Presses a button of the page; returns the next page."""
    found = re.search(r'action="(/review/\w+)"', page)
    assert found is not None
    form = page[found.start() :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    chosen = {
        name: re.search(r'<option value="([^"]+)" selected', form.split(f'id="{name}"')[1])[1]  # type: ignore[index]
        for name in ("type", "urgency")
    }
    answer = visitor.ask("POST", found[1], data={**hidden, **chosen, **set_so, "do": do})
    assert answer.status_code == 303, answer.text
    return visitor.get(answer.headers["location"]).text


@pytest.fixture
def reviewing(office: Office) -> Office:
    office.file(unsure("1", "pani ka kya hoga"), unsure("2", "shabaash nigam"), unsure("3", "sadak ka gaddha"))
    return office


def test_one_after_another_until_none_is_left(reviewing: Office) -> None:
    visitor = reviewing.visitor("sita")
    page, seen = visitor.get("/review").text, []
    while "It is none:" in page:
        text = text_of(page)
        seen.append(next(word for word in ("pani", "shabaash", "sadak") if word in text))
        if seen[-1] == "shabaash":
            page = judge(visitor, page, "praise")
        else:
            page = judge(visitor, page, "confirm", **({"type": "roads"} if seen[-1] == "sadak" else {}))
    assert sorted(seen) == ["pani", "sadak", "shabaash"]
    assert "Nothing is left to review." in page
    labels = {row.case: row.labels for row in corrections(reviewing.state) if "complaint" in row.labels}
    assert sorted(row["complaint"] for row in labels.values()) == ["no", "yes", "yes"]
    road = reviewing.case(make_case("3").id)
    assert (road.type, road.status) == (ComplaintType.ROADS, Status.NEW)
    dismissed = reviewing.case(make_case("2").id)
    assert (dismissed.status, dismissed.history[-1].detail) == (Status.DISMISSED, NO_COMPLAINT_LABELS["praise"])
    visitor.send("/language", to="hi")
    assert "प्रशंसा या धन्यवाद।" in visitor.get(f"/cases/{dismissed.id}").text
    assert "“जलापूर्ति” से “सड़कें” हुआ।" in visitor.get(f"/cases/{road.id}").text


def test_a_judgement_is_taken_back(reviewing: Office) -> None:
    visitor = reviewing.visitor("sita")
    page = judge(visitor, visitor.get("/review").text, "praise")
    undo = re.search(r'action="(/cases/(\w+)/undo)"', page)
    assert undo is not None
    assert visitor.send(undo[1]).status_code == 303
    assert reviewing.case(undo[2]).status is Status.REVIEW
    assert list(corrections(reviewing.state)) == []


def test_a_post_is_skipped_and_one_that_somebody_has_taken_is_left_to_them(reviewing: Office) -> None:
    visitor = reviewing.visitor("sita")
    page = visitor.get("/review").text
    skip = re.search(r'href="(/review\?after=[^"]+)"', page)
    first = re.search(r'action="/review/(\w+)"', page)
    assert skip is not None
    assert first is not None
    assert f"/review/{first[1]}" not in visitor.get(skip[1]).text
    reviewing.visitor("mohan").send(f"/cases/{first[1]}/take")
    assert f"/review/{first[1]}" not in visitor.get("/review").text


def test_two_who_judge_the_same_post_do_not_both(reviewing: Office) -> None:
    sita, mohan = reviewing.visitor("sita"), reviewing.visitor("mohan")
    page = sita.get("/review").text
    judge(mohan, mohan.get("/review").text, "praise")
    assert "Somebody else has judged that one." in judge(sita, page, "confirm")
    assert len(list(corrections(reviewing.state))) == 1


def test_only_those_who_work_judge_and_only_in_their_queues(reviewing: Office) -> None:
    for name in ("watcher", "reader", "admin"):
        assert reviewing.visitor(name).get("/review").status_code == 403
    farah = reviewing.visitor("farah")
    assert "Nothing is left to review." in farah.get("/review").text
    fields = {"do": "praise", "type": "roads", "urgency": "normal", "revision": "0"}
    id = make_case("1").id
    assert "late" in farah.send(f"/review/{id}", **fields).headers["location"]
    assert reviewing.case(id).status is Status.REVIEW
    assert reviewing.visitor("sita").send(f"/review/{id}", **{**fields, "do": "odd"}).status_code == 422


def test_what_only_an_outsider_may_dismiss_is_refused_plainly(office: Office) -> None:
    office.file(unsure("1", "babu ne paise maange", type=ComplaintType.CORRUPTION))
    visitor = office.visitor("sita")
    fields = {"do": "praise", "type": "corruption", "urgency": "normal", "revision": "0"}
    answer = visitor.send(f"/review/{make_case('1').id}", **fields)
    assert answer.status_code == 409
    assert "Only a supervisor of another queue" in answer.text
