"""Every role on every route: nobody reads or changes another queue's case, by whatever way."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

import pytest
from fastapi.routing import APIRoute

from desk.accounts import Role, User
from desk.api import api
from desk.api_acts import acts_api
from desk.app import PAGES, _office
from desk.authorise import Forbidden, Right, authorise, visibility
from desk.case_acts import CASE_ACTS
from queues.store import Visibility
from schemas.case import Case
from tests.desk.office import PEOPLE, Office, Visitor
from tests.desk.test_case_acts import VALID
from tests.queues.factories import make_case

OWN = make_case("own", "nal me paani nahi", queue="water")
WATCHED = make_case("watched", "sadak par paani", queue="grievances", watching=["water"])
OTHER = make_case("other", "chori ho gayi thane ke samne", queue="police-control")

LEADS = {"assign", "approve", "close", "arbitrate", "hold", "lift-hold"}
SOME = ("take", "note", "answer", "transfer", "dismiss", "merge", "undo")
"""What those try who act on nothing: one check stands before every act."""
READS_ALL = {"chief", "admin", "reader"}
ACTS_IN_WATER = {"sita", "mohan", "boss", "chief"}


@pytest.fixture
def filed(office: Office) -> Office:
    office.file(OWN, WATCHED, OTHER)
    return office


@pytest.fixture(scope="module")
def read_by(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Visitor]]:
    """Who reads, each signed in once, in an office that nobody changes."""
    office = Office(tmp_path_factory.mktemp("desk") / "cases.db")
    office.file(OWN, WATCHED, OTHER)
    yield cache(office.visitor)
    office.close()


def sees(name: str, case: Case) -> bool:
    queues = PEOPLE[name][1]
    return name in READS_ALL or queues is None or bool({case.queue, *case.watching} & set(queues))


def acts_on(name: str, case: Case) -> bool:
    role, queues = PEOPLE[name]
    return role in {Role.OFFICER, Role.SUPERVISOR} and (queues is None or case.queue in queues)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", Right)
@pytest.mark.parametrize("queues", [("water",), (), None])
def test_the_table(role: Role, act: Right, queues: tuple[str, ...] | None) -> None:
    user = User(name="somebody", role=role, queues=queues)
    in_queue = queues is None or "water" in queues or role is Role.ADMINISTRATOR
    allowed = in_queue and (act is Right.SEE or role in {Role.OFFICER, Role.SUPERVISOR})
    if allowed:
        authorise(user, "water", act)
    else:
        with pytest.raises(Forbidden):
            authorise(user, "water", act)


def test_what_each_role_reads() -> None:
    def of(role: Role, queues: tuple[str, ...] | None) -> Visibility:
        return visibility(User(name="somebody", role=role, queues=queues))

    for role in set(Role) - {Role.ADMINISTRATOR}:
        sealed = role is Role.SUPERVISOR
        assert of(role, ("water",)) == Visibility(frozenset({"water"}), sealed=sealed)
        assert of(role, None) == Visibility(None, sealed=sealed)
        assert of(role, ()) == Visibility(frozenset(), sealed=sealed)
    assert of(Role.ADMINISTRATOR, ("water",)) == Visibility(None)
    named = User(name="somebody", role=Role.OFFICER, queues=("water",), sealed=True)
    assert visibility(named) == Visibility(frozenset({"water"}), sealed=True)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_case_is_read_only_by_those_who_may(read_by: Callable[[str], Visitor], name: str) -> None:
    visitor = read_by(name)
    for case in (OWN, WATCHED, OTHER):
        expected = 200 if sees(name, case) else 404
        for address in (case.id, case.docket):
            assert visitor.get(f"/cases/{address}").status_code == expected
            assert visitor.get(f"/api/v1/cases/{address}").status_code == expected


@pytest.mark.parametrize("name", PEOPLE)
def test_search_finds_only_what_one_may_read(read_by: Callable[[str], Visitor], name: str) -> None:
    visitor = read_by(name)
    for case, query in ((OWN, "nal"), (WATCHED, "sadak"), (OTHER, "chori"), (OTHER, "queue:police-control is:any")):
        page = visitor.get("/search", params={"q": query}).text
        api = visitor.get("/api/v1/search", params={"q": query}).json()
        assert (f"/cases/{case.id}" in page) == sees(name, case)
        assert [found["id"] for found in api["cases"]] == ([case.id] if sees(name, case) else [])


@pytest.mark.parametrize("name", PEOPLE)
def test_lists_and_counts_hold_only_what_one_may_read(read_by: Callable[[str], Visitor], name: str) -> None:
    visitor = read_by(name)
    counted = {queue["code"]: queue for queue in visitor.get("/api/v1/queues").json()["queues"]}
    home = visitor.get("/").text
    for case in (OWN, WATCHED, OTHER):
        own = name in READS_ALL or case.queue in (PEOPLE[name][1] or ())
        for path in (f"/queues/{case.queue}", f"/api/v1/queues/{case.queue}/cases"):
            assert visitor.get(path).status_code == (200 if own else 404)
        assert (case.queue in counted and counted[case.queue]["open"] == 1) == sees(name, case)
        assert (f"/queues/{case.queue}" in home) == own


@pytest.mark.parametrize("name", PEOPLE)
def test_only_those_who_may_act_change_a_case(filed: Office, name: str) -> None:
    """Each act, by page and API, on each case: not there, not allowed, or a matter of how the case stands."""
    visitor = filed.visitor(name)
    secret = visitor.secret()
    headers = {"X-CSRF-Token": secret, "If-Match": "*"}
    tried = CASE_ACTS if PEOPLE[name][0] in {Role.OFFICER, Role.SUPERVISOR} else {s: CASE_ACTS[s] for s in SOME}
    for case, (slug, kind) in product((OWN, WATCHED, OTHER), tried.items()):
        if kind.change is None and acts_on(name, case):
            continue  # these are about two cases: tests/desk/test_case_acts.py
        given = VALID.get(slug, {})
        api = visitor.ask("POST", f"/api/v1/cases/{case.id}/{slug}", headers=headers, json=given)
        forms = [api]
        if slug in {"take", "release", "note"}:
            typed = {key: str(value) for key, value in given.items()}
            forms.append(visitor.ask("POST", f"/cases/{case.id}/{slug}", data={"csrf": secret, **typed}))
        beside = PEOPLE[name][0] is Role.SUPERVISOR and slug in {"dismiss", "arbitrate"}
        for answer in forms:
            if not sees(name, case):
                assert answer.status_code == 404, (slug, answer.text)
            elif slug == "undo" and not acts_on(name, case):
                assert answer.status_code in {403, 404}
            elif not acts_on(name, case) and not beside:
                assert answer.status_code == 403, (slug, answer.text)
            else:
                led = PEOPLE[name][0] is Role.SUPERVISOR or slug not in LEADS
                assert (answer.status_code == 403) != led, (slug, answer.text)
        found = filed.store.cases([case.id])[case.id]
        if not acts_on(name, case) and not beside:
            assert found.case == case
        filed.store.write_cases([(case, found.version)])


@pytest.mark.parametrize("name", PEOPLE)
def test_the_next_case_is_only_for_those_who_work_there(filed: Office, name: str) -> None:
    answer = filed.visitor(name).send("/queues/water/next")
    if name in ACTS_IN_WATER:
        assert (answer.status_code, filed.case(OWN.id).assignee) == (303, name)
    else:
        assert answer.status_code == (403 if sees(name, OWN) else 404)
        assert filed.case(OWN.id) == OWN


@pytest.mark.parametrize("name", PEOPLE)
def test_acts_are_offered_to_those_who_may(read_by: Callable[[str], Visitor], name: str) -> None:
    visitor = read_by(name)
    for case in (OWN, WATCHED, OTHER):
        assert ("Take this case" in visitor.get(f"/cases/{case.id}").text) == acts_on(name, case)


def test_a_merged_case_names_its_root_only_to_those_who_see_that(office: Office) -> None:
    office.file(OTHER, make_case("gone", queue="water", merged_into=OTHER.id))
    gone = make_case("gone").id
    assert OTHER.id not in office.visitor("sita").get(f"/cases/{gone}").text
    assert office.visitor("sita").get(f"/api/v1/cases/{gone}").json()["merged_into"] is None
    assert office.visitor("chief").get(f"/api/v1/cases/{gone}").json()["merged_into"] == OTHER.id


def test_every_route_needs_a_sign_in_but_those_that_say_so(filed: Office) -> None:
    stranger = filed.visitor()
    for method, path in routes():
        answer = stranger.ask(method, path)
        if path in {"/health", "/sign-in", "/switch"}:
            assert answer.status_code in {200, 403}, path
        elif path.startswith(("/api/", "/metrics")):
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated"), path
        elif path.startswith("/sign-in/oidc"):
            assert answer.status_code == 404, "this office has no sign-in of its own"
        elif path == "/language":
            assert answer.status_code in {403, 422}
        elif path in {"/d/{token}", "/field/{token}", "/private/{token}"}:
            assert answer.status_code == 404, "public, for who has its address"
        else:
            assert answer.headers["location"].startswith("/sign-in"), path


def routes() -> Iterator[tuple[str, str]]:
    """(method, path) of every route of the desk's own routers."""
    for router in (_office, *(each.router for each in PAGES), api, acts_api):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            path = (
                route.path.replace("{id}", OWN.id)
                .replace("{code}", "water")
                .replace("{claim}", "x:1")
                .replace("{name}", "sita")
            )
            yield from ((method, path) for method in sorted(route.methods or ()))


def test_the_walk_over_routes_finds_them() -> None:
    found = set(routes())
    assert {("POST", "/sign-out"), ("GET", "/"), ("POST", f"/api/v1/cases/{OWN.id}/take")} <= found


def test_a_role_change_counts_at_once(filed: Office) -> None:
    visitor: Visitor = filed.visitor("sita")
    record = filed.state.get("user", "sita")
    assert record is not None
    filed.state.replace(record, {**record.value, "queues": ["grievances"]})
    assert visitor.get(f"/cases/{OWN.id}").status_code == 404
