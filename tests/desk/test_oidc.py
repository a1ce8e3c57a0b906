"""Signing in by the office's own provider: a real one on loopback, and everything that must not pass for it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from structlog.testing import capture_logs

from desk.accounts import Role, add_user, disable_user
from desk.oidc import OidcProvider, OidcSettings
from desk.sign_ins import sign_ins
from tests.desk.office import CHEAP, PASSWORD, Office, Visitor
from tests.oidc_provider import CLIENT, SECRET, Provider, running_provider
from tests.queues.factories import NOW


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider(NOW.timestamp()) as found:
        yield found


@pytest.fixture
def desk(office: Office, provider: Provider) -> Office:
    office.oidc = OidcProvider(OidcSettings(provider.issuer, CLIENT, SECRET, name="Sundarpur login"), office.clock)
    office.use(office.directory)
    return office


def there_and_back(visitor: Visitor, provider: Provider, next: str = "/") -> httpx.Response:
    sent = visitor.get("/sign-in/oidc", params={"next": next})
    assert sent.status_code == 303, sent.text
    return visitor.get(provider.approve(sent.headers["location"]))


def signed_in_as(visitor: Visitor) -> str | None:
    answer = visitor.get("/api/v1/me")
    return answer.json()["name"] if answer.status_code == 200 else None


def test_somebody_signs_in_by_the_provider_and_goes_where_they_wanted(desk: Office, provider: Provider) -> None:
    visitor = desk.visitor()
    assert "Sign in with Sundarpur login" in visitor.get("/sign-in").text
    answer = there_and_back(visitor, provider, "/queues/water")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queues/water")
    assert signed_in_as(visitor) == "sita"
    assert [(name, how) for _, name, how in sign_ins(desk.state, NOW)] == [("sita", "oidc")]
    out = visitor.send("/sign-out")
    assert out.headers["location"] == "/sign-in?out=true"
    assert f'href="{provider.issuer}/out?client_id=desk&amp;post_logout' in visitor.get(out.headers["location"]).text
    assert signed_in_as(visitor) is None


def test_a_name_that_only_looks_like_one_in_small_letters_is_nobodys(desk: Office, provider: Provider) -> None:
    add_user(desk.state, "kiran", PASSWORD, Role.OFFICER, ["water"], known_queues=["water"], hasher=CHEAP)
    for person, status in (("\u212airan", 401), ("KIRAN", 303)):
        provider.person = person
        assert there_and_back(desk.visitor(), provider).status_code == status


def test_a_link_leads_nowhere_else(desk: Office, provider: Provider) -> None:
    assert there_and_back(desk.visitor(), provider, "https://elsewhere.example/").headers["location"] == "/"


def test_only_accounts_that_there_are_are_signed_in(desk: Office, provider: Provider) -> None:
    for person in ("nobody", "SITA; admin", ""):
        provider.person = person
        visitor = desk.visitor()
        assert there_and_back(visitor, provider).status_code == 401, person
        assert signed_in_as(visitor) is None
    disable_user(desk.state, "farah")
    provider.person = "farah"
    answer = there_and_back(desk.visitor(), provider)
    assert answer.status_code == 401
    assert "There is no account for you at this desk" in answer.text
    assert desk.state.get("user", "nobody") is None
    provider.person = "Sita"
    assert there_and_back(desk.visitor(), provider).status_code == 303, "names are small letters here"


WRONG: dict[str, Callable[[Provider], object]] = {
    "another nonce": lambda p: p.claims.update(nonce="another"),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "for another": lambda p: p.claims.update(aud="another"),
    "for several, not made for us": lambda p: p.claims.update(aud=["another", CLIENT], azp="another"),
    "for nobody": lambda p: p.claims.update(aud=None),
    "another issuer": lambda p: p.claims.update(iss="https://elsewhere.example"),
    "expired": lambda p: p.claims.update(exp=NOW.timestamp() - 61),
    "without an end": lambda p: p.claims.update(exp=None),
    "from the future": lambda p: p.claims.update(iat=NOW.timestamp() + 3600),
    "no subject": lambda p: p.claims.update(sub=None),
    "no claim": lambda p: p.claims.update(preferred_username=None),
    "a claim that is no text": lambda p: p.claims.update(preferred_username=["sita"]),
    "alg none": lambda p: setattr(p, "algorithm", "none"),
    "signed with the public key": lambda p: setattr(p, "algorithm", "HS256"),
    "another's key": lambda p: setattr(p, "published", RSAKey.generate_key(2048, auto_kid=True)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is_not_good_signs_nobody_in(desk: Office, provider: Provider, wrong: str) -> None:
    WRONG[wrong](provider)
    visitor = desk.visitor()
    with capture_logs() as logs:
        answer = there_and_back(visitor, provider)
    assert answer.status_code == 401
    assert "cannot be trusted" in answer.text
    assert signed_in_as(visitor) is None
    assert [*sign_ins(desk.state, NOW)] == []
    told = json.dumps(logs, default=str)
    assert '"reason": "token"' in told and "eyJ" not in told, "what went wrong, and nothing of the token"


def test_several_audiences_are_good_when_it_was_made_for_us(desk: Office, provider: Provider) -> None:
    provider.claims.update(aud=["another", CLIENT], azp=CLIENT)
    assert there_and_back(desk.visitor(), provider).status_code == 303


def test_what_comes_back_must_be_what_was_sent_from_this_browser_in_time(desk: Office, provider: Provider) -> None:
    visitor, other = desk.visitor(), desk.visitor()
    back = provider.approve(visitor.get("/sign-in/oidc").headers["location"])
    stolen = other.get(back)
    assert (stolen.status_code, "another browser" in stolen.text) == (401, True)
    assert visitor.get(back.replace("state=", "state=x")).status_code == 401
    back = provider.approve(visitor.get("/sign-in/oidc").headers["location"])
    desk.clock.pass_by(minutes=11)
    assert visitor.get(back).status_code == 401
    back = provider.approve(visitor.get("/sign-in/oidc").headers["location"])
    provider.now = desk.clock.now.timestamp()
    assert visitor.get(back).status_code == 303
    assert visitor.get(back).status_code == 401, "and once"


def test_a_code_is_worth_nothing_without_the_verifier(desk: Office, provider: Provider) -> None:
    visitor = desk.visitor()
    back = provider.approve(visitor.get("/sign-in/oidc").headers["location"])
    code = back.partition("code=")[2].partition("&")[0]
    provider.codes[code]["code_challenge"] = "another"
    answer = visitor.get(back)
    assert (answer.status_code, "was not completed" in answer.text) == (401, True)


def test_a_refusal_at_the_provider_is_said_plainly(desk: Office, provider: Provider) -> None:
    visitor = desk.visitor()
    state = visitor.get("/sign-in/oidc").headers["location"].partition("state=")[2].partition("&")[0]
    answer = visitor.get("/sign-in/oidc/callback", params={"error": "access_denied", "state": state})
    assert (answer.status_code, "was not completed" in answer.text) == (401, True)


def test_a_provider_that_is_down_or_another_is_said_and_passwords_go_on(desk: Office, provider: Provider) -> None:
    provider.calls_itself = "https://elsewhere.example"
    answer = desk.visitor().get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "cannot be reached just now" in answer.text
    settings = OidcSettings("http://127.0.0.1:1", CLIENT, SECRET)
    desk.oidc = OidcProvider(settings, desk.clock)
    desk.use(desk.directory)
    assert desk.visitor().get("/sign-in/oidc").status_code == 503
    assert signed_in_as(desk.visitor("sita")) == "sita"


def test_keys_that_the_provider_has_changed_are_asked_for_once_more(desk: Office, provider: Provider) -> None:
    assert there_and_back(desk.visitor(), provider).status_code == 303
    provider.signing = RSAKey.generate_key(2048, auto_kid=True)
    assert there_and_back(desk.visitor(), provider).status_code == 401, "not at once: nobody makes us ask all the time"
    desk.clock.pass_by(seconds=61)
    provider.now = desk.clock.now.timestamp()
    assert there_and_back(desk.visitor(), provider).status_code == 303
    assert provider.asked.count("/keys") == 2


def test_without_a_provider_there_is_no_such_way(office: Office) -> None:
    assert "oidc" not in office.visitor().get("/sign-in").text
    assert office.visitor().get("/sign-in/oidc").status_code == 404
    assert office.visitor().get("/sign-in/oidc/callback").status_code == 404


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://login.example", "login.example", ""])
def test_an_issuer_that_anybody_could_play_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        OidcSettings(issuer, CLIENT, SECRET)


def test_a_password_is_noted_too(office: Office) -> None:
    office.visitor("sita")
    found: list[Any] = [*sign_ins(office.state, NOW)]
    assert found == [(NOW.isoformat(), "sita", "password")]
