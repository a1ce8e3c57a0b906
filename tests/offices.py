"""Offices for tests, as fixtures: on each pair of log and store."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from queues.elastic import Cluster, ClusterOptions
from tests.kafka_kit import fresh_namespace
from tests.pipeline.office import OfficeUnderTest
from tests.queues.elastic_office import remove

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
