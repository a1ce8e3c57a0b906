"""The distributed stores keep the contracts of both protocols, on a real Elasticsearch."""

from collections.abc import Iterator

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from tests.contracts.attachments import AttachmentsContract
from tests.contracts.case_store import (
    ClaimContract,
    ErasureContract,
    RecordContract,
    ReindexContract,
    SearchContract,
    VisibilityContract,
    WriteContract,
)
from tests.contracts.state_store import StateStoreContract
from tests.contracts.tallies import TallyContract
from tests.queues.elastic_office import empty, some_office
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]

pytestmark = pytest.mark.elasticsearch


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


class TestElasticCaseStore(
    ClaimContract, RecordContract, WriteContract, VisibilityContract, SearchContract, ReindexContract, TallyContract
):
    @pytest.fixture
    def store(self, cluster: Cluster) -> Iterator[ElasticCaseStore]:
        yield ElasticCaseStore(cluster)
        empty(cluster)


class TestElasticErasure(ErasureContract):
    """Indices of their own: what other tests have written over would have to be merged away, too."""

    @pytest.fixture
    def store(self, elasticsearch_url: str) -> Iterator[ElasticCaseStore]:
        with some_office(elasticsearch_url) as cluster:
            yield ElasticCaseStore(cluster)


class TestElasticStateStore(StateStoreContract):
    @pytest.fixture
    def state(self, cluster: Cluster) -> Iterator[ElasticStateStore]:
        yield ElasticStateStore(cluster)
        empty(cluster)


class TestElasticAttachments(AttachmentsContract):
    @pytest.fixture
    def state(self, cluster: Cluster) -> Iterator[ElasticStateStore]:
        yield ElasticStateStore(cluster)
        empty(cluster)
