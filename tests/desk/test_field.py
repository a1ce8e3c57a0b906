"""Somebody in the field is asked by a link, and what comes back is the case's."""

import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from desk.accounts import find_account
from desk.authorise import actor_of
from desk.sessions import token_hash
from queues.audit import faults, write_cases
from queues.escalation import on_due
from queues.regrouping import Regrouping
from queues.retention import Expired, carry_out
from queues.sla import brought_forward
from schemas.case import Case, Status
from schemas.field import FieldResult
from schemas.labels import Sensitivity
from tests.desk.office import Office, Visitor
from tests.desk.test_case_acts import do, done
from tests.desk.test_pages import text_of
from tests.pictures import phone_photograph, picture
from tests.queues.factories import NOW, make_case

ASKED = {"to": "Beat constable, Kotwali", "text": "See whether the pipe at the corner is broken.", "hours": "4"}


def working(office: Office, **fields: Any) -> Case:
    case = make_case(status=Status.IN_PROGRESS, assignee="sita", place="rampura").model_copy(update=fields)
    office.file(case)
    return case


def forward(visitor: Visitor, case: Case, **typed: str) -> str:
    """The path of the link that an officer is shown."""
    answer = do(visitor, case, "forward", **{**ASKED, **typed})
    assert answer.status_code == 200, text_of(answer.text)
    found = re.search(r"http://desk\.example(/field/[a-z0-9]+-[0-9a-f]{32})<", answer.text)
    assert found is not None
    return found[1]


def send(visitor: Visitor, path: str, *pictures: bytes, **fields: str) -> httpx.Response:
    files = [("photograph", (f"{n}.jpg", data, "image/jpeg")) for n, data in enumerate(pictures)]
    given = {"csrf": visitor.secret(path), "result": "done", "text": "The pipe is mended.", **fields}
    return visitor.ask("POST", path, data=given, files=files or [("photograph", ("", b"", "application/octet-stream"))])


def test_from_the_case_to_the_field_and_back_into_the_reply(office: Office) -> None:
    case = working(office)
    sita = office.visitor("sita")
    path = forward(sita, case, place="true", **{f"post.{case.posts[0].key}": "true"})
    constable = office.visitor(address="198.51.100.7")
    seen = constable.get(path)
    assert seen.status_code == 200
    assert {"noindex, nofollow", "no-store"} <= {seen.headers["x-robots-tag"], seen.headers["cache-control"]}
    page = text_of(seen.text)
    for words in (ASKED["to"], ASKED["text"], case.docket or "", case.posts[0].text, "Rampura"):
        assert words in page
    assert "ramu_mistri" not in page and "Ramu Mistri" not in page, "never who complained"
    sent = send(constable, path, phone_photograph())
    assert sent.status_code == 200
    assert "Your report has come in" in sent.text
    after = office.case(case.id)
    (asked,) = after.field_requests
    assert asked.report is not None
    assert (asked.report.result, asked.report.text) == (FieldResult.DONE, "The pipe is mended.")
    assert [(entry.act, entry.by) for entry in after.history] == [
        ("forwarded", "sita"),
        ("reported", f"field:{asked.id}"),
    ]
    assert [*faults(after)] == []
    (photograph,) = asked.report.photographs
    kept = office.desk.attachments.picture(photograph)
    assert kept is not None and sha256(kept).hexdigest() in after.history[-1].detail, "none is replaced unnoticed"
    assert [(entry.id, entry.to) for entry in after.outbox] == [(f"report:{asked.id}", "sita")]
    shown = sita.get(f"/cases/{case.id}")
    assert "Done Beat constable, Kotwali" in text_of(shown.text)
    assert re.search(r'<textarea id="answer-text"[^>]*>\s*The pipe is mended\.</textarea>', shown.text)
    done(do(sita, case, "answer", text="The pipe is mended."))
    assert not re.search(r"<textarea[^>]*>\s*The pipe", sita.get(f"/cases/{case.id}").text), "said once"


def test_photographs_are_shown_without_what_the_phone_wrote_and_only_to_who_sees_the_case(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case)
    send(office.visitor(), path, phone_photograph(), picture("PNG"))
    report = office.case(case.id).field_requests[0].report
    assert report is not None and len(report.photographs) == 2
    address = f"/cases/{case.id}/photographs/{report.photographs[0]}"
    answer = office.visitor("sita").get(address)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline; filename=")
    assert Image.open(BytesIO(answer.content)).size == (600, 800)
    assert b"Phone of Sundarpur" not in answer.content
    small = office.visitor("sita").get(f"{address}?small=true")
    assert max(Image.open(BytesIO(small.content)).size) == 320
    assert office.visitor("farah").get(address).status_code == 404
    assert office.visitor().get(address).status_code == 303
    other = make_case("2")
    office.file(other)
    assert office.visitor("sita").get(address.replace(case.id, other.id)).status_code == 404


def test_nothing_is_shown_that_the_officer_has_not_ticked(office: Office) -> None:
    case = working(office, sensitivity=(Sensitivity.CHILD,))
    page = text_of(office.visitor().get(forward(office.visitor("boss"), case)).text)
    assert case.posts[0].text not in page
    assert "Rampura" not in page and "Child" not in page and "Water" not in page


def test_what_is_erased_is_gone_from_the_link_too(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case, **{f"post.{case.posts[0].key}": "true"})
    office.store.erase_mentions([case.posts[0].key])
    assert case.posts[0].text not in office.visitor().get(path).text


def test_personal_numbers_are_masked_both_ways(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case, text="Ring the citizen: 98765 43210")
    assert "43210" not in office.visitor().get(path).text
    send(office.visitor(), path, text="He has 98765 43210 and Aadhaar 2345 6789 0124")
    assert re.search(r"43210|0124", office.case(case.id).model_dump_json()) is None


def test_the_token_is_kept_nowhere(office: Office) -> None:
    case = working(office)
    sita = office.visitor("sita")
    token = forward(sita, case).rpartition("-")[2]
    after = office.case(case.id)
    assert token not in after.model_dump_json()
    assert after.field_requests[0].token_hash == token_hash(token)
    for path in (f"/cases/{case.id}", f"/api/v1/cases/{case.id}"):
        answer = sita.get(path).text
        assert token not in answer and after.field_requests[0].token_hash not in answer


def test_a_link_ends_when_it_is_withdrawn_when_its_time_is_over_and_with_the_case(office: Office) -> None:
    case = working(office)
    sita, constable = office.visitor("sita"), office.visitor()
    withdrawn = forward(sita, case)
    secret = constable.secret(withdrawn)
    done(do(sita, case, "withdraw", entry=office.case(case.id).field_requests[0].id))
    late = {"csrf": secret, "result": "done"}
    assert constable.get(withdrawn).status_code == 404
    assert constable.ask("POST", withdrawn, data=late, files=[("photograph", ("", b""))]).status_code == 404
    old = forward(sita, case)
    office.clock.pass_by(hours=4, days=3)
    answer = constable.get(old)
    assert answer.status_code == 410
    assert "Ask the officer" in answer.text
    ended = forward(office.visitor("sita"), case)
    found = office.store.cases([case.id])[case.id]
    write_cases(office.store, [(found.case.model_copy(update={"status": Status.CLOSED}), found.version)])
    assert constable.get(ended).status_code == 410
    assert [request.report for request in office.case(case.id).field_requests] == [None, None, None]


def test_a_report_is_taken_once(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case)
    first, second = office.visitor(), office.visitor()
    secret = second.secret(path)
    assert send(first, path).status_code == 200
    late = second.ask(
        "POST",
        path,
        data={"csrf": secret, "result": "cannot", "text": "x"},
        files=[("photograph", ("1.png", picture()))],
    )
    assert late.status_code == 409
    assert office.state.count("attachment") == office.state.count("attachment-data") == 0
    report = office.case(case.id).field_requests[0].report
    assert report is not None and report.result is FieldResult.DONE


@pytest.mark.parametrize(
    ("fields", "pictures", "said"),
    [
        ({"result": ""}, [], "Say what came of it"),
        ({"result": "maybe"}, [], "Say what came of it"),
        ({"result": "cannot", "text": " "}, [], "Say why"),
        ({}, [b"<svg onload=alert(1)>"], "no picture that can be taken"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    office: Office, fields: dict[str, str], pictures: list[bytes], said: str
) -> None:
    path = forward(office.visitor("sita"), working(office))
    answer = send(office.visitor(), path, *pictures, **{"text": "Gate locked", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Gate locked" in answer.text or not fields.get("text", "x").strip()
    assert f'<form action="{path}"' in answer.text, "what was mended goes where it went before"
    assert office.state.count("attachment-data") == 0


def test_too_much_is_refused_before_it_is_read(office: Office) -> None:
    path = forward(office.visitor("sita"), working(office))
    visitor = office.visitor()
    five = send(visitor, path, *[picture()] * 5)
    assert five.status_code == 422
    huge = visitor.ask("POST", path, content=b"x", headers={"content-length": str(10**9)})
    assert huge.status_code == 413

    async def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="photograph"; filename="x"\r\n\r\n'
        for _ in range(50):
            yield b"x" * 1024 * 1024

    flood = visitor.ask("POST", path, content=endless(), headers={"content-type": "multipart/form-data; boundary=b"})
    assert flood.status_code == 413
    unknown = visitor.ask("POST", "/field/nope-0", content=endless(), headers={"content-type": "multipart/form-data"})
    assert unknown.status_code == 404, "before a byte of it is read"


def test_a_form_from_elsewhere_is_refused(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case)
    files = [("photograph", ("", b""))]
    stranger = office.visitor()
    assert stranger.ask("POST", path, data={"result": "done"}, files=files).status_code == 403
    elsewhere = {"csrf": stranger.secret(path), "result": "done"}
    headers = {"sec-fetch-site": "cross-site"}
    assert stranger.ask("POST", path, data=elsewhere, files=files, headers=headers).status_code == 403
    assert office.case(case.id).field_requests[0].report is None


def test_who_guesses_links_must_wait(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case)
    guesser = office.visitor(address="198.51.100.9")
    answers = {guesser.get(f"/field/{case.id}-{n:032x}").status_code for n in range(50)}
    assert answers == {404}
    blocked = guesser.get(path)
    assert (blocked.status_code, blocked.headers["retry-after"]) == (429, "301")
    assert office.visitor(address="198.51.100.10").get(path).status_code == 200


def test_a_missed_time_is_shown_and_told_once(office: Office) -> None:
    case = brought_forward(make_case(status=Status.IN_PROGRESS, assignee="sita"), office.directory)
    office.file(case)
    forward(office.visitor("sita"), case)
    asked = office.case(case.id)
    assert asked.due_at == NOW + timedelta(hours=4), "the clock looks at it then"
    late = on_due(asked, office.directory, NOW + timedelta(hours=5))
    told = [(entry.to, entry.about.partition(":")[0]) for entry in late.outbox if entry.id.startswith("field:")]
    assert told == [("sita", "field_late")]
    assert late.history[-1].act == "field_late"
    again = on_due(late, office.directory, NOW + timedelta(hours=6))
    assert [entry.act for entry in again.history].count("field_late") == 1
    office.clock.pass_by(hours=5)
    assert "1 h late" in text_of(office.visitor("sita").get(f"/cases/{case.id}").text)


def test_a_link_goes_with_a_case_that_is_merged_and_comes_back_with_it(office: Office) -> None:
    case, kept = working(office), make_case("2")
    office.file(kept)
    path = forward(office.visitor("sita"), case)
    account = find_account(office.state, "boss")
    assert account is not None
    regrouping, boss = Regrouping(office.store, office.directory, office.clock), actor_of(account.user)
    regrouping.merge(kept.id, case.id, boss)
    assert send(office.visitor(), path).status_code == 200
    report = office.case(kept.id).field_requests[0].report
    assert report is not None and office.case(case.id).field_requests[0].report is None
    regrouping.unmerge(case.id, boss)
    assert office.case(kept.id).field_requests == ()
    assert office.visitor().get(path).status_code == 200


@pytest.mark.parametrize("name", ["farah", "watcher", "admin", "reader"])
def test_who_does_not_work_in_the_queue_asks_nobody(office: Office, name: str) -> None:
    case = working(office)
    answer = office.visitor(name).send(f"/cases/{case.id}/forward", **ASKED)
    assert answer.status_code in {403, 404}
    assert office.case(case.id).field_requests == ()


def test_a_stale_or_unfinished_form_comes_back_as_it_was_typed(office: Office) -> None:
    case = working(office)
    sita = office.visitor("sita")
    stale = sita.send(f"/cases/{case.id}/forward", revision="999", **ASKED)
    assert stale.status_code == 412 and ASKED["text"] in stale.text
    unfinished = sita.send(f"/cases/{case.id}/forward", to="", text=ASKED["text"], hours="4")
    assert unfinished.status_code == 409 and ASKED["text"] in unfinished.text
    odd = sita.send(f"/cases/{case.id}/forward", **{**ASKED, "hours": "999"})
    assert odd.status_code == 422
    assert office.case(case.id).field_requests == ()


def test_so_many_are_asked_about_one_case_and_no_more(office: Office) -> None:
    case = working(office)
    sita = office.visitor("sita")
    for _ in range(20):
        forward(sita, case)
    refused = do(sita, case, "forward", **ASKED)
    assert refused.status_code == 409
    assert "too many were asked" in refused.text


def test_words_and_pictures_go_when_the_texts_of_the_case_go(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case)
    send(office.visitor(), path, picture())
    found = office.store.cases([case.id])[case.id]
    carry_out(office.store, office.state, Expired(found.case, found.version, (case.posts[0].key,), NOW))
    left = office.case(case.id).model_dump_json()
    assert ASKED["text"] not in left and "mended" not in left and ASKED["to"] not in left
    assert office.state.count("attachment-data") == 0
    assert [*faults(office.case(case.id))] == []


def test_a_link_that_was_reported_by_ends_as_any_other(office: Office) -> None:
    case = working(office)
    path = forward(office.visitor("sita"), case, **{f"post.{case.posts[0].key}": "true"})
    constable = office.visitor()
    assert "has come in" in send(constable, path).text
    assert "paani nahi" in constable.get(path).text
    office.clock.pass_by(hours=4, days=3)
    answer = constable.get(path)
    assert answer.status_code == 410
    assert "paani nahi" not in answer.text
