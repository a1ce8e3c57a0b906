"""What every case store promises (queues/store.py). A subclass supplies the fixture ``store``, empty.

What is looked for, counted or listed may be a moment late in a distributed store, so that is waited for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest

from queues.ordering import QUARTER_MICROSECONDS, microseconds
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Facet, Sort, Versioned, Visibility
from schemas.case import Case, Complainant, Disposition, MentionRecord, PostKind, Status
from schemas.case_head import CaseHead
from schemas.clocks import Clock, ClockKind, Promise
from schemas.labels import ComplaintType, Sensitivity, Urgency
from tests.contracts import eventually
from tests.queues.factories import (
    NOW,
    make_author,
    make_case,
    make_complainant,
    make_mention,
    make_post,
    make_record,
)

Result = TypeVar("Result")

TOO_MANY = 10_001
WATER = Visibility(frozenset({"water"}))
POWER = Visibility(frozenset({"power"}))
NOBODY = Visibility(frozenset())


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Does all of them at the same moment, each in a thread of its own."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result:
        ready.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def add(store: CaseStore, *cases: Case) -> None:
    assert all(store.write_cases([(case, None) for case in cases]))


def file(store: CaseStore, *records: MentionRecord) -> None:
    """Records and complainants, as filing writes them."""
    store.create_mentions(records)
    store.create_complainants([make_complainant(record) for record in records if record.case_id])


def found(store: CaseStore, query: CaseQuery, visibility: Visibility = EVERYTHING) -> list[str]:
    """The ids of one page."""
    return [versioned.case.id for versioned in store.search(query, visibility).cases]


def finds(
    store: CaseStore, query: CaseQuery, *cases: Case, visibility: Visibility = EVERYTHING, ordered: bool = False
) -> None:
    """Waits until the query finds these cases and no others."""

    def same() -> bool:
        ids, wanted = found(store, query, visibility), [case.id for case in cases]
        assert ids == wanted if ordered else sorted(ids) == sorted(wanted), (ids, wanted)
        return True

    eventually(same)


def pages(store: CaseStore, query: CaseQuery, visibility: Visibility = EVERYTHING) -> Iterator[list[Case]]:
    """Every page from the first to the last."""
    while True:
        page = store.search(query, visibility)
        yield [versioned.case for versioned in page.cases]
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)


def counts_are(store: CaseStore, expected: Mapping[str, Mapping[Status, int]]) -> bool:
    return store.counts(EVERYTHING).by_queue == expected


def read(store: CaseStore, case: Case) -> Versioned:
    return store.cases([case.id])[case.id]


class ClaimContract:
    """Join keys: who comes first keeps it."""

    def test_who_claims_first_keeps_the_key(self, store: CaseStore) -> None:
        assert store.claim_keys({"a": "1", "b": "1"}) == {"a": "1", "b": "1"}
        assert store.claim_keys({"b": "2", "c": "2"}) == {"b": "1", "c": "2"}
        assert store.holders(["a", "b", "c", "d"]) == {"a": "1", "b": "1", "c": "2"}

    def test_claiming_again_changes_nothing(self, store: CaseStore) -> None:
        for _ in range(2):
            assert store.claim_keys({"conversation:x:1 9": "1"}) == {"conversation:x:1 9": "1"}

    def test_two_at_once_get_the_same_answer(self, store: CaseStore) -> None:
        keys = [f"post:x:{number}" for number in range(50)]
        claims = [dict.fromkeys(keys, case) for case in ("one", "two")]
        first, second = at_once([partial(store.claim_keys, claim) for claim in claims])
        assert first == second == store.holders(keys)

    @pytest.mark.parametrize(
        "key", ["copy:water:roads:-:0f:2026-07-01", "पानी", "a'b\"c", "100%", "x" * 400, "back\\slash", "a b"]
    )
    def test_any_text_is_a_key(self, store: CaseStore, key: str) -> None:
        assert store.claim_keys({key: "1"}) == {key: "1"}
        assert store.holders([key]) == {key: "1"}

    def test_nothing_asked_is_nothing_answered(self, store: CaseStore) -> None:
        assert store.claim_keys({}) == {}
        assert store.holders([]) == {}


class RecordContract:
    """Mention records and complainants: created once, counted afresh."""

    def test_a_record_is_read_as_it_was_written(self, store: CaseStore) -> None:
        record = make_record(
            make_mention("1", "सड़क टूटी है\n\"क्यों\"? 🙏🏽 'ok' \\ %"), sealed="c2VhbGVk", watching=("power",)
        )
        assert store.create_mentions([record]) == [record]
        assert store.mentions([record.key, "x:none"]) == {record.key: record}

    def test_the_record_that_stands_stands(self, store: CaseStore) -> None:
        first = make_record(make_mention("1"), case="first")
        again = make_record(make_mention("1"), case="second")
        other = make_record(make_mention("2"))
        store.create_mentions([first])
        assert store.create_mentions([other, again]) == [other, first]
        assert store.mentions([first.key]) == {first.key: first}

    def test_a_record_that_comes_twice_in_a_batch_is_one(self, store: CaseStore) -> None:
        first, again = make_record(make_mention("1"), case="first"), make_record(make_mention("1"), case="second")
        assert store.create_mentions([first, again]) == [first, first]
        assert store.case_totals({"first": ["first"], "second": ["second"]}) == {"first": (1, 0), "second": (0, 0)}

    def test_of_two_writers_at_once_one_wins_each_record(self, store: CaseStore) -> None:
        batches = [[make_record(make_mention(str(id)), case=case) for id in range(30)] for case in ("one", "two")]
        first, second = at_once([partial(store.create_mentions, batch) for batch in batches])
        assert list(first) == list(second)
        totals = store.case_totals({"one": ["one"], "two": ["two"]})
        assert totals["one"][0] + totals["two"][0] == 30

    def test_totals_count_posts_and_distinct_complainants_of_each_group(self, store: CaseStore) -> None:
        ramu, sita = make_author("1"), make_author("2", handle="sita")
        file(
            store,
            make_record(make_mention("1", author=ramu), case="a"),
            make_record(make_mention("2", author=ramu), case="a"),
            make_record(make_mention("3", author=ramu), case="b"),
            make_record(make_mention("4", author=sita), case="b"),
            make_record(make_mention("5", author=sita), case="c"),
            make_record(make_mention("6"), disposition=Disposition.NOT_COMPLAINT),
        )
        groups = {"a": ["a"], "root": ["a", "b"], "twice": ["c", "c"], "empty": [], "unknown": ["z"]}
        assert store.case_totals(groups) == {
            "a": (2, 1),
            "root": (3 + 1, 2),
            "twice": (1, 1),
            "empty": (0, 0),
            "unknown": (0, 0),
        }

    def test_creating_complainants_again_changes_nothing(self, store: CaseStore) -> None:
        both = [Complainant(case_id="a", author_key="x:1"), Complainant(case_id="a", author_key="x:2")]
        for _ in range(2):
            store.create_complainants([*both, both[0]])
        assert store.case_totals({"a": ["a"]}) == {"a": (0, 2)}

    def test_dispositions_add_up(self, store: CaseStore) -> None:
        records = [make_record(make_mention(str(number)), disposition=each) for number, each in enumerate(Disposition)]
        records.append(make_record(make_mention("99"), disposition=Disposition.JOINED, case="a"))
        store.create_mentions(records)
        store.create_mentions(records)

        def counted() -> bool:
            expected = dict.fromkeys(Disposition, 1) | {Disposition.JOINED: 2}
            assert {each: number for each, number in store.dispositions().items() if number} == expected
            return True

        eventually(counted)

    def test_the_records_of_an_author_are_found(self, store: CaseStore) -> None:
        ramu = make_author("1")
        records = [make_record(make_mention(id, author=ramu)) for id in ("1", "2")]
        store.create_mentions([*records, make_record(make_mention("3", author=make_author("2")))])
        eventually(lambda: sorted(store.mentions_by_author("x:1")) == ["x:1", "x:2"])
        assert list(store.mentions_by_author("x:none")) == []


class WriteContract:
    """Cases: versioned writes."""

    def test_a_case_is_read_as_it_was_written(self, store: CaseStore) -> None:
        case = make_case(
            "1",
            "गड्ढा 🕳️ \"here\" \\ 'there'",
            watching=("power",),
            assignee="anita",
            place="ward-12",
            urgency=Urgency.CRITICAL,
            merged=("zz",),
            due_at=None,
            received_at=NOW.replace(microsecond=123457),
        )
        add(store, case)
        assert read(store, case).case == case
        by_id = store.case(case.id, EVERYTHING)
        assert by_id is not None
        assert by_id.case == case

    def test_a_case_is_created_once(self, store: CaseStore) -> None:
        case = make_case("1")
        assert list(store.write_cases([(case, None)])) == [True]
        assert list(store.write_cases([(case.model_copy(update={"queue": "power"}), None)])) == [False]
        assert read(store, case).case.queue == "water"

    def test_a_stale_version_is_refused_and_the_rest_is_written(self, store: CaseStore) -> None:
        one, two, three = make_case("1"), make_case("2"), make_case("3")
        add(store, one, two)
        version = read(store, one).version
        taken = one.model_copy(update={"assignee": "anita"})
        assert list(store.write_cases([(taken, version)])) == [True]
        late = one.model_copy(update={"assignee": "bala"})
        moved = two.model_copy(update={"queue": "power"})
        changes = [(late, version), (moved, read(store, two).version), (three, None)]
        assert list(store.write_cases(changes)) == [False, True, True]
        assert read(store, one).case == taken
        assert read(store, two).case == moved
        assert read(store, three).case == three

    def test_a_version_of_a_case_that_is_not_there_is_stale(self, store: CaseStore) -> None:
        add(store, make_case("1"))
        version = read(store, make_case("1")).version
        assert list(store.write_cases([(make_case("2"), version)])) == [False]
        assert store.cases([make_case("2").id]) == {}

    def test_each_write_makes_a_new_version(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        first = read(store, case)
        assert list(store.write_cases([(case, first.version)])) == [True]
        assert read(store, case).version != first.version

    def test_a_case_given_twice_is_written_once(self, store: CaseStore) -> None:
        case = make_case("1")
        assert sum(store.write_cases([(case, None), (case, None)])) == 1

    def test_of_two_officers_at_once_one_takes_the_case(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        for _ in range(10):
            standing = read(store, case)
            takes = [standing.case.model_copy(update={"assignee": name}) for name in ("anita", "bala")]
            written = at_once([partial(store.write_cases, [(take, standing.version)]) for take in takes])
            assert sorted(map(list, written)) == [[False], [True]]
            assert read(store, case).case.assignee == takes[[*map(any, written)].index(True)].assignee

    def test_of_two_that_open_a_case_at_once_one_does(self, store: CaseStore) -> None:
        for number in range(10):
            case = make_case(str(number))
            written = at_once([partial(store.write_cases, [(case, None)])] * 2)
            assert sorted(map(list, written)) == [[False], [True]]

    def test_merged_cases_are_there_for_filing(self, store: CaseStore) -> None:
        loser = make_case("2", merged_into=make_case("1").id)
        add(store, loser)
        assert read(store, loser).case == loser
        assert store.cases([]) == {}

    def test_more_than_ten_thousand_at_once_are_refused(self, store: CaseStore) -> None:
        names = [str(number) for number in range(TOO_MANY)]
        record, case = make_record(), make_case()
        for act in (
            lambda: store.claim_keys(dict.fromkeys(names, "1")),
            lambda: store.holders(names),
            lambda: store.create_mentions([record] * TOO_MANY),
            lambda: store.mentions(names),
            lambda: store.create_complainants([make_complainant(record)] * TOO_MANY),
            lambda: store.case_totals({name: [name] for name in names}),
            lambda: store.cases(names),
            lambda: store.write_cases([(case, None)] * TOO_MANY),
            lambda: store.erase_mentions(names),
        ):
            with pytest.raises(ValueError, match=r"10[,.]?000"):
                act()
        assert store.cases([case.id]) == {}
        assert store.mentions([record.key]) == {}


class VisibilityContract:
    """A reader sees the queues they may, and nothing of any other, whichever way they ask."""

    def test_no_way_leads_to_a_case_of_another_queue(self, store: CaseStore) -> None:
        case = make_case("1", place="ward-12", assignee="anita")
        add(store, case)
        file(store, make_record(make_mention("1")))
        finds(store, CaseQuery(), case)
        eventually(lambda: len(store.case_mentions(case.id, WATER)) == 1)
        assert case.docket is not None
        for reader in (POWER, NOBODY):
            assert store.case(case.id, reader) is None
            assert store.case(case.docket, reader) is None
            assert list(store.case_mentions(case.id, reader)) == []
            assert store.counts(reader).by_queue == {}
            for query in (
                CaseQuery(),
                CaseQuery(text=("paani",)),
                CaseQuery(text=(case.docket,)),
                CaseQuery(phrases=("paani nahi",)),
                CaseQuery(without=("nothing",)),
                CaseQuery(queues=("water",)),
                CaseQuery(places=("ward-12",)),
                CaseQuery(assignee="anita"),
                CaseQuery(handle="ramu_mistri"),
                CaseQuery(types=(ComplaintType.WATER_SUPPLY,)),
                CaseQuery(due_before=NOW + timedelta(days=9)),
                *(CaseQuery(sort=sort) for sort in Sort),
            ):
                assert found(store, query, WATER) == [case.id], query
                assert found(store, query, reader) == [], query

    def test_a_sealed_case_is_there_for_named_readers_only_whichever_way_others_ask(self, store: CaseStore) -> None:
        plain, sealed = make_case("1"), make_case("2", place="ward-12", assignee="anita", watching=("power",))
        sealed = sealed.model_copy(update={"sensitivity": (Sensitivity.CHILD,)})
        add(store, plain, sealed)
        file(store, make_record(make_mention("2")))
        assert sealed.docket is not None
        named = (EVERYTHING, *(Visibility(frozenset({code}), sealed=True) for code in ("water", "power")))
        for reader in named:
            eventually(partial(store.case, sealed.docket, reader))
            assert sealed.id in found(store, CaseQuery(assignee="anita"), reader)
            assert sealed.id in found(store, CaseQuery(queues=("water",)), reader)
            eventually(partial(store.case_mentions, sealed.id, reader))
        eventually(lambda: store.counts(EVERYTHING).by_queue == {"water": {Status.NEW: 2}})
        assert store.counts(named[1]).by_queue == {"water": {Status.NEW: 2}}
        assert store.counts(named[2]).by_queue == {"water": {Status.NEW: 1}}
        for other in (WATER, POWER, Visibility(None)):
            assert store.case(sealed.id, other) is None
            assert store.case(sealed.docket, other) is None
            assert list(store.case_mentions(sealed.id, other)) == []
            for query in (
                CaseQuery(),
                CaseQuery(text=("paani",)),
                CaseQuery(text=(sealed.docket,)),
                CaseQuery(queues=("water",)),
                CaseQuery(places=("ward-12",)),
                CaseQuery(assignee="anita"),
                CaseQuery(due_before=NOW + timedelta(days=9)),
                *(CaseQuery(sort=sort) for sort in Sort),
            ):
                assert sealed.id not in found(store, query, other), query
        assert store.counts(WATER).by_queue == store.counts(Visibility(None)).by_queue == {"water": {Status.NEW: 1}}
        assert store.counts(POWER).by_queue == {}

    def test_a_case_that_comes_to_be_sealed_is_gone_for_others(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        finds(store, CaseQuery(), case, visibility=WATER)
        sealed = case.model_copy(update={"sensitivity": (Sensitivity.SEXUAL_OFFENCE,)})
        store.write_cases([(sealed, read(store, case).version)])
        finds(store, CaseQuery(), visibility=WATER)
        finds(store, CaseQuery(), sealed, visibility=Visibility(frozenset({"water"}), sealed=True))
        eventually(lambda: store.counts(WATER).by_queue == {})

    def test_who_watches_sees(self, store: CaseStore) -> None:
        case = make_case("1", watching=("power", "roads"))
        add(store, case)
        file(store, make_record(make_mention("1")))
        assert case.docket is not None
        finds(store, CaseQuery(text=("paani",)), case, visibility=POWER)
        assert store.case(case.id, POWER) == read(store, case)
        eventually(lambda: store.case(case.docket or "", POWER) is not None)
        eventually(lambda: store.counts(POWER).by_queue == {"water": {Status.NEW: 1}})
        eventually(lambda: len(store.case_mentions(case.id, POWER)) == 1)

    def test_who_no_longer_watches_no_longer_sees(self, store: CaseStore) -> None:
        case = make_case("1", watching=("power",))
        add(store, case)
        finds(store, CaseQuery(), case, visibility=POWER)
        store.write_cases([(case.model_copy(update={"watching": ()}), read(store, case).version)])
        assert store.case(case.id, POWER) is None
        finds(store, CaseQuery(), visibility=POWER)
        finds(store, CaseQuery(), case, visibility=WATER)

    def test_a_transferred_case_changes_hands(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        finds(store, CaseQuery(), case, visibility=WATER)
        store.write_cases([(case.model_copy(update={"queue": "power"}), read(store, case).version)])
        finds(store, CaseQuery(), visibility=WATER)
        finds(store, CaseQuery(), case, visibility=POWER)
        eventually(lambda: store.counts(WATER).by_queue == {})
        eventually(lambda: store.counts(EVERYTHING).by_queue == {"power": {Status.NEW: 1}})

    def test_counts_are_by_queue_and_status_without_merged_ones(self, store: CaseStore) -> None:
        add(
            store,
            make_case("1"),
            make_case("2"),
            make_case("3", status=Status.CLOSED, due_at=None),
            make_case("4", queue="power", watching=("water",)),
            make_case("5", queue="power", status=Status.REVIEW),
            make_case("6", merged_into=make_case("1").id),
        )
        water = {Status.NEW: 2, Status.CLOSED: 1}
        eventually(
            lambda: store.counts(EVERYTHING).by_queue == {"water": water, "power": {Status.NEW: 1, Status.REVIEW: 1}}
        )
        assert store.counts(WATER).by_queue == {"water": water, "power": {Status.NEW: 1}}
        assert store.counts(Visibility(frozenset({"water", "power"}))) == store.counts(EVERYTHING)

    def test_counts_follow_changes(self, store: CaseStore) -> None:
        case, other = make_case("1"), make_case("2")
        add(store, case, other)
        for change, expected in (
            ({"status": Status.RESOLVED}, {"water": {Status.NEW: 1, Status.RESOLVED: 1}}),
            ({"status": Status.NEW}, {"water": {Status.NEW: 2}}),
            ({"merged_into": other.id}, {"water": {Status.NEW: 1}}),
            ({"merged_into": None}, {"water": {Status.NEW: 2}}),
        ):
            standing = read(store, case)
            store.write_cases([(standing.case.model_copy(update=change), standing.version)])
            eventually(partial(counts_are, store, expected))

    def test_a_docket_number_is_found_as_people_write_it(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        assert case.docket is not None
        for written in (case.docket, case.docket.lower(), case.docket.replace("-", ""), case.docket.replace("-", " ")):
            eventually(partial(store.case, written, WATER))
            assert store.case(written, WATER) == read(store, case)
        assert store.case("SPR-0000-0000-0000", WATER) is None
        assert store.case("", WATER) is None

    def test_the_posts_of_a_case_come_in_the_order_they_were_written(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        records = [
            make_record(make_mention(id, created_at=NOW + timedelta(minutes=minutes)), case=case.id)
            for id, minutes in (("1", 0), ("3", 30), ("2", 7), ("5", 9), ("4", 8))
        ]
        file(store, *records, make_record(make_mention("9"), case="another"))
        ordered = ["x:1", "x:2", "x:4", "x:5", "x:3"]
        eventually(lambda: [record.key for record in store.case_mentions(case.id, WATER)] == ordered)
        assert [record.key for record in store.case_mentions(case.id, WATER, limit=2)] == ordered[:2]

    def test_the_posts_of_merged_cases_are_posts_of_the_case(self, store: CaseStore) -> None:
        loser = make_case("2", queue="power")
        case = make_case("1", merged=(loser.id,))
        add(store, case, loser.model_copy(update={"merged_into": case.id}))
        file(
            store,
            make_record(make_mention("1")),
            make_record(make_mention("2", created_at=NOW - timedelta(hours=1)), case=loser.id),
        )
        eventually(lambda: [record.key for record in store.case_mentions(case.id, WATER)] == ["x:2", "x:1"])
        assert [record.key for record in store.case_mentions(loser.id, POWER)] == ["x:2"]
        assert list(store.case_mentions(loser.id, WATER)) == []


class SearchContract:
    """Words in any script, filters, order and pages."""

    def test_one_word_is_found_in_every_spelling(self, store: CaseStore) -> None:
        spellings = ("बिजली", "bijli", "bijlee", "BIJLII")
        cases = [make_case(str(number), f"kal se {word} nahi") for number, word in enumerate(spellings)]
        add(store, *cases, make_case("9", "paani nahi"))
        for word in spellings:
            finds(store, CaseQuery(text=(word,)), *cases)

    def test_all_words_must_be_there(self, store: CaseStore) -> None:
        case = make_case("1", "ward mein सड़क टूटी है")
        add(store, case, make_case("2", "ward mein paani"))
        finds(store, CaseQuery(text=("sadak", "ward")), case)
        finds(store, CaseQuery(text=("sadak", "paani")))

    def test_the_words_may_stand_in_different_posts_of_a_case(self, store: CaseStore) -> None:
        posts = [make_post(make_mention("1", "sadak kharab")), make_post(make_mention("2", "ward barah"))]
        case = make_case("1", posts=posts)
        add(store, case)
        finds(store, CaseQuery(text=("ward", "sadak")), case)

    def test_the_last_word_may_be_unfinished(self, store: CaseStore) -> None:
        case = make_case("1", "ward mein बिजली नहीं")
        add(store, case)
        finds(store, CaseQuery(text=("bijl",)), case)
        finds(store, CaseQuery(text=("ward", "bijl")), case)
        finds(store, CaseQuery(text=("bijl", "ward")))
        finds(store, CaseQuery(text=("bi",)))

    def test_a_phrase_stands_together_and_in_order(self, store: CaseStore) -> None:
        case = make_case("1", "यहाँ बिजली नहीं है")
        add(store, case, make_case("2", "nahi hai bijli yahan"))
        finds(store, CaseQuery(phrases=("bijli nahi",)), case)
        finds(store, CaseQuery(phrases=("yahan bijli", "nahi hai")), case)
        finds(store, CaseQuery(phrases=("bijl",)))

    def test_a_phrase_does_not_reach_from_one_post_into_the_next(self, store: CaseStore) -> None:
        posts = [make_post(make_mention("1", "pul toot gaya")), make_post(make_mention("2", "hum log fanse hain"))]
        add(store, make_case("1", posts=posts))
        finds(store, CaseQuery(phrases=("pul toot gaya",)), make_case("1", posts=posts))
        finds(store, CaseQuery(phrases=("gaya hum",)))

    def test_words_and_phrases_can_be_left_out(self, store: CaseStore) -> None:
        one, two = make_case("1", "bijli nahi hai"), make_case("2", "bijli aati jaati hai")
        add(store, one, two)
        finds(store, CaseQuery(text=("bijli",), without=("नहीं",)), two)
        finds(store, CaseQuery(text=("bijli",), without=("jaati hai",)), one)
        finds(store, CaseQuery(without=("jaati", "nahi")))
        finds(store, CaseQuery(without=("kuchh",)), one, two)

    def test_dockets_and_places_are_found_by_words(self, store: CaseStore) -> None:
        case = make_case("1", place="ward-12")
        add(store, case, make_case("2"))
        assert case.docket is not None
        for docket in (case.docket, case.docket.lower(), case.docket.replace("-", ""), case.docket[4:]):
            finds(store, CaseQuery(text=(docket,)), case)
        finds(store, CaseQuery(text=("ward-12",)), case)

    def test_what_is_no_word_does_not_narrow(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        for noise in ("!!!", "🙏", '"', "", "-", "*", "\u0941" * 20):
            finds(store, CaseQuery(text=("paani", noise), phrases=(noise,), without=(noise,)), case)

    @pytest.mark.parametrize(
        "text",
        [
            '"',
            '""',
            "paani*",
            "pa*ni",
            "NEAR(paani nahi, 2)",
            "body:paani",
            "paani AND NOT nahi",
            "^paani",
            "paani + nahi",
            "(paani",
            "paani)",
            "' OR 1=1 --",
            "\\",
            "paani\\",
            "%",
            "_",
            "{paani}",
            "\u202epaani\u202c",
            "पा" + "\u0941" * 10_000,
            "paani " * 2_000,
            "a" * 20_000,
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\ue000",
            "\ud83d",
            "ＰＡＡＮＩ",
            "AND",
            "OR NOT",
        ],
    )
    def test_no_text_breaks_a_search(self, store: CaseStore, text: str) -> None:
        add(store, make_case("1"))
        for query in (
            CaseQuery(text=(text,)),
            CaseQuery(phrases=(text,)),
            CaseQuery(without=(text,)),
            CaseQuery(text=tuple(text.split()[:500]), places=("ward-1",)),
        ):
            for case in store.search(query, EVERYTHING).cases:
                assert case.case.id == make_case("1").id

    @pytest.mark.parametrize("text", ["' OR 1=1 --", "*", "%", '"water"', "\u202e", "water,power"])
    def test_no_value_of_a_filter_breaks_a_search(self, store: CaseStore, text: str) -> None:
        add(store, make_case("1"))
        for query in (
            CaseQuery(queues=(text,)),
            CaseQuery(places=(text,)),
            CaseQuery(languages=(text,)),
            CaseQuery(handle=text),
            CaseQuery(assignee=text),
        ):
            assert found(store, query) == []
        assert found(store, CaseQuery(), Visibility(frozenset({text}))) == []

    def test_hostile_posts_are_filed_and_found(self, store: CaseStore) -> None:
        texts = [
            "zalgo " + "क" + "\u0941" * 10_000,
            "quote \" zalgo ' OR NOT * ( NEAR",
            "\u202ezalgo\u202c \u2066abc\u2069",
            "zalgo " + "x" * 30_000,
            "zalgo \U0001f468\u200d\U0001f469 عربي 漢字",
        ]
        cases = [make_case(str(number), text) for number, text in enumerate(texts)]
        add(store, *cases)
        finds(store, CaseQuery(text=("zalgo",)), *cases)
        finds(store, CaseQuery(text=("عربي", "漢字")), cases[-1])
        assert [read(store, case).case for case in cases] == cases

    def test_each_filter_narrows(self, store: CaseStore) -> None:
        plain = make_case("1", author=make_author("1", handle="sita"))
        special = make_case(
            "2",
            queue="power",
            status=Status.ASSIGNED,
            type=ComplaintType.ELECTRICITY,
            urgency=Urgency.CRITICAL,
            language="hi",
            place="ward-12",
            assignee="anita",
            author=make_author("2", handle="mohan_lal"),
            received_at=NOW - timedelta(days=2),
            due_at=NOW - timedelta(hours=1),
        )
        add(store, plain, special)
        finds(store, CaseQuery(), plain, special)
        for query in (
            CaseQuery(queues=("power", "roads")),
            CaseQuery(statuses=(Status.ASSIGNED, Status.CLOSED)),
            CaseQuery(types=(ComplaintType.ELECTRICITY,)),
            CaseQuery(urgencies=(Urgency.CRITICAL, Urgency.SUGGESTION)),
            CaseQuery(languages=("hi",)),
            CaseQuery(places=("ward-12", "ward-13")),
            CaseQuery(assignee="anita"),
            CaseQuery(handle="mohan_lal"),
            CaseQuery(due_before=NOW),
            CaseQuery(received_before=NOW - timedelta(days=1)),
            CaseQuery(queues=("power",), text=("paani",), urgencies=(Urgency.CRITICAL,), due_before=NOW),
        ):
            finds(store, query, special)
        finds(store, CaseQuery(received_after=NOW - timedelta(days=1)), plain)
        finds(store, CaseQuery(queues=("power",), assignee="bala"))
        finds(store, CaseQuery(unassigned=True), plain)
        finds(store, CaseQuery(unassigned=True, queues=("power",), without=("bijli",)))

    def test_the_author_of_any_post_of_a_case_is_found(self, store: CaseStore) -> None:
        posts = [make_post(make_mention(id, author=make_author(id, handle=f"h{id}"))) for id in ("1", "2")]
        case = make_case("1", posts=posts)
        add(store, case)
        for handle in ("h1", "h2"):
            finds(store, CaseQuery(handle=handle), case)

    def test_bounds_of_time_take_in_their_beginning_and_leave_out_their_end(self, store: CaseStore) -> None:
        case = make_case("1", received_at=NOW, due_at=NOW + timedelta(hours=1))
        add(store, case)
        little = timedelta(milliseconds=1)
        finds(store, CaseQuery(received_after=NOW), case)
        finds(store, CaseQuery(received_before=NOW))
        finds(store, CaseQuery(received_before=NOW + little), case)
        finds(store, CaseQuery(received_after=NOW + little))
        finds(store, CaseQuery(due_before=NOW + timedelta(hours=1)))
        finds(store, CaseQuery(due_before=NOW + timedelta(hours=1) + little), case)

    def test_what_is_never_due_is_not_due(self, store: CaseStore) -> None:
        add(store, make_case("1", due_at=None))
        finds(store, CaseQuery(), make_case("1", due_at=None))
        assert found(store, CaseQuery(due_before=NOW + timedelta(days=36500))) == []

    def test_merged_cases_are_left_out_unless_asked_for(self, store: CaseStore) -> None:
        case, loser = make_case("1"), make_case("2", merged_into=make_case("1").id)
        add(store, case, loser)
        finds(store, CaseQuery(), case)
        finds(store, CaseQuery(text=("paani",)), case)
        finds(store, CaseQuery(merged=True), case, loser)
        finds(store, CaseQuery(merged=True, statuses=(Status.NEW,)), case, loser)
        finds(store, CaseQuery(merged=True, statuses=(Status.CLOSED,)))

    def test_a_change_of_text_changes_what_is_found(self, store: CaseStore) -> None:
        case = make_case("1", "sadak kharab")
        add(store, case)
        finds(store, CaseQuery(text=("sadak",)), case)
        post = make_post(make_mention("2", "naali jaam"))
        store.write_cases([(case.model_copy(update={"posts": (*case.posts, post)}), read(store, case).version)])
        finds(store, CaseQuery(text=("naali",)), case)
        finds(store, CaseQuery(text=("sadak", "naali")), case)

    def test_moments_without_a_zone_are_refused(self, store: CaseStore) -> None:
        naive = datetime(2026, 7, 1)  # noqa: DTZ001 that is the mistake
        for query in (CaseQuery(due_before=naive), CaseQuery(received_after=naive), CaseQuery(received_before=naive)):
            with pytest.raises(ValueError, match="time zone"):
                store.search(query, EVERYTHING)

    def test_the_most_pressing_come_first(self, store: CaseStore) -> None:
        def case(id: str, urgency: Urgency, due: int | None, received: int = 0) -> Case:
            return make_case(
                id,
                urgency=urgency,
                due_at=None if due is None else NOW + timedelta(hours=due),
                received_at=NOW + timedelta(minutes=received),
            )

        ordered = [
            case("1", Urgency.CRITICAL, 5),
            case("2", Urgency.CRITICAL, None),
            case("3", Urgency.NORMAL, -3),
            case("4", Urgency.NORMAL, 2, received=-10),
            case("5", Urgency.NORMAL, 2, received=-5),
            case("6", Urgency.SUGGESTION, -9),
            case("7", Urgency.SUGGESTION, None),
        ]
        add(store, *reversed(ordered))
        finds(store, CaseQuery(), *ordered, ordered=True)
        due = [ordered[index] for index in (5, 2, 3, 4, 0)]
        finds(store, CaseQuery(sort=Sort.DUE, due_before=NOW + timedelta(days=30)), *due, ordered=True)

    def test_people_are_shown_what_was_promised_first_and_the_clock_what_it_must_look_at(
        self, store: CaseStore
    ) -> None:
        soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=9)
        warned = make_case("warned", due_at=soon).model_copy(
            update={"clocks": (Clock(kind=ClockKind.RESOLVE, due_at=later, warn_at=soon),)}
        )
        plain = make_case("plain", due_at=NOW + timedelta(hours=5))
        met = Clock(kind=ClockKind.RESOLVE, due_at=NOW, met_at=soon)
        over = make_case("over", due_at=NOW + timedelta(hours=3)).model_copy(update={"clocks": (met,)})
        add(store, warned, plain, over)
        finds(store, CaseQuery(sort=Sort.DUE), warned, over, plain, ordered=True)
        finds(store, CaseQuery(sort=Sort.DEADLINE), plain, warned, over, ordered=True)
        finds(store, CaseQuery(sort=Sort.PRESSING), plain, warned, over, ordered=True)
        finds(store, CaseQuery(deadline_before=NOW + timedelta(hours=6)), plain)
        finds(store, CaseQuery(promises=(Promise.MISSED,)), over)
        finds(store, CaseQuery(promises=(Promise.KEPT, Promise.OPEN)), plain, warned)

    def test_what_nobody_has(self, store: CaseStore) -> None:
        free, taken = make_case("free"), make_case("taken", assignee="anita")
        add(store, free, taken)
        finds(store, CaseQuery(unassigned=True), free)
        finds(store, CaseQuery(unassigned=True, queues=("water",)), free)

    def test_what_is_found_is_counted_by_its_facts(self, store: CaseStore) -> None:
        cases = [
            make_case("1", "paani nahi", place="sadar", assignee="anita"),
            make_case("2", "paani nahi", urgency=Urgency.CRITICAL, received_at=NOW + timedelta(minutes=20)),
            make_case("3", "paani nahi", queue="roads", type=ComplaintType.ROADS),
            make_case("4", "bijli nahi", status=Status.CLOSED),
            make_case("5", "paani nahi", merged_into=make_case("1").id),
        ]
        add(store, *cases)
        query = CaseQuery(text=("paani",), limit=1)
        finds(store, replace(query, limit=9), *cases[:3])
        tally = store.tally(query, EVERYTHING, [*Facet])
        quarter = microseconds(NOW) // QUARTER_MICROSECONDS
        assert (tally.total, tally.more) == (3, False)
        assert tally.by == {
            Facet.QUEUE: {"water": 2, "roads": 1},
            Facet.STATUS: {"new": 3},
            Facet.TYPE: {"water_supply": 2, "roads": 1},
            Facet.URGENCY: {"normal": 2, "critical": 1},
            Facet.LANGUAGE: {"hi-Latn": 3},
            Facet.PLACE: {"sadar": 1},
            Facet.ASSIGNEE: {"anita": 1},
            Facet.PROMISE: {"open": 3},
            Facet.QUARTER: {str(quarter): 2, str(quarter + 1): 1},
        }
        seen = store.tally(query, Visibility(frozenset({"roads"})), [Facet.QUEUE])
        assert (seen.total, seen.by) == (1, {Facet.QUEUE: {"roads": 1}})
        assert store.tally(CaseQuery(text=("nothing",)), EVERYTHING, [Facet.TYPE]).by == {Facet.TYPE: {}}

    def test_the_newest_the_oldest_and_the_most_repeated(self, store: CaseStore) -> None:
        first, second, third = (
            make_case(str(n), received_at=NOW + timedelta(hours=n), complainants=complainants)
            for n, complainants in ((1, 7), (2, 900), (3, 30))
        )
        add(store, second, first, third)
        finds(store, CaseQuery(sort=Sort.NEWEST), third, second, first, ordered=True)
        finds(store, CaseQuery(sort=Sort.OLDEST), first, second, third, ordered=True)
        finds(store, CaseQuery(sort=Sort.COMPLAINANTS), second, third, first, ordered=True)

    def test_what_was_changed_since_comes_in_its_order(self, store: CaseStore) -> None:
        cases = [
            make_case(str(number)).model_copy(update={"changed_at": NOW + timedelta(seconds=(number * 7) % 10)})
            for number in range(1, 10)
        ]
        merged = make_case("10", merged_into=cases[0].id).model_copy(update={"changed_at": NOW + timedelta(seconds=20)})
        add(store, *cases, merged)
        ordered = [*sorted(cases, key=lambda case: case.changed_at), merged]
        since = CaseQuery(sort=Sort.CHANGED, merged=True, changed_after=ordered[3].changed_at)
        finds(store, since, *ordered[3:], ordered=True)
        [standing] = store.cases([cases[0].id]).values()
        later = cases[0].model_copy(update={"changed_at": NOW + timedelta(minutes=1)})
        assert store.write_cases([(later, standing.version)]) == [True]
        finds(store, replace(since, changed_after=NOW + timedelta(seconds=30)), later, ordered=True)
        finds(store, replace(since, changed_after=NOW + timedelta(minutes=2)))
        first = store.search(replace(since, limit=2), EVERYTHING)
        rest = store.search(replace(since, limit=10, cursor=first.cursor), EVERYTHING)
        assert len({found.case.id for found in (*first.cases, *rest.cases)}) == len(first.cases) + len(rest.cases)

    @pytest.mark.parametrize("sort", Sort)
    def test_pages_are_complete_and_show_nothing_twice(self, store: CaseStore, sort: Sort) -> None:
        cases = [
            make_case(
                str(number),
                urgency=[*Urgency][number % 2],
                status=[Status.NEW, Status.CLOSED][number % 7 == 0],
                queue=["water", "power"][number % 3 == 0],
                complainants=1 + number % 3,
                received_at=NOW + timedelta(minutes=number % 4),
                due_at=None if number % 5 == 0 else NOW + timedelta(hours=number % 3),
            )
            for number in range(41)
        ]
        add(store, *cases)
        finds(store, CaseQuery(limit=100), *cases)
        for query, visibility, expected in (
            (CaseQuery(), EVERYTHING, cases),
            (CaseQuery(), WATER, [case for case in cases if case.queue == "water"]),
            (CaseQuery(statuses=(Status.NEW,)), EVERYTHING, [case for case in cases if case.status is Status.NEW]),
            (CaseQuery(text=("paani",)), POWER, [case for case in cases if case.queue == "power"]),
        ):
            for limit in (1, 7, 41):
                seen = [*pages(store, replace(query, sort=sort, limit=limit), visibility)]
                ids = [case.id for page in seen for case in page]
                assert sorted(ids) == sorted(case.id for case in expected)
                assert all(len(page) == limit for page in seen[:-1])
                assert ids == found(store, replace(query, sort=sort, limit=100), visibility)

    def test_what_comes_in_between_moves_no_page(self, store: CaseStore) -> None:
        old = [make_case(str(number), received_at=NOW + timedelta(minutes=number)) for number in range(6)]
        add(store, *old)
        finds(store, CaseQuery(), *old)
        first = store.search(CaseQuery(sort=Sort.NEWEST, limit=3), EVERYTHING)
        new = make_case("99", received_at=NOW + timedelta(days=1))
        add(store, new)
        finds(store, CaseQuery(), *old, new)
        second = store.search(CaseQuery(sort=Sort.NEWEST, limit=3, cursor=first.cursor), EVERYTHING)
        ids = [versioned.case.id for versioned in (*first.cases, *second.cases)]
        assert ids == [case.id for case in reversed(old)]
        assert second.cursor is None

    def test_a_page_carries_versions_to_write_with(self, store: CaseStore) -> None:
        add(store, make_case("1"))
        finds(store, CaseQuery(), make_case("1"))
        (listed,) = store.search(CaseQuery(), EVERYTHING).cases
        assert listed == read(store, listed.case)
        assert list(store.write_cases([(listed.case, listed.version)])) == [True]

    def test_all_that_is_found_is_read_as_heads_the_oldest_first(
        self, store: CaseStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("queues.sqlite.finding", "queues.elastic.finding"):
            monkeypatch.setattr(f"{module}._HEADS", 3)
        met = (Clock(kind=ClockKind.ANSWER, due_at=NOW, met_at=NOW), Clock(kind=ClockKind.RESOLVE, due_at=NOW))
        cases = [make_case(str(n), "paani nahi", received_at=NOW - timedelta(hours=n // 2)) for n in range(6)]
        cases[2] = cases[2].model_copy(update={"clocks": met})
        add(store, *cases, make_case("7", "bijli nahi"), make_case("8", "paani", queue="power"))
        query = CaseQuery(text=("paani",), sort=Sort.NEWEST, limit=1)
        eventually(lambda: len([*store.heads(query, WATER)]) == len(cases))
        heads = [*store.heads(query, WATER)]
        assert [head.received_at for head in heads] == sorted(case.received_at for case in cases)
        assert {head.id: head for head in heads} == {
            case.id: CaseHead.model_validate_json(case.model_dump_json()) for case in cases
        }
        assert {head.id: head.deadline_at for head in heads} == {case.id: case.deadline_at for case in cases}
        assert [*store.heads(CaseQuery(), NOBODY)] == []

    @pytest.mark.parametrize("limit", [0, -1, MAX_PAGE + 1])
    def test_a_page_has_its_bounds(self, store: CaseStore, limit: int) -> None:
        with pytest.raises(ValueError, match="limit"):
            store.search(CaseQuery(limit=limit), EVERYTHING)

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "W10", "bnVsbA", "e30", "é", "\ud800", "A" * 100_000, "W1tbW1tbW1tb", "MQ==", "' OR 1=1", "////"],
    )
    def test_a_cursor_that_is_not_ours_is_refused(self, store: CaseStore, cursor: str) -> None:
        for sort in Sort:
            with pytest.raises(ValueError, match="cursor"):
                store.search(CaseQuery(cursor=cursor, sort=sort), EVERYTHING)

    def test_the_cursor_of_another_order_is_refused(self, store: CaseStore) -> None:
        cases = [make_case(str(number)) for number in range(3)]
        add(store, *cases)
        finds(store, CaseQuery(), *cases)
        cursor = store.search(CaseQuery(sort=Sort.DUE, limit=1), EVERYTHING).cursor
        for sort in (Sort.PRESSING, Sort.NEWEST, Sort.OLDEST, Sort.COMPLAINANTS):
            with pytest.raises(ValueError, match="cursor"):
                store.search(CaseQuery(sort=sort, cursor=cursor), EVERYTHING)

    def test_a_cursor_shows_no_more_than_the_reader_may_see(self, store: CaseStore) -> None:
        cases = [make_case(str(number)) for number in range(4)]
        add(store, *cases)
        finds(store, CaseQuery(), *cases)
        cursor = store.search(CaseQuery(limit=1), WATER).cursor
        assert cursor is not None
        assert found(store, CaseQuery(cursor=cursor), POWER) == []


class ErasureContract:
    """What is erased is gone wherever the store holds it; decisions and counts stay."""

    def test_record_case_and_index_forget_the_post(self, store: CaseStore) -> None:
        author = make_author("7", handle="sita_devi", name="Sita Devi")
        gone = make_mention("2", "transformer jal gaya", author=author, created_at=NOW + timedelta(minutes=1))
        case = make_case(
            "1", posts=[make_post(make_mention("1")), make_post(gone, kind=PostKind.REPLY)], because=("jal", "paani")
        )
        add(store, case)
        record = make_record(gone, case=case.id, disposition=Disposition.JOINED, sealed="c2VhbGVk")
        file(store, make_record(make_mention("1")), record)
        finds(store, CaseQuery(text=("transformer",)), case)
        for _ in range(2):
            store.erase_mentions([gone.key, "x:none"])
            (left,) = store.mentions([gone.key]).values()
            assert left == record.model_copy(update={"mention": None, "triage": None, "sealed": None})
            after = read(store, case).case
            assert after == case.model_copy(update={"posts": after.posts, "because": ()})
            kept, erased = after.posts
            assert kept == case.posts[0]
            assert (erased.key, erased.kind, erased.created_at) == (gone.key, PostKind.REPLY, gone.created_at)
            assert (erased.text, erased.url, erased.erased) == ("", None, True)
            assert (erased.author.handle, erased.author.name) == (None, None)
            assert erased.author.id != author.id
            finds(store, CaseQuery(text=("transformer",)))
            finds(store, CaseQuery(handle="sita_devi"))
            finds(store, CaseQuery(text=("paani",)), case)
        assert store.case_totals({"a": [case.id]}) == {"a": (2, 2)}
        eventually(lambda: [record.key for record in store.case_mentions(case.id, WATER)] == ["x:1", "x:2"])
        eventually(lambda: store.dispositions()[Disposition.JOINED] == 1)
        eventually(store.compact, seconds=90)  # Elasticsearch lets go of what was written over after half a minute

    def test_the_version_that_was_read_before_is_stale(self, store: CaseStore) -> None:
        case = make_case("1")
        add(store, case)
        file(store, make_record(make_mention("1")))
        before = read(store, case)
        eventually(lambda: len(store.case_mentions(case.id, WATER)) == 1)
        store.erase_mentions(["x:1"])
        assert list(store.write_cases([(before.case, before.version)])) == [False]

    def test_a_copy_that_a_merge_made_is_erased_too(self, store: CaseStore) -> None:
        winner, loser = make_case("1"), make_case("2", "naali jaam hai")
        merged = winner.model_copy(update={"posts": (*winner.posts, *loser.posts), "merged": (loser.id,)})
        add(store, merged, loser.model_copy(update={"merged_into": winner.id}))
        file(store, make_record(make_mention("1")), make_record(make_mention("2", "naali jaam hai")))
        finds(store, CaseQuery(text=("naali",)), winner)
        store.erase_mentions(["x:2"])
        for case in (read(store, winner).case, read(store, loser).case):
            assert [post.text for post in case.posts if post.key == "x:2"] == [""]
        finds(store, CaseQuery(text=("naali",), merged=True))

    def test_an_erased_record_stands(self, store: CaseStore) -> None:
        record = make_record(make_mention("1"))
        file(store, record)
        store.erase_mentions([record.key])
        (standing,) = store.create_mentions([record])
        assert standing.mention is None
        assert store.mentions([record.key])[record.key] == standing

    def test_nothing_to_erase_is_fine(self, store: CaseStore) -> None:
        store.erase_mentions([])
        store.erase_mentions(["x:none"])
        eventually(store.compact)


class ReindexContract:
    def test_everything_is_found_after_a_reindex(self, store: CaseStore) -> None:
        cases = [make_case(str(number), f"sadak number {number}") for number in range(30)]
        add(store, *cases)
        finds(store, CaseQuery(text=("sadak",)), *cases)
        progress = [*store.reindex()]
        assert progress[-1] == (30, 30)
        assert progress == sorted(progress)
        finds(store, CaseQuery(text=("sadak",)), *cases)
        finds(store, CaseQuery(text=("सड़क", "17")), cases[17])

    def test_readers_and_writers_go_on_meanwhile(self, store: CaseStore) -> None:
        cases = [make_case(str(number), "sadak kharab") for number in range(20)]
        add(store, *cases)
        finds(store, CaseQuery(text=("sadak",)), *cases)
        late = make_case("99", "sadak dhans gayi")
        for done, _ in store.reindex():
            if done and not store.cases([late.id]):
                add(store, late)
                changed = cases[3].model_copy(update={"posts": (make_post(make_mention("3", "naali jaam")),)})
                assert all(store.write_cases([(changed, read(store, changed).version)]))
                assert len(found(store, CaseQuery(text=("sadak",)))) >= 19
        finds(store, CaseQuery(text=("dhans",)), late)
        finds(store, CaseQuery(text=("sadak",)), *cases[:3], *cases[4:], late)
        finds(store, CaseQuery(text=("naali",)), cases[3])

    def test_an_empty_store_is_indexed_again_too(self, store: CaseStore) -> None:
        assert [*store.reindex()][-1:] in ([], [(0, 0)])
        add(store, make_case("1"))
        finds(store, CaseQuery(text=("paani",)), make_case("1"))


class EverythingContract:
    """What migration and backup read."""

    def test_all_there_is_is_read_once(self, store: CaseStore) -> None:
        claims = {f"post:x:{number}": str(number) for number in range(1100)} | {"odd": "1", ":a": "2", "a:b:": "3"}
        records = [make_record(make_mention(str(number)), case=str(number % 7)) for number in range(1100)]
        cases = [make_case(str(number)) for number in range(7)]
        merged = make_case("8").model_copy(update={"merged_into": "1"})
        store.claim_keys(claims)
        file(store, *records)
        add(store, *cases, merged)
        assert sorted(store.every_claim()) == sorted(claims.items())
        assert by_key(store.every_mention()) == by_key(records)
        found = [*store.every_complainant()]
        assert len(found) == len(set(found))
        assert set(found) == {make_complainant(record) for record in records}
        assert sorted(case.id for case in store.every_case()) == sorted(case.id for case in [*cases, merged])

    def test_an_empty_store_has_nothing(self, store: CaseStore) -> None:
        assert [*store.every_claim(), *store.every_mention(), *store.every_complainant(), *store.every_case()] == []


def by_key(records: Iterable[MentionRecord]) -> list[MentionRecord]:
    return sorted(records, key=lambda record: record.key)


class CaseStoreContract(
    ClaimContract,
    RecordContract,
    WriteContract,
    VisibilityContract,
    SearchContract,
    ErasureContract,
    ReindexContract,
    EverythingContract,
):
    """All of it: subclass this with a fixture ``store``."""
