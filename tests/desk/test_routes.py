"""Every route of the desk, tried by every role and by a stranger, each with a line below: a route without one fails.

What is tried is a case of another queue, another's view and token, and the administration; who is not named in a line
must be refused, or led to the sign-in, and must have changed nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from desk.accounts import Role, User, add_user
from desk.act_forms import Why
from desk.app import APIS, PAGES, DeskSettings, _office
from desk.bulk import Picked, do_many
from desk.case_acts import CASE_ACTS
from desk.saved_views import save_view
from desk.tokens import Scope, add_token, list_tokens
from queues.reporting import Grouping
from queues.state import StateStore
from schemas.report import Disposal, OfficeRow, Sheet
from tests.desk.office import CHEAP, PASSWORD, PEOPLE, Office, Visitor, no_uploads
from tests.desk.test_api_office import Letters, Standing
from tests.desk.test_case_acts import VALID, with_everything
from tests.desk.test_watch import tell
from tests.queues.factories import NOW, make_case

OTHER = make_case("other", "chori ho gayi thane ke samne", queue="police-control", assignee="farah")
"""A case that nobody of the water queue may see."""
FIELDS = {
    "id": OTHER.id,
    "code": "police-control",
    "name": "leela",
    "day": "2026-03-01",
    "month": "2026-02",
    "claim": "x:1",
    "token": "made-up",
    "figure": "received",
    "photograph": "made-up",
    "asked": "made-up",
}
ANYBODY = frozenset(PEOPLE)
WHOLE = frozenset({"chief", "admin", "reader"})
"""Who see every queue."""
SEES_OTHER = WHOLE | {"farah"}
WORKS_OTHER = frozenset({"farah", "chief"})
LEADS = frozenset({"boss", "chief"})
WORKERS = frozenset({"sita", "mohan", "farah", "boss", "chief"})
WATCHERS = frozenset({"boss", "chief", "watcher", "admin", "reader", "inspector"})
WATCH_ACTORS = frozenset({"boss", "chief", "watcher"})
ADMIN = frozenset({"admin"})
OFFICERS = frozenset(name for name, (role, _) in PEOPLE.items() if role is Role.OFFICER)
BRINGERS = LEADS | ADMIN
"""Of tables of posts."""
AUDITS = frozenset({"admin", "reader", "inspector"})
NOBODY: frozenset[str] = frozenset()
"""What is asked for is somebody else's, or is not there: each sees only their own."""


@dataclass(frozen=True)
class Line:
    """``may``: who are not refused. ``public``: strangers too. ``given``: the form, or the body of an API call."""

    may: frozenset[str]
    public: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""


_QUERY = "?q=chori%20is:any"
_ADDED = {"name": "new", "role": "officer", "queues": [], "queue": []}
_ONE = {"id": OTHER.id, "revision": 0}
PAGE_LINES: Mapping[str, Line] = {
    "GET /sign-in": Line(ANYBODY, public=True),
    "POST /sign-in": Line(ANYBODY),
    "POST /sign-out": Line(ANYBODY),
    "POST /language": Line(ANYBODY, public=True, given={"to": "hi"}),
    "GET /health": Line(ANYBODY, public=True),
    "GET /metrics": Line(ADMIN),
    "GET /": Line(ANYBODY),
    "GET /queues/{code}": Line(SEES_OTHER),
    "POST /queues/{code}/next": Line(WORKS_OTHER),
    "GET /search": Line(ANYBODY, query=_QUERY),
    "GET /search/export": Line(ANYBODY, query=_QUERY),
    "POST /views": Line(ANYBODY, given={"name": "x", "q": "chori"}),
    "POST /views/{id}/remove": Line(frozenset({"farah"})),
    "POST /bulk": Line(LEADS, given={"do": "close", "close-why": "x", "case": f"{OTHER.id}@0"}),
    "GET /bulk/{id}": Line(frozenset({"chief"})),
    "POST /bulk/{id}/undo": Line(frozenset({"chief"})),
    "GET /review": Line(WORKERS),
    "POST /review/{id}": Line(WORKERS, given={"do": "confirm", "type": "roads", "urgency": "normal", "revision": 0}),
    "GET /overview": Line(ANYBODY),
    "GET /cases/{id}": Line(SEES_OTHER),
    "GET /cases/{id}/similar": Line(SEES_OTHER),
    "GET /cases/{id}/public": Line(SEES_OTHER),
    "GET /d/{token}": Line(NOBODY),
    "GET /watch": Line(WATCHERS),
    "POST /watch/tips": Line(WATCH_ACTORS, given={"text": "a forward"}),
    "GET /watch/{claim}": Line(WATCHERS),
    "POST /watch/{claim}": Line(WATCH_ACTORS, given={"verb": "acknowledge"}),
    "POST /watch/{claim}/evidence": Line(WATCH_ACTORS, given={"order": "7", "why": "x", "review": "2030-01-01"}),
    "POST /watch/{claim}/hold/lift": Line(WATCH_ACTORS, given={"why": "x"}),
    "GET /reports": Line(WHOLE),
    "GET /reports/morning/{day}": Line(WHOLE),
    "GET /reports/monthly/{month}": Line(WHOLE),
    "GET /reports/morning/{day}/{figure}": Line(WHOLE),
    "GET /reports/monthly/{month}/{figure}": Line(WHOLE, query="?by=queue&of=-"),
    "POST /cases/{id}/forward": Line(WORKS_OTHER, given={"to": "JE", "text": "look", "hours": "24", "revision": 0}),
    "POST /cases/{id}/private": Line(WORKS_OTHER, given={"purpose": "to call back", "hours": "24"}),
    "POST /cases/{id}/private/{asked}": Line(NOBODY),
    "POST /cases/{id}/private/{asked}/withdraw": Line(NOBODY),
    "POST /cases/{id}/reveal": Line(NOBODY, given={"post": "x:other"}),
    "GET /cases/{id}/media": Line(NOBODY, query="?post=x:other"),
    "GET /cases/{id}/photographs/{photograph}": Line(NOBODY),
    "GET /field/{token}": Line(NOBODY),
    "POST /field/{token}": Line(NOBODY),
    "GET /private/{token}": Line(NOBODY),
    "POST /private/{token}": Line(NOBODY),
    "GET /uploads": Line(BRINGERS),
    "GET /uploads/{id}": Line(NOBODY),
    "POST /uploads/{id}": Line(NOBODY, given={"do": "take"}),
    "GET /pin": Line(OFFICERS),
    "POST /pin": Line(OFFICERS, given={"pin": "1"}),
    "POST /pin/end": Line(ANYBODY),
    "GET /switch": Line(ANYBODY, public=True),
    "POST /switch": Line(NOBODY, given={"name": "farah", "pin": "1"}),
    "GET /sign-in/oidc": Line(NOBODY),
    "GET /sign-in/oidc/callback": Line(NOBODY),
    "GET /accounts": Line(ADMIN),
    "POST /accounts": Line(ADMIN, given=_ADDED),
    "POST /accounts/{name}": Line(ADMIN, given=_ADDED),
    "POST /accounts/{name}/disable": Line(ADMIN),
    "POST /accounts/{name}/password": Line(ADMIN),
    "POST /accounts/{name}/second-factor": Line(ADMIN),
    "GET /tokens": Line(ANYBODY),
    "POST /tokens": Line(ANYBODY, given={"label": "x", "scope": "read"}),
    "POST /tokens/{id}/end": Line(frozenset({"farah"})),
    "GET /second-factor": Line(ANYBODY),
    "POST /second-factor": Line(ANYBODY),
    "POST /second-factor/end": Line(NOBODY),
    "GET /sources": Line(ADMIN),
    "GET /audit": Line(AUDITS, query="?by=farah"),
    "GET /dead-letters": Line(ADMIN),
    "POST /dead-letters": Line(ADMIN, given={"letter": "a"}),
}
API_LINES: Mapping[str, Line] = {
    "GET /me": Line(ANYBODY),
    "GET /queues": Line(ANYBODY),
    "GET /queues/{code}/cases": Line(SEES_OTHER),
    "GET /search": Line(ANYBODY, query=_QUERY),
    "GET /search/counts": Line(ANYBODY, query=_QUERY),
    "GET /search/export": Line(ANYBODY, query=_QUERY),
    "GET /review": Line(WORKERS),
    "GET /cases/{id}": Line(SEES_OTHER),
    "GET /bulk/{id}": Line(frozenset({"chief"})),
    "POST /bulk/{id}/undo": Line(frozenset({"chief"})),
    **{f"POST /bulk/{act}": Line(LEADS, given={"cases": [_ONE], "given": VALID[act]}) for act in ("assign", "close")},
    **{f"POST /bulk/{act}": Line(LEADS, given={"cases": [_ONE], "given": VALID[act]}) for act in ("transfer", "merge")},
    "GET /views": Line(ANYBODY),
    "POST /views": Line(ANYBODY, given={"name": "x", "q": "chori"}),
    "DELETE /views/{id}": Line(frozenset({"farah"})),
    "GET /overview": Line(ANYBODY),
    "GET /reports": Line(WHOLE),
    "GET /reports/morning/{day}": Line(WHOLE),
    "GET /reports/monthly/{month}": Line(WHOLE),
    "GET /accounts": Line(ADMIN),
    "POST /accounts": Line(ADMIN, given=_ADDED),
    "GET /accounts/{name}": Line(ADMIN),
    "PUT /accounts/{name}": Line(ADMIN, given=_ADDED),
    "POST /accounts/{name}/disable": Line(ADMIN),
    "POST /accounts/{name}/password": Line(ADMIN),
    "DELETE /accounts/{name}/second-factor": Line(ADMIN),
    "GET /tokens": Line(ADMIN),
    "POST /tokens": Line(ADMIN, given={"user": "farah", "label": "x", "scopes": ["read"]}),
    "DELETE /tokens/{id}": Line(ADMIN),
    "GET /claims": Line(WATCHERS),
    "GET /claims/{claim}": Line(WATCHERS),
    "POST /claims/{claim}": Line(WATCH_ACTORS, given={"verb": "acknowledge"}),
    "GET /sources": Line(ADMIN),
    "GET /audit": Line(AUDITS, query="?by=farah"),
    "GET /audit/readings": Line(frozenset({"admin", "reader"})),
    "GET /dead-letters": Line(ADMIN),
    "POST /dead-letters/replay": Line(ADMIN, given={"ids": ["a"]}),
}
ACTS = {f"POST {prefix}/{slug}" for prefix in ("/cases/{id}", "/api/v1/cases/{id}") for slug in CASE_ACTS}
"""Each act by each person on each kind of case: tests/desk/test_authorise.py. Here: on another queue's case."""
ELSEWHERE = {"GET /api/v1/events", "GET /api/v1/events/claims", "POST /uploads"}
"""What has no end, or brings a file: tests/desk/test_events.py, tests/desk/test_uploads.py."""
LINES = {
    **PAGE_LINES,
    **{f"{label.partition(' ')[0]} /api/v1{label.partition(' ')[2]}": line for label, line in API_LINES.items()},
    **{label: Line(WORKS_OTHER, given=VALID.get(label.rsplit("/", 1)[1], {})) for label in ACTS},
}
LED = {"assign", "approve", "close", "arbitrate", "hold", "lift-hold"}
"""Acts of supervisors alone: an officer of that queue is refused too."""
SESSIONS = {"/sign-in", "/sign-out"}
"""What ends a session, or begins one: by somebody who comes for that."""
_SECRETS = (str(OTHER.docket), "thane ke samne")


def routes() -> Iterator[str]:
    for router in (*(page.router for page in PAGES), *APIS, _office):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from (f"{method} {route.path}" for method in route.methods or ())


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    assert set(routes()) == {*LINES} | ELSEWHERE


@dataclass
class Tried:
    """An office in which everybody tries everything; who visits is signed in once."""

    office: Office
    visitor: Callable[[str | None], Visitor]

    def ask(self, label: str, line: Line, name: str | None, things: Mapping[str, str]) -> httpx.Response:
        method, path = label.split()
        given = {**line.given}
        visitor = self.visitor(name)
        if path in SESSIONS:
            visitor = self.office.visitor(None if path == "/sign-in" else name)
            given |= {"name": str(name), "password": PASSWORD}
        address = path.format_map({**FIELDS, **things}) + line.query
        if method == "GET":
            return visitor.get(address)
        secret = visitor.secret("/sign-in" if name is None or path == "/sign-in" else "/")
        if path.startswith("/api/"):
            headers = {"X-CSRF-Token": secret, "If-Match": "*"}
            return visitor.ask(method, address, headers=headers, json=given or None)
        return visitor.ask(method, address, data={"csrf": secret, **given})

    @property
    def stands(self) -> object:
        """What nobody changes who may not."""
        state = self.office.state
        letters = self.office.dead_letters
        kept = {kind: state.count(kind) for kind in ("user", "view", "token", "claim")}
        account = state.get("user", FIELDS["name"])
        return self.office.case(OTHER.id), kept, account, letters and letters.count()

    def things(self, path: str) -> Mapping[str, str]:
        """A view of farah's, a token of hers, an act on many cases of chief's, where the address is about one."""
        state = self.office.state
        if "/views/" in path:
            farah = User(name="farah", role=Role.OFFICER, queues=("police-control",))
            return {"id": save_view(state, farah, "x", "chori", shared=False).id}
        if "/tokens/" in path:
            add_token(state, "farah", "x", [Scope.READ], now=NOW, lifetime=timedelta(days=1))
            return {"id": next(id for id, _ in list_tokens(state, "farah"))}
        if path.endswith(("/bulk/{id}", "/bulk/{id}/undo")):
            chief = User(name="chief", role=Role.SUPERVISOR, queues=None)
            return {"id": do_many(self.office.desk, chief, "close", [Picked("nothing", 0)], Why(why="x")).id}
        return {}

    def reset(self) -> None:
        found = self.office.store.cases([OTHER.id])[OTHER.id]
        self.office.store.write_cases([(OTHER, found.version)])
        self.office.dead_letters = Letters(["a"])


def add_reports(state: StateStore) -> None:
    """The sheet of a day and the report of a month, with nothing to count."""
    sheet = Sheet(day=date.fromisoformat(FIELDS["day"]), made_at=NOW, rows=(OfficeRow(department="jal"),))
    state.create("sheet", FIELDS["day"], sheet.model_dump(mode="json"))
    lines = {str(by): [Disposal(key="-").model_dump(mode="json")] for by in Grouping}
    state.create("month", FIELDS["month"], {"lines": lines})


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    path = tmp_path_factory.mktemp("routes") / "cases.db"
    office = Office(
        path,
        dead_letters=Letters(["a"]),
        intake=Standing(),
        upload_source=no_uploads(),
        settings=DeskSettings(api_a_minute=0, public_a_minute=0),
    )
    office.use(with_everything(office.directory))
    office.file(OTHER, make_case("target", queue="police-control"))
    add_user(office.state, FIELDS["name"], PASSWORD, Role.OFFICER, [], known_queues=[], hasher=CHEAP)
    tell(office)
    add_reports(office.state)
    yield Tried(office, cache(office.visitor))
    office.close()


def refused(answer: httpx.Response) -> bool:
    led_back = answer.headers.get("location", "").startswith("/sign-in") and "set-cookie" not in answer.headers
    return answer.status_code in {401, 403, 404} or led_back


@pytest.mark.parametrize("label", sorted(LINES))
def test_who_may_not_is_refused_and_changes_nothing(tried: Tried, label: str) -> None:
    line, path = LINES[label], label.split()[1]
    things = tried.things(path)
    for name in sorted([None, *PEOPLE], key=lambda each: each in line.may):
        may = line.public if name is None else name in line.may
        led = label in ACTS and path.rsplit("/", 1)[1] in LED and name is not None
        before = tried.stands
        answer = tried.ask(label, line, name, things)
        if led and PEOPLE[str(name)][0] is Role.OFFICER:
            may = False
        assert refused(answer) != may, (name, answer.status_code, answer.text[:300])
        if name not in SEES_OTHER:
            told = answer.text + str(answer.headers)
            assert not [secret for secret in _SECRETS if secret in told], (name, answer.text[:300])
        if not may:
            assert tried.stands == before, name
        if path.startswith("/api/") and answer.status_code >= 400:
            assert set(answer.json()["error"]) == {"code", "message", "field"}
    tried.reset()
