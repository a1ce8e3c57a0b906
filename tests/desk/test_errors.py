"""Every error has one shape: for programs in JSON, for people as a page; none says more than it should."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import structlog
from fastapi import APIRouter

from desk.tokens import Scope, add_token
from queues.state import StoreDownError
from schemas.problem import ProblemBody
from tests.desk.office import Office, Visitor
from tests.queues.factories import make_case

SECRET = "98xxxxxx12 was written by somebody"


def break_store(office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    for method in ("case", "search", "counts", "cases"):
        monkeypatch.setattr(office.store, method, broken)


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    """(status, code, field) of an API error, its shape checked."""
    status, body = answer.status_code, answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "field"}
    error = ProblemBody.model_validate(body).error
    assert error.message
    return status, error.code, error.field


def test_api_errors_have_one_shape(office: Office) -> None:
    case = make_case(assignee="mohan")
    office.file(case)
    visitor, take = office.visitor("sita"), f"/api/v1/cases/{case.id}/take"
    assert problem(office.visitor().get("/api/v1/me")) == (401, "unauthenticated", None)
    assert problem(visitor.ask("POST", take)) == (403, "csrf", None)
    assert problem(visitor.get("/api/v1/cases/nope")) == (404, "not_found", None)
    assert problem(visitor.get("/api/v1/nowhere")) == (404, "not_found", None)
    assert problem(visitor.ask("DELETE", "/api/v1/me")) == (405, "method_not_allowed", None)
    assert problem(visitor.act(take, "*")) == (409, "taken", None)
    assert problem(visitor.ask("POST", take, content=b"x" * 70_000)) == (413, "too_large", None)
    assert problem(visitor.get("/api/v1/queues/water/cases?limit=0")) == (422, "invalid", "limit")
    assert problem(visitor.get("/api/v1/queues/water/cases?status=odd")) == (422, "invalid", "status.0")
    assert problem(visitor.get("/api/v1/queues/water/cases?cursor=odd")) == (422, "bad_cursor", "cursor")
    assert problem(visitor.get("/api/v1/search")) == (422, "invalid", "q")
    assert problem(visitor.get("/api/v1/search?q=type:odd")) == (422, "bad_query", "q")
    assert problem(visitor.act(take, None)) == (428, "precondition_required", "If-Match")


def test_people_get_the_same_as_a_page_in_their_language(office: Office) -> None:
    office.file(make_case())
    visitor = office.visitor("sita")
    visitor.send("/language", to="hi")
    for method, path, status in (
        ("GET", "/cases/nope", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/queues/water?cursor=odd", 422),
        ("GET", "/queues/water?status=odd", 422),
        ("PUT", "/", 405),
        ("POST", "/sign-out", 403),
    ):
        answer = visitor.ask(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert "पहले पृष्ठ पर" in answer.text
        assert "sita" in answer.text
    assert visitor.ask("POST", "/sign-out", data={"csrf": "x" * 70_000}).status_code == 413


def test_a_body_of_unannounced_length_is_bounded_too(office: Office) -> None:
    visitor = office.visitor("sita")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"csrf=" + b"x" * 10_000

    assert visitor.ask("POST", "/sign-out", content=endless()).status_code == 413
    assert visitor.ask("POST", "/sign-out", content=b"x", headers={"Content-Length": "-1"}).status_code == 413


def test_what_breaks_is_logged_by_an_id_and_says_nothing_else(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = office.visitor("sita")
    break_store(office, monkeypatch, RuntimeError(SECRET))
    with structlog.testing.capture_logs() as logs:
        api, page = visitor.get("/api/v1/search?q=paani"), visitor.get("/")
    assert problem(api)[:2] == (500, "internal")
    assert page.status_code == 500
    broke = [entry for entry in logs if entry["event"] == "request_broke"]
    for entry, answer in zip(broke, (api, page), strict=True):
        assert entry["id"] == answer.headers["x-request-id"]
        assert entry["id"] in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert SECRET not in json.dumps([logs, api.text, page.text])
    assert "RuntimeError" not in api.text + page.text
    assert any("test_errors.py" in line for line in broke[0]["where"])


def test_a_store_that_is_down_is_said_plainly(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = office.visitor("sita")
    assert visitor.get("/health").json() == {"status": "ok"}
    break_store(office, monkeypatch, StoreDownError(SECRET))
    for path in ("/api/v1/queues", "/health"):
        answer = visitor.get(path)
        assert problem(answer) == (503, "store_down", None)
        assert answer.headers["retry-after"] == "5"
        assert SECRET not in answer.text
    page = visitor.get("/")
    assert (page.status_code, "Nothing is lost" in page.text) == (503, True)
    monkeypatch.setattr(office.state, "get", office.store.cases)
    assert (visitor.get("/").status_code, visitor.get("/nowhere").status_code) == (503, 404)


def test_logs_hold_neither_what_was_typed_nor_who_it_was(office: Office) -> None:
    case = make_case()
    office.file(case)
    with structlog.testing.capture_logs() as logs:
        visitor = office.visitor("sita")
        visitor.get("/search?q=98xxxxxx12")
        visitor.send(f"/cases/{case.id}/take")
        visitor.get("/nowhere/98xxxxxx12")
    told = json.dumps(logs)
    assert not {word for word in ("sita", "98xxxxxx12", "192.0.2") if word in told}
    assert {"event": "case_act", "act": "take", "case": case.id, "queue": "water", "revision": 1}.items() <= next(
        entry for entry in logs if entry["event"] == "case_act"
    ).items()
    assert {entry["route"] for entry in logs if entry["event"] == "request"} >= {"/search", "/cases/{id}/take", "none"}


def test_metrics_are_for_this_machine_and_administrators(office: Office) -> None:
    office.visitor("sita").get("/queues/water")
    local = Visitor(office.app, address="127.0.0.1")
    shown = local.get("/metrics").text
    assert 'sunwai_desk_requests_total{method="GET",route="/queues/{code}",status="200"} 1.0' in shown
    assert 'sunwai_desk_sign_ins_total{outcome="ok"} 1.0' in shown
    assert local.get("/metrics", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 401
    local.close()
    far = office.visitor()
    assert far.get("/metrics").status_code == 401
    for user, status in (("sita", 403), ("admin", 200)):
        made = add_token(
            office.state, user, "scraper", [Scope.READ], now=office.clock(), lifetime=office.settings.session_lifetime
        )
        assert far.get("/metrics", headers={"Authorization": f"Bearer {made}"}).status_code == status


def test_further_endpoints_answer_in_json_and_bound_their_bodies_themselves(tmp_path: Path) -> None:
    router = APIRouter(prefix="/ingest")

    @router.post("/{source}")
    def take_in(source: str, body: dict[str, str]) -> dict[str, int]:
        return {source: len(body["text"])}

    office = Office(tmp_path / "cases.db", routers=(router,))
    visitor = office.visitor()
    assert visitor.ask("POST", "/ingest/town", json={"text": "x" * 200_000}).json() == {"town": 200_000}
    assert problem(visitor.ask("POST", "/ingest/town", json=[]))[:2] == (422, "invalid")
    assert problem(visitor.get("/ingest/town")) == (405, "method_not_allowed", None)
    office.close()
