"""Those whose cases were merged hear the same: one by one, in varied wordings, below their own posts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from queues import acts
from queues.sla import settled
from schemas.case import Case, Status
from schemas.labels import Sensitivity
from schemas.outbox import EntryKind
from streams.replies import LEASE
from tests.queues.factories import NOW, make_author, make_case
from tests.streams.overdue import OFFICE
from tests.streams.test_replies import SITA, Office

WORDS = "The pipe is being mended."
HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.state.close()
    made.store.close()


def merged(office: Office, count: int) -> Case:
    """A case that sita works on, answered, with so many merged into it."""
    others = [make_case(str(10 + n), author=make_author(str(n))) for n in range(count)]
    root = make_case("1", status=Status.IN_PROGRESS, assignee="sita", merged=[other.id for other in others])
    gone = [other.model_copy(update={"merged_into": root.id, "due_at": None}) for other in others]
    answered = settled(acts.answer(root, SITA, NOW, text=WORDS, directory=OFFICE), OFFICE)
    due = answered.model_copy(update={"due_at": answered.outbox[0].not_before})
    assert all(office.store.write_cases([(case, None) for case in (due, *gone)]))
    return due


def work(office: Office, times: int) -> None:
    for _ in range(times):
        office.clock.now += timedelta(minutes=5)
        found = office.store.cases([CASE])[CASE]
        if found.case.outbox:  # a case without clocks keeps the moment that it had
            moment = {"due_at": min(entry.not_before for entry in found.case.outbox)}
            office.store.write_cases([(found.case.model_copy(update=moment), found.version)])
        office.sending()


CASE = make_case("1").id


def test_each_hears_it_once_below_their_own_post_and_no_two_in_the_same_words(office: Office) -> None:
    case = merged(office, 4)
    work(office, 1)
    assert len(office.post.sent) == 1
    assert [entry.kind for entry in office.case(case.id).outbox] == [EntryKind.ALSO], "one at a time"
    work(office, 8)
    assert [reply.in_reply_to for reply in office.post.sent] == ["x:1", "x:10", "x:11", "x:12", "x:13"]
    assert len({reply.text for reply in office.post.sent[1:]}) == 4
    assert all(WORDS in reply.text for reply in office.post.sent)
    assert str(make_case("13").docket) in office.post.sent[4].text
    assert office.case(case.id).outbox == ()
    assert [entry.detail.split()[0] for entry in office.case(case.id).history if entry.act == "sent"] == [
        "interim",
        *["also"] * 4,
    ]


def test_what_a_victim_is_answered_is_said_to_nobody_else(office: Office) -> None:
    case = merged(office, 2)
    found = office.store.cases([case.id])[case.id]
    sealed = found.case.model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
    assert all(office.store.write_cases([(sealed, found.version)]))
    work(office, 5)
    assert [reply.in_reply_to for reply in office.post.sent] == ["x:1"]


def test_a_refusal_is_noted_and_the_next_hears_it_all_the_same(office: Office) -> None:
    case = merged(office, 2)
    work(office, 1)
    office.post.refuses = True
    work(office, 30)
    office.post.refuses = False
    work(office, 3)
    after = office.case(case.id)
    assert [entry.detail for entry in after.history if entry.act == "not_sent"] == ["also: no", "also: no"]
    assert after.answered_at == NOW, "the answer itself has gone out"
    assert after.outbox == ()


def test_who_calls_one_back_ends_it_and_a_kill_repeats_nothing(office: Office) -> None:
    case = merged(office, 3)
    work(office, 1)
    office.post.dies_after = True
    office.clock.now += HOUR
    with pytest.raises(KeyboardInterrupt):
        work(office, 1)
    office.post.dies_after = False
    office.clock.now += LEASE
    work(office, 1)
    assert [reply.in_reply_to for reply in office.post.sent] == ["x:1", "x:10"]
    found = office.store.cases([case.id])[case.id]
    [entry] = found.case.outbox
    after = acts.call_back(found.case, SITA, office.clock.now, entry=entry.id)
    office.store.write_cases([(after, found.version)])
    work(office, 5)
    assert len(office.post.sent) == 2
