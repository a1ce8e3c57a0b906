"""The office through the API: acts on many cases, saved views, figures, accounts, dead letters, reports."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from desk.accounts import Role, find_account, set_sealed
from desk.dead_letters import DeadLetter
from desk.intake import SourceState, StepState
from desk.second_factor import new_sealed, set_second
from desk.tokens import Scope, add_token
from queues.sheets import make_due
from schemas.case import Status
from schemas.labels import Sensitivity
from tests.desk.office import PASSWORD, SEALER, Office
from tests.desk.test_case_acts import in_work
from tests.desk.test_pages import text_of
from tests.desk.test_watch import tell
from tests.queues.factories import NOW, make_case


class Program:
    """A program with a token of somebody's."""

    def __init__(self, office: Office, user: str):
        self._visitor = office.visitor()
        token = add_token(office.state, user, "test", list(Scope), now=office.clock(), lifetime=timedelta(days=1))
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, given: object = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._visitor.ask(method, f"/api/v1{path}", headers=self._headers | sent, json=given)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Standing:
    """Sources and steps as they could stand."""

    def sources(self) -> Sequence[SourceState]:
        return [SourceState("x", True, NOW, 7, 93, 1, 0, 2, "it answered <503>")]

    def steps(self) -> Sequence[StepState]:
        return [StepState("sunwai-filing", "triaged", 3, True), StepState("sunwai-watch", "observed", 1200, False)]


class Letters:
    """Dead letters without a log behind them: the desk is tested here, the log in tests/sunwai."""

    def __init__(self, ids: Sequence[str]):
        self.ids = [*ids]

    def count(self) -> int:
        return len(self.ids)

    def open(self, after: str, limit: int) -> Sequence[DeadLetter]:
        found = [id for id in sorted(self.ids) if id > after][:limit]
        return [DeadLetter(id, "2026-03-02", "demo", id, "id: is missing", 7) for id in found]

    def replay(self, ids: Sequence[str]) -> tuple[int, int]:
        there = [id for id in ids if id in self.ids]
        self.ids = [id for id in self.ids if id not in ids]
        return len(there), len(ids) - len(there)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def picked(office: Office, *ids: str) -> list[dict[str, Any]]:
    return [{"id": id, "revision": office.case(id).revision} for id in ids]


def test_many_cases_are_given_to_a_colleague_once_and_taken_back(office: Office) -> None:
    cases = [make_case(str(n)) for n in range(3)]
    elsewhere = make_case("9", queue="police-control")
    office.file(*cases, elsewhere)
    boss = Program(office, "boss")
    ids = [case.id for case in cases]
    given = {"cases": [*picked(office, *ids), {"id": elsewhere.id, "revision": 0}], "given": {"to": "sita"}}
    first = boss.ask("POST", "/bulk/assign", given, Idempotency_Key="k1")
    again = boss.ask("POST", "/bulk/assign", given, Idempotency_Key="k1")
    assert first.status_code == 200
    assert first.json() == again.json()
    done = first.json()
    assert (done["done"], done["failed"]) == (
        ids,
        [{"id": elsewhere.id, "message": "There is nothing here that you may see."}],
    )
    assert [office.case(id).revision for id in ids] == [1, 1, 1]
    assert code(boss.ask("POST", "/bulk/assign", {**given, "given": {"to": "mohan"}}, Idempotency_Key="k1")) == (
        422,
        "idempotency_mismatch",
    )
    stale = boss.ask("POST", "/bulk/assign", given).json()
    assert (stale["done"], len(stale["failed"])) == ([], 4)
    assert code(Program(office, "chief").ask("GET", f"/bulk/{done['id']}")) == (404, "not_found")
    undone = boss.ask("POST", f"/bulk/{done['id']}/undo").json()
    assert undone["taken_back"] == ids
    assert boss.get(f"/bulk/{done['id']}") == undone
    assert code(boss.ask("POST", f"/bulk/{done['id']}/undo")) == (409, "condition")
    assert [office.case(id).assignee for id in ids] == [None, None, None]


def test_only_a_supervisor_acts_on_many_and_not_on_too_many(office: Office) -> None:
    office.file(make_case("1"))
    case = picked(office, make_case("1").id)
    one = {"cases": case, "given": {"why": "Done."}}
    for name in ("sita", "watcher", "admin", "reader"):
        assert code(Program(office, name).ask("POST", "/bulk/close", one)) == (403, "forbidden")
    many = {"cases": case * 101, "given": {"why": "Done."}}
    assert code(Program(office, "boss").ask("POST", "/bulk/close", many)) == (422, "invalid")


def test_views_are_kept_shared_and_removed(office: Office) -> None:
    boss, sita = Program(office, "boss"), Program(office, "sita")
    shared = {"name": "Late", "q": "is:late", "shared": True}
    made = boss.ask("POST", "/views", shared, Idempotency_Key="v")
    assert made.status_code == 201
    assert boss.ask("POST", "/views", shared, Idempotency_Key="v").json() == made.json()
    assert sita.get("/views") == {"views": [made.json()]}
    assert code(sita.ask("POST", "/views", shared)) == (403, "forbidden")
    assert code(sita.ask("POST", "/views", {"name": "x", "q": "type:odd"})) == (422, "bad_query")
    assert code(sita.ask("DELETE", f"/views/{made.json()['id']}")) == (404, "not_found")
    assert boss.ask("DELETE", f"/views/{made.json()['id']}").status_code == 204
    assert sita.get("/views") == {"views": []}


def test_each_figure_finds_as_many_cases_as_it_says(office: Office) -> None:
    office.file(
        make_case("1", received_at=NOW - timedelta(minutes=5)),
        make_case("2", received_at=NOW - timedelta(days=9), assignee="sita", due_at=NOW - timedelta(hours=1)),
        make_case("3", queue="police-control"),
    )
    sita = Program(office, "sita")
    found = sita.get("/overview")
    row = found["queues"][0]
    figures = [found["received"], found["unassigned"], *found["types"], *row["ages"], row["total"], row["late"]]
    assert [each["number"] for each in figures] == [1, 1, 1, 1, 0, 1, 0, 2, 1]
    for each in figures:
        answer = sita.ask("GET", f"/search/counts?{httpx.QueryParams(q=each['q'])}")
        assert answer.json()["total"] == each["number"], each
    assert [each["name"] for each in found["officers"]] == ["sita"]


def test_an_administrator_makes_changes_and_ends_accounts(office: Office) -> None:
    admin = Program(office, "admin")
    made = admin.ask("POST", "/accounts", {"name": "leela", "role": "officer", "queues": ["water"]})
    assert made.status_code == 201
    password = made.json()["password"]
    assert office.visitor().sign_in("leela", password).status_code == 303
    assert code(admin.ask("POST", "/accounts", {"name": "leela", "role": "officer", "queues": []})) == (
        409,
        "no_account",
    )
    shown = admin.ask("GET", "/accounts/leela")
    assert (shown.json()["queues"], shown.headers["etag"]) == (["water"], f'"{shown.json()["revision"]}"')
    assert password not in shown.text
    change = {"role": "auditor", "queues": None}
    assert code(admin.ask("PUT", "/accounts/leela", change)) == (428, "precondition_required")
    changed = admin.ask("PUT", "/accounts/leela", change, If_Match=shown.headers["etag"])
    assert (changed.status_code, changed.json()["role"]) == (200, "auditor")
    stale = admin.ask("PUT", "/accounts/leela", change, If_Match=shown.headers["etag"])
    assert (code(stale), stale.headers["etag"]) == ((412, "stale"), changed.headers["etag"])
    unknown = {"role": "officer", "queues": ["nowhere"]}
    assert code(admin.ask("PUT", "/accounts/leela", unknown, If_Match="*")) == (422, "no_account")
    fresh = admin.ask("POST", "/accounts/leela/password").json()["password"]
    assert office.visitor().sign_in("leela", password).status_code == 401
    assert office.visitor().sign_in("leela", fresh).status_code == 303
    assert admin.ask("POST", "/accounts/leela/disable").json()["active"] is False
    assert office.visitor().sign_in("leela", fresh).status_code == 401
    assert code(admin.ask("POST", "/accounts/admin/disable")) == (409, "no_account")
    for method, path in (("GET", ""), ("POST", "/password"), ("POST", "/disable"), ("DELETE", "/second-factor")):
        assert code(admin.ask(method, f"/accounts/nobody{path}")) == (404, "not_found")


def test_a_lost_second_factor_is_removed(office: Office) -> None:
    set_second(office.state, "sita", new_sealed(SEALER, "sita"), 0)
    admin = Program(office, "admin")
    assert admin.get("/accounts/sita")["second_factor"] is True
    assert office.visitor().sign_in("sita", PASSWORD).status_code == 401
    assert admin.ask("DELETE", "/accounts/sita/second-factor").status_code == 204
    found = find_account(office.state, "sita")
    assert (found is not None and found.second, admin.get("/accounts/sita")["second_factor"]) == (None, False)


def test_accounts_come_in_pages_that_leave_nobody_out(office: Office) -> None:
    admin = Program(office, "admin")
    names, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"/accounts?limit=4{cursor and f'&cursor={cursor}'}")
        names += [each["name"] for each in page["accounts"]]
        cursor = page["cursor"]
    assert names == sorted(["sita", "mohan", "farah", "boss", "chief", "watcher", "admin", "reader", "inspector"])


def test_dead_letters_are_listed_in_pages_and_replayed(office: Office) -> None:
    letters = Letters(["a", "b", "c"])
    office.dead_letters = letters
    office.use(office.directory)
    admin = Program(office, "admin")
    first = admin.get("/dead-letters?limit=2")
    assert (first["count"], [each["id"] for each in first["letters"]], first["cursor"]) == (3, ["a", "b"], "b")
    assert admin.get("/dead-letters?cursor=b")["cursor"] is None
    assert admin.ask("POST", "/dead-letters/replay", {"ids": ["a", "z"]}).json() == {"replayed": 1, "gone": 1}
    assert admin.get("/dead-letters")["count"] == 2
    assert code(Program(office, "boss").ask("GET", "/dead-letters")) == (403, "forbidden")


def test_reports_are_for_those_who_may_see_the_whole_office(office: Office) -> None:
    office.file(in_work())
    office.clock.pass_by(days=1, hours=20)
    make_due(office.store, office.state, office.directory, office.clock(), hour=6)
    chief = Program(office, "chief")
    days = chief.get("/reports")["days"]
    assert date.fromisoformat(days[0]) >= NOW.date()
    assert chief.get(f"/reports/morning/{days[0]}")["day"] == days[0]
    assert code(chief.ask("GET", "/reports/morning/2020-01-01")) == (404, "not_found")
    for name in ("boss", "sita", "inspector"):
        assert code(Program(office, name).ask("GET", "/reports")) == (403, "forbidden")


def test_what_waits_for_judgement_is_listed_to_those_who_judge(office: Office) -> None:
    waiting = make_case("1", status=Status.REVIEW).model_copy(update={"docket": None})
    office.file(waiting, make_case("2"))
    assert [each["id"] for each in Program(office, "sita").get("/review")["cases"]] == [waiting.id]
    assert Program(office, "farah").get("/review")["cases"] == []
    assert code(Program(office, "reader").ask("GET", "/review")) == (403, "forbidden")


def test_a_search_is_handed_over_as_a_file_of_what_one_may_see(office: Office) -> None:
    office.file(make_case("1"), make_case("2", queue="police-control"))
    found = Program(office, "sita").ask("GET", "/search/export?q=is:any")
    assert found.headers["content-type"] == "application/x-ndjson"
    assert [make_case("1").id in line for line in found.text.splitlines()] == [True]


def test_who_did_what_is_found_in_the_cases_that_one_may_see(office: Office) -> None:
    own, other = make_case("1"), make_case("2", queue="police-control")
    office.file(own, other)
    office.visitor("sita").send(f"/cases/{own.id}/take")
    office.visitor("farah").send(f"/cases/{other.id}/take")
    office.clock.pass_by(minutes=5)
    office.visitor("boss").send(f"/cases/{own.id}/note", text="Called him.")
    reader, inspector = Program(office, "reader"), Program(office, "inspector")

    def found(program: Program, query: str) -> list[tuple[str, str]]:
        return [(line["by"], line["act"]) for line in program.get(f"/audit{query}")["lines"]]

    assert sorted(found(reader, "")) == [("boss", "noted"), ("farah", "taken"), ("sita", "taken")]
    assert sorted(found(inspector, "")) == [("boss", "noted"), ("sita", "taken")]
    assert found(reader, "?by=farah") == [("farah", "taken")]
    assert found(inspector, "?by=farah") == []
    assert found(reader, f"?case={own.id}&act=noted") == [("boss", "noted")]
    later = httpx.QueryParams(since=(NOW + timedelta(minutes=1)).isoformat())
    assert found(reader, f"?{later}") == [("boss", "noted")]
    assert code(inspector.ask("GET", f"/audit?case={other.id}")) == (404, "not_found")
    for cursor in ("x", "-1.", "0.x"):
        assert code(reader.ask("GET", f"/audit?cursor={cursor}")) == (422, "bad_cursor")
    one_by_one, cursor = [], ""
    while cursor is not None:
        page = reader.get(f"/audit?limit=1{cursor and f'&cursor={cursor}'}")
        one_by_one += [line["by"] for line in page["lines"]]
        cursor = page["cursor"]
    assert sorted(one_by_one) == ["boss", "farah", "sita"]
    shown = text_of(office.visitor("reader").get("/audit?by=boss").text)
    assert "boss Note" in shown
    assert "Called him." in shown


def test_who_opened_a_sealed_case_is_shown_to_those_who_see_the_whole_office(office: Office) -> None:
    sealed = make_case("1").model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    office.file(sealed)
    assert office.visitor("boss").get(f"/cases/{sealed.id}").status_code == 200
    reader = Program(office, "reader")
    assert [(each["by"], each["case"]) for each in reader.get("/audit/readings")["readings"]] == [("boss", sealed.id)]
    assert reader.get("/audit")["lines"] == []
    assert code(Program(office, "inspector").ask("GET", "/audit/readings")) == (403, "forbidden")
    assert sealed.id in office.visitor("reader").get("/audit").text
    assert sealed.id not in office.visitor("inspector").get("/audit").text


def test_an_administrator_sees_how_sources_and_steps_stand(office: Office) -> None:
    office.intake = Standing()
    office.use(office.directory)
    found = Program(office, "admin").get("/sources")
    assert [(each["id"], each["connected"], each["gaps"]) for each in found["sources"]] == [("x", True, 1)]
    assert [(each["name"], each["behind"], each["running"]) for each in found["steps"]] == [
        ("sunwai-filing", 3, True),
        ("sunwai-watch", 1200, False),
    ]
    page = office.visitor("admin").get("/sources").text
    assert "it answered &lt;503&gt;" in page
    assert "sunwai-watch observed 1,200 no" in text_of(page)
    assert code(Program(office, "boss").ask("GET", "/sources")) == (403, "forbidden")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WATCH])
def test_accounts_are_shown_to_nobody_else(office: Office, role: Role) -> None:
    name = {Role.OFFICER: "sita", Role.WATCH: "watcher"}[role]
    for method, path, given in (
        ("GET", "/accounts", None),
        ("GET", "/accounts/sita", None),
        ("POST", "/accounts", {"name": "new", "role": "administrator", "queues": None}),
        ("PUT", f"/accounts/{name}", {"role": "administrator", "queues": None}),
    ):
        assert code(Program(office, name).ask(method, path, given, If_Match="*")) == (403, "forbidden")


def test_an_administrator_makes_a_token_for_a_program_once_shown_and_ends_it(office: Office) -> None:
    admin = Program(office, "admin")
    wanted = {"user": "sita", "label": "The  dashboard", "scopes": ["read"], "days": 7}
    made = admin.ask("POST", "/tokens", wanted).json()
    program = {"Authorization": f"Bearer {made['token']}"}
    assert office.visitor().get("/api/v1/me", headers=program).json()["name"] == "sita"
    listed = admin.ask("GET", "/tokens?user=sita")
    assert made["token"] not in listed.text
    (token,) = listed.json()["tokens"]
    assert (token["id"], token["label"], token["scopes"], token["by"]) == (
        made["id"],
        "The dashboard",
        ["read"],
        "admin",
    )
    assert "made for you by admin" in office.visitor("sita").get("/tokens").text
    assert admin.ask("DELETE", f"/tokens/{made['id']}").status_code == 204
    assert office.visitor().get("/api/v1/me", headers=program).status_code == 401
    assert code(admin.ask("DELETE", f"/tokens/{made['id']}")) == (404, "not_found")


def test_who_opens_sealed_cases_is_given_no_token_by_an_administrator(office: Office) -> None:
    set_sealed(office.state, "sita", opens=True)
    wanted = {"user": "sita", "label": "The dashboard", "scopes": ["read"]}
    assert code(Program(office, "admin").ask("POST", "/tokens", wanted)) == (409, "own_only")


def test_tokens_are_listed_page_by_page_and_made_for_accounts_that_work(office: Office) -> None:
    admin = Program(office, "admin")
    wanted = {"user": "mohan", "label": "x", "scopes": ["read"]}
    for _ in range(20):
        assert admin.ask("POST", "/tokens", wanted).status_code == 201
    assert code(admin.ask("POST", "/tokens", wanted)) == (409, "too_many")
    assert code(admin.ask("POST", "/tokens", {**wanted, "user": "nobody"})) == (422, "invalid")
    assert code(admin.ask("POST", "/tokens", {**wanted, "user": "sita", "label": " "})) == (422, "invalid")
    found, cursor = set(), ""
    for _ in range(3):
        page = admin.get(f"/tokens?user=mohan&limit=8{cursor}")
        found |= {token["id"] for token in page["tokens"]}
        cursor = f"&cursor={page['cursor']}"
    assert (len(found), page["cursor"]) == (20, None)


def test_claims_are_listed_page_by_page_and_judged_once(office: Office) -> None:
    for number in range(3):
        tell(office, id=f"x:{number}:0", claim=f"x:{number}", at=NOW + timedelta(minutes=number))
    watcher = Program(office, "watcher")
    first = watcher.get("/claims?limit=2")
    rest = watcher.ask("GET", f"/claims?limit=2&cursor={quote(first['cursor'])}").json()
    assert [claim["id"] for claim in (*first["claims"], *rest["claims"])] == ["x:2", "x:1", "x:0"]
    assert (rest["cursor"], first["claims"][0]["wording"]) == (None, "unverified, spiking")
    judged = {"verb": "false", "note": "The engineer says it holds.", "source": "https://dam.example"}
    for _ in range(2):
        answer = watcher.ask("POST", "/claims/x:1", judged, Idempotency_Key="j")
        assert answer.status_code == 200
    (act,) = watcher.get("/claims/x:1")["acts"]
    assert (act["verb"], act["by"], act["note"]) == ("false", "watcher", "The engineer says it holds.")
    assert watcher.get("/claims")["claims"][1]["last"] == act
    assert code(watcher.ask("POST", "/claims/x:2", {"verb": "rebut", "note": "No."})) == (409, "not_judged")
    assert code(watcher.ask("POST", "/claims/x:2", {"verb": "hold"})) == (422, "invalid")
    assert code(watcher.ask("GET", "/claims/x:9")) == (404, "not_found")
    assert code(Program(office, "sita").ask("GET", "/claims")) == (403, "forbidden")
    assert code(Program(office, "reader").ask("POST", "/claims/x:2", judged)) == (403, "forbidden")
