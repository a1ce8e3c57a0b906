"""What changes something must come from our own pages."""

from collections.abc import Mapping

import pytest

from desk.case_acts import CASE_ACTS
from tests.desk.office import PASSWORD, Office
from tests.queues.factories import make_case

FORMS = (
    *(
        "/sign-out",
        "/language",
        "/queues/water/next",
        "/watch/x:1",
        "/views",
        "/views/1/remove",
        "/bulk",
        "/bulk/1/undo",
        "/review/1",
        "/accounts",
        "/accounts/sita",
        "/accounts/sita/disable",
        "/accounts/sita/password",
        "/tokens",
        "/tokens/1/end",
        "/dead-letters",
        "/second-factor",
        "/second-factor/end",
        "/accounts/sita/second-factor",
    ),
    *(f"/cases/{{id}}/{slug}" for slug in CASE_ACTS),
)


@pytest.mark.parametrize("secret", ["", "guessed", "é", None])
def test_a_form_without_its_secret_does_nothing(office: Office, secret: str | None) -> None:
    case = make_case()
    office.file(case)
    visitor = office.visitor("sita")
    fields = {"to": "hi"} if secret is None else {"to": "hi", "csrf": secret}
    for path in FORMS:
        assert visitor.ask("POST", path.format(id=case.id), data=fields).status_code == 403, path
    assert office.case(case.id) == case
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_does_nothing_even_with_its_secret(office: Office, headers: Mapping[str, str]) -> None:
    case = make_case()
    office.file(case)
    visitor = office.visitor("sita")
    fields = {"csrf": visitor.secret(), "to": "hi"}
    for path in FORMS:
        assert visitor.ask("POST", path.format(id=case.id), data=fields, headers=headers).status_code == 403, path
    assert office.case(case.id) == case


def test_another_session_s_secret_is_not_good(office: Office) -> None:
    office.file(make_case())
    secret = office.visitor("mohan").secret()
    assert office.visitor("sita").ask("POST", "/queues/water/next", data={"csrf": secret}).status_code == 403


def test_nobody_is_signed_in_from_another_site(office: Office) -> None:
    visitor = office.visitor()
    secret = visitor.secret("/sign-in")
    fields = {"name": "sita", "password": PASSWORD, "csrf": secret}
    assert visitor.ask("POST", "/sign-in", data=fields, headers={"Origin": "https://evil.example"}).status_code == 403
    stranger = office.visitor()
    assert stranger.ask("POST", "/sign-in", data=fields).status_code == 403
    same = {"Origin": "http://desk.example", "Sec-Fetch-Site": "same-origin"}
    assert visitor.ask("POST", "/sign-in", data=fields, headers=same).status_code == 303


def test_the_api_asks_a_session_for_its_secret_too(office: Office) -> None:
    case = make_case()
    office.file(case)
    visitor = office.visitor("sita")
    for headers in ({}, {"X-CSRF-Token": "guessed"}):
        answer = visitor.ask("POST", f"/api/v1/cases/{case.id}/take", headers={"If-Match": '"0"', **headers})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert office.case(case.id) == case
    assert visitor.act(f"/api/v1/cases/{case.id}/take", '"0"').status_code == 200
