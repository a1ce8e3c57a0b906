"""What citizens say after their case was resolved: thanks reopen nothing, and no objection is lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from queues import acts
from queues.filing import Filing
from queues.following import Word, word_of
from queues.lifecycle import Actor, Party
from queues.revising import revise
from schemas.case import Case, Status
from schemas.triage import TriagedMention
from tests.queues.factories import NOW, make_triage
from tests.queues.test_filing import DIRECTORY, ORIGINAL, Office, post

ASHA = Actor("asha", Party.OFFICER)
HOUR = timedelta(hours=1)

THANKS = (
    "bahut bahut dhanyavaad, pani aa gaya",
    "thank you so much sir, issue resolved",
    "धन्यवाद, नल में पानी आ गया",
    "बिजली आ गई, आपका आभार",
    "कचरा उचलला, धन्यवाद",
    "हम संतुष्ट हैं",
    "ধন্যবাদ, জল এসেছে",
)
ASSENT = ("ok", "theek hai ji", "ठीक है 🙏", "👍", "kaam ho gaya, shukriya", "நன்றி")
ASKING = (
    "dhanyavaad par pani abhi bhi nahi aaya",
    "thank you for nothing, still no water",
    "thanks. Lal Bagh ki sadak bhi theek karwa dijiye",
    "great, closed without doing anything",
    "wah kya kaam kiya, gaddha waisa ka waisa",
    "धन्यवाद, लेकिन कचरा वैसा ही पड़ा है",
    "धन्यवाद, पण अजून कचरा तसाच आहे",
)
APPEALING = (
    "not satisfied with this",
    "मैं संतुष्ट नहीं हूँ",
    "समाधान नहीं हुआ",
    "jhooth likha hai, koi nahi aaya",
    "अपील करता हूँ",
    "मी असमाधानी आहे",
)


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_content_unless_the_classifier_sees_a_complaint(text: str) -> None:
    assert word_of(make_triage(text, complaint=0.4, needs_human=True)) is Word.CONTENT
    assert word_of(make_triage(text, complaint=0.9)) in {Word.ASKS, Word.CONTENT}


@pytest.mark.parametrize("text", ASSENT)
def test_mere_assent_is_content_whatever_the_classifier_makes_of_so_few_words(text: str) -> None:
    assert word_of(make_triage(text, complaint=0.85, needs_human=True)) is Word.CONTENT


@pytest.mark.parametrize("text", ASKING)
def test_thanks_with_an_objection_ask_even_where_the_classifier_sees_none(text: str) -> None:
    assert word_of(make_triage(text, complaint=0.1)) is Word.ASKS


@pytest.mark.parametrize("text", APPEALING)
def test_who_is_not_content_appeals(text: str) -> None:
    assert word_of(make_triage(text, complaint=0.3)) is Word.APPEALS


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def office(tmp_path: Path, time: Time) -> Iterator[Office]:
    office = Office(tmp_path)
    office.filing = Filing(office.store, office.state, DIRECTORY, time)
    yield office
    office.close()


@pytest.fixture
def resolved(office: Office, time: Time) -> Case:
    office.file(ORIGINAL)
    case = resolve(office, office.case_of(ORIGINAL).id, NOW + HOUR)
    time.now = NOW + 2 * HOUR
    return case


def resolve(office: Office, id: str, now: datetime) -> Case:
    def done(case: Case) -> Case:
        started = acts.start(case, ASHA, now) if case.status is Status.NEW else case
        answered = acts.answer(started, ASHA, now, text="mended", directory=DIRECTORY)
        return acts.resolve(answered, ASHA, now, outcome="done", fields={}, directory=DIRECTORY)

    return revise(office.store, DIRECTORY, lambda: office.store.cases([id])[id], done)


def reply(id: str, text: str, **fields: Any) -> TriagedMention:
    return post(id, "ravi", text=text, in_reply_to="1", conversation_id="1", **fields)


def test_thanks_reopen_nothing_and_are_recorded(office: Office, resolved: Case) -> None:
    office.file(reply("2", "dhanyavaad, pani aa gaya", complaint=0.3, needs_human=True))
    case = office.case_of(ORIGINAL)
    assert case.status is Status.RESOLVED
    assert case.feedback is not None and case.feedback.satisfied
    assert case.clocks == resolved.clocks


def test_a_reply_that_is_not_content_is_an_appeal_once(office: Office, resolved: Case) -> None:
    item = reply("2", "santusht nahi hun, koi nahi aaya")
    for _ in range(2):
        office.file(item)
    case = office.case_of(ORIGINAL)
    assert (case.status, case.assignee, case.appeals) == (Status.NEW, None, 1)
    assert case.feedback is not None and not case.feedback.satisfied
    assert case.deadline_at == ORIGINAL.mention.received_at + timedelta(hours=504), "the clock that stood"


def test_a_word_that_arrived_before_the_officer_resolved_and_was_not_seen_reopens(
    office: Office, resolved: Case, time: Time
) -> None:
    item = reply("2", "aaj phir pani nahi aaya", created_at=NOW + timedelta(minutes=30))
    office.file(item)
    assert office.case_of(ORIGINAL).status is Status.IN_PROGRESS
    resolve(office, resolved.id, NOW + 3 * HOUR)
    time.now = NOW + 4 * HOUR
    office.file(item)
    assert office.case_of(ORIGINAL).status is Status.RESOLVED, "filed again, it says nothing new"


def test_an_officer_resolves_between_the_posts_record_and_its_case(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.file(ORIGINAL)
    id = office.case_of(ORIGINAL).id
    write = office.store.write_cases
    late: list[datetime] = [NOW + HOUR]

    def overtaken(*arguments: Any) -> Any:
        if late:
            resolve_at = late.pop()
            resolve(office, id, resolve_at)
        return write(*arguments)

    monkeypatch.setattr(office.store, "write_cases", overtaken)
    office.file(reply("2", "aaj phir pani nahi aaya"))
    assert office.case_of(ORIGINAL).status is Status.IN_PROGRESS


def test_when_the_time_is_over_an_objection_opens_a_linked_case_and_thanks_do_not(
    office: Office, resolved: Case, time: Time
) -> None:
    time.now = NOW + HOUR * (DIRECTORY.times.appeal + 2)
    office.file(reply("2", "👍", complaint=0.5, needs_human=True))
    assert len(office.cases()) == 1
    again = reply("3", "santusht nahi, phir wahi haal")
    office.file(again)
    assert office.case_of(again).linked == (resolved.id,)
    assert office.case_of(ORIGINAL).id == resolved.id
