"""A second factor: set up with a real code, needed from then on, each code once."""

import re

import pyotp
import pytest

from desk.accounts import find_account
from desk.second_factor import code_step
from queues.seal import Sealer
from tests.desk.office import PASSWORD, Office, Visitor
from tests.queues.factories import NOW


def secret_on(page: str) -> str:
    found = re.search(r'<kbd class="secret">([A-Z2-7 ]+)</kbd>', page)
    assert found is not None
    return found[1].replace(" ", "")


def code_of(secret: str, office: Office) -> str:
    return pyotp.TOTP(secret).at(office.clock())


def set_up(office: Office, visitor: Visitor) -> str:
    page = visitor.get("/second-factor").text
    secret = secret_on(page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert sealed is not None
    code = code_of(secret, office)
    assert visitor.send("/second-factor", sealed=sealed[1], code=code).status_code == 303
    return secret


def test_from_then_on_a_sign_in_needs_a_code_and_each_counts_once(office: Office) -> None:
    secret = set_up(office, office.visitor("sita"))
    sita = office.visitor()
    assert sita.sign_in("sita").status_code == 401
    assert sita.sign_in("sita", code=code_of(secret, office)).status_code == 401
    office.clock.pass_by(seconds=31)
    code = code_of(secret, office)
    assert sita.sign_in("sita", "a wrong password", code=code).status_code == 401
    assert sita.sign_in("sita", code=f"{code[:3]} {code[3:]}").status_code == 303
    assert office.visitor().sign_in("sita", code=code).status_code == 401
    assert office.visitor("mohan").get("/").status_code == 200


def test_tries_to_end_it_are_bounded_too(office: Office) -> None:
    sita = office.visitor("sita")
    secret = set_up(office, sita)
    office.clock.pass_by(seconds=31)
    for _ in range(5):
        assert sita.send("/second-factor/end", code="000000").status_code == 422
    assert sita.send("/second-factor/end", code=code_of(secret, office)).status_code == 429
    office.clock.pass_by(minutes=6)
    assert sita.send("/second-factor/end", code=code_of(secret, office)).status_code == 303


def test_tries_of_codes_are_bounded_as_those_of_passwords(office: Office) -> None:
    set_up(office, office.visitor("sita"))
    stranger = office.visitor()
    answers = [stranger.sign_in("sita", code=f"{number:06d}").status_code for number in range(12)]
    assert answers[-1] == 429


def test_it_is_set_up_only_with_a_code_and_with_one_s_own_secret(office: Office) -> None:
    sita, mohan = office.visitor("sita"), office.visitor("mohan")
    page = mohan.get("/second-factor").text
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found is not None
    good = code_of(secret_on(page), office)
    assert sita.send("/second-factor", sealed=found[1], code=good).status_code == 409
    assert sita.send("/second-factor", sealed="odd", code=good).status_code == 409
    wrong = mohan.send("/second-factor", sealed=found[1], code="000000" if good != "000000" else "111111")
    assert (wrong.status_code, "The code is wrong" in wrong.text) == (422, True)
    assert secret_on(wrong.text) == secret_on(page)
    for name in ("sita", "mohan"):
        account = find_account(office.state, name)
        assert account is not None
        assert account.second is None


def test_it_is_ended_with_a_code_or_by_an_administrator(office: Office) -> None:
    sita, admin = office.visitor("sita"), office.visitor("admin")
    secret = set_up(office, sita)
    assert sita.send("/second-factor/end", code=code_of(secret, office)).status_code == 422
    office.clock.pass_by(seconds=31)
    assert sita.send("/second-factor/end", code=code_of(secret, office)).status_code == 303
    assert office.visitor().sign_in("sita").status_code == 303
    set_up(office, sita)
    assert "Remove the second factor" in admin.get("/accounts").text
    assert office.visitor("chief").send("/accounts/sita/second-factor").status_code == 403
    assert admin.send("/accounts/sita/second-factor").status_code == 303
    assert admin.send("/accounts/sita/second-factor").status_code == 409
    assert office.visitor().sign_in("sita").status_code == 303


def test_the_secret_is_kept_sealed(office: Office) -> None:
    secret = set_up(office, office.visitor("sita"))
    record = office.state.get("user", "sita")
    assert record is not None
    assert secret not in str(record.value)
    assert Sealer(bytes(range(32))).open(record.value["second"]) == f"sita {secret}"
    assert PASSWORD not in str(record.value)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "१२३४५६", "\ud800", "0" * 1000])
def test_no_text_is_a_code(code: str) -> None:
    assert code_step(pyotp.random_base32(), code, NOW, after=0) is None
