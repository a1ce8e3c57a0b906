"""The API is what it says of itself: every operation has examples and its answers written down, and whatever is sent to
it, by Schemathesis, is answered as written and never by a fault of ours.

The requests are the same each time: drawn from no seed but the operation (Hypothesis, derandomized).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from desk.app import APIS, DeskSettings
from desk.case_acts import CASE_ACTS
from desk.tokens import Scope, add_token
from schemas.case import Status
from tests.desk.office import Office, Visitor
from tests.desk.test_api_office import Letters, Standing
from tests.desk.test_case_acts import VALID, with_everything
from tests.desk.test_routes import add_reports
from tests.desk.test_watch import tell
from tests.queues.factories import NOW, make_case

ENDLESS = {"GET /api/v1/events", "GET /api/v1/events/claims"}
"""Answered for as long as somebody listens: tests/desk/test_events.py."""
ASK_NOTHING = {f"GET /api/v1/{name}" for name in ("me", "overview", "queues", "reports", "views", "sources")}
"""Nothing can be wrong with what is sent to them."""
OPERATIONS = sorted(
    f"{method} {route.path}"
    for router in APIS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
)
CASE = make_case("1", status=Status.IN_PROGRESS, assignee="chief")
FIELDS = {
    "id": CASE.id,
    "code": "water",
    "name": "mohan",
    "day": "2026-03-01",
    "month": "2026-02",
    "claim": "x:1",
}
"""What is there, for the parts of an address."""
_ADMINISTRATION = tuple(f"/api/v1/{name}" for name in ("accounts", "dead-letters", "sources", "audit", "tokens"))
_CHECKS = (
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
_DRAWS = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 5}


@dataclass
class Api:
    """An office that is asked by programs, and what it says of its API."""

    office: Office
    visitor: Visitor
    described: Mapping[str, Any]
    operations: Mapping[str, APIOperation[Any, Any, Any, Any]]
    tokens: Mapping[str, str]

    def ask(self, label: str, case: schemathesis.Case[Any]) -> httpx.Response:
        """Sends it as who may do it, so that refusals do not hide what lies behind them."""
        user = "admin" if case.path.startswith(_ADMINISTRATION) else "chief"
        sent = case.as_transport_kwargs(base_url="http://desk.example")
        headers = {name: value.encode() for name, value in sent.pop("headers").items()}
        headers["Authorization"] = f"Bearer {self.tokens[user]}".encode()
        if "data" in sent and not isinstance(sent["data"], dict):
            sent["content"] = sent.pop("data")
        return self.visitor.ask(sent.pop("method"), sent.pop("url"), headers=headers, **_plain(sent))

    def reset(self) -> None:
        found = self.office.store.cases([CASE.id])[CASE.id]
        self.office.store.write_cases([(CASE, found.version)])


def _plain(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: sent[name] for name in ("params", "json", "content", "data") if sent.get(name) is not None}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    path = tmp_path_factory.mktemp("api") / "cases.db"
    office = Office(path, settings=DeskSettings(api_a_minute=0), dead_letters=Letters(["a", "b"]), intake=Standing())
    office.use(with_everything(office.directory))
    office.file(CASE, make_case("target"), make_case("2", status=Status.REVIEW), make_case("3", queue="grievances"))
    add_reports(office.state)
    tell(office)
    described = office.app.openapi()
    schema = schemathesis.openapi.from_dict(described)
    operations = {}
    for each in schema.get_all_operations():
        assert isinstance(each, Ok), each
        operations[each.ok().label] = each.ok()
    tokens = {
        user: add_token(office.state, user, "test", list(Scope), now=NOW, lifetime=timedelta(days=1))
        for user in ("admin", "chief")
    }
    yield Api(office, office.visitor(), described, operations, tokens)
    office.close()


def test_every_operation_of_the_routers_is_described(api: Api) -> None:
    assert sorted(api.operations) == OPERATIONS


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_written_down_with_an_example(api: Api, label: str) -> None:
    method, path = label.split()
    operation = api.described["paths"][path][method.lower()]
    assert operation.get("summary")
    answers = operation["responses"]
    assert {"400", "401", "403", "422", "429", "500", "503"} <= set(answers)
    assert "404" in answers or "{" not in path
    for status, answer in answers.items():
        for type, content in answer.get("content", {}).items():
            if type == "application/json":
                _check_shape(api, content["schema"], is_error=int(status) >= 400)
    for asked in (*operation.get("parameters", ()), *_body_fields(api, operation)):
        assert _has_example(asked), f"{label}: {asked}"


def _check_shape(api: Api, schema: Mapping[str, Any], *, is_error: bool) -> None:
    """One shape for every error; what is no error has an example that its own schema takes."""
    name = schema["$ref"].rsplit("/", 1)[1]
    assert (name == "ProblemBody") == is_error
    if not is_error:
        (example,) = api.described["components"]["schemas"][name]["examples"]
        _validator(api, schema).validate(example)


def _validator(api: Api, schema: Mapping[str, Any]) -> Any:
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - comes with Schemathesis

    return Draft202012Validator({**schema, "components": api.described["components"]})


def _body_fields(api: Api, operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The fields that a body must have."""
    if "requestBody" in operation:
        yield from _fields(api, operation["requestBody"]["content"]["application/json"]["schema"])


def _fields(api: Api, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        schema = api.described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for name in schema.get("required", ()):
        field = schema["properties"][name]
        inner = field.get("items", field)
        if "$ref" in inner and "enum" not in json.dumps(_target(api, inner)):
            yield from _fields(api, inner)
        else:
            yield {"name": name, **field}


def _target(api: Api, schema: Mapping[str, Any]) -> Any:
    return api.described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]


def _has_example(asked: Mapping[str, Any]) -> bool:
    """What is bounded to a few values, or has one that is taken when nothing is given, needs none."""
    schema = asked.get("schema", asked)
    known = any(key in schema for key in ("default", "enum", "$ref")) or schema.get("type") == "boolean"
    optional = asked.get("required") is False
    return "examples" in schema or "examples" in asked or "example" in asked or known or optional


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        *((label, GenerationMode.POSITIVE) for label in OPERATIONS if label not in ENDLESS),
        *((label, GenerationMode.NEGATIVE) for label in OPERATIONS if label not in ENDLESS | ASK_NOTHING),
    ],
)
def test_whatever_is_sent_is_answered_as_it_is_written(api: Api, label: str, mode: GenerationMode) -> None:
    """Half of the addresses name what is there, and half of the acts come with what they ask for."""
    checks = [*_CHECKS, *([negative_data_rejection] if mode is GenerationMode.NEGATIVE else [])]

    @settings(max_examples=_DRAWS[mode], derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(api.operations[label].as_strategy(generation_mode=mode), st.booleans(), st.booleans())
    def sent(case: schemathesis.Case[Any], there: bool, sensible: bool) -> None:
        api.reset()
        if there and mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: FIELDS[name] for name in case.path_parameters or {}}
            given = _sensible(case.path)
            if sensible and given is not None:
                case.body, case.headers["If-Match"] = given, "*"
        answer = api.ask(label, case)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=checks)

    sent()


def _sensible(path: str) -> dict[str, Any] | None:
    slug = path.rsplit("/", 1)[1]
    if path.startswith("/api/v1/bulk/") and slug in VALID:
        return {"cases": [{"id": CASE.id, "revision": CASE.revision}], "given": VALID[slug]}
    return {**VALID[slug]} if path.startswith("/api/v1/cases/") and slug in CASE_ACTS and slug in VALID else None


def test_what_is_written_down_would_be_missed(api: Api) -> None:
    """The checks can fail: an answer that nobody has described is found."""
    label = "GET /api/v1/me"
    case = api.operations[label].Case()
    answer = api.ask(label, case)
    case.validate_response(answer, checks=[*_CHECKS])
    for changed in (
        httpx.Response(418, json={}, request=answer.request),
        httpx.Response(200, json={"name": 7}, request=answer.request),
        httpx.Response(200, text="<p>", headers={"content-type": "text/html"}, request=answer.request),
    ):
        changed.elapsed = answer.elapsed
        with pytest.raises(FailureGroup):
            case.validate_response(changed, checks=[*_CHECKS])
