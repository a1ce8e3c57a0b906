"""What may be about the same is suggested; how a campaign grows is counted by accounts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from queues.similar import growth, similar
from queues.sqlite import SqliteCaseStore
from queues.store import EVERYTHING, Visibility
from schemas.case import MentionRecord, PostKind, Status
from schemas.labels import ComplaintType
from tests.queues.factories import NOW, make_author, make_case, make_mention, make_record

HOUR = timedelta(hours=1)
TEXT = "Gandhi chowk par teen din se pani nahi aa raha hai"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteCaseStore]:
    store = SqliteCaseStore(tmp_path / "cases.db")
    yield store
    store.close()


def test_what_is_alike_in_words_place_and_time_is_suggested_across_scripts(store: SqliteCaseStore) -> None:
    own = make_case("1", TEXT)
    alike = make_case("2", "गांधी चौक पर तीन दिन से पानी नहीं आ रहा")
    others = (
        make_case("3", "meter ka bill galat aaya hai sahab"),
        make_case("4", TEXT, type=ComplaintType.ROADS),
        make_case("5", TEXT, status=Status.CLOSED),
        make_case("6", TEXT, received_at=NOW - 30 * 24 * HOUR),
        make_case("7", TEXT, queue="police-control"),
    )
    assert all(store.write_cases([(case, None) for case in (own, alike, *others)]))
    found = similar(store, own, Visibility(frozenset({"water"})))
    assert [likeness.case.id for likeness in found] == [alike.id]
    assert {likeness.case.id for likeness in similar(store, own, EVERYTHING)} == {alike.id, others[-1].id}


def test_growth_counts_each_account_when_it_first_complained() -> None:
    def record(id: str, author: str, ago: timedelta, kind: PostKind = PostKind.REPOST) -> MentionRecord:
        return make_record(make_mention(id, author=make_author(author), created_at=NOW - ago), kind=kind)

    records = [record(str(n), f"a{n}", 0.1 * n * HOUR) for n in range(1, 6)]
    records += [record("90", "a1", 3 * HOUR), record("91", "old", 1.5 * HOUR)]
    records += [record("92", "office", 0 * HOUR, PostKind.OFFICIAL)]
    found = growth(records, NOW)
    assert (found.latest, found.before, found.is_rising) == (4, 1, True)
    assert not growth(records[:2], NOW).is_rising
