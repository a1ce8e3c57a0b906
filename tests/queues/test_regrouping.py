"""Merging, parting and splitting on both stores; on the distributed one searches see nothing new by themselves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from tests.contracts.regrouping import RegroupingContract
from tests.queues.elastic_office import empty, options_for, remove
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
    cluster = Cluster(replace(options_for(elasticsearch_url), refresh_seconds=3600))
    yield cluster
    remove(cluster)
    cluster.close()


@pytest.mark.elasticsearch
class TestElasticRegrouping(RegroupingContract):
    @pytest.fixture
    def office(self, cluster: Cluster, tmp_path: Path) -> Iterator[Office]:
        yield Office(tmp_path, (ElasticCaseStore(cluster), ElasticStateStore(cluster)))
        empty(cluster)
