"""The JSON API: the same cases for programs, with tokens, ETags and one error shape."""

from datetime import timedelta
from typing import Any

import pytest

from desk.accounts import AccountError, Role, change_user, disable_user
from desk.tokens import Scope, add_token, list_tokens, revoke_token
from schemas.case import Status
from schemas.labels import Urgency
from tests.desk.office import Office
from tests.queues.factories import NOW, make_case

DAY = timedelta(days=1)


def token(office: Office, user: str = "sita", *scopes: Scope) -> dict[str, str]:
    made = add_token(office.state, user, "a program", scopes or [*Scope], now=office.clock(), lifetime=DAY)
    return {"Authorization": f"Bearer {made}"}


def test_who_one_is(office: Office) -> None:
    me = office.visitor("sita").get("/api/v1/me").json()
    assert (me["name"], me["role"], me["queues"], len(me["csrf_token"])) == ("sita", "officer", ["water"], 43)
    assert office.visitor().get("/api/v1/me", headers=token(office)).json()["csrf_token"] is None


def test_queues_with_counts(office: Office) -> None:
    office.file(make_case("1"), make_case("2", status=Status.CLOSED))
    (water,) = office.visitor("sita").get("/api/v1/queues").json()["queues"]
    assert water == {
        "code": "water",
        "name": {"en": "Water", "hi": "जलापूर्ति शाखा"},
        "department": "Water Board",
        "own": True,
        "open": 1,
        "by_status": {"new": 1, "closed": 1},
    }


def test_a_queue_page_by_page_and_narrowed(office: Office) -> None:
    office.file(*(make_case(str(n), due_at=NOW + timedelta(hours=n)) for n in range(7)))
    office.file(make_case("late", urgency=Urgency.CRITICAL, assignee="sita", status=Status.ASSIGNED))
    visitor = office.visitor()
    headers = token(office)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        asked: dict[str, Any] = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = visitor.get("/api/v1/queues/water/cases", params=asked, headers=headers).json()
        seen += [case["id"] for case in page["cases"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert seen == [make_case(id).id for id in ("late", *map(str, range(7)))]
    for narrowed in ({"status": ["assigned", "closed"]}, {"urgency": "critical"}, {"assignee": "sita"}):
        found = visitor.get("/api/v1/queues/water/cases", params=narrowed, headers=headers).json()["cases"]
        assert [case["assignee"] for case in found] == ["sita"]


def test_a_case_has_no_id_of_an_account_and_says_its_revision(office: Office) -> None:
    case = make_case()
    office.file(case)
    answer = office.visitor().get(f"/api/v1/cases/{case.docket}", headers=token(office))
    assert answer.headers["etag"] == '"0"'
    shown = answer.json()
    assert shown["posts"][0]["author"] == {"handle": "ramu_mistri", "name": "Ramu Mistri"}
    assert "9001" not in answer.text
    assert (shown["reason"], shown["revision"], shown["is_open"]) == ("owns water_supply", 0, True)


def test_a_search_is_counted_by_its_facts(office: Office) -> None:
    office.file(make_case("1"), make_case("2", assignee="sita"), make_case("3", queue="police-control"))
    visitor = office.visitor()
    counts = visitor.get("/api/v1/search/counts?q=paani", headers=token(office)).json()
    assert (counts["total"], counts["more"], counts["by"]["queue"]) == (2, False, {"water": 2})
    assert counts["by"]["assignee"] == {"sita": 1}
    assert visitor.get("/api/v1/search/counts?q=type:odd", headers=token(office)).status_code == 422


def test_taking_needs_the_etag_that_was_read(office: Office) -> None:
    case = make_case()
    office.file(case)
    visitor, path = office.visitor(), f"/api/v1/cases/{case.id}/take"
    headers = token(office)

    def take(etag: str | None, **others: str) -> tuple[int, str | None]:
        given = {**headers, **others} | ({} if etag is None else {"If-Match": etag})
        answer = visitor.ask("POST", path, headers=given)
        return answer.status_code, answer.json().get("error", {}).get("code")

    assert take(None) == (428, "precondition_required")
    for stale in ('"7"', 'W/"0"', "0", '"x"', ""):
        assert take(stale) == (412, "stale"), stale
    assert office.case(case.id) == case
    assert take('"0"') == (200, None)
    assert take('"0"') == (412, "stale")
    assert take('"1"') == (200, None)
    assert office.case(case.id).revision == 1


def test_who_comes_second_is_told_the_name_whatever_the_etag(office: Office) -> None:
    case = make_case()
    office.file(case)
    visitor, path = office.visitor(), f"/api/v1/cases/{case.id}/take"
    visitor.ask("POST", path, headers={**token(office, "sita"), "If-Match": "*"})
    for etag in ('"0"', '"1"', "*"):
        answer = visitor.ask("POST", path, headers={**token(office, "mohan"), "If-Match": etag})
        assert answer.status_code == 409
        message = "sita has this case; you did not take it."
        assert answer.json() == {"error": {"code": "taken", "message": message, "field": None}}


def test_a_stale_answer_says_the_revision_that_counts(office: Office) -> None:
    case = make_case().model_copy(update={"revision": 3})
    office.file(case)
    headers = {**token(office), "If-Match": '"2"'}
    answer = office.visitor().ask("POST", f"/api/v1/cases/{case.id}/take", headers=headers)
    assert (answer.status_code, answer.headers["etag"], answer.json()["error"]["field"]) == (412, '"3"', "If-Match")


def test_a_token_does_what_its_scopes_say(office: Office) -> None:
    case = make_case()
    office.file(case)
    visitor = office.visitor()
    reads, writes = token(office, "sita", Scope.READ), token(office, "sita", Scope.WRITE)
    assert visitor.get(f"/api/v1/cases/{case.id}", headers=reads).status_code == 200
    assert visitor.get(f"/api/v1/cases/{case.id}", headers=writes).status_code == 403
    path = f"/api/v1/cases/{case.id}/take"
    assert visitor.ask("POST", path, headers={**reads, "If-Match": "*"}).status_code == 403
    assert visitor.ask("POST", path, headers={**writes, "If-Match": "*"}).status_code == 200


def test_a_token_ends_by_time_by_hand_and_with_its_user(office: Office) -> None:
    visitor = office.visitor()

    def works(headers: dict[str, str]) -> bool:
        return visitor.get("/api/v1/me", headers=headers).status_code == 200

    old = token(office)
    office.clock.pass_by(hours=23)
    fresh = token(office)
    assert works(old)
    office.clock.pass_by(hours=2)
    assert not works(old)
    assert works(fresh)
    ids = [id for id, kept in list_tokens(office.state, "sita") if kept.created_at > NOW]
    assert revoke_token(office.state, ids[0])
    assert not revoke_token(office.state, ids[0])
    assert not works(fresh)
    last = token(office)
    disable_user(office.state, "sita")
    assert not works(last)
    change_user(office.state, "sita", Role.OFFICER, ["water"], known_queues=["water"])
    assert not works(last), "who is let in again has no tokens of before"


def test_a_bad_token_is_not_passed_over_for_a_session(office: Office) -> None:
    visitor = office.visitor("sita")
    for header in ("Bearer guessed", "Bearer ", "Basic c2l0YTp4", "Bearer"):
        answer = visitor.get("/api/v1/me", headers={"Authorization": header})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_is_not_a_way_into_pages_and_only_its_hash_is_kept(office: Office) -> None:
    headers = token(office)
    assert office.visitor().get("/", headers=headers).status_code == 303
    assert headers["Authorization"].removeprefix("Bearer ") not in str(office.state.scan("token"))


def test_a_token_that_cannot_be_says_why(office: Office) -> None:
    with pytest.raises(AccountError, match="no user nobody"):
        add_token(office.state, "nobody", "x", [Scope.READ], now=NOW, lifetime=DAY)
    with pytest.raises(AccountError, match="scopes"):
        add_token(office.state, "sita", "x", [], now=NOW, lifetime=DAY)
