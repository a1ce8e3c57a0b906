"""Cases merged, parted and split by hand: counts are exact whenever searches see what was written, and the post taken
out has its own time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from queues.acts import ActError
from queues.lifecycle import Actor, Party
from queues.naming import case_id
from queues.regrouping import Regrouping
from queues.store import CaseStore, Visibility
from schemas.case import Status
from schemas.labels import Sensitivity, Urgency
from tests.queues.factories import NOW
from tests.queues.test_filing import DIRECTORY, FAMILY, ORIGINAL, Office, post

__all__ = ["RegroupingContract"]

BOSS = Actor("boss", Party.SUPERVISOR)
COPY = FAMILY[3]


def regrouping(office: Office) -> Regrouping:
    return Regrouping(office.store, DIRECTORY, lambda: NOW + timedelta(hours=1))


class Between:
    """A store in which something happens before the nth call from now."""

    def __init__(self, store: CaseStore, left: int, happens: Callable[[], object]):
        self._store = store
        self._left = left
        self._happens = happens
        self.is_over = False

    def __getattr__(self, name: str) -> Any:
        if self._left == 0:
            self._happens()
            self.is_over = True
        self._left -= 1
        return getattr(self._store, name)


class RegroupingContract:
    """A subclass supplies the fixture ``office``."""

    def test_two_cases_merged_by_hand_count_together_and_part_again(self, office: Office) -> None:
        other = post("90", "meena", text="Nal se ganda paani aa raha hai", created_at=NOW - timedelta(hours=9))
        office.file(ORIGINAL, other)
        one, two = office.case_of(ORIGINAL), office.case_of(other)
        merged = regrouping(office).merge(one.id, two.id, BOSS)
        assert (merged.post_count, merged.complainants, merged.merged) == (2, 2, (two.id,))
        assert merged.deadline_at == two.deadline_at, "the earlier clock of the two"
        assert office.case_of(other).id == one.id
        parted = regrouping(office).unmerge(two.id, BOSS)
        assert (parted.merged_into, parted.post_count) == (None, 1)
        assert parted.deadline_at == two.deadline_at
        assert (office.case_of(ORIGINAL).post_count, office.case_of(ORIGINAL).complainants) == (1, 1)

    def test_a_desk_that_is_killed_while_it_parts_two_cases_hides_neither(self, office: Office) -> None:
        other = post("90", "meena", text="Nal se ganda paani aa raha hai")
        office.file(ORIGINAL, other)
        kept, gone = office.case_of(ORIGINAL), office.case_of(other)
        regrouping(office).merge(kept.id, gone.id, BOSS)
        written: list[object] = []

        class Dying:
            def __getattr__(self, name: str) -> Any:
                if name == "write_cases":
                    if written:
                        raise KeyboardInterrupt
                    written.append(name)
                return getattr(office.store, name)

        store: Any = Dying()
        with pytest.raises(KeyboardInterrupt):
            Regrouping(store, DIRECTORY, lambda: NOW + timedelta(hours=1)).unmerge(gone.id, BOSS)
        shown = [found.case for found in office.store.cases([kept.id, gone.id]).values() if not found.case.merged_into]
        assert any(each.key == other.mention.key for case in shown for each in case.posts)
        back = regrouping(office).split(kept.id, other.mention.key, BOSS)
        whole = office.store.cases([kept.id])[kept.id].case
        assert (back.id, back.merged_into, back.post_count) == (gone.id, None, 1)
        assert (whole.merged, whole.post_count, whole.complainants) == ((), 1, 1)

    @pytest.mark.parametrize("step", range(6))
    def test_the_citizen_writes_during_a_merge(self, office: Office, step: int) -> None:
        """Before any of its reads and writes: the word is in the case that stays, counted, and as urgent as it is."""
        other = post("90", "meena", text="Nal se ganda paani aa raha hai", created_at=NOW - timedelta(hours=9))
        word = post("91", "meena", text="ab bachche beemar hain, jaldi", in_reply_to="90", urgency=Urgency.CRITICAL)
        office.file(ORIGINAL, other)
        kept, gone = office.case_of(ORIGINAL), office.case_of(other)
        between: Any = Between(office.store, step, lambda: office.file(word))
        Regrouping(between, DIRECTORY, lambda: NOW + timedelta(hours=1)).merge(kept.id, gone.id, BOSS)
        assert between.is_over
        office.file(word)
        whole = office.case_of(word)
        assert (whole.id, whole.merged) == (kept.id, (gone.id,))
        assert (whole.post_count, whole.complainants, whole.urgency) == (3, 2, Urgency.CRITICAL)
        assert word.mention.key in {post.key for post in whole.posts}
        assert whole.deadline_at is not None
        assert all(each.deadline_at is not None and whole.deadline_at <= each.deadline_at for each in (kept, gone))
        assert office.store.cases([gone.id])[gone.id].case.merged_into == kept.id

    def test_a_post_taken_out_is_a_case_of_its_own_from_its_own_time(self, office: Office) -> None:
        office.file(*FAMILY)
        whole = office.case_of(ORIGINAL)
        assert whole.complainants == 4
        own = regrouping(office).split(whole.id, COPY.mention.key, BOSS)
        left = office.store.cases([whole.id])[whole.id].case
        assert (own.status, own.received_at, own.post_count, own.complainants) == (
            Status.NEW,
            COPY.mention.received_at,
            1,
            1,
        )
        assert (left.post_count, left.complainants) == (whole.post_count - 1, 3)
        assert COPY.mention.key not in {post.key for post in left.posts}
        assert own.due_at is not None

    def test_a_post_that_a_large_case_does_not_keep_inside_is_taken_out_too(self, office: Office) -> None:
        later = NOW + timedelta(minutes=5)
        crowd = [post(str(100 + n), f"u{n}", repost_of="1", created_at=later) for n in range(25)]
        worse = post("200", "ravi", text="sab beemar hain, jaldi", in_reply_to="1", urgency=Urgency.CRITICAL)
        office.file(ORIGINAL, *crowd, worse)
        id = office.case_of(ORIGINAL).id
        own = regrouping(office).split(id, crowd[-1].mention.key, BOSS)
        assert (own.urgency, own.received_at, own.linked) == (Urgency.NORMAL, crowd[-1].mention.received_at, (id,))
        assert office.store.cases([id])[id].case.complainants == 25
        assert regrouping(office).split(id, worse.mention.key, BOSS).urgency is Urgency.CRITICAL
        assert office.store.cases([id])[id].case.post_count == 25

    def test_a_case_that_a_machine_has_merged_comes_back_by_taking_its_first_post_out(self, office: Office) -> None:
        first = post("302", "salim", text="nal sookha hai")
        repost = post("300", "meena", text="RT abhi bhi sookha", repost_of="301")
        office.file(repost, first)
        office.file(post("301", "salim", text="abhi bhi sookha", in_reply_to="302"))
        whole = office.case_of(repost)
        assert whole.post_count == 3 and len(whole.merged) == 1
        [gone] = whole.merged
        opener = next(each for each in (repost, first) if case_id(each.mention.key) == gone)
        back = regrouping(office).split(whole.id, opener.mention.key, BOSS)
        assert (back.id, back.merged_into, back.is_open) == (gone, None, True)
        assert back.post_count + office.store.cases([whole.id])[whole.id].case.post_count == 3

    def test_a_critical_case_goes_on_ringing_in_the_one_that_it_is_merged_into(self, office: Office) -> None:
        fire = post("91", "meena", text="ghar mein aag lagi hai", urgency=Urgency.CRITICAL)
        office.file(ORIGINAL, fire)
        kept, gone = office.case_of(ORIGINAL), office.case_of(fire)
        whole = regrouping(office).merge(kept.id, gone.id, BOSS)
        assert (whole.urgency, whole.due_at) == (Urgency.CRITICAL, min(kept.received_at, gone.received_at))

    @pytest.mark.parametrize("sealed_first", [True, False])
    def test_what_is_merged_with_a_sealed_case_is_sealed_with_it(self, office: Office, sealed_first: bool) -> None:
        other = post("92", "meena", text="usi ghar ki baat hai")
        victim = post("93", "ravi", text="bitiya ke saath galat hua", in_reply_to="1", conversation_id="1")
        victim = victim.model_copy(
            update={"triage": victim.triage.model_copy(update={"sensitivity": (Sensitivity.CHILD,)})}
        )
        office.file(ORIGINAL, other)
        kept, gone = office.case_of(ORIGINAL).id, office.case_of(other).id
        if sealed_first:
            office.file(victim)
        regrouping(office).merge(kept, gone, BOSS)
        if not sealed_first:
            office.file(victim)
        plain, named = Visibility(None), Visibility(None, sealed=True)
        assert [office.store.case(id, plain) for id in (kept, gone)] == [None, None]
        assert all(office.store.case(id, named) for id in (kept, gone))
        assert office.store.case_mentions(gone, plain) == []

    def test_filing_again_and_splitting_again_change_nothing(self, office: Office) -> None:
        office.file(*FAMILY)
        id = office.case_of(ORIGINAL).id
        for _ in range(2):
            regrouping(office).split(id, COPY.mention.key, BOSS)
            office.file(*FAMILY)
        left = office.store.cases([id])[id].case
        assert (left.post_count, left.complainants) == (5, 3)

    def test_the_only_post_is_not_taken_out_and_a_stranger_is_none(self, office: Office) -> None:
        office.file(ORIGINAL)
        id = office.case_of(ORIGINAL).id
        for key in (ORIGINAL.mention.key, "x:404"):
            with pytest.raises(ActError):
                regrouping(office).split(id, key, BOSS)
