"""Signing in, and everything that ends a session."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from desk.accounts import AccountError, Role, add_user, disable_user, find_account, list_users, set_password
from desk.app import DeskSettings
from desk.lockout import LOCKOUT, address_id
from desk.sessions import MOST_SESSIONS
from queues.state import StateRecord
from tests.desk.office import CHEAP, PASSWORD, PEOPLE, Office, Visitor


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/").status_code == 200


def sessions(office: Office) -> list[StateRecord]:
    return [*office.state.scan("session")]


def test_a_page_leads_to_the_sign_in_and_back(office: Office) -> None:
    visitor = office.visitor()
    sent_away = visitor.get("/queues/water")
    assert (sent_away.status_code, sent_away.headers["location"]) == (303, "/sign-in?next=/queues/water")
    searched = visitor.get("/search?q=paani&cursor=x").headers["location"]
    assert searched == "/sign-in?next=/search%3Fq%3Dpaani%26cursor%3Dx"
    answer = visitor.sign_in("sita", next="/queues/water")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queues/water")
    assert "sita" in visitor.get("/queues/water").text


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"],
)
def test_signing_in_never_leads_to_another_site(office: Office, elsewhere: str) -> None:
    assert office.visitor().sign_in("sita", next=elsewhere).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(office: Office) -> None:
    disable_user(office.state, "boss")
    wrong, unknown, disabled = (
        office.visitor().sign_in(name, password)
        for name, password in (("sita", "not the password"), ("sixa", PASSWORD), ("boss", PASSWORD))
    )
    assert wrong.status_code == unknown.status_code == disabled.status_code == 401

    def words(text: str, name: str) -> str:
        """The page without what must differ: the secret of its forms and the name that was typed."""
        return re.sub(r'name="csrf" value="[^"]+"', "", text).replace(name, "")

    assert words(wrong.text, "sita") == words(unknown.text, "sixa") == words(disabled.text, "boss")


def test_an_unknown_name_costs_the_same_hashing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    matches = office.desk.gate._matches

    def counting(password_hash: str, password: str) -> bool:
        hashed.append(password_hash)
        return matches(password_hash, password)

    monkeypatch.setattr(office.desk.gate, "_matches", counting)
    office.visitor().sign_in("nobody-at-all")
    assert len(hashed) == 1


@pytest.mark.parametrize("name", ["sita", "nobody"])
def test_five_failures_lock_for_five_minutes_and_the_wait_grows(office: Office, name: str) -> None:
    visitor = office.visitor()
    for _ in range(5):
        assert visitor.sign_in(name, "wrong wrong wrong").status_code == 401
    locked = visitor.sign_in(name)
    assert locked.status_code == 429
    assert 240 <= int(locked.headers["retry-after"]) <= 301
    office.clock.pass_by(minutes=5)
    for _ in range(5):
        assert visitor.sign_in(name, "wrong wrong wrong").status_code == 401
    office.clock.pass_by(minutes=6)
    assert visitor.sign_in(name).status_code == 429
    office.clock.pass_by(minutes=5)
    assert visitor.sign_in(name).status_code == (303 if name == "sita" else 401)


def test_the_right_password_forgets_the_failures(office: Office) -> None:
    for _ in range(3):
        visitor = office.visitor()
        for _ in range(4):
            visitor.sign_in("sita", "wrong wrong wrong")
        assert visitor.sign_in("sita").status_code == 303


def test_guesses_at_the_same_time_pass_the_limit_no_more_than_guesses_in_turn(office: Office) -> None:
    answers: list[int] = []

    def guess() -> None:
        visitor = Visitor(office.app)
        answers.append(visitor.sign_in("sita", "wrong wrong wrong").status_code)
        visitor.close()

    guessers = [threading.Thread(target=guess) for _ in range(12)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    assert sorted(answers) == [401] * 5 + [429] * 7


def test_one_address_that_tries_many_names_is_stopped_and_others_are_not(office: Office) -> None:
    visitor = office.visitor(address="198.51.100.7")
    answers = [visitor.sign_in(f"guess{number}", "wrong wrong wrong").status_code for number in range(52)]
    assert answers[49:] == [401, 429, 429]
    assert visitor.sign_in("sita").status_code == 429
    assert office.visitor(address="198.51.100.8").sign_in("sita").status_code == 303


def test_an_ipv6_subscriber_is_one_address_and_records_stay_bounded(office: Office) -> None:
    assert address_id("2001:db8::1") == address_id("2001:db8::ffff:2") != address_id("2001:db8:0:1::1")
    assert len({address_id(f"host {number}") for number in range(70_000)}) <= 65_536
    visitor = office.visitor()
    visitor.sign_in("sita", "wrong wrong wrong")
    assert all("sixa" not in record.id for record in office.state.scan(LOCKOUT))


def test_a_session_ends_when_nothing_is_done_and_after_its_lifetime(office: Office) -> None:
    idle, busy = office.visitor("sita"), office.visitor("sita")
    for _ in range(11):
        office.clock.pass_by(hours=1)
        assert is_in(busy)
    assert not is_in(idle)
    office.clock.pass_by(hours=1)
    assert not is_in(busy)
    assert sessions(office) == []


def test_signing_out_ends_the_session_for_good(office: Office) -> None:
    visitor = office.visitor("sita")
    token = visitor.http.cookies["sunwai"]
    assert visitor.send("/sign-out").headers["location"] == "/sign-in"
    assert not is_in(visitor)
    visitor.http.cookies.set("sunwai", token)
    assert not is_in(visitor)


def test_a_new_password_ends_every_session(office: Office) -> None:
    first, second, other = office.visitor("sita"), office.visitor("sita"), office.visitor("mohan")
    set_password(office.state, "sita", "another password", hasher=CHEAP)
    assert [is_in(visitor) for visitor in (first, second, other)] == [False, False, True]
    assert first.sign_in("sita").status_code == 401
    assert first.sign_in("sita", "another password").status_code == 303


def test_a_session_that_began_while_the_password_changed_is_none(office: Office) -> None:
    before = find_account(office.state, "sita")
    assert before is not None
    set_password(office.state, "sita", "another password", hasher=CHEAP)
    late = office.desk.sessions.begin(before)
    assert office.desk.sessions.find(late) is None


def test_disabling_an_account_ends_its_sessions(office: Office) -> None:
    visitor = office.visitor("sita")
    disable_user(office.state, "sita")
    assert not is_in(visitor)
    assert visitor.sign_in("sita").status_code == 401


def test_only_hashes_are_kept(office: Office) -> None:
    visitor = office.visitor("sita")
    token = visitor.http.cookies["sunwai"]
    kept = [office.state.scan(kind) for kind in ("session", "user")]
    assert token not in str(kept)
    assert PASSWORD not in str(kept)
    assert "argon2id" in str(kept)


def test_sessions_of_one_account_stay_bounded(office: Office) -> None:
    first = office.visitor("sita")
    for _ in range(MOST_SESSIONS):
        office.clock.pass_by(seconds=1)
        office.visitor("sita")
    assert len(sessions(office)) == MOST_SESSIONS
    assert not is_in(first)


def test_cookies_are_kept_from_scripts_and_other_sites(office: Office) -> None:
    cookies = office.visitor().sign_in("sita").headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("sunwai="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(session.split("; "))
    assert "Secure" not in session


def test_behind_tls_cookies_go_only_over_it(tmp_path: Path) -> None:
    office = Office(tmp_path / "cases.db", DeskSettings(secure_cookies=True, session_lifetime=timedelta(hours=1)))
    answer = office.visitor(base="https://desk.example").sign_in("sita")
    session = next(cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith("__Host-sunwai="))
    assert {"Secure", "HttpOnly", "Max-Age=3600"} <= set(session.split("; "))
    assert "max-age" in answer.headers["strict-transport-security"]
    office.close()


@pytest.mark.parametrize(
    ("field", "name", "password", "queues"),
    [
        ("name", "Sita Devi", PASSWORD, ["water"]),
        ("name", "sita", PASSWORD, ["water"]),
        ("password", "gita", "short", ["water"]),
        ("password", "gita", "x" * 300, ["water"]),
        ("queues", "gita", PASSWORD, ["water", "nowhere"]),
    ],
)
def test_an_account_that_cannot_be_says_which_part(
    office: Office, field: str, name: str, password: str, queues: list[str]
) -> None:
    with pytest.raises(AccountError, match=f"^{field}: "):
        add_user(office.state, name, password, Role.OFFICER, queues, known_queues=office.directory.queues, hasher=CHEAP)


def test_accounts_are_listed_without_their_secrets(office: Office) -> None:
    disable_user(office.state, "boss")
    users = {user.name: user for user in list_users(office.state)}
    assert set(users) == set(PEOPLE)
    assert not users["boss"].active
    assert "argon2" not in str(users)


def test_an_account_that_is_not_there_cannot_be_changed(office: Office) -> None:
    with pytest.raises(AccountError, match="no user nobody"):
        set_password(office.state, "nobody", PASSWORD, hasher=CHEAP)
    with pytest.raises(AccountError, match="no user nobody"):
        disable_user(office.state, "nobody")
