"""How often one caller may ask: a minute's worth at once, then a wait that is said; nobody else waits for that."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.app import DeskSettings
from desk.pacing import Pace, TooOften
from desk.tokens import Scope, add_token
from tests.desk.office import Office

SLOW = DeskSettings(sign_ins_a_minute=3, api_a_minute=4, public_a_minute=6)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path / "cases.db", settings=SLOW)
    yield found
    found.close()


def bearer(office: Office, user: str) -> dict[str, str]:
    made = add_token(office.state, user, "test", [Scope.READ], now=office.clock(), lifetime=timedelta(days=1))
    return {"Authorization": f"Bearer {made}"}


def test_a_minute_s_worth_at_once_then_one_by_one() -> None:
    now = [1000.0]
    pace = Pace(6, lambda: now[0])
    for _ in range(6):
        pace.spend("a")
    with pytest.raises(TooOften) as refused:
        pace.spend("a")
    assert refused.value.headers == {"Retry-After": "10"}
    pace.spend("b")
    now[0] += 10
    pace.spend("a")
    with pytest.raises(TooOften):
        pace.spend("a")
    now[0] += 3600
    for _ in range(6):
        pace.spend("a")


def test_what_is_refused_is_not_counted_so_that_waiting_is_enough() -> None:
    now = [0.0]
    pace = Pace(1, lambda: now[0])
    pace.spend("a")
    for _ in range(100):
        with pytest.raises(TooOften):
            pace.spend("a")
    now[0] += 60
    pace.spend("a")


def test_nought_is_no_limit_and_no_flood_of_callers_takes_memory() -> None:
    free = Pace(0, lambda: 0.0)
    for _ in range(10_000):
        free.spend("a")
    pace = Pace(1000, lambda: 0.0)
    before = sys.getsizeof(pace._whole_at)
    for number in range(20_000):
        pace.spend(f"198.51.{number >> 8}.{number & 255}")
    assert sys.getsizeof(pace._whole_at) == before < 600_000


def test_a_program_that_asks_too_often_is_told_when_to_come_back(slow: Office) -> None:
    sita, mohan, visitor = bearer(slow, "sita"), bearer(slow, "mohan"), slow.visitor()
    second_token = bearer(slow, "sita")
    for _ in range(4):
        assert visitor.get("/api/v1/me", headers=sita).status_code == 200
    refused = visitor.get("/api/v1/me", headers=second_token)
    message = "Too many requests. Try again in 15 seconds."
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "15")
    assert refused.json() == {"error": {"code": "too_often", "message": message, "field": None}}
    assert visitor.get("/api/v1/me", headers=mohan).status_code == 200
    slow.clock.pass_by(seconds=15)
    assert visitor.get("/api/v1/me", headers=sita).status_code == 200


def test_sign_ins_of_one_network_are_slowed_before_a_password_is_tried(slow: Office) -> None:
    home = [slow.visitor(address=f"2001:db8::{number}") for number in (1, 2)]
    secrets = [visitor.secret("/sign-in") for visitor in home]

    def sign_in(number: int) -> int:
        fields = {"name": "sita", "password": "guessed", "csrf": secrets[number]}
        answer = home[number].ask("POST", "/sign-in", data=fields)
        assert ("retry-after" in answer.headers) == (answer.status_code == 429)
        return answer.status_code

    assert [sign_in(0), sign_in(1), sign_in(0), sign_in(1)] == [401, 401, 401, 429]
    elsewhere = slow.visitor(address="2001:db8:0:1::1")
    assert elsewhere.sign_in("sita").status_code == 303


def test_strangers_are_slowed_and_who_is_signed_in_beside_them_is_not(slow: Office) -> None:
    officer = slow.visitor("sita")
    stranger = slow.visitor()
    while (answer := stranger.get("/")).status_code == 303:
        pass
    assert (answer.status_code, "Too many requests." in answer.text) == (429, True)
    assert int(answer.headers["retry-after"]) == 10
    stranger.http.cookies.set("sunwai", "made-up")
    for path in ("/", "/sign-in", "/nowhere", "/cases/1", "/health"):
        assert stranger.get(path).status_code == 429, path
    for headers in ({}, {"Authorization": "Bearer guessed"}):
        refused = stranger.get("/api/v1/me", headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_often")
    assert officer.get("/").status_code == 200
    assert slow.visitor(address="127.0.0.1").get("/health").status_code == 200
    slow.clock.pass_by(seconds=10)
    assert stranger.get("/").status_code == 303
