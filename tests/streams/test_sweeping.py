"""The clock on both stores; on the distributed one searches see nothing new by themselves, and answers get lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from queues.elastic.mappings import INDICES
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import StateStore
from queues.store import CaseStore
from streams.clock import Sweep
from streams.notices import StateNotifier
from tests.contracts.clock import OUTAGE_ENDS, ClockContract
from tests.http_proxy import Fault, http_proxy
from tests.queues.elastic_office import NEVER_BY_ITSELF, empty, some_office
from tests.services import elasticsearch_url
from tests.streams.overdue import OFFICE, fill, overdue_cases

__all__ = ["elasticsearch_url"]


class TestSqliteClock(ClockContract):
    @pytest.fixture
    def stores(self, tmp_path: Path) -> Iterator[tuple[CaseStore, StateStore]]:
        store, state = SqliteCaseStore(tmp_path / "cases.db"), SqliteStateStore(tmp_path / "cases.db")
        yield store, state
        state.close()
        store.close()


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url, NEVER_BY_ITSELF) as cluster:
        yield cluster


@pytest.mark.elasticsearch
class TestElasticClock(ClockContract):
    @pytest.fixture(autouse=True)
    def _cluster(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @pytest.fixture
    def stores(self, cluster: Cluster) -> Iterator[tuple[CaseStore, StateStore]]:
        yield ElasticCaseStore(cluster), ElasticStateStore(cluster)
        self.settle_reads()
        empty(cluster)

    def settle_reads(self) -> None:
        self.cluster.refresh(*(self.cluster.alias(index.name) for index in INDICES))

    @pytest.mark.parametrize("fault", Fault)
    def test_a_fault_at_any_request_loses_no_step_and_tells_none_twice(
        self, stores: tuple[CaseStore, StateStore], fault: Fault
    ) -> None:
        store, state = stores
        fill(store, [*overdue_cases(20)])
        self.settle_reads()
        with http_proxy(self.cluster.options.url) as proxy:
            faulty = Cluster(replace(self.cluster.options, url=proxy.url), pause=lambda _: None)
            notify = StateNotifier(ElasticStateStore(faulty), lambda: OUTAGE_ENDS)
            sweep = Sweep(ElasticCaseStore(faulty), OFFICE, notify, lambda: OUTAGE_ENDS)
            proxy.faults.extend([fault] * 12)
            self.until_nothing_is_due(sweep, store, OUTAGE_ENDS)
            faulty.close()
        self.all_told_once(self.everything(store), state)
