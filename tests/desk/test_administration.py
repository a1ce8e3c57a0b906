"""Accounts and tokens, made and ended on pages."""

import re

import pytest

from tests.desk.office import Office, Visitor
from tests.desk.test_pages import text_of

READERS = ("sita", "boss", "watcher", "reader")


def shown_once(page: str) -> str:
    found = re.search(r'<kbd class="secret">([^<]+)</kbd>', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("name", READERS)
def test_accounts_are_for_administrators(office: Office, name: str) -> None:
    visitor = office.visitor(name)
    assert visitor.get("/accounts").status_code == 403
    assert 'href="/accounts"' not in visitor.get("/").text
    for path in ("/accounts", "/accounts/sita", "/accounts/sita/disable", "/accounts/sita/password"):
        assert visitor.send(path, name="new", role="administrator", all_queues="true").status_code == 403
    assert office.visitor("sita").get("/").status_code == 200


def test_an_account_is_made_used_changed_and_ended(office: Office) -> None:
    admin = office.visitor("admin")
    made = admin.send("/accounts", name="Leela", role="officer", queue="water")
    password = shown_once(made.text)
    assert password not in admin.get("/accounts").text
    leela = office.visitor()
    assert leela.sign_in("leela", password).status_code == 303
    assert leela.get("/queues/water").status_code == 200
    assert admin.send("/accounts/leela", role="auditor", all_queues="true").status_code == 303
    assert leela.get("/").status_code == 303
    leela.sign_in("leela", password)
    assert leela.get("/queues/police-control").status_code == 200
    fresh = shown_once(admin.send("/accounts/leela/password").text)
    assert leela.sign_in("leela", password).status_code == 401
    assert leela.sign_in("leela", fresh).status_code == 303
    assert admin.send("/accounts/leela/disable").status_code == 303
    assert leela.get("/").status_code == 303
    assert "leela Auditor cannot sign in" in text_of(admin.get("/accounts").text)


def test_what_cannot_be_is_said_and_changes_nothing(office: Office) -> None:
    admin = office.visitor("admin")
    for fields, problem in (
        ({"name": "sita", "role": "officer"}, "there is a user sita already"),
        ({"name": "A b", "role": "officer"}, "must be 2 to 32"),
        ({"name": "new", "role": "officer", "queue": "nowhere"}, "no queue nowhere"),
    ):
        answer = admin.send("/accounts", **fields)
        assert (answer.status_code, problem in answer.text) == (422, True), fields
    for path, fields in (("/accounts/admin/disable", {}), ("/accounts/admin", {"role": "officer"})):
        answer = admin.send(path, **fields)
        assert (answer.status_code, "is the only administrator" in answer.text) == (409, True)
    assert admin.send("/accounts/nobody/disable").status_code == 409
    assert office.visitor("admin").get("/accounts").status_code == 200


def test_a_token_of_one_s_own_is_shown_once_used_and_ended(office: Office) -> None:
    sita = office.visitor("sita")
    token = shown_once(sita.send("/tokens", label="Our sheet", scope="read", days="7").text)
    page = sita.get("/tokens").text
    assert (token not in page, "Our sheet" in page) == (True, True)
    program = {"Authorization": f"Bearer {token}"}
    assert office.visitor().get("/api/v1/me", headers=program).json()["name"] == "sita"
    ending = re.search(r'action="(/tokens/\w+/end)"', page)
    assert ending is not None
    assert office.visitor("mohan").send(ending[1]).status_code == 404
    assert sita.send(ending[1]).status_code == 303
    assert office.visitor().get("/api/v1/me", headers=program).status_code == 401


def test_a_token_needs_a_purpose_a_scope_and_an_end(office: Office) -> None:
    sita: Visitor = office.visitor("sita")
    assert sita.send("/tokens", label=" ", scope="read").status_code == 422
    assert sita.send("/tokens", label="x").status_code == 422
    assert sita.send("/tokens", label="x", scope="all").status_code == 422
    assert sita.send("/tokens", label="x", scope="read", days="9999").status_code == 422
    for number in range(20):
        assert sita.send("/tokens", label=f"n{number}", scope="read").status_code == 200
    assert sita.send("/tokens", label="x", scope="read").status_code == 409
