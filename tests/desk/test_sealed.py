"""Ways round the seal of a case: acts, merges, the watch. Who may not open it learns nothing by any of them."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from desk.accounts import set_sealed
from schemas.case import Case
from schemas.labels import Sensitivity
from tests.desk.office import Office
from tests.desk.test_case_acts import do, done
from tests.desk.test_watch import tell
from tests.queues.factories import make_case, make_mention, make_post, make_record, make_triage

CHILD = (Sensitivity.CHILD,)
SECRET = "meri bitiya ke saath galat hua"


def sealed(id: str = "1", **fields: object) -> Case:
    posts = (make_post(make_mention(id), text=SECRET),)
    return make_case(id).model_copy(update={"sensitivity": CHILD, "posts": posts, **fields})


def revision(office: Office, case: Case) -> str:
    return f'"{office.case(case.id).revision}"'


def test_a_sealed_case_is_given_to_nobody_who_cannot_open_it(office: Office) -> None:
    case = sealed()
    office.file(case)
    boss = office.visitor("boss")
    page = boss.get(f"/cases/{case.id}").text
    assert 'value="sita"' not in page
    path = f"/api/v1/cases/{case.id}/assign"
    given = {"X-CSRF-Token": boss.get("/api/v1/me").json()["csrf_token"], "If-Match": revision(office, case)}
    answer = boss.ask("POST", path, json={"to": "sita"}, headers=given)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_colleague")
    set_sealed(office.state, "sita", True)
    assert 'value="sita"' in boss.get(f"/cases/{case.id}").text
    assert boss.ask("POST", path, json={"to": "sita"}, headers=given).status_code == 200
    assert office.case(case.id).assignee == "sita"


@pytest.mark.parametrize("name", ["sita", "farah", "admin"])
def test_trying_to_take_something_back_does_not_tell_that_there_is_a_sealed_case(office: Office, name: str) -> None:
    case = sealed()
    office.file(case)
    visitor = office.visitor(name)
    there = visitor.act(f"/api/v1/cases/{case.id}/undo", '"0"')
    nowhere = visitor.act(f"/api/v1/cases/{make_case('none').id}/undo", '"0"')
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())


def test_what_was_done_before_a_case_was_sealed_is_no_way_into_it(office: Office) -> None:
    case = make_case(posts=(make_post(make_mention("1"), text=SECRET),))
    office.file(case)
    sita = office.visitor("sita")
    done(do(sita, case, "take"))
    office.file_again(case.id, sensitivity=CHILD)
    answer = sita.act(f"/api/v1/cases/{case.id}/undo", revision(office, case))
    assert answer.status_code == 404
    assert SECRET not in answer.text
    assert case.docket is not None
    assert case.docket not in sita.get(f"/queues/water?left={case.id}").text


def test_a_case_that_is_merged_into_a_sealed_one_is_sealed_with_it(office: Office) -> None:
    kept, gone = sealed("1"), make_case("2", posts=(make_post(make_mention("2"), text="usi ghar ki baat hai"),))
    office.file(kept, gone)
    boss, sita = office.visitor("boss"), office.visitor("sita")
    done(do(boss, gone, "merge", into=kept.id))
    assert office.case(gone.id).merged_into == kept.id
    for path in (f"/cases/{gone.id}", f"/api/v1/cases/{gone.id}"):
        assert sita.get(path).status_code == 404
    assert boss.get(f"/cases/{gone.id}").status_code == 200


def test_splitting_once_more_shows_no_case_that_has_gone_elsewhere(office: Office) -> None:
    case = make_case("1", posts=(make_post(make_mention("1")), make_post(make_mention("2"), text=SECRET)))
    office.file(case)
    office.store.create_mentions(
        [
            make_record(make_mention("1"), case=case.id),
            make_record(make_mention("2", SECRET), make_triage(SECRET), case=case.id),
        ]
    )
    key = "x:2"
    sita = office.visitor("sita")
    done(do(sita, case, "split", post=key))
    own = make_case("2").id
    office.file_again(own, queue="police-control", watching=(), assignee=None)
    given = {"X-CSRF-Token": sita.get("/api/v1/me").json()["csrf_token"], "If-Match": revision(office, case)}
    answer = sita.ask("POST", f"/api/v1/cases/{case.id}/split", json={"post": key}, headers=given)
    assert answer.status_code == 404
    assert SECRET not in answer.text
    for path in (f"/cases/{case.id}", f"/api/v1/cases/{case.id}"):
        assert SECRET not in sita.get(path).text


def test_the_watch_shows_no_words_of_a_case_that_was_sealed(office: Office) -> None:
    plain, hidden = make_mention("1", "the dam broke"), make_mention("2", SECRET)
    case = sealed("2")
    office.file(case)
    office.store.create_mentions(
        [
            make_record(plain, make_triage("the dam broke")),
            make_record(hidden, make_triage(SECRET), case=case.id),
        ]
    )
    tell(office, text=SECRET, text_of="x:2")
    watcher = office.visitor("watcher")
    for path in ("/watch", "/watch/x:1"):
        assert SECRET not in watcher.get(path).text
    assert "the dam broke" in watcher.get("/watch/x:1").text
    answer = watcher.send("/watch/x:1/evidence", order="7/2026", why="asked", review="2026-08-01")
    files = ZipFile(BytesIO(answer.content))
    assert not any(SECRET in files.read(name).decode() for name in files.namelist())
    assert SECRET in office.visitor("chief").get("/watch/x:1").text


def test_a_tale_of_children_carried_off_is_what_the_watch_is_for(office: Office) -> None:
    tale = "bachcha chor gang sheher mein ghoom raha hai"
    case = sealed("2", posts=(make_post(make_mention("2"), text=tale),))
    office.file(case)
    told = make_triage(tale, rumour=0.9).model_copy(update={"sensitivity": CHILD})
    office.store.create_mentions([make_record(make_mention("2", tale), told, case=case.id)])
    tell(office, text=tale, text_of="x:2")
    assert tale in office.visitor("watcher").get("/watch/x:1").text
