"""What only a shared, distributed store has to answer for: refreshes, neighbours, bounds of ids."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from queues.elastic.operations import document_id
from queues.state import StoreRefusedError
from queues.store import EVERYTHING, CaseQuery
from schemas.case import Complainant
from tests.contracts import eventually
from tests.queues.elastic_office import NEVER_BY_ITSELF, options_for, remove, some_office
from tests.queues.factories import make_author, make_case, make_mention, make_record
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]

pytestmark = pytest.mark.elasticsearch


@pytest.fixture
def slow(elasticsearch_url: str) -> Iterator[Cluster]:
    """An office whose searches see nothing new for an hour, unless somebody refreshes."""
    with some_office(elasticsearch_url, NEVER_BY_ITSELF) as cluster:
        yield cluster


def test_people_see_what_they_did_in_every_list_at_once(slow: Cluster) -> None:
    desk = ElasticCaseStore(slow, for_people=True)
    case = make_case("1")
    for name in ("anita", "bala"):
        standing = desk.cases([case.id]).get(case.id)
        taken = case.model_copy(update={"assignee": name})
        assert desk.write_cases([(taken, standing.version if standing else None)]) == [True]
        assert [found.case for found in desk.search(CaseQuery(assignee=name), EVERYTHING).cases] == [taken]


def test_a_process_that_starts_sees_what_was_written_before(slow: Cluster) -> None:
    case = make_case("1")
    ElasticCaseStore(slow).write_cases([(case, None)])
    assert [found.case for found in ElasticCaseStore(slow).search(CaseQuery(), EVERYTHING).cases] == [case]


def test_filing_counts_its_own_writes_whenever_searches_see_them(slow: Cluster) -> None:
    store = ElasticCaseStore(slow)
    store.create_mentions([make_record(make_mention(str(number)), case="a") for number in range(3)])
    store.create_complainants([Complainant(case_id="a", author_key=f"x:{number}") for number in range(2)])
    store.create_complainants([Complainant(case_id="b", author_key=f"x:{number}") for number in range(1, 5)])
    assert store.case_totals({"a": ["a"], "both": ["a", "b"]}) == {"a": (3, 2), "both": (3, 5)}


def test_offices_on_one_cluster_do_not_see_each_other(elasticsearch_url: str) -> None:
    with some_office(elasticsearch_url) as one:
        inside = Cluster(replace(one.options, namespace=f"{one.options.namespace}-cases"))
        first, second = ElasticStateStore(one), ElasticStateStore(inside)
        record = first.create("user", "anita", {"n": 1})
        assert second.get("user", "anita") is None
        assert list(second.scan("user")) == []
        second.create("user", "anita", {"n": 2})
        assert first.get("user", "anita") == record
        remove(inside)
        assert first.get("user", "anita") == record
        inside.close()


def test_no_word_of_what_was_erased_stays_in_the_index_though_writers_go_on(elasticsearch_url: str) -> None:
    """A terms aggregation that may count nothing shows also what only documents that were written over hold."""
    with some_office(elasticsearch_url) as office:
        store = ElasticCaseStore(office)
        gone, other = make_case("1", author=make_author("1", handle="sita_devi")), make_case("2")
        assert all(store.write_cases([(case, None) for case in (gone, other)]))
        store.erase_mentions([gone.posts[0].key])
        handles = {"terms": {"field": "handles", "min_doc_count": 0}}

        def kept() -> set[str]:
            answer = office.search(office.alias("cases"), {"size": 0, "aggs": {"handles": handles}})
            return {bucket["key"] for bucket in answer["aggregations"]["handles"]["buckets"]}

        def written_over_and_compacted() -> bool:
            standing = store.cases([other.id])[other.id]
            assert store.write_cases([(other, standing.version)]) == [True]
            return store.compact()

        assert "sita_devi" in kept()
        eventually(written_over_and_compacted, seconds=120)
        assert kept() == {other.posts[0].author.handle}


@pytest.mark.parametrize("text", ["", "x" * 513, "प" * 171, "#" + "0" * 64, "a\nb", "\ud800", "\u202e", "\0"])
def test_ids_that_cannot_be_are_hashed(text: str) -> None:
    assert document_id(text).startswith("#")
    assert len(document_id(text)) == 65
    assert document_id(text) != document_id(text + " ") != text


@pytest.mark.parametrize("text", ["x:1", "x" * 512, "conversation:x:1 2", "पानी", "../..", "_id"])
def test_other_ids_are_kept(text: str) -> None:
    assert document_id(text) == text


@pytest.mark.parametrize("namespace", ["*", "a,b", "-x", "A", "a/b", "_all"])
def test_a_namespace_is_never_a_pattern(elasticsearch_url: str, namespace: str) -> None:
    with pytest.raises(StoreRefusedError, match="namespace"):
        Cluster(replace(options_for(elasticsearch_url), namespace=namespace))
