"""A masked telephone number is shown by a recorded act, to who works in the case's queue, and nowhere else."""

import json

import pytest
from structlog.testing import capture_logs

from queues.audit import faults
from queues.seal import Sealer
from schemas.case import Case
from schemas.labels import Sensitivity
from schemas.triage import Reference
from tests.desk.office import SEALER, Office
from tests.desk.test_pages import text_of
from tests.queues.factories import make_case, make_mention, make_post, make_record, make_triage
from text.mask import mask

WRITTEN = "Kal se paani nahi. Phone karein 98765 43210. PNR 4512345678, Aadhaar 2345 6789 0124"
NUMBER = "9876543210"


def filed(office: Office, *, sealer: Sealer = SEALER, **fields: object) -> Case:
    """A case whose post had a telephone number, an Aadhaar number and a PNR."""
    masked = mask(WRITTEN)
    assert "[phone]" in masked.text and "[aadhaar]" in masked.text
    mention = make_mention("1", masked.text)
    triage = make_triage(masked.text).model_copy(
        update={"references": tuple(Reference(kind=r.kind, value=r.value) for r in masked.references)}
    )
    record = make_record(mention, triage, sealed=sealer.seal(WRITTEN))
    case = make_case("1", posts=[make_post(mention)]).model_copy(update=fields)
    office.file(case)
    office.store.create_mentions([record])
    return case


def test_an_officer_taps_once_and_that_is_in_the_history_before_anything_is_shown(office: Office) -> None:
    case = filed(office)
    sita = office.visitor("sita")
    page = sita.get(f"/cases/{case.id}")
    assert "Show the telephone number" in page.text
    assert NUMBER not in page.text
    with capture_logs() as logs:
        shown = sita.send(f"/cases/{case.id}/reveal", post="x:1")
    assert shown.status_code == 200
    assert f'href="tel:{NUMBER}"' in shown.text
    assert "234567890124" not in shown.text, "of personal numbers only the telephone is shown"
    assert NUMBER not in json.dumps(logs)
    entry = office.case(case.id).history[-1]
    assert (entry.at, entry.by, entry.act, entry.detail) == (office.clock.now, "sita", "revealed", "x:1")
    assert [*faults(office.case(case.id))] == []
    again = sita.get(f"/cases/{case.id}")
    assert NUMBER not in again.text
    assert "Number seen sita" in text_of(again.text)


def test_what_a_colleague_is_filling_in_stays_good(office: Office) -> None:
    case = filed(office)
    before = office.case(case.id).revision
    office.visitor("sita").send(f"/cases/{case.id}/reveal", post="x:1")
    answer = office.visitor("mohan").send(f"/cases/{case.id}/note", revision=str(before), text="Called him.")
    assert answer.status_code == 303


def test_the_number_is_in_no_list_export_or_answer_of_the_api(office: Office) -> None:
    case = filed(office)
    sita = office.visitor("sita")
    sita.send(f"/cases/{case.id}/reveal", post="x:1")
    for path in (
        f"/cases/{case.id}",
        f"/api/v1/cases/{case.id}",
        "/queues/water",
        "/search?q=paani",
        "/search/export?q=paani&format=csv",
        "/search/export?q=paani&format=jsonl",
    ):
        answer = sita.get(path)
        assert answer.status_code == 200, path
        assert NUMBER not in answer.text, path
    assert NUMBER not in office.case(case.id).model_dump_json()
    assert sita.get(f"/api/v1/cases/{case.id}").json()["posts"][0]["masked_phone"] is True


@pytest.mark.parametrize(
    ("name", "status"),
    [("mohan", 200), ("boss", 200), ("chief", 200), ("farah", 404), ("watcher", 403), ("admin", 403), ("reader", 403)],
)
def test_only_who_works_in_the_queue_sees_it(office: Office, name: str, status: int) -> None:
    case = filed(office)
    visitor = office.visitor(name)
    if status != 404:
        offered = "Show the telephone number" in visitor.get(f"/cases/{case.id}").text
        assert offered == (status == 200)
    answer = visitor.send(f"/cases/{case.id}/reveal", post="x:1")
    assert answer.status_code == status
    assert (NUMBER in answer.text) == (status == 200)
    assert any(entry.act == "revealed" for entry in office.case(case.id).history) == (status == 200)


def test_a_form_from_elsewhere_shows_and_records_nothing(office: Office) -> None:
    case = filed(office)
    answer = office.visitor("sita").ask("POST", f"/cases/{case.id}/reveal", data={"post": "x:1", "csrf": "guessed"})
    assert answer.status_code == 403
    assert NUMBER not in answer.text
    assert office.case(case.id).history == ()


@pytest.mark.parametrize("post", ["x:2", "x:1' OR 1", ""])
def test_a_post_that_is_not_of_the_case_shows_nothing(office: Office, post: str) -> None:
    case = filed(office)
    other = make_record(make_mention("2", "[phone]"), make_triage("[phone]"), sealed=SEALER.seal(WRITTEN))
    office.store.create_mentions([other])
    answer = office.visitor("sita").send(f"/cases/{case.id}/reveal", post=post)
    assert answer.status_code in {404, 422}
    assert office.case(case.id).history == ()


def test_a_post_that_was_taken_out_is_no_longer_of_the_case(office: Office) -> None:
    case = filed(office, split_off=("x:1",))
    assert office.visitor("sita").send(f"/cases/{case.id}/reveal", post="x:1").status_code == 404


def test_what_was_erased_cannot_be_shown(office: Office) -> None:
    case = filed(office)
    office.store.erase_mentions(["x:1"])
    sita = office.visitor("sita")
    assert "Show the telephone number" not in sita.get(f"/cases/{case.id}").text
    assert sita.send(f"/cases/{case.id}/reveal", post="x:1").status_code == 404


def test_a_sealed_case_shows_it_to_those_who_are_named_for_it_only(office: Office) -> None:
    case = filed(office, sensitivity=(Sensitivity.CHILD,))
    assert office.visitor("sita").send(f"/cases/{case.id}/reveal", post="x:1").status_code == 404
    assert office.visitor("boss").send(f"/cases/{case.id}/reveal", post="x:1").status_code == 200


def test_another_office_key_is_said_plainly(office: Office) -> None:
    case = filed(office, sealer=Sealer(bytes(32)))
    answer = office.visitor("sita").send(f"/cases/{case.id}/reveal", post="x:1")
    assert answer.status_code == 409
    assert "another office key" in answer.text
