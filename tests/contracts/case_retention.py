"""Whole cases go when their time is over, on any pair of stores: all that was filed under them, and nothing else. A
subclass supplies the fixture ``stores``, and ``settle_reads`` where searches see a write later."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from queues import acts
from queues.anchors import Anchors
from queues.attachments import Attachments, Origin
from queues.audit import write_cases
from queues.case_retention import GONE_CASE_KIND, cases_over, finish_removal, remove_case
from queues.claim_holds import HELD_POST_KIND
from queues.lifecycle import Actor, Party
from queues.photographs import Photograph
from queues.regrouping import Regrouping
from queues.seal import Sealer
from queues.state import StateStore
from queues.store import EVERYTHING, CaseQuery, CaseStore
from schemas.case import Case, Disposition, Status
from schemas.gone_case import GoneCase
from schemas.keeping import QueueRetention, Retention
from tests.contracts.lives import Killed, Mortal
from tests.queues.directories import small_directory
from tests.queues.factories import NOW
from tests.queues.test_filing import DIRECTORY, FAMILY, ORIGINAL, STRANGER, Office, post

__all__ = ["CaseRetentionContract"]

OFFICE = small_directory(retention=Retention(case=200, queues=(QueueRetention(queue="water", case=100),)))
DAY = timedelta(days=1)
OVER = NOW + 101 * DAY
SITA, BOSS = Actor("sita", Party.OFFICER), Actor("boss", Party.SUPERVISOR)
REMOVING = frozenset({"remove_cases", "remove_filed", "release_keys"})
NOTING = frozenset({"create", "replace", "delete"})


def retain(store: CaseStore, state: StateStore, now: datetime = OVER) -> int:
    """A run of the command: how many cases have gone."""
    gone = sum([remove_case(store, state, over, now) for over in cases_over(store, state, OFFICE, now)])
    finish_removal(store, state)
    return gone


class CaseRetentionContract:
    def settle_reads(self) -> None:
        """Waits until what was written is found by search: at once in an embedded store."""

    @pytest.fixture
    def office(self, stores: tuple[CaseStore, StateStore], tmp_path: Path) -> Office:
        office = Office(tmp_path, stores)
        office.file(*FAMILY, STRANGER)
        self.settle_reads()
        return office

    def close(self, office: Office, case: Case, **change: object) -> Case:
        """As it was closed a moment after it came."""
        found = office.store.cases([case.id])[case.id]
        noted = acts.note(found.case, SITA, NOW, text="rang the writer")
        closed = noted.model_copy(update={"status": Status.CLOSED, **change})
        assert all(write_cases(office.store, [(closed, found.version)]))
        self.settle_reads()
        return office.store.cases([case.id])[case.id].case

    def only_the_stranger_is_left(self, office: Office, case: Case) -> None:
        self.settle_reads()
        stranger = office.case_of(STRANGER).id
        store = office.store
        assert [each.id for each in store.every_case()] == [stranger]
        assert store.cases([case.id]) == {}
        assert case.docket is not None
        assert store.case(case.docket, EVERYTHING) is None
        found = store.search(CaseQuery(statuses=tuple(Status), merged=True), EVERYTHING)
        assert [each.case.id for each in found.cases] == [stranger]
        assert store.counts(EVERYTHING).by_queue == {"water": {Status.NEW: 1}}
        assert [record.key for record in store.every_mention()] == [STRANGER.mention.key]
        assert {disposition for disposition, count in store.dispositions().items() if count} == {Disposition.CASE}
        assert {each.case_id for each in store.every_complainant()} == {stranger}
        assert {id for _, id in store.every_claim()} == {stranger}
        assert store.case_totals({"gone": [case.id]}) == {"gone": (0, 0)}
        (line,) = office.state.scan(GONE_CASE_KIND)
        left = GoneCase.model_validate(line.value)
        assert (left.docket, left.queue, left.gone_at, left.held, line.state) == (case.docket, "water", OVER, (), "")

    def test_a_case_goes_whole_when_its_queues_days_are_over_and_others_stay(self, office: Office) -> None:
        case = self.close(office, office.case_of(ORIGINAL))
        picture = Attachments(office.state, Sealer(bytes(32)), lambda: NOW)
        picture.add(case.id, Photograph(b"picture", 1, 1), by="field:7", origin=Origin.FIELD, private=False)
        assert retain(office.store, office.state, NOW + 99 * DAY) == 0
        assert office.case_of(ORIGINAL) == case
        (over,) = cases_over(office.store, office.state, OFFICE, OVER)
        assert (over.case, over.since) == (case, NOW + 100 * DAY)
        assert retain(office.store, office.state) == 1
        self.only_the_stranger_is_left(office, case)
        assert picture.of([case.id]) == []
        assert retain(office.store, office.state) == 0

    def test_what_is_said_later_in_its_thread_opens_a_new_case(self, office: Office) -> None:
        case = self.close(office, office.case_of(ORIGINAL))
        assert retain(office.store, office.state) == 1
        later = post("90", "ravi", text="phir se paani nahi aa raha", in_reply_to="1", conversation_id="1")
        office.file(later)
        opened = office.case_of(later)
        assert opened.id != case.id
        assert (opened.post_count, opened.complainants, opened.status) == (1, 1, Status.NEW)

    @pytest.mark.parametrize("place", ["store", "state"])
    @pytest.mark.parametrize("writes", range(5))
    def test_a_run_that_was_killed_is_finished_by_the_next(self, office: Office, place: str, writes: int) -> None:
        case = self.close(office, office.case_of(ORIGINAL))
        mortal: Any = Mortal(office.store, REMOVING) if place == "store" else Mortal(office.state, NOTING)
        mortal.left = writes
        pair: Any = (mortal, office.state) if place == "store" else (office.store, mortal)
        try:
            retain(*pair)
        except Killed:
            self.settle_reads()
        retain(office.store, office.state)
        self.only_the_stranger_is_left(office, case)

    def test_cases_merged_into_it_go_with_it(self, office: Office) -> None:
        gone, kept = office.case_of(ORIGINAL), office.case_of(STRANGER)
        Regrouping(office.store, DIRECTORY, lambda: NOW).merge(kept.id, gone.id, BOSS)
        self.close(office, kept)
        assert retain(office.store, office.state) == 1
        self.settle_reads()
        assert [*office.store.every_case()] == []
        assert [*office.store.every_mention()] == []
        assert [*office.store.every_claim()] == []

    def test_a_hold_keeps_it(self, office: Office) -> None:
        case = self.close(office, office.case_of(ORIGINAL))
        found = office.store.cases([case.id])[case.id]
        held = acts.hold(case, BOSS, NOW, order="WP 7/2026", why="court", review_at=NOW + 90 * DAY)
        assert all(write_cases(office.store, [(held, found.version)]))
        self.settle_reads()
        assert retain(office.store, office.state, NOW + 4000 * DAY) == 0
        assert office.case_of(ORIGINAL).hold is not None

    def test_a_hold_on_a_case_merged_into_it_keeps_both(self, office: Office) -> None:
        gone, kept = office.case_of(ORIGINAL), office.case_of(STRANGER)
        found = office.store.cases([gone.id])[gone.id]
        held = acts.hold(found.case, BOSS, NOW, order="WP 7/2026", why="court", review_at=NOW + 90 * DAY)
        assert all(write_cases(office.store, [(held, found.version)]))
        Regrouping(office.store, DIRECTORY, lambda: NOW).merge(kept.id, gone.id, BOSS)
        self.close(office, kept)
        assert retain(office.store, office.state, NOW + 4000 * DAY) == 0

    def test_a_post_in_a_bundle_of_evidence_that_is_held_keeps_its_case(self, office: Office) -> None:
        self.close(office, office.case_of(ORIGINAL))
        record = office.state.create(HELD_POST_KIND, FAMILY[3].mention.key, {"claims": ["c"]})
        assert retain(office.store, office.state) == 0
        office.state.delete(record)
        assert retain(office.store, office.state) == 1

    def test_a_case_stays_while_one_that_was_taken_out_of_it_does(self, office: Office) -> None:
        case, taken = office.case_of(ORIGINAL), FAMILY[3]
        own = Regrouping(office.store, DIRECTORY, lambda: NOW).split(case.id, taken.mention.key, BOSS)
        self.close(office, case)
        assert retain(office.store, office.state) == 0
        self.close(office, own)
        assert retain(office.store, office.state) >= 1
        self.settle_reads()
        retain(office.store, office.state)
        self.settle_reads()
        assert [record.key for record in office.store.every_mention()] == [STRANGER.mention.key]
        assert [each.id for each in office.store.every_case()] == [office.case_of(STRANGER).id]

    def test_a_case_with_which_something_was_done_meanwhile_stays(self, office: Office) -> None:
        self.close(office, office.case_of(ORIGINAL))
        (over,) = cases_over(office.store, office.state, OFFICE, OVER)
        held = acts.hold(over.case, BOSS, NOW, order="WP 7/2026", why="court", review_at=NOW + 90 * DAY)
        assert all(write_cases(office.store, [(held, over.version)]))
        assert not remove_case(office.store, office.state, over, OVER)
        finish_removal(office.store, office.state)
        assert office.case_of(ORIGINAL).hold is not None
        assert office.store.mentions([ORIGINAL.mention.key])
        assert office.state.count(GONE_CASE_KIND) == 0

    def test_an_anchor_from_before_still_holds(self, office: Office, tmp_path: Path) -> None:
        self.close(office, office.case_of(ORIGINAL))
        anchors = Anchors(tmp_path / "anchors.jsonl", Ed25519PrivateKey.generate())
        made = anchors.add_daily(office.store, office.state, NOW + DAY)
        assert made is not None
        assert made.cases == 2
        assert retain(office.store, office.state) == 1
        self.settle_reads()
        assert [*anchors.faults(office.store, office.state)] == []
        (line,) = office.state.scan(GONE_CASE_KIND)
        office.state.delete(line)
        assert "1 have a history from then" in next(anchors.faults(office.store, office.state))
