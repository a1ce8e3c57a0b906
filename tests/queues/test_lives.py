"""Random lives of cases on both stores: many on the embedded one, a few, each of a seed, on Elasticsearch."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from queues.elastic.mappings import INDICES
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import StateStore
from queues.store import CaseStore
from tests.contracts.lives import LifeMachine
from tests.queues.elastic_office import empty, some_office
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]

SOAK = bool(os.environ.get("SUNWAI_TEST_SOAK"))
pytestmark = [pytest.mark.soak] if SOAK else []


class SqliteLives(LifeMachine):
    def make_stores(self) -> tuple[CaseStore, StateStore]:
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "cases.db"
        return SqliteCaseStore(path), SqliteStateStore(path)

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()


TestSqliteLives = SqliteLives.TestCase
TestSqliteLives.settings = settings(max_examples=2000 if SOAK else 12, stateful_step_count=60 if SOAK else 25)


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


@pytest.mark.elasticsearch
def test_lives_on_elasticsearch(cluster: Cluster) -> None:
    class ElasticLives(LifeMachine):
        def make_stores(self) -> tuple[CaseStore, StateStore]:
            return ElasticCaseStore(cluster), ElasticStateStore(cluster)

        def settle_reads(self) -> None:
            cluster.refresh(*(cluster.alias(index.name) for index in INDICES))

        def teardown(self) -> None:
            empty(cluster)

    lives = settings(max_examples=50 if SOAK else 2, stateful_step_count=40 if SOAK else 12)
    run_state_machine_as_test(ElasticLives, settings=lives)
