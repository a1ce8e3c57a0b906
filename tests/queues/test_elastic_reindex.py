"""A new generation of the case index: nothing that is written meanwhile is lost, whoever comes from where."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from queues.elastic.generations import current
from queues.elastic.mappings import CASES, MENTIONS, Index
from queues.elastic.preparing import prepare
from queues.state import StoreRefusedError
from queues.store import EVERYTHING, CaseQuery
from schemas.case import Case
from tests.contracts import eventually
from tests.queues.elastic_office import remove, some_office
from tests.queues.factories import make_case
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]

pytestmark = pytest.mark.elasticsearch


@pytest.fixture
def office(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


@pytest.fixture
def store(office: Cluster) -> ElasticCaseStore:
    return ElasticCaseStore(office)


def generation(office: Cluster) -> str:
    found = current(office, CASES.name)
    assert found is not None
    return found.index


def indices_of_cases(office: Cluster) -> list[str]:
    return [*office.ask("GET", f"/{office.alias('cases')}-*", query={"features": "aliases"})]


def set_mapping_version(office: Cluster, index: Index, version: int) -> None:
    office.ask("PUT", f"/{office.alias(index.name)}/_mapping", {"_meta": {"version": version}})


class Writer(threading.Thread):
    """Opens cases and changes them, one after the other, until it is told to stop."""

    def __init__(self, store: ElasticCaseStore):
        super().__init__()
        self.store = store
        self.written: dict[str, Case] = {}
        self.enough = threading.Event()
        self.begun = threading.Event()
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                self._write()
                self.begun.set()
        except BaseException as error:  # noqa: BLE001 - said by the test
            self.fault = error

    def _write(self) -> None:
        case = make_case(f"late-{len(self.written)}", "naali jaam")
        assert self.store.write_cases([(case, None)]) == [True]
        while True:
            standing = self.store.cases([case.id])[case.id]
            changed = standing.case.model_copy(update={"assignee": "anita"})
            if all(self.store.write_cases([(changed, standing.version)])):
                break
        self.written[case.id] = changed


def test_no_write_is_lost_while_the_index_is_built(office: Cluster, store: ElasticCaseStore) -> None:
    cases = [make_case(str(number), "sadak kharab") for number in range(1500)]
    assert all(store.write_cases([(case, None) for case in cases]))
    writer = Writer(store)
    writer.start()
    writer.begun.wait()
    before = generation(office)
    for _ in range(3):
        progress = [*store.reindex()]
        assert progress[-1][0] == progress[-1][1] >= 1500
    writer.enough.set()
    writer.join()
    assert writer.fault is None
    assert generation(office) != before
    assert indices_of_cases(office) == [generation(office)]
    expected = {case.id: case for case in cases} | writer.written
    assert {id: found.case for id, found in store.cases([*expected]).items()} == expected
    eventually(lambda: sum(store.counts(EVERYTHING).by_queue["water"].values()) == len(expected))


def test_a_version_from_before_fits_nothing(office: Cluster, store: ElasticCaseStore) -> None:
    case = make_case("1")
    store.write_cases([(case, None)])
    version = store.cases([case.id])[case.id].version
    assert [*store.reindex()] == [(1, 1), (1, 1)]
    assert store.write_cases([(case.model_copy(update={"queue": "power"}), version)]) == [False]
    assert store.write_cases([(case, None)]) == [False]
    assert store.write_cases([(case, store.cases([case.id])[case.id].version)]) == [True]
    assert len(indices_of_cases(office)) == 1


def test_of_two_reindexes_at_once_one_stops(office: Cluster, store: ElasticCaseStore) -> None:
    cases = [make_case(str(number)) for number in range(3)]
    store.write_cases([(case, None) for case in cases])
    first = store.reindex()
    next(first)
    assert [*store.reindex()][-1] == (3, 3)
    with pytest.raises((RuntimeError, StoreRefusedError)):
        deque(first, maxlen=0)
    assert len(store.cases([case.id for case in cases])) == 3
    assert indices_of_cases(office) == [generation(office)]
    assert store.write_cases([(make_case("4"), None)]) == [True]


def test_one_that_was_given_up_leaves_the_old_index_answering(office: Cluster, store: ElasticCaseStore) -> None:
    case = make_case("1")
    store.write_cases([(case, None)])
    before = generation(office)
    given_up = store.reindex()
    next(given_up)
    given_up.close()  # type: ignore[attr-defined] # a generator
    assert indices_of_cases(office) == [generation(office)] == [before]
    assert store.write_cases([(make_case("2"), None)]) == [True]


def test_writers_that_a_killed_reindex_holds_up_go_on_after_a_start(office: Cluster) -> None:
    office.ask("PUT", f"/{generation(office)}/_block/write")
    looked: list[float] = []
    prepare(office, pause=looked.append)
    assert looked
    assert ElasticCaseStore(office).write_cases([(make_case("1"), None)]) == [True]


def older(office: Cluster) -> None:
    """The case index as an older version would have made it: fewer fields, another type for one."""
    alias = office.alias("cases")
    body: dict[str, Any] = {
        "mappings": {
            "dynamic": "strict",
            "_meta": {"version": 0},
            "properties": {
                "doc": {"type": "keyword", "index": False, "doc_values": False},
                "urgency": {"type": "text"},
            },
        },
        "settings": {"number_of_replicas": 0},
        "aliases": {alias: {}, f"{alias}-1-writes": {}},
    }
    office.ask("DELETE", f"/{alias}-1")
    office.ask("PUT", f"/{alias}-1", body)


def test_an_older_index_is_carried_over_at_the_next_start(office: Cluster) -> None:
    older(office)
    cases = [make_case(str(number), "sadak kharab") for number in range(3)]
    for case in cases:
        path = f"/{office.alias('cases')}-1/_doc/{case.id}"
        office.ask("PUT", path, {"doc": case.model_dump_json(), "urgency": "normal"}, query={"refresh": "true"})
    store = ElasticCaseStore(office)
    assert len(store.search(CaseQuery(text=("sadak",)), EVERYTHING).cases) == 3
    assert {id: found.case for id, found in store.cases([case.id for case in cases]).items()} == {
        case.id: case for case in cases
    }
    assert indices_of_cases(office) == [f"{office.alias('cases')}-2"]


def test_an_index_of_a_newer_program_is_refused(office: Cluster) -> None:
    for index in (CASES, MENTIONS):
        set_mapping_version(office, index, index.version + 1)
        with pytest.raises(StoreRefusedError, match="use a newer Sunwai"):
            ElasticStateStore(office)
        set_mapping_version(office, index, index.version)


def test_processes_that_start_at_once_make_one_set_of_indices(office: Cluster) -> None:
    remove(office)
    with ThreadPoolExecutor(4) as pool:
        stores = [future.result() for future in [pool.submit(ElasticCaseStore, office) for _ in range(4)]]
    assert indices_of_cases(office) == [generation(office)]
    assert stores[0].write_cases([(make_case("1"), None)]) == [True]
