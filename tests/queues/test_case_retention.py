"""Cases go whole when their time is over, on both stores; on the embedded one no word of theirs is left in a file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from queues.case_retention import cases_over
from queues.elastic import Cluster, ElasticCaseStore, ElasticStateStore
from queues.elastic.mappings import INDICES
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import StateStore
from queues.store import CaseStore
from schemas.keeping import QueueRetention, Retention
from schemas.service import Times
from tests.contracts.case_retention import CaseRetentionContract, retain
from tests.queues.directories import small_directory
from tests.queues.elastic_office import empty, some_office
from tests.queues.factories import NOW
from tests.queues.test_filing import ORIGINAL, STRANGER, Office
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]


class TestSqliteCaseRetention(CaseRetentionContract):
    @pytest.fixture
    def stores(self, tmp_path: Path) -> Iterator[tuple[CaseStore, StateStore]]:
        store, state = SqliteCaseStore(tmp_path / "cases.db"), SqliteStateStore(tmp_path / "cases.db")
        yield store, state
        state.close()
        store.close()

    def test_its_files_hold_nothing_of_it(self, office: Office, tmp_path: Path) -> None:
        words = [b"koi sunne wala", b"h_ravi", b"paani nahi"]
        case = self.close(office, office.case_of(ORIGINAL))
        assert all(word in _files(tmp_path) for word in words), "or this shows nothing"
        assert retain(office.store, office.state) == 1
        assert office.store.compact()
        left = _files(tmp_path)
        assert not [word for word in words if word in left]
        assert STRANGER.mention.text.encode() in left
        assert office.store.cases([case.id]) == {}


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("cases.db*")))


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


@pytest.mark.elasticsearch
class TestElasticCaseRetention(CaseRetentionContract):
    @pytest.fixture(autouse=True)
    def _cluster(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @pytest.fixture
    def stores(self, cluster: Cluster) -> Iterator[tuple[CaseStore, StateStore]]:
        yield ElasticCaseStore(cluster), ElasticStateStore(cluster)
        empty(cluster)

    def settle_reads(self) -> None:
        self.cluster.refresh(*(self.cluster.alias(index.name) for index in INDICES))


def test_without_a_rule_every_case_stays(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.file(ORIGINAL)
    CaseRetentionContract().close(office, office.case_of(ORIGINAL))
    assert [*cases_over(office.store, office.state, small_directory(), NOW + timedelta(days=4000))] == []
    office.close()


def test_a_queue_says_of_its_texts_of_its_cases_or_of_both() -> None:
    rules = (QueueRetention(queue="water", text=30), QueueRetention(queue="review", case=100))
    retention = Retention(text=60, case=200, queues=rules)
    assert [(retention.text_days(queue), retention.case_days(queue)) for queue in ("water", "review", "other")] == [
        (30, 200),
        (60, 100),
        (60, 200),
    ]
    with pytest.raises(ValidationError, match="of its own"):
        QueueRetention(queue="water")


@pytest.mark.parametrize("rule", [{"case": 91}, {"queues": ({"queue": "water", "case": 91},)}])
def test_no_case_goes_before_every_report_that_counts_it_was_made(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="92"):
        Retention.model_validate(rule)


def test_no_case_goes_within_the_time_for_an_appeal() -> None:
    with pytest.raises(ValidationError, match=r"100 days, within the time for an appeal"):
        small_directory(retention=Retention(case=100), times=Times(appeal=24.0 * 101))
