"""The citizen's page: status and times, for whoever has its address, and nothing else for anybody."""

import re
from datetime import timedelta

import pytest

from queues import acts
from queues.lifecycle import Actor, Party
from queues.regrouping import Regrouping
from queues.sla import brought_forward, settled
from schemas.case import Case
from schemas.labels import Sensitivity
from tests.desk.office import Office, Visitor
from tests.queues.factories import NOW, make_case

ASHA = Actor("asha", Party.SUPERVISOR)
HOUR = timedelta(hours=1)


def filed(office: Office, case: Case) -> Case:
    made = settled(brought_forward(case, office.directory), office.directory)
    office.file(made)
    return made


def address(office: Office, case: Case) -> str:
    return f"/d/{case.id}-{office.desk.sealer.page_mark(case.id)}"


def test_it_says_where_the_case_stands_and_when_and_names_nobody(office: Office) -> None:
    case = filed(office, make_case("1", place="sadar", due_at=None))
    moved = acts.transfer(case, ASHA, NOW + HOUR, to="grievances", why="for Ramu's street", directory=office.directory)
    begun = acts.answer(acts.start(moved, ASHA, NOW + HOUR), ASHA, NOW + HOUR, text="soon", directory=office.directory)
    done = acts.resolve(begun, ASHA, NOW + 2 * HOUR, outcome="done", fields={}, directory=office.directory)
    version = office.store.cases([case.id])[case.id].version
    assert office.store.write_cases([(done, version)]) == [True]
    answer = office.visitor().get(address(office, case))
    page = re.sub(r"<(script|style|header).*?</\1>", "", answer.text, flags=re.DOTALL)
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "public" not in answer.headers["cache-control"]
    for said in (case.docket or "", "Resolved", "Answered", "Passed on to another office", "1 July 2026, 13:00"):
        assert said in page
    for secret in ("paani", "Ramu", "ramu", "asha", "sadar", "grievances", "Water", "water", "x:1", "soon"):
        assert secret not in page, secret


def test_it_is_read_in_hindi_too(office: Office) -> None:
    case = filed(office, make_case("1", due_at=None))
    visitor = office.visitor()
    assert "आपकी शिकायत" in visitor.get(f"{address(office, case)}?lang=hi").text
    assert "आपकी शिकायत" in visitor.get(address(office, case), headers={"accept-language": "hi"}).text
    assert "Your complaint" in visitor.get(f"{address(office, case)}?lang=xx").text


@pytest.mark.parametrize("sensitivity", [Sensitivity.CHILD, Sensitivity.SEXUAL_OFFENCE])
def test_sealed_and_unconfirmed_cases_have_none_and_nobody_can_tell_which(
    office: Office, sensitivity: Sensitivity
) -> None:
    sealed = filed(office, make_case("1", due_at=None).model_copy(update={"sensitivity": (sensitivity,)}))
    unsure = filed(office, make_case("2", due_at=None).model_copy(update={"docket": None}))
    open_case = filed(office, make_case("3", due_at=None))
    visitor = office.visitor()
    wrong = address(office, open_case)[:-1] + ("a" if not address(office, open_case).endswith("a") else "b")
    answers = [
        visitor.get(path)
        for path in (address(office, sealed), address(office, unsure), wrong, "/d/x", f"/d/{open_case.docket}", "/d/-")
    ]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r'value="[^"]*"|[0-9a-f]{16}', "", answer.text) for answer in answers}
    assert len(bodies) == 1


def test_a_merged_case_shows_how_the_one_goes_on_that_it_went_into(office: Office) -> None:
    kept, gone = (filed(office, make_case(id, due_at=None)) for id in ("1", "2"))
    Regrouping(office.store, office.directory, office.clock).merge(kept.id, gone.id, ASHA)
    standing = office.store.cases([kept.id])[kept.id]
    office.store.write_cases([(acts.start(standing.case, ASHA, NOW), standing.version)])
    page = office.visitor().get(address(office, gone)).text
    assert str(gone.docket) in page and "Work is going on" in page
    assert str(kept.docket) not in page


def test_officers_are_led_to_it_from_cases_that_they_may_see(office: Office) -> None:
    case = filed(office, make_case("1", due_at=None))

    def ask(visitor: Visitor) -> tuple[int, str | None]:
        answer = visitor.get(f"/cases/{case.id}/public")
        return answer.status_code, answer.headers.get("location")

    assert ask(office.visitor("sita")) == (303, address(office, case))
    assert ask(office.visitor("farah")) == (404, None)
    assert f"/cases/{case.id}/public" in office.visitor("sita").get(f"/cases/{case.id}").text
