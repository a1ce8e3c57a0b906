"""Offices for tests, as fixtures: on each pair of log and store; and the smaller store of each pair by itself."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from queues.elastic import Cluster, ClusterOptions, ElasticStateStore
from queues.sqlite import SqliteStateStore
from queues.state import StateStore
from tests.kafka_kit import fresh_namespace
from tests.pipeline.office import OfficeUnderTest
from tests.queues.elastic_office import empty, remove, some_office

EMBEDDED = "embedded"
DISTRIBUTED = "distributed"


@pytest.fixture(params=[EMBEDDED, pytest.param(DISTRIBUTED, marks=[pytest.mark.kafka, pytest.mark.elasticsearch])])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> OfficeUnderTest:
    """An empty office on each pair of log and store."""
    if request.param == EMBEDDED:
        return OfficeUnderTest(tmp_path / "office")
    found: OfficeUnderTest = request.getfixturevalue("distributed_office")
    return found


@pytest.fixture
def distributed_office(kafka_address: str, elasticsearch_url: str, tmp_path: Path) -> Iterator[OfficeUnderTest]:
    """An empty office on Kafka and Elasticsearch, under a name of its own, removed at the end."""
    with fresh_namespace(kafka_address) as namespace:
        settings = distributed(f"kafka://{kafka_address}", elasticsearch_url, namespace)
        yield OfficeUnderTest(tmp_path / "distributed", settings)
        with closing(Cluster(ClusterOptions(elasticsearch_url, namespace))) as cluster:
            remove(cluster)


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateStore]:
    """An empty state store of each kind."""
    if request.param == "sqlite":
        with closing(SqliteStateStore(tmp_path / "cases.db")) as store:
            yield store
        return
    cluster: Cluster = request.getfixturevalue("module_cluster")
    yield ElasticStateStore(cluster)
    empty(cluster)


@pytest.fixture(scope="module")
def module_cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    """Indices that the tests of a module share, one after another: making them takes longer than emptying them."""
    with some_office(elasticsearch_url) as cluster:
        yield cluster


def distributed(broker: str, store: str, namespace: str = "") -> dict[str, str]:
    """The settings of an office on these two; what a worker that was killed had is its successor's at once."""
    return {
        "SUNWAI_BROKER": broker,
        "SUNWAI_STORE": store,
        "SUNWAI_STORE_REPLICAS": "0",
        "SUNWAI_NAMESPACE": namespace,
        "SUNWAI_BROKER_SESSION_SECONDS": "6",
        "SUNWAI_WORKER_NAME": "one",
    }
