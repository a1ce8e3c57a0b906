"""What becomes of mentions: one case for what belongs together, and nothing lost or twice wherever it was killed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues import acts, tombstones
from queues.audit import write_cases
from queues.casework import absorb
from queues.deciding import REVIEW_SAMPLE, read_roots
from queues.escalation import on_due
from queues.filing import Filing
from queues.lifecycle import Actor, Party
from queues.naming import case_id
from queues.regrouping import Regrouping
from queues.revising import revise
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import StateStore
from queues.store import EVERYTHING, CaseQuery, CaseStore
from schemas.case import MAX_HISTORY, Case, Disposition, HistoryEntry, PostKind, Status
from schemas.events import Deletion, DeletionTarget
from schemas.labels import ComplaintType, Urgency
from schemas.outbox import EntryKind, EntryState
from schemas.replies import Replies
from schemas.triage import TriagedMention
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_author, make_case, make_mention, make_triage, make_triaged

DIRECTORY = small_directory(replies=Replies(acknowledge=True))


class Office:
    """Two stores and filing over them, as the filing process has them; embedded ones unless others are given."""

    def __init__(self, folder: Path, stores: tuple[CaseStore, StateStore] | None = None):
        file = folder / "cases.db"
        self.store, self.state = stores or (SqliteCaseStore(file), SqliteStateStore(file))
        self.filing = Filing(self.store, self.state, DIRECTORY, lambda: NOW)

    def file(self, *items: TriagedMention) -> None:
        self.filing.file(items)

    def case_of(self, item: TriagedMention) -> Case:
        record = self.store.mentions([item.mention.key])[item.mention.key]
        assert record.case_id is not None
        root = read_roots(self.store, [record.case_id])[1][record.case_id]
        return self.store.cases([root])[root].case

    def tell_all_that_is_due(self) -> None:
        """As the clock does, long after every time that was promised."""
        for found in self.store.search(CaseQuery(limit=500), EVERYTHING).cases:
            told = on_due(found.case, DIRECTORY, NOW + timedelta(days=60))
            assert any(entry.by == "clock" for entry in told.history)
            assert all(write_cases(self.store, [(told, found.version)]))

    def is_filed(self, item: TriagedMention) -> bool:
        return self.disposition(item) in {Disposition.CASE, Disposition.JOINED}

    def disposition(self, item: TriagedMention) -> Disposition:
        return self.store.mentions([item.mention.key])[item.mention.key].disposition

    def cases(self) -> list[Case]:
        return [found.case for found in self.store.search(CaseQuery(limit=500), EVERYTHING).cases]

    def close(self) -> None:
        if isinstance(self.state, SqliteStateStore):
            self.state.close()
        self.store.close()


@contextmanager
def new_office() -> Iterator[Office]:
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            yield office
        finally:
            office.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def post(id: str, author: str = "a", **fields: Any) -> TriagedMention:
    said = ("complaint", "urgency", "type", "needs_human", "place")
    triage = {name: fields.pop(name) for name in said if name in fields}
    mention = make_mention(id, author=make_author(author, handle=fields.pop("handle", f"h_{author}")), **fields)
    return make_triaged(mention, make_triage(mention.text, **triage))


ORIGINAL = post("1", "ravi")
FAMILY = (
    ORIGINAL,
    post("2", "ravi", text="abhi tak kuch nahi hua", in_reply_to="1", conversation_id="1"),
    post("3", "meena", repost_of="1"),
    post("4", "salim"),
    post("5", "george", repost_of="4"),
    post("6", "ravi", text="koi jawab to do saheb", in_reply_to="2"),
)
"""An original, its author's replies (one known only by what it answers), a repost, a copy, a repost of the copy."""
COURTEOUS = "Respected sir please 3 दिन से पानी नहीं आ रहा, koi sunne wala nahi, kripya dhyan dein #PaaniDo #Help"
LONG = f"Gandhi chowk ke paas {ORIGINAL.mention.text} teen baar likha hai"
CAMPAIGN = (
    *FAMILY,
    post("10", "a", text=COURTEOUS),
    post("11", "b", text="Kindly look into this sir @JalSundarpur @DMSundarpur #urgent", quote_of="10"),
    post("12", "c", text="RT", quote_of="4", complaint=0.4, needs_human=True),
)
"""With copies and quotes that add courtesies and tags, and nothing to the matter."""
ELSEWHERE = (
    post("13", "d", place="lal-bagh"),
    post("14", "e", text="Lal Bagh", quote_of="1", place="lal-bagh"),
    post("15", "ravi", text="Lal Bagh me bhi nal sookha hai", in_reply_to="1", conversation_id="1", place="lal-bagh"),
)
"""A copy, a quote and a reply that each name another place."""
STRANGER = post("9", "vimla", text="hamare mohalle ka nal toota hai, sadak par pani")


def test_a_complaint_opens_a_case_with_docket_clock_and_reason(office: Office) -> None:
    office.file(ORIGINAL)
    case = office.case_of(ORIGINAL)
    assert (case.queue, case.status, case.complainants, case.post_count) == ("water", Status.NEW, 1, 1)
    assert case.docket is not None and case.docket.startswith("SPR-")
    assert case.deadline_at == ORIGINAL.mention.received_at + timedelta(hours=504)
    assert "@JalSundarpur" in case.reason
    assert case.history[0].act == "opened"


def test_what_belongs_together_is_one_case(office: Office) -> None:
    office.file(*FAMILY, STRANGER)
    case = office.case_of(ORIGINAL)
    assert {office.case_of(item).id for item in FAMILY} == {case.id}
    assert office.case_of(STRANGER).id != case.id
    assert (case.post_count, case.complainants) == (6, 4)
    assert len(office.cases()) == 2


@settings(max_examples=25)
@given(
    order=st.permutations([*CAMPAIGN, *ELSEWHERE, STRANGER]),
    sizes=st.lists(st.integers(1, 4), min_size=13, max_size=13),
)
def test_any_order_in_any_batches_gives_the_same_groups(order: Sequence[TriagedMention], sizes: list[int]) -> None:
    with new_office() as office:
        rest = [*order]
        for size in sizes:
            office.file(*rest[:size])
            rest = rest[size:]
        case = office.case_of(ORIGINAL)
        assert {office.case_of(item).id for item in CAMPAIGN} == {case.id}
        assert (case.post_count, case.complainants) == (9, 7)
        assert {office.case_of(item).post_count for item in (*ELSEWHERE, STRANGER)} == {1}
        assert len(office.cases()) == 5
        assert case.due_at is not None


@settings(max_examples=20)
@given(order=st.permutations(FAMILY))
def test_what_the_clock_has_told_of_two_cases_does_not_keep_them_apart(order: Sequence[TriagedMention]) -> None:
    with new_office() as office:
        for item in order:
            office.file(item)
            office.tell_all_that_is_due()
        assert {office.case_of(item).id for item in FAMILY} == {office.case_of(ORIGINAL).id}


def test_what_people_have_worked_on_stays_theirs_when_the_clock_has_filled_its_history() -> None:
    sita = Actor("sita", Party.OFFICER)
    one, two = (acts.note(make_case(id), sita, NOW, text="rang the writer") for id in ("1", "2"))
    told = tuple(HistoryEntry(at=NOW, by="clock", act="reminded") for _ in range(MAX_HISTORY))
    cut = [case.model_copy(update={"history": told}) for case in (one, two)]
    assert absorb(cut[0], cut[1], DIRECTORY, NOW) is None
    assert absorb(cut[0], make_case("3"), DIRECTORY, NOW) is not None


def test_a_copy_that_takes_a_worse_turn_joins_and_makes_the_case_urgent_at_once(office: Office) -> None:
    office.file(post("16", "ravi", text=LONG))
    worse = post("17", "meena", text=f"{LONG}, ab transformer se dhuan nikal raha hai", urgency=Urgency.CRITICAL)
    office.file(worse)
    case = office.case_of(worse)
    assert (case.urgency, case.complainants) == (Urgency.CRITICAL, 2)
    assert case.due_at == case.received_at, "it rings at once"


def test_that_it_is_still_so_in_the_same_place_joins_and_that_it_is_so_elsewhere_does_not(office: Office) -> None:
    here = {"in_reply_to": "18", "conversation_id": "18"}
    root = post("18", "ravi", text="Gandhi chowk me pani nahi", place="gandhi-chowk")
    still = post("19", "ravi", text="Gandhi chowk me abhi bhi nahi aaya", place="gandhi-chowk", **here)
    told = post("20", "ravi", text="Gandhi chowk me bhi aaj tanker nahi aaya", place="gandhi-chowk", **here)
    other = post("21", "ravi", text="Also no water in Lal Bagh", place="lal-bagh", **here)
    office.file(root, still, told, other)
    assert {office.case_of(item).id for item in (still, told)} == {office.case_of(root).id}
    assert (office.case_of(other).post_count, office.case_of(other).place) == (1, "lal-bagh")


def test_filing_again_changes_nothing_even_with_another_model(office: Office) -> None:
    office.file(*FAMILY, STRANGER)
    before = (office.cases(), office.store.dispositions())
    office.file(*FAMILY, STRANGER)
    other = [item.model_copy(update={"triage": make_triage(complaint=0.01)}) for item in FAMILY]
    office.file(*other)
    assert (office.cases(), office.store.dispositions()) == before


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


STEPS = ("claim_keys", "create_mentions", "create_complainants", "write_cases")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_at_any_step_and_done_again_gives_what_an_undisturbed_run_gives(
    tmp_path: Path, step: str, after: bool, nth: int
) -> None:
    def state_of(office: Office) -> Any:
        fields = {"changed_at", "history"}
        return [case.model_dump(exclude=fields) for case in office.cases()], office.store.dispositions()

    batches = (FAMILY[3:], FAMILY[:3], (STRANGER,))
    with new_office() as undisturbed:
        for batch in batches:
            undisturbed.file(*batch)
        expected = state_of(undisturbed)
    office = Office(tmp_path)
    calls = 0
    real: Callable[..., Any] = getattr(office.store, step)

    def dying(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            raise Killed
        result = real(*arguments)
        if calls == nth:
            raise Killed
        return result

    setattr(office.store, step, dying)
    for batch in batches:
        try:
            office.file(*batch)
        except Killed:
            office.file(*batch)
    assert state_of(office) == expected
    office.close()


def test_no_complaint_is_recorded_and_makes_no_case(office: Office) -> None:
    thanks = post("20", complaint=0.02, text="bahut bahut dhanyavaad aapka")
    office.file(thanks)
    assert office.disposition(thanks) is Disposition.NOT_COMPLAINT
    assert office.cases() == []


def test_a_repost_of_what_is_no_complaint_is_together_with_it_whichever_comes_first() -> None:
    jokes = [post(f"j{n}", "ravi", text="suraj phir nikla", complaint=0.05) for n in range(REVIEW_SAMPLE * 3)]
    reposts = [
        post(f"r{n}", "meena", text="suraj phir nikla", complaint=0.05, repost_of=f"j{n}") for n in range(len(jokes))
    ]
    with new_office() as one, new_office() as other:
        one.file(*jokes)
        one.file(*reposts)
        other.file(*reposts)
        other.file(*jokes)
        pairs = [
            [(office.is_filed(a), office.is_filed(b)) for a, b in zip(jokes, reposts, strict=True)]
            for office in (one, other)
        ]
    assert pairs[0] == pairs[1]
    assert {(True, True), (False, False)} == {*pairs[0]}, "and some were in the sample"


def test_thanks_in_the_complaints_own_thread_joins_it(office: Office) -> None:
    thanks = post("21", "ravi", complaint=0.02, text="pani aa gaya, dhanyavaad", in_reply_to="1")
    office.file(ORIGINAL, thanks)
    assert office.disposition(thanks) is Disposition.JOINED
    assert office.case_of(thanks).id == office.case_of(ORIGINAL).id


def test_an_unsure_post_waits_in_review_without_docket_but_with_a_due_moment(office: Office) -> None:
    unsure = post("22", needs_human=True)
    office.file(unsure)
    case = office.case_of(unsure)
    assert (case.status, case.docket) == (Status.REVIEW, None)
    assert case.due_at is not None


def test_short_complaints_of_two_people_are_two_cases(office: Office) -> None:
    one, other = (post(id, author, text="paani nahi aaya") for id, author in (("30", "a"), ("31", "b")))
    office.file(one, other)
    assert office.case_of(one).id != office.case_of(other).id


def test_a_copy_of_the_next_day_still_joins_and_one_of_three_days_later_does_not(office: Office) -> None:
    tomorrow, later = (post(str(40 + d), f"p{d}", created_at=NOW + timedelta(days=d)) for d in (1, 3))
    office.file(ORIGINAL, tomorrow, later)
    assert office.case_of(tomorrow).id == office.case_of(ORIGINAL).id
    assert office.case_of(later).id != office.case_of(ORIGINAL).id


def test_a_worse_turn_raises_the_urgency_and_brings_the_due_moment_forward(office: Office) -> None:
    worse = post("50", "ravi", text="ab current aa raha hai pani me", in_reply_to="1", urgency=Urgency.CRITICAL)
    office.file(ORIGINAL)
    office.file(worse)
    case = office.case_of(ORIGINAL)
    assert case.urgency is Urgency.CRITICAL
    assert case.deadline_at == ORIGINAL.mention.received_at + timedelta(hours=4)
    assert case.due_at == ORIGINAL.mention.received_at, "and it rings at once"


def test_no_machine_changes_what_a_person_has_set(office: Office) -> None:
    office.file(ORIGINAL)
    known = office.store.cases([case_id(ORIGINAL.mention.key)])[case_id(ORIGINAL.mention.key)]
    touched = known.case.model_copy(update={"touched": ("urgency", "queue"), "revision": 1, "queue": "grievances"})
    assert office.store.write_cases([(touched, known.version)]) == [True]
    worse = post("51", "ravi", text="bachche ko current laga", in_reply_to="1", urgency=Urgency.CRITICAL)
    order = post("52", "sp", handle="dmsundarpur", text="see", handles=["sundarpurpolice"], in_reply_to="1")
    office.file(worse, order)
    case = office.case_of(ORIGINAL)
    assert (case.urgency, case.queue) == (Urgency.NORMAL, "grievances")
    assert "police-control" in case.watching


def test_an_offices_own_reply_is_recorded_and_not_filed(office: Office) -> None:
    reply = post("60", "jal", handle="jalsundarpur", handles=["ravi"], text="team bheji hai", in_reply_to="1")
    office.file(ORIGINAL, reply)
    assert office.disposition(reply) is Disposition.OFFICIAL
    case = office.case_of(ORIGINAL)
    assert [item.kind for item in case.posts] == [PostKind.ORIGINAL, PostKind.OFFICIAL]
    assert case.complainants == 1


@pytest.mark.parametrize("citizen_first", [True, False])
def test_a_direction_moves_the_case_and_says_by_whom(office: Office, citizen_first: bool) -> None:
    order = post(
        "61", "dm", handle="dmsundarpur", handles=["sundarpurtraffic"], text="kindly look into it", in_reply_to="1"
    )
    office.file(*((ORIGINAL, order) if citizen_first else (order, ORIGINAL)))
    case = office.case_of(ORIGINAL)
    assert (case.queue, case.directed_by) == ("police-traffic", "dmsundarpur")
    assert "dmsundarpur" in case.reason
    assert case.complainants == 1


def test_a_case_that_is_directed_out_of_review_is_acknowledged(office: Office) -> None:
    unsure = post("64", needs_human=True)
    office.file(unsure)
    assert office.case_of(unsure).outbox == ()
    office.file(post("65", "dm", handle="dmsundarpur", handles=["sundarpurtraffic"], text="see", in_reply_to="64"))
    case = office.case_of(unsure)
    assert case.docket is not None and case.docket in case.outbox[0].text


def test_several_offices_tagged_make_one_case_with_the_others_watching(office: Office) -> None:
    item = post("62", handles=["sundarpurpolice", "jalsundarpur", "dmsundarpur"])
    office.file(item)
    case = office.case_of(item)
    assert (case.queue, case.watching) == ("water", ("police-control", "grievances"))


def test_a_complaint_about_staff_goes_to_oversight_and_nobody_complained_of_watches(office: Office) -> None:
    item = post("63", handles=["sundarpurpolice"], type=ComplaintType.STAFF_CONDUCT)
    office.file(item)
    case = office.case_of(item)
    assert (case.queue, case.watching) == ("oversight", ())


def test_a_deleted_post_is_recorded_without_a_word_of_it(office: Office) -> None:
    tombstones.bury(office.state, Deletion(target=DeletionTarget.POST, id="1", at=NOW))
    office.file(ORIGINAL)
    record = office.store.mentions([ORIGINAL.mention.key])[ORIGINAL.mention.key]
    assert (record.disposition, record.mention, record.triage) == (Disposition.DELETED, None, None)
    assert office.cases() == []


def test_a_post_that_comes_after_its_sweep_is_swept_again(office: Office) -> None:
    tombstones.bury(office.state, Deletion(target=DeletionTarget.AUTHOR, id="ravi", at=NOW))
    [grave] = office.state.scan(tombstones.KIND)
    office.state.replace(grave, grave.value, state=tombstones.DONE)
    office.file(ORIGINAL)
    assert office.state.count(tombstones.KIND, state=tombstones.PENDING) == 1


def test_a_case_keeps_twenty_posts_and_counts_all(office: Office) -> None:
    office.file(ORIGINAL, *(post(str(100 + n), f"u{n}", repost_of="1") for n in range(60)))
    case = office.case_of(ORIGINAL)
    assert (len(case.posts), case.post_count, case.complainants) == (20, 61, 61)


def test_historic_posts_have_no_clock_until_a_live_one_joins(office: Office) -> None:
    old = post("70", "ravi", historic=True)
    office.file(old)
    assert office.case_of(old).due_at is None
    office.file(post("71", "ravi", text="ab bhi wahi haal hai", in_reply_to="70"))
    assert office.case_of(old).due_at is not None


def test_the_next_is_told_when_the_stream_brings_a_reply_whose_sender_was_killed(office: Office) -> None:
    """The worker dies after it has sent: the reply is met by filing before anybody looks it up."""
    other = post("70", "vimla", text="hamare mohalle ka nal toota hai, sadak par pani", place="lal-bagh")
    office.file(ORIGINAL, other)
    boss = Actor("boss", Party.SUPERVISOR)
    kept, gone = office.case_of(ORIGINAL), office.case_of(other)
    Regrouping(office.store, DIRECTORY, lambda: NOW).merge(kept.id, gone.id, boss)
    words = "team bheji hai, aaj shaam tak paani aayega"

    def sending(case: Case) -> Case:
        after = acts.answer(case, boss, NOW, text=words, directory=DIRECTORY)
        outbox = [entry.model_copy(update={"state": EntryState.SENDING}) for entry in after.outbox]
        return after.model_copy(update={"outbox": tuple(outbox)})

    revise(office.store, DIRECTORY, lambda: office.store.cases([kept.id])[kept.id], sending)
    said = post("71", "jal", handle="jalsundarpur", handles=["h_ravi"], text=words, in_reply_to="1")
    for _ in range(2):
        office.file(said)
    told = [entry for entry in office.case_of(ORIGINAL).outbox if entry.kind is EntryKind.ALSO]
    assert [entry.about for entry in told] == [gone.id]


def test_a_union_that_was_broken_off_is_ended_as_it_was_begun(office: Office) -> None:
    """Between its two writes somebody has taken the case that goes: it goes all the same, and stands in one list."""
    later = NOW + timedelta(hours=1)
    office.file(post("80", "ravi"), post("81", "meena", text="nal mein ganda paani hai", created_at=later))
    first, second = (office.case_of(post(id)) for id in ("80", "81"))
    begun = absorb(first, second, DIRECTORY, NOW)
    assert begun is not None and begun[0].id == first.id
    taken = acts.take(second, Actor("sita", Party.OFFICER), NOW)
    ended = absorb(taken, begun[0], DIRECTORY, NOW)
    assert ended is not None
    kept, gone = ended
    assert (kept.id, kept.merged, gone.id, gone.merged_into) == (first.id, (second.id,), second.id, first.id)
