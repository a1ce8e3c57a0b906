"""Merging, parting and splitting on both stores; on the distributed one searches see nothing new by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from tests.contracts.regrouping import RegroupingContract
from tests.queues.elastic_office import NEVER_BY_ITSELF, empty, some_office
from tests.queues.test_filing import Office
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]


class TestSqliteRegrouping(RegroupingContract):
    @pytest.fixture
    def office(self, tmp_path: Path) -> Iterator[Office]:
        office = Office(tmp_path)
        yield office
        office.close()


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url, NEVER_BY_ITSELF) as cluster:
        yield cluster


@pytest.mark.elasticsearch
class TestElasticRegrouping(RegroupingContract):
    @pytest.fixture
    def office(self, cluster: Cluster, tmp_path: Path) -> Iterator[Office]:
        yield Office(tmp_path, (ElasticCaseStore(cluster), ElasticStateStore(cluster)))
        empty(cluster)
