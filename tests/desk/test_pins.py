"""Officers who share a handset change over by PIN: on that handset, for a while, and nobody above an officer."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from desk.accounts import Role, change_user, disable_user, set_password
from desk.pins import Entered, WrongPin
from desk.sign_ins import sign_ins
from tests.desk.office import CHEAP, PASSWORD, Office, Visitor
from tests.desk.test_pages import text_of
from tests.queues.factories import NOW

PIN, OTHER = "4071", "83026"
COOKIE = "sunwai_handset"


def shared(office: Office) -> Visitor:
    """A handset on which sita and mohan have each signed in and set a PIN; mohan is signed in."""
    handset = office.visitor("sita")
    assert set_pin(handset, PIN).status_code == 303
    handset.send("/sign-out")
    handset.sign_in("mohan")
    assert set_pin(handset, OTHER).status_code == 303
    return handset


def set_pin(visitor: Visitor, pin: str, again: str | None = None) -> httpx.Response:
    return visitor.send("/pin", pin=pin, again=pin if again is None else again)


def change_over(visitor: Visitor, name: str, pin: str) -> httpx.Response:
    return visitor.send("/switch", seen_on="/switch", name=name, pin=pin)


def who(visitor: Visitor) -> str | None:
    answer = visitor.get("/api/v1/me")
    return answer.json()["name"] if answer.status_code == 200 else None


def test_two_officers_change_over_and_the_session_before_ends(office: Office) -> None:
    handset = shared(office)
    mohans = handset.http.cookies["sunwai"]
    assert "Change over" in handset.get("/").text
    page = text_of(handset.get("/switch").text)
    assert "mohan" in page and "sita" in page
    assert change_over(handset, "sita", PIN).status_code == 303
    assert who(handset) == "sita"
    assert office.desk.sessions.find(mohans) is None
    handset.send("/sign-out")
    assert "Change over with a PIN" in handset.get("/sign-in").text
    assert change_over(handset, "mohan", OTHER).status_code == 303
    assert who(handset) == "mohan"
    noted = [(name, how) for _, name, how in sign_ins(office.state, NOW)]
    assert sorted(noted) == [
        *(("mohan", how) for how in ("password", "pin", "pin_set")),
        *(("sita", how) for how in ("password", "pin", "pin_set")),
    ]


def test_a_pin_is_worth_nothing_on_another_device(office: Office) -> None:
    shared(office)
    other = office.visitor("farah")
    assert set_pin(other, "5938").status_code == 303
    for visitor in (other, office.visitor()):
        answer = change_over(visitor, "sita", PIN)
        assert answer.status_code == 401
        assert who(visitor) in {"farah", None}
    guessed = office.visitor()
    guessed.http.cookies.set(COOKIE, "x" * 43)
    assert change_over(guessed, "sita", PIN).status_code == 401


def test_five_wrong_tries_end_it_and_say_how_many_are_left(office: Office) -> None:
    handset = shared(office)
    for left in (4, 3, 2, 1):
        answer = change_over(handset, "sita", "9999")
        assert (answer.status_code, f"{left} tr" in answer.text) == (401, True)
    assert "counts no more" in change_over(handset, "sita", "9999").text
    assert "counts no more" in change_over(handset, "sita", PIN).text
    assert who(handset) == "mohan", "who was signed in goes on"
    assert change_over(handset, "mohan", OTHER).status_code == 303, "and so does another's PIN"
    assert ("sita", "pin_removed") in {(name, how) for _, name, how in sign_ins(office.state, NOW)}


def test_a_right_one_begins_the_count_anew(office: Office) -> None:
    handset = shared(office)
    for _ in range(3):
        for _ in range(4):
            assert change_over(handset, "sita", "9999").status_code == 401
        assert change_over(handset, "sita", PIN).status_code == 303


def test_tries_at_the_same_time_do_not_pass_the_limit(office: Office) -> None:
    handset = shared(office)
    device = handset.http.cookies[COOKIE]
    with ThreadPoolExecutor(8) as pool:
        tried = [*pool.map(lambda n: office.desk.pins.enter(device, "sita", f"90{n:02}"), range(40))]
    assert all(isinstance(each, WrongPin) for each in tried)
    assert sum(isinstance(each, WrongPin) and each.left > 0 for each in tried) <= 4
    assert office.desk.pins.enter(device, "sita", PIN) == WrongPin(0)


def test_it_ends_after_its_hours_and_the_session_with_it(office: Office) -> None:
    handset = shared(office)
    office.clock.pass_by(hours=11, minutes=59)
    assert change_over(handset, "sita", PIN).status_code == 303
    assert who(handset) == "sita"
    office.clock.pass_by(minutes=1)
    assert who(handset) is None, "though the session itself is a minute old"
    assert change_over(handset, "mohan", OTHER).status_code == 401
    assert "Nobody has a PIN on this handset" in handset.get("/switch").text


@pytest.mark.parametrize("how", ["password", "role", "queues", "disabled"])
def test_what_ends_sessions_ends_the_pin(office: Office, how: str) -> None:
    handset = shared(office)
    known = office.directory.queues
    match how:
        case "password":
            set_password(office.state, "sita", PASSWORD, hasher=CHEAP)
        case "role":
            change_user(office.state, "sita", Role.SUPERVISOR, ["water"], known_queues=known)
        case "queues":
            change_user(office.state, "sita", Role.OFFICER, ["grievances"], known_queues=known)
        case _:
            disable_user(office.state, "sita")
    assert change_over(handset, "sita", PIN).status_code == 401
    assert "sita" not in text_of(handset.get("/switch").text).partition("Who are you?")[2]


@pytest.mark.parametrize("name", ["boss", "chief", "watcher", "admin", "reader"])
def test_nobody_but_an_officer_has_one(office: Office, name: str) -> None:
    visitor = office.visitor(name)
    assert visitor.get("/pin").status_code == 403
    assert set_pin(visitor, PIN).status_code == 403
    assert office.state.count("pin") == 0


def test_a_pin_is_set_after_a_full_sign_in_only(office: Office) -> None:
    handset = shared(office)
    change_over(handset, "sita", PIN)
    answer = set_pin(handset, "5938")
    assert answer.status_code == 403
    assert "sign in with your password first" in answer.text


@pytest.mark.parametrize(
    ("pin", "again", "said"),
    [
        ("407", "407", "4 to 8 digits"),
        ("407140714", "407140714", "4 to 8 digits"),
        ("40a1", "40a1", "4 to 8 digits"),
        ("४०७१", "४०७१", "4 to 8 digits"),
        ("0000", "0000", "too easily guessed"),
        ("1234", "1234", "too easily guessed"),
        ("9876", "9876", "too easily guessed"),
        ("4071", "4072", "not the same"),
    ],
)
def test_a_pin_that_is_none_is_refused(office: Office, pin: str, again: str, said: str) -> None:
    answer = set_pin(office.visitor("sita"), pin, again)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert office.state.count("pin") == 0


def test_ones_own_pin_is_removed(office: Office) -> None:
    handset = shared(office)
    handset.send("/pin/end")
    assert "mohan" not in text_of(handset.get("/switch").text).partition("Who are you?")[2]
    assert change_over(handset, "mohan", OTHER).status_code == 401


def test_a_form_from_elsewhere_changes_nobody(office: Office) -> None:
    handset = shared(office)
    answer = handset.ask("POST", "/switch", data={"name": "sita", "pin": PIN, "csrf": "guessed"})
    assert (answer.status_code, who(handset)) == (403, "mohan")


def test_neither_pin_nor_device_is_kept(office: Office) -> None:
    handset = shared(office)
    device = handset.http.cookies[COOKIE]
    kept = [f"{record.id} {record.value}" for record in office.state.scan("pin")]
    assert len(kept) == 2
    assert all(device not in each and PIN not in each.replace(each[:64], "") for each in kept)
    entered = office.desk.pins.enter(device, "sita", PIN)
    assert isinstance(entered, Entered) and entered.account.name == "sita"


def test_a_pin_leaves_nothing_behind_that_outlasts_it(office: Office) -> None:
    handset = shared(office)
    assert change_over(handset, "sita", PIN).status_code == 303
    for path, typed in (
        ("/tokens", {"label": "mine", "scope": "write", "days": "366"}),
        ("/second-factor", {"sealed": "x", "code": "123456"}),
        ("/second-factor/end", {"code": "123456"}),
    ):
        assert handset.send(path, **typed).status_code == 403, path
    assert office.state.count("token") == 0
    assert office.visitor("sita").send("/tokens", label="mine", scope="read", days="9").status_code == 200
