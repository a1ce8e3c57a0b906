"""Private details: asked for by a link that ends, told once, sealed, read by a recorded act, and found nowhere else."""

import json
import re
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from desk.sealed_reads import readings
from queues.attachments import ATTACHMENT_DATA_KIND
from queues.audit import faults
from queues.private import DETAILS_KIND, REQUEST_KIND, clear_private, with_marks
from queues.retention import carry_out, expired
from queues.sla import brought_forward
from queues.store import EVERYTHING, CaseQuery
from schemas.case import Case, Status
from schemas.labels import Sensitivity
from schemas.outbox import EntryKind
from schemas.private import PrivateDetails
from streams.replies import Outgoing, Sending
from sunwai.corrected import corrected_rows
from tests.desk.office import SEALER, Office
from tests.desk.test_answerable import filed
from tests.desk.test_pages import text_of
from tests.pictures import picture
from tests.queues.factories import make_case, make_mention, make_post, make_record

PHONE = "98765 43210"
PIN = "26.4499, 80.3319"
WORDS = "गली के अंत में नीला फाटक, रात में ही आएँ"


def ask(office: Office, case: Case, who: str = "sita", purpose: str = "Where exactly is it?", **more: str) -> str:
    """The path of the link as the case's page shows it."""
    visitor = office.visitor(who)
    answer = visitor.send(f"/cases/{case.id}/private", seen_on=f"/cases/{case.id}", purpose=purpose, **more)
    assert answer.status_code == 303, text_of(answer.text)
    return link_on(visitor.get(f"/cases/{case.id}").text)


def link_on(page: str) -> str:
    found = re.search(r"http://desk\.example(/private/\w{16}-\w+)", page)
    assert found is not None
    return found[1]


def tell(office: Office, path: str, *pictures: bytes, **told: str) -> int:
    """As a browser sends it: a form in several parts."""
    visitor = office.visitor()
    files = [("photograph", ("a.jpg", picture)) for picture in pictures] or {"photograph": ("", b"")}
    return visitor.ask("POST", path, data={"csrf": visitor.secret(path), **told}, files=files).status_code


class Kept:
    """Stands for a platform: keeps what it was given."""

    def __init__(self, sent: list[Outgoing]):
        self.sent = sent

    def send(self, reply: Outgoing) -> str:
        self.sent.append(reply)
        return "x:message-1"

    def was_sent(self, reply: Outgoing) -> str | None:
        return None


def request_id(path: str) -> str:
    return path.removeprefix("/private/").partition("-")[0]


def test_what_a_citizen_tells_is_read_by_who_works_on_the_case_and_recorded(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    form = office.visitor().get(path)
    assert form.headers["x-robots-tag"] == "noindex, nofollow"
    said = text_of(form.text)
    assert "Where exactly is it?" in said and "each reading is recorded" in said and "90 days" in said
    with capture_logs() as logs:
        assert tell(office, path, phone=PHONE, place=PIN, words=WORDS) == 303
    sita = office.visitor("sita")
    page = sita.get(f"/cases/{case.id}").text
    assert "Told in private The citizen" in text_of(page)
    assert PHONE not in page and WORDS not in page
    with capture_logs() as more:
        shown = sita.send(f"/cases/{case.id}/private/{request_id(path)}", seen_on=f"/cases/{case.id}")
    assert PHONE in shown.text and PIN in shown.text and WORDS in shown.text
    assert PHONE not in json.dumps([*logs, *more]), "not in any log"
    after = office.case(case.id)
    assert [(entry.by, entry.act) for entry in after.history[-3:]] == [
        ("sita", "asked_privately"),
        (f"citizen:{request_id(path)}", "told_privately"),
        ("sita", "read_privately"),
    ]
    assert [*faults(after)] == []
    [notice] = [entry for entry in after.outbox if entry.kind is EntryKind.NOTICE]
    assert (notice.to, notice.about, notice.text) == ("sita", "told_privately", "")
    assert PHONE not in sita.get(f"/cases/{case.id}").text, "reloading does not show it"


def test_it_is_told_once_and_only_while_the_link_lasts(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case, hours="24")
    assert tell(office, path) == 422, "nothing is no answer"
    office.clock.pass_by(hours=23)
    assert tell(office, path, phone=PHONE) == 303
    assert "takes nothing more" in office.visitor().get(path).text
    assert (
        tell(office, path, phone="somebody else") in {409, 422}
        or "takes nothing more" in office.visitor().get(path).text
    )
    late = ask(office, case, hours="24")
    office.clock.pass_by(hours=25)
    assert office.visitor().get(late).status_code == 410
    withdrawn = ask(office, case)
    office.visitor("sita").send(
        f"/cases/{case.id}/private/{request_id(withdrawn)}/withdraw", seen_on=f"/cases/{case.id}"
    )
    assert office.visitor().get(withdrawn).status_code == 404
    assert office.visitor().get(withdrawn[:-1] + ("a" if withdrawn[-1] != "a" else "b")).status_code == 404
    over = ask(office, case)
    office.file_again(case.id, status=Status.CLOSED)
    assert office.visitor().get(over).status_code == 410


def test_a_second_answer_changes_nothing(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    first, second = office.visitor(), office.visitor()
    secrets = [visitor.secret(path) for visitor in (first, second)]
    told = [{"csrf": secrets[0], "phone": PHONE}, {"csrf": secrets[1], "phone": "1"}]
    files = {"photograph": ("a.jpg", picture())}
    assert first.ask("POST", path, data=told[0], files={"photograph": ("", b"")}).status_code == 303
    assert second.ask("POST", path, data=told[1], files=files).status_code == 409
    assert office.desk.attachments.of([case.id]) == [], "and keeps no photograph"
    found = office.desk.private.find(request_id(path))
    assert found is not None
    kept = office.desk.private.details(found)
    assert kept is not None
    assert kept.phone == PHONE


def test_who_may_not_work_on_the_case_sees_neither_link_nor_details(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    tell(office, path, phone=PHONE)
    for name in ("reader", "inspector", "watcher", "admin", "farah"):
        visitor = office.visitor(name)
        page = visitor.get(f"/cases/{case.id}").text
        assert path not in page, name
        assert "Ask in private" not in page and "Read it" not in page, name
        answer = visitor.send(f"/cases/{case.id}/private/{request_id(path)}")
        assert answer.status_code in {403, 404} and PHONE not in answer.text, name
    other = filed(office, make_mention("18"), id="other", docket="SPR-OTHER")
    wrong = office.visitor("sita").send(f"/cases/{other.id}/private/{request_id(path)}")
    assert wrong.status_code == 404, "the request of another case"
    sealed = filed(office, make_mention("19"), id="sealed", docket="SPR-SEALED", sensitivity=(Sensitivity.CHILD,))
    assert office.visitor("sita").send(f"/cases/{sealed.id}/private", purpose="x").status_code == 404
    assert ask(office, sealed, who="boss")


def test_it_reaches_no_reply_list_export_public_page_search_or_training(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    tell(office, path, phone=PHONE, place=PIN, words=WORDS)
    boss = office.visitor("boss")
    public = boss.get(f"/cases/{case.id}/public")
    pages = [
        boss.get(f"/api/v1/cases/{case.id}").text,
        boss.get("/search?q=is:any").text,
        boss.get("/queues/water").text,
        office.visitor().get(public.headers["location"]).text,
        *(boss.get(f"/search/export?q=is:any&format={form}").text for form in ("csv", "jsonl")),
        json.dumps(list(corrected_rows(office.state, office.store)), default=str),
        json.dumps([case.model_dump(mode="json") for case in office.store.every_case()]),
        json.dumps([record.value for kind in office.state.kinds() for record in office.state.scan(kind)], default=str),
    ]
    for page in pages:
        assert not any(each in page for each in (PHONE, PIN, WORDS, "नीला")), page[:200]
    assert office.store.search(CaseQuery(text=("neela", "fatak")), EVERYTHING).cases == ()


def test_the_link_goes_as_a_private_message_and_not_below_the_post(office: Office) -> None:
    case = filed(office, make_mention("17"))
    office.file_again(case.id, clocks=brought_forward(case, office.directory).clocks)
    path = ask(office, case, purpose="Please call 98765 43210 back")
    [entry] = office.case(case.id).outbox
    assert (entry.kind, entry.below) == (EntryKind.PRIVATE, "x:17")
    unmarked = f"Please call [phone] back\nhttp://desk.example/private/{request_id(path)}"
    assert entry.text == unmarked, "in the case, which more people read than may use it"
    assert office.visitor().get(f"/private/{request_id(path)}").status_code == 404
    assert with_marks(entry.text, SEALER) == unmarked.replace(f"/private/{request_id(path)}", path)
    sent: list[Outgoing] = []
    sending = Sending(office.store, office.directory, Kept(sent), office.clock, 1, lambda t: with_marks(t, SEALER))
    office.clock.pass_by(hours=1)
    assert sending() == 1
    assert (sent[0].to, sent[0].text.splitlines()[-1]) == ("9001", f"http://desk.example{path}")
    assert office.case(case.id).answered_at is None, "asking is no answer"
    city = filed(office, make_mention("18", platform="city_app"), id="city", docket="SPR-CITY")
    assert ask(office, city)
    assert office.case(city.id).outbox == (), "there are no messages there: the officer gives the link"


def test_photographs_are_written_anew_sealed_and_shown_with_what_was_told(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    assert tell(office, path, b"no picture", words="kept") == 422
    again = office.visitor().ask("POST", path, data={"csrf": "x"}, files={"photograph": ("a.jpg", picture())})
    assert again.status_code == 403
    assert tell(office, path, picture(), words=WORDS) == 303
    [photograph] = office.desk.attachments.of([case.id])
    assert (photograph.private, photograph.by) == (True, f"citizen:{request_id(path)}")
    address = f"/cases/{case.id}/photographs/{photograph.id}"
    sita = office.visitor("sita")
    assert address not in sita.get(f"/cases/{case.id}").text
    read = sita.send(f"/cases/{case.id}/private/{request_id(path)}", seen_on=f"/cases/{case.id}")
    assert address in read.text
    assert sita.get(address).headers["content-type"] == "image/jpeg"
    assert [reader for _, reader, _ in readings(office.state, office.clock.now)] == ["sita"]
    assert office.visitor("inspector").get(address).status_code == 403
    days = office.directory.retention.private
    office.file_again(case.id, status=Status.CLOSED)
    clear_private(office.state, office.store, days, office.clock.now + timedelta(days=days + 1))
    assert office.desk.attachments.of([case.id]) == []
    assert office.state.count(ATTACHMENT_DATA_KIND) == 0


def test_details_come_to_the_case_on_which_work_goes_on(office: Office) -> None:
    case = filed(office, make_mention("17"))
    kept = make_case("99", posts=(make_post(make_mention("99")),), status=Status.ASSIGNED, assignee="mohan")
    office.file(kept)
    office.store.create_mentions([make_record(make_mention("99"), case=kept.id)])
    path = ask(office, case)
    boss = office.visitor("boss")
    etag = boss.get(f"/api/v1/cases/{case.id}").headers["etag"]
    merged = boss.ask(
        "POST",
        f"/api/v1/cases/{case.id}/merge",
        json={"into": kept.id},
        headers={"If-Match": etag, "X-CSRF-Token": boss.get("/api/v1/me").json()["csrf_token"]},
    )
    assert merged.is_success, merged.text
    assert tell(office, path, words=WORDS) == 303
    assert office.case(kept.id).history[-1].act == "told_privately"
    read = office.visitor("mohan").send(f"/cases/{kept.id}/private/{request_id(path)}", seen_on=f"/cases/{kept.id}")
    assert WORDS in read.text


def test_it_goes_with_the_texts_and_at_the_latest_when_the_directory_says(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    tell(office, path, phone=PHONE)
    office.file_again(case.id, status=Status.CLOSED)
    days = office.directory.retention.private
    assert clear_private(office.state, office.store, days, office.clock.now + timedelta(days=days)) == 0
    assert clear_private(office.state, office.store, days, office.clock.now + timedelta(days=days + 1)) == 1
    assert office.state.count(DETAILS_KIND) == office.state.count(REQUEST_KIND) == 0
    office.file_again(case.id, status=Status.IN_PROGRESS)
    tell(office, ask(office, case), phone=PHONE)
    office.file_again(case.id, status=Status.CLOSED)
    retention = office.directory.retention.model_copy(update={"text": 1})
    directory = office.directory.model_copy(update={"retention": retention})
    for item in expired(office.store, office.state, directory, office.clock.now + timedelta(days=2)):
        carry_out(office.store, office.state, item)
    assert office.state.count(DETAILS_KIND) == 0


@pytest.mark.parametrize("name", ["sita", "boss"])
def test_nobody_asks_without_saying_what_for_or_without_end(office: Office, name: str) -> None:
    case = filed(office, make_mention("17"))
    visitor = office.visitor(name)
    place = f"/cases/{case.id}/private"
    assert visitor.send(place, purpose="  ").status_code == 422
    assert visitor.send(place, purpose="x", hours="9999").status_code == 422
    for _ in range(20):
        assert visitor.send(place, purpose="x").status_code == 303
    assert visitor.send(place, purpose="x").status_code == 409


def test_an_officer_is_told_though_the_desk_was_killed_before_it_had_told_them(office: Office) -> None:
    case = filed(office, make_mention("17"))
    path = ask(office, case)
    citizen = office.visitor()
    form = {"csrf": citizen.secret(path), "phone": PHONE}
    request = office.desk.private.find(request_id(path))
    assert request is not None
    assert office.desk.private.tell(request, PrivateDetails(phone=PHONE)), "and here it was killed"
    for _ in range(2):
        assert citizen.ask("POST", path, data=form, files={"photograph": ("", b"")}).status_code == 409
    told = [entry for entry in office.case(case.id).outbox if entry.about == "told_privately"]
    assert len(told) == 1
    assert [entry.act for entry in office.case(case.id).history].count("told_privately") == 1
