"""Everything that can be done to a case at the desk: from the page and through the API."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from desk.case_acts import CASE_ACTS
from queues.corrections import corrections
from schemas.case import Case, PostKind, Status
from schemas.directory import Directory
from schemas.entry import Name
from schemas.handling import Outside
from schemas.labels import ComplaintType, Sensitivity, Urgency
from schemas.offices import OutcomeKind, OutsideOffice
from schemas.outbox import EntryState
from schemas.replies import Replies
from tests.desk.office import Office, Visitor
from tests.desk.test_pages import text_of
from tests.queues.factories import NOW, make_author, make_case, make_mention, make_post, make_record

FIR = OutcomeKind(code="fir", name=Name(en="FIR registered", hi="प्राथमिकी दर्ज"), fields=("number", "station"))


def with_everything(directory: Directory) -> Directory:
    """The office with an outside office, an outcome that asks for something, and replies that need approval."""
    departments = tuple(
        each.model_copy(update={"outcomes": (*each.outcomes, FIR)}) if each.code == "water-board" else each
        for each in directory.departments
    )
    outside = OutsideOffice(code="highways", name=Name(en="Highways", hi="राजमार्ग"), portal="https://portal.example")
    approval = Replies(approval=(Sensitivity.COMMUNAL,))
    return directory.model_copy(update={"departments": departments, "outside": (outside,), "replies": approval})


@pytest.fixture
def desk(office: Office) -> Office:
    office.use(with_everything(office.directory))
    return office


def form(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that leads to ``action``."""
    found = re.search(rf'<form action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert found is not None, action
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))


def do(visitor: Visitor, case: Case, slug: str, **typed: str) -> httpx.Response:
    """What a browser sends from the case's page as it is now."""
    page = visitor.get(f"/cases/{case.id}")
    assert page.status_code == 200
    hidden = {name: value.replace("&#34;", '"') for name, value in form(page.text, f"/cases/{case.id}/{slug}").items()}
    return visitor.ask("POST", f"/cases/{case.id}/{slug}", data={**hidden, **typed})


def done(answer: httpx.Response) -> None:
    assert answer.status_code == 303, text_of(answer.text)


def in_work(**fields: Any) -> Case:
    return make_case(status=Status.IN_PROGRESS, assignee="sita", **fields)


def test_a_case_from_the_queue_to_its_end_by_its_pages(desk: Office) -> None:
    case = make_case()
    desk.file(case)
    sita, boss = desk.visitor("sita"), desk.visitor("boss")
    done(do(sita, case, "take"))
    done(do(sita, case, "start"))
    assert "To resolve it, answer the citizen first." in sita.get(f"/cases/{case.id}").text
    done(do(sita, case, "note", text="Called the lineman."))
    done(do(sita, case, "answer", text="The pipe will be mended today."))
    assert "Goes out soon" in text_of(sita.get(f"/cases/{case.id}").text)
    refused = sita.send(f"/cases/{case.id}/resolve", **{"outcome": "fir", "fields.number": "12/2026"})
    assert refused.status_code == 409
    assert "Choose an outcome and give all that it asks for." in refused.text
    assert 'value="12/2026"' in refused.text
    fields = {"outcome": "fir", "fields.number": "12/2026", "fields.station": "Kotwali"}
    done(sita.send(f"/cases/{case.id}/resolve", **fields))
    page = text_of(sita.get(f"/cases/{case.id}").text)
    assert "How it ended FIR registered; Number: 12/2026 ; Station: Kotwali" in page
    assert "Called the lineman." in page
    assert "close" not in sita.get(f"/api/v1/cases/{case.id}").json()["acts"]
    done(do(boss, case, "close", why="Nobody came back."))
    boss.send("/language", to="hi")
    assert "निपटाया गया sita 1 जुलाई 2026, 12:00 प्राथमिकी दर्ज" in text_of(boss.get(f"/cases/{case.id}").text)
    acts = [entry.act for entry in desk.case(case.id).history]
    assert acts == ["taken", "started", "noted", "answered", "resolved", "closed"]


def test_a_correction_is_kept_for_training_and_goes_when_it_is_taken_back(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    kept = {"language": "hi-Latn", "urgency": "normal", "place": ""}
    done(do(sita, case, "correct", **kept, type="roads"))
    (row,) = corrections(desk.state)
    assert (row.case, row.post, row.by) == (case.id, case.posts[0].key, "sita")
    assert (row.labels, row.before) == ({"type": "roads"}, {"type": "water_supply"})
    assert desk.case(case.id).touched == ("type",)
    done(do(sita, case, "undo"))
    assert list(corrections(desk.state)) == []
    assert (desk.case(case.id).type, desk.case(case.id).touched) == (ComplaintType.WATER_SUPPLY, ())


def test_judging_a_post_is_a_correction_too(desk: Office) -> None:
    cases = [make_case(id, status=Status.REVIEW).model_copy(update={"docket": None}) for id in ("1", "2")]
    desk.file(*cases)
    sita = desk.visitor("sita")
    done(do(sita, cases[0], "confirm"))
    done(do(sita, cases[1], "dismiss", why="Only praise."))
    assert {row.case: row.labels for row in corrections(desk.state)} == {
        cases[0].id: {"complaint": "yes"},
        cases[1].id: {"complaint": "no"},
    }
    assert desk.case(cases[0].id).docket is not None


def test_an_act_is_taken_back_only_in_time_and_by_who_did_it(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita, mohan = desk.visitor("sita"), desk.visitor("mohan")
    done(do(sita, case, "answer", text="A wrong number."))
    assert len(desk.case(case.id).outbox) == 1
    assert "take back" not in mohan.get(f"/cases/{case.id}").text
    assert mohan.send(f"/cases/{case.id}/undo").status_code == 409
    done(do(sita, case, "undo"))
    after = desk.case(case.id)
    assert (after.outbox, after.answered_at, after.revision) == ((), None, 2)
    done(do(sita, case, "answer", text="The right number."))
    desk.clock.pass_by(minutes=2)
    assert sita.send(f"/cases/{case.id}/undo").status_code == 409
    assert "take back" not in sita.get(f"/cases/{case.id}").text


def test_who_sends_a_case_out_of_sight_can_take_that_back(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    answer = do(sita, case, "transfer", to="police-control", why="A theft of pipes.")
    done(answer)
    assert sita.get(f"/cases/{case.id}").status_code == 404
    page = sita.get(answer.headers["location"])
    assert f"{case.docket} has left your queues." in page.text
    assert desk.visitor("mohan").get(answer.headers["location"]).text.count(str(case.docket)) == 0
    done(sita.send(f"/cases/{case.id}/undo"))
    assert (desk.case(case.id).queue, desk.case(case.id).assignee) == ("water", "sita")


def test_a_stale_form_shows_both_versions_and_keeps_what_was_typed(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita, boss = desk.visitor("sita"), desk.visitor("boss")
    hidden = form(sita.get(f"/cases/{case.id}").text, f"/cases/{case.id}/note")
    hidden["seen"] = hidden["seen"].replace("&#34;", '"')
    done(do(boss, case, "assign", to="mohan"))
    stale = sita.ask("POST", f"/cases/{case.id}/note", data={**hidden, "text": "Called <b>him</b>."})
    assert stale.status_code == 412
    shown = text_of(stale.text)
    assert "The case has changed since you opened it" in shown
    assert "With sita mohan" in shown
    assert "Called &lt;b&gt;him&lt;/b&gt;." in stale.text
    assert len(desk.case(case.id).history) == 1
    again = form(stale.text, f"/cases/{case.id}/note")
    done(sita.ask("POST", f"/cases/{case.id}/note", data={**again, "text": "Called him."}))


def test_what_can_no_longer_be_done_shows_what_was_typed(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita, boss = desk.visitor("sita"), desk.visitor("boss")
    hidden = form(sita.get(f"/cases/{case.id}").text, f"/cases/{case.id}/wait")
    done(do(boss, case, "wait", why="Which street?"))
    late = sita.ask("POST", f"/cases/{case.id}/wait", data={**hidden, "why": "Which house?"})
    assert late.status_code == 409
    assert "This is what you typed: Which house?" in text_of(late.text)


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"status": 3}', '{"status": "<script>"}', "x" * 5000])
def test_what_a_browser_brings_back_of_the_case_is_only_text(desk: Office, seen: str) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    answer = sita.send(f"/cases/{case.id}/note", revision="7", seen=seen, text="seen")
    assert answer.status_code == 412
    assert "<script>" not in answer.text


def test_a_wrong_form_says_why_in_the_reader_s_language_beside_what_was_typed(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    sita.send("/language", to="hi")
    for slug, typed, problem in (
        ("transfer", {"to": "police-control", "why": " "}, "कारण लिखें"),
        ("transfer", {"to": "nowhere", "why": "unka kaam"}, "यह वहाँ नहीं जा सकता"),
        ("transfer-out", {"office": "highways", "reference": "7", "why": "x", "follow_up_on": "2001-01-01"}, "आगे का"),
        ("transfer-out", {"office": "highways", "reference": "7", "why": "x", "follow_up_on": "kal"}, "ठीक से नहीं"),
        ("correct", {"type": "odd"}, "ठीक से नहीं"),
        ("note", {}, "ठीक से नहीं"),
    ):
        answer = do(sita, case, slug, **typed)
        assert answer.status_code in {409, 422}, slug
        assert problem in answer.text, slug
        assert all(value in answer.text for value in typed.values() if value not in {"odd", "nowhere"}), slug
    assert desk.case(case.id) == case


def test_a_case_goes_to_an_office_outside_with_its_number_and_day(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    typed = {"office": "highways", "reference": "NH/77", "why": "Their road.", "follow_up_on": "2026-07-09"}
    done(do(sita, case, "transfer-out", **typed))
    outside = desk.case(case.id).outside
    assert isinstance(outside, Outside)
    assert (outside.portal, outside.reference) == ("https://portal.example", "NH/77")
    assert f"{outside.follow_up_at.astimezone(desk.directory.zone):%d %H:%M}" == "09 09:00"
    assert "Highways, NH/77" in text_of(sita.get(f"/cases/{case.id}").text)


def test_a_reply_that_needs_it_waits_for_another_supervisor(desk: Office) -> None:
    case = in_work().model_copy(update={"sensitivity": (Sensitivity.COMMUNAL,)})
    desk.file(case)
    sita, boss, chief = desk.visitor("sita"), desk.visitor("boss"), desk.visitor("chief")
    assert "A supervisor must approve this reply" in sita.get(f"/cases/{case.id}").text
    done(do(sita, case, "answer", text="Please keep calm."))
    (entry,) = desk.case(case.id).outbox
    assert (entry.state, desk.case(case.id).answered_at) == (EntryState.HELD, None)
    assert sita.send(f"/cases/{case.id}/approve", entry=entry.id).status_code == 403
    done(do(boss, case, "answer", text="Another word."))
    own = desk.case(case.id).outbox[1]
    assert boss.send(f"/cases/{case.id}/approve", entry=own.id).status_code == 409
    done(boss.send(f"/cases/{case.id}/approve", entry=entry.id))
    done(chief.send(f"/cases/{case.id}/call-back", entry=own.id))
    (left,) = desk.case(case.id).outbox
    assert (left.state, desk.case(case.id).answered_at) == (EntryState.PENDING, NOW)


def test_a_reply_begins_with_a_prepared_text_and_is_measured_before_it_goes(desk: Office) -> None:
    case = in_work(language="mr")
    desk.file(case)
    sita = desk.visitor("sita")
    begun = do(sita, case, "answer", text="Namaste.", do="use:where")
    assert begun.status_code == 200
    assert re.search(r"Namaste\.\n" + str(case.docket) + ": कृपया जागा सांगा", begun.text)
    shown = do(sita, case, "answer", text="🚰 " + "क" * 300, do="preview")
    assert "303 of 280, as X counts" in text_of(shown.text)
    assert "So it will stand there:" in shown.text
    assert desk.case(case.id) == case


def test_only_somebody_who_works_in_the_queue_is_given_a_case(desk: Office) -> None:
    case = make_case()
    desk.file(case)
    boss = desk.visitor("boss")
    page = boss.get(f"/cases/{case.id}").text
    offered = re.findall(r'<option value="(\w+)"', page.split('id="assign-to"')[1].split("</select>")[0])
    assert offered == ["boss", "chief", "mohan", "sita"]
    for name in ("farah", "watcher", "nobody"):
        assert boss.send(f"/cases/{case.id}/assign", to=name).status_code == 409
    done(do(boss, case, "assign", to="mohan"))
    assert desk.case(case.id).assignee == "mohan"


def test_cases_are_merged_parted_and_split(desk: Office) -> None:
    later = make_mention("3", "sadak bhi tooti hai", author=make_author("9003"))
    first, second = make_case("1", "teen din se paani nahi aa raha"), make_case("2", "paani nahi aa raha teen din se")
    posts = (*second.posts, make_post(later, kind=PostKind.REPLY))
    second = second.model_copy(update={"posts": posts, "post_count": 2})
    desk.file(first, second)
    desk.store.create_mentions(
        [
            make_record(make_mention("1"), case=first.id),
            make_record(make_mention("2"), case=second.id),
            make_record(later, case=second.id, kind=PostKind.REPLY),
        ]
    )
    sita = desk.visitor("sita")
    assert f'name="into" value="{first.id}"' in sita.get(f"/cases/{second.id}/similar").text
    done(sita.send(f"/cases/{second.id}/split", post=later.key))
    assert desk.case(second.id).split_off == (later.key,)
    merged = do(sita, second, "merge", into=str(first.docket))
    assert merged.headers["location"] == f"/cases/{first.id}"
    assert desk.case(second.id).merged_into == first.id
    assert "Merged into it" in sita.get(f"/cases/{first.id}").text
    done(do(sita, second, "unmerge"))
    assert desk.case(second.id).merged_into is None
    assert sita.send(f"/cases/{second.id}/merge", into="nothing").status_code == 404
    assert sita.send(f"/cases/{second.id}/merge", into=second.id).status_code == 409


_BECAUSE = ("wait", "close", "reopen", "dismiss", "restore", "send-back", "lift-hold")
VALID: Mapping[str, Mapping[str, Any]] = {
    **{slug: {"why": "because"} for slug in _BECAUSE},
    "assign": {"to": "chief"},
    "hand-over": {"to": "112"},
    "correct": {"type": "roads"},
    "answer": {"text": "soon"},
    "approve": {"entry": "answer:1"},
    "call-back": {"entry": "acknowledgement"},
    "withdraw": {"entry": "0a1b2c3d"},
    "resolve": {"outcome": "done"},
    "transfer": {"to": "police-control", "why": "theirs"},
    "arbitrate": {"to": "water", "why": "theirs"},
    "transfer-out": {"office": "highways", "reference": "7", "why": "theirs"},
    "merge": {"into": make_case("target").id},
    "split": {"post": "x:2"},
    "veil": {"post": "x:1", "number": 0},
    "unveil": {"post": "x:1", "number": 0},
    "note": {"text": "seen"},
    "feedback": {"satisfied": True},
    "hold": {"order": "7", "review_on": "2030-01-01", "why": "court"},
}

STANDINGS: Mapping[str, Case] = {
    "new": make_case("own"),
    "mine": make_case("own", status=Status.IN_PROGRESS, assignee="sita"),
    "review": make_case("own", status=Status.REVIEW).model_copy(update={"docket": None}),
    "critical": make_case("own", urgency=Urgency.CRITICAL),
    "answered": make_case("own", status=Status.ASSIGNED).model_copy(update={"answered_at": NOW}),
    "waiting": make_case("own", status=Status.WAITING_ON_CITIZEN),
    "resolved": make_case("own", status=Status.RESOLVED).model_copy(update={"answered_at": NOW, "resolved_at": NOW}),
    "dismissed": make_case("own", status=Status.DISMISSED),
    "merged": make_case("own", merged_into=make_case("other").id),
}


@pytest.mark.parametrize("name", ["sita", "chief"])
def test_what_is_offered_is_what_can_be_done(desk: Office, name: str) -> None:
    desk.file(make_case("target"), make_case("other").model_copy(update={"merged": (make_case("own").id,)}))
    visitor = desk.visitor(name)
    secret = {"X-CSRF-Token": visitor.get("/api/v1/me").json()["csrf_token"], "If-Match": "*"}
    for standing in STANDINGS.values():
        offered: list[str] | None = None
        for slug in CASE_ACTS:
            found = desk.store.cases([standing.id]).get(standing.id)
            desk.store.write_cases([(standing, found.version if found else None)])
            offered = offered or visitor.get(f"/api/v1/cases/{standing.id}").json()["acts"]
            path = f"/api/v1/cases/{standing.id}/{slug}"
            answer = visitor.ask("POST", path, headers=secret, json=VALID.get(slug, {}))
            if slug in {"approve", "call-back", "withdraw", "split"}:
                continue  # about something in the case that these do not have
            changed = answer.status_code == 200 and answer.json()["revision"] > standing.revision
            assert changed == (slug in offered), (standing.status, slug, answer.text)
            assert answer.status_code in {200, 403, 409}, (standing.status, slug, answer.text)


def test_a_request_that_is_sent_again_is_done_once(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    secret = sita.get("/api/v1/me").json()["csrf_token"]

    def note(key: str, text: str) -> httpx.Response:
        headers = {"X-CSRF-Token": secret, "If-Match": '"0"', "Idempotency-Key": key}
        return sita.ask("POST", f"/api/v1/cases/{case.id}/note", headers=headers, json={"text": text})

    first, again = note("a", "seen"), note("a", "seen")
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert (again.headers["etag"], len(desk.case(case.id).history)) == ('"1"', 1)
    assert (note("a", "other").status_code, note("a", "other").json()["error"]["code"]) == (422, "idempotency_mismatch")
    assert note("b", "seen").json()["error"]["code"] == "stale"
    assert note("b", "seen").json()["error"]["code"] == "stale"
    assert "seen" not in str(desk.state.scan("idempotency"))
    desk.clock.pass_by(days=2)
    sita.sign_in("sita")
    secret = sita.get("/api/v1/me").json()["csrf_token"]
    sita.ask(
        "POST",
        f"/api/v1/cases/{case.id}/note",
        headers={"X-CSRF-Token": secret, "If-Match": "*", "Idempotency-Key": "c"},
        json={"text": "later"},
    )
    assert desk.state.count("idempotency") == 1


def test_an_api_form_with_what_is_not_of_it_is_refused_whole(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    headers = {"X-CSRF-Token": sita.get("/api/v1/me").json()["csrf_token"], "If-Match": "*"}
    for slug, body, field in (
        ("note", {"text": "a", "odd": 1}, "odd"),
        ("note", {}, "text"),
        ("note", {"text": "x" * 5000}, "text"),
        ("resolve", {"outcome": "done", "fields": {"number": 7}}, "fields.number"),
    ):
        answer = sita.ask("POST", f"/api/v1/cases/{case.id}/{slug}", headers=headers, json=body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    unmet = sita.ask("POST", f"/api/v1/cases/{case.id}/resolve", headers=headers, json={"outcome": "done"})
    assert unmet.json()["error"]["code"] == "condition"
    assert "answer the citizen first" in unmet.json()["error"]["message"]


def test_a_role_that_was_taken_away_takes_nothing_back(desk: Office) -> None:
    case = in_work()
    desk.file(case)
    sita = desk.visitor("sita")
    done(do(sita, case, "transfer", to="grievances", why="Theirs."))
    record = desk.state.get("user", "sita")
    assert record is not None
    desk.state.replace(record, {**record.value, "role": "auditor"})
    assert sita.send(f"/cases/{case.id}/undo").status_code == 404
    assert desk.case(case.id).queue == "grievances"
