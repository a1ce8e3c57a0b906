"""That somebody has read about a victim of a sexual offence, or a child, is kept."""

from datetime import timedelta

from desk.sealed_reads import readings
from schemas.case import Status
from schemas.labels import Sensitivity
from tests.desk.office import Office
from tests.queues.factories import NOW, make_case


def test_who_opens_a_sealed_case_is_kept_once_an_hour(office: Office) -> None:
    sealed = make_case("1").model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    plain = make_case("2")
    office.file(sealed, plain)
    for name, status in (("boss", 200), ("sita", 404)):
        for path in (f"/cases/{sealed.id}", f"/api/v1/cases/{sealed.id}"):
            assert office.visitor(name).get(path).status_code == status
        assert office.visitor(name).get(f"/cases/{plain.id}").status_code == 200
    assert [(who, case) for _, who, case in readings(office.state, NOW)] == [("boss", sealed.id)]
    office.clock.now += timedelta(hours=2)
    assert office.visitor("boss").get(f"/api/v1/cases/{sealed.id}").status_code == 200
    assert [who for _, who, _ in readings(office.state, NOW)] == ["boss", "boss"]
    assert len([*readings(office.state, NOW + timedelta(hours=1))]) == 1


def test_a_sealed_case_that_is_shown_to_be_judged_was_opened(office: Office) -> None:
    case = make_case("1", status=Status.REVIEW).model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    office.file(case)
    assert "paani nahi" not in office.visitor("sita").get("/review").text
    assert [*readings(office.state, NOW)] == []
    assert "paani nahi" in office.visitor("boss").get("/review").text
    assert [(who, id) for _, who, id in readings(office.state, NOW)] == [("boss", case.id)]
