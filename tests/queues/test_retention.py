"""Texts go when their time is over, and not before, nor under a legal hold."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from queues import acts
from queues.acts import ConditionError, NotPossibleError
from queues.attachments import Attachments, Origin
from queues.audit import faults, write_cases
from queues.lifecycle import Actor, Party
from queues.photographs import Photograph
from queues.retention import carry_out, expired
from queues.seal import Sealer
from queues.store import EVERYTHING, CaseQuery
from schemas.case import Case, Status
from schemas.keeping import QueueRetention, Retention
from tests.queues.directories import small_directory
from tests.queues.factories import NOW
from tests.queues.test_filing import ORIGINAL, Office

OFFICE = small_directory(retention=Retention(text=100, queues=(QueueRetention(queue="water", text=30),)))
DAY = timedelta(days=1)
SITA, BOSS = Actor("sita", Party.OFFICER), Actor("boss", Party.SUPERVISOR)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.file(ORIGINAL)
    yield office
    office.close()


def ended(office: Office, **change: object) -> Case:
    """The case closed a moment after it was opened, with a remark in its history."""
    found = office.store.cases([office.case_of(ORIGINAL).id])[office.case_of(ORIGINAL).id]
    noted = acts.note(found.case, SITA, NOW, text="rang the writer at the bazaar")
    case = noted.model_copy(update={"status": Status.CLOSED, **change})
    assert all(write_cases(office.store, [(case, found.version)]))
    return case


def test_a_text_goes_when_its_queues_days_are_over_and_the_case_stays(office: Office) -> None:
    ended(office)
    assert [*expired(office.store, office.state, OFFICE, NOW + 29 * DAY)] == []
    (item,) = expired(office.store, office.state, OFFICE, NOW + 31 * DAY)
    assert item.posts == (ORIGINAL.mention.key,)
    carry_out(office.store, office.state, item)
    left = office.case_of(ORIGINAL)
    assert (left.post_count, left.complainants, left.posts[0].text) == (1, 1, "")
    assert "bazaar" not in left.model_dump_json()
    assert [*faults(left)] == [], "and the chain of its history holds"
    assert not office.store.search(CaseQuery(text=("paani",), statuses=(Status.CLOSED,)), EVERYTHING).cases
    assert [*expired(office.store, office.state, OFFICE, NOW + 99 * DAY)] == []


def test_photographs_go_with_the_texts_and_a_case_that_has_nothing_else_is_found_too(office: Office) -> None:
    case = ended(office)
    photographs = Attachments(office.state, Sealer(bytes(32)), lambda: NOW)
    (item,) = expired(office.store, office.state, OFFICE, NOW + 31 * DAY)
    carry_out(office.store, office.state, item)
    photographs.add(case.id, Photograph(b"picture", 1, 1), by="field:7", origin=Origin.FIELD, private=False)
    (item,) = expired(office.store, office.state, OFFICE, NOW + 99 * DAY)
    assert item.posts == ()
    carry_out(office.store, office.state, item)
    assert photographs.of([case.id]) == []
    assert [*expired(office.store, office.state, OFFICE, NOW + 199 * DAY)] == []


def test_a_case_under_a_hold_keeps_its_texts_until_the_hold_is_lifted(office: Office) -> None:
    case = ended(office)
    with pytest.raises(NotPossibleError):
        acts.hold(case, SITA, NOW, order="WP 7/2026", why="court", review_at=NOW + 90 * DAY)
    with pytest.raises(ConditionError):
        acts.hold(case, BOSS, NOW, order="WP 7/2026", why="court", review_at=NOW)
    held = acts.hold(case, BOSS, NOW, order="WP 7/2026", why="court", review_at=NOW + 90 * DAY)
    found = office.store.cases([case.id])[case.id]
    assert all(write_cases(office.store, [(held, found.version)]))
    assert [*expired(office.store, office.state, OFFICE, NOW + 400 * DAY)] == []
    assert acts.lift_hold(held, BOSS, NOW, why="decided").hold is None


def test_without_a_rule_everything_stays(office: Office) -> None:
    ended(office)
    assert [*expired(office.store, office.state, small_directory(), NOW + 4000 * DAY)] == []


def test_an_open_case_keeps_its_texts_however_old(office: Office) -> None:
    assert [*expired(office.store, office.state, OFFICE, NOW + 4000 * DAY)] == []


def test_a_case_that_is_held_while_its_texts_are_about_to_go_keeps_them(office: Office) -> None:
    case = ended(office)
    (item,) = expired(office.store, office.state, OFFICE, NOW + 31 * DAY)
    found = office.store.cases([case.id])[case.id]
    held = acts.hold(found.case, BOSS, NOW, why="for the court", order="12/2026", review_at=NOW + 60 * DAY)
    assert all(write_cases(office.store, [(held, found.version)]))
    carry_out(office.store, office.state, item)
    assert office.case_of(ORIGINAL).posts[0].text != ""
