"""Random lives of cases on both stores: the same ones each time, hundreds on the embedded store and fifty on
Elasticsearch; in make soak others each time, thousands and hundreds."""

import os
from collections.abc import Iterator
from functools import cache
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


IN_MEMORY = Path("/dev/shm")
"""Where there is one, lives are written to memory: what a disk does is tried elsewhere, and half of a life was waiting
for it."""


def in_memory() -> TemporaryDirectory[str]:
    return TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)


@cache
def new_file() -> bytes:
    """A store's file before anything is in it: made once, since making it is a tenth of a life."""
    with in_memory() as folder:
        path = Path(folder) / "cases.db"
        SqliteCaseStore(path).close()
        return path.read_bytes()


class SqliteLives(LifeMachine):
    def make_stores(self) -> tuple[CaseStore, StateStore]:
        self._folder = in_memory()
        path = Path(self._folder.name) / "cases.db"
        path.write_bytes(new_file())
        return SqliteCaseStore(path), SqliteStateStore(path)

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()


TestSqliteLives = SqliteLives.TestCase
TestSqliteLives.settings = settings(
    max_examples=2000 if SOAK else 200, stateful_step_count=60 if SOAK else 25, derandomize=not SOAK
)


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


@pytest.mark.elasticsearch
def test_lives_on_elasticsearch(cluster: Cluster) -> None:
    class ElasticLives(LifeMachine):
        counts_each_step = False

        def make_stores(self) -> tuple[CaseStore, StateStore]:
            return ElasticCaseStore(cluster), ElasticStateStore(cluster)

        def settle_reads(self) -> None:
            cluster.refresh(*(cluster.alias(index.name) for index in INDICES))

        def teardown(self) -> None:
            empty(cluster)

    lives = settings(max_examples=200 if SOAK else 50, stateful_step_count=40 if SOAK else 10, derandomize=not SOAK)
    run_state_machine_as_test(ElasticLives, settings=lives)
