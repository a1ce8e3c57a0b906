"""Workers that come and go, and services that do: nothing is lost, nothing is filed twice."""

import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from queues.elastic import Cluster, ClusterOptions
from streams.agents import BATCH
from streams.groups import TRIAGE
from sunwai.assembly import Office
from tests.http_proxy import Fault, http_proxy
from tests.kafka_kit import fresh_namespace
from tests.offices import distributed
from tests.pipeline.feed import make_feed, write_feed
from tests.pipeline.invariants import assert_whole
from tests.pipeline.office import OfficeUnderTest, kill_group, wait_for
from tests.queues.elastic_office import remove
from tests.services import Services

pytestmark = [pytest.mark.kafka, pytest.mark.elasticsearch, pytest.mark.process]


def keys_of(count: int, seed: int = 1) -> list[str]:
    return [f"x:{post['id']}" for post in make_feed(count, seed)]


def done(office: OfficeUnderTest, count: int) -> bool:
    return office.filed() == count


def test_until_idle_ends_where_there_is_nothing(distributed_office: OfficeUnderTest) -> None:
    assert distributed_office.work_off()["received"] == 0


def named(office: OfficeUnderTest, name: str, **more: str) -> OfficeUnderTest:
    """The same office, worked by a worker of that name."""
    return OfficeUnderTest(office.data, {**office.environment, "SUNWAI_WORKER_NAME": name, **more})


def test_workers_that_come_and_go_share_the_partitions(distributed_office: OfficeUnderTest, tmp_path: Path) -> None:
    office, count = distributed_office, 3000
    office.ingest(write_feed(tmp_path / "feed.jsonl", count, seed=8))
    one, two, three = (named(office, name) for name in ("one", "two", "three"))
    with one.running("sunwai", "worker") as first, two.running("sunwai", "worker"):
        wait_for(lambda: office.filed() > 500, "both to be at work")
        kill_group(first)
        with three.running("sunwai", "worker"):
            wait_for(partial(done, office, count), "all posts")
    found = office.work_off()
    assert (found["received"], found["dead_letters"]) == (count, 0)
    assert_whole(office, keys_of(count, seed=8))


def test_a_broker_that_stops_and_starts_is_waited_for(
    own_services: Services, elasticsearch_url: str, tmp_path: Path
) -> None:
    count = 4000
    broker = f"kafka://{own_services.address('kafka')}"
    with fresh_indices(elasticsearch_url) as namespace:
        office = OfficeUnderTest(tmp_path / "office", distributed(broker, elasticsearch_url, namespace))
        assert "Kafka at" in office.sunwai("status", ok=False)
        with office.running("sunwai", "worker"):
            own_services.start("kafka")
            office.ingest(write_feed(tmp_path / "feed.jsonl", count, seed=4))
            wait_for(lambda: office.filed() > 300, "some posts")
            own_services.kill("kafka")
            own_services.start("kafka")
            wait_for(partial(done, office, count), "all posts")
        assert office.work_off()["received"] == count
        assert_whole(office, keys_of(count, seed=4))


def test_a_store_that_stops_takes_no_writes_or_is_busy_is_waited_for_and_holds_up_nobody_else(
    own_services: Services, kafka_address: str, tmp_path: Path
) -> None:
    """Patience is short here, so that waiting in place and leaving to be started again are both seen."""
    count = 4000
    own_services.start("elasticsearch")
    with http_proxy(f"http://{own_services.address('elasticsearch')}") as proxy, fresh_namespace(kafka_address) as name:
        settings = distributed(f"kafka://{kafka_address}", proxy.url, name) | {"SUNWAI_PATIENCE_SECONDS": "5"}
        office = OfficeUnderTest(tmp_path / "office", settings)
        office.ingest(write_feed(tmp_path / "feed.jsonl", count, seed=6))
        with office.running("sunwai", "worker"):
            wait_for(lambda: office.filed() > 300, "some posts")
            own_services.kill("elasticsearch")
            wait_for(partial(triaged, office), "all posts triaged while the store is down")
            time.sleep(30)  # an outage of this length is what is tested
            own_services.start("elasticsearch")
            before = office.filed()
            assert before < count
            wait_for(lambda: office.filed() > before, "filing to go on")
            with read_only(proxy.url, name):
                before = office.filed()
                time.sleep(8)  # longer than patience
                assert office.filed() <= before + BATCH
            before = office.filed()
            wait_for(lambda: office.filed() > before or done(office, count), "filing to go on")
            proxy.chosen = lambda path: path.startswith("/_bulk")
            proxy.always = Fault.BUSY
            time.sleep(8)
            proxy.always = None
            wait_for(partial(done, office, count), "all posts", seconds=180)
        assert office.work_off()["received"] == count
        assert_whole(office, keys_of(count, seed=6))


def triaged(office: OfficeUnderTest) -> bool:
    """Whether triage has worked off all there is, so that the watch has it."""
    log = Office(office.settings).log
    try:
        return all(each.lag == 0 for each in log.lags() if each.group == TRIAGE)
    finally:
        log.close()


@contextmanager
def read_only(url: str, namespace: str) -> Iterator[None]:
    """As a node with a full disk does it: no writes, but what is there can be read."""
    with closing(Cluster(ClusterOptions(url, namespace))) as cluster:
        settings = f"/{cluster.alias('')}*/_settings"
        cluster.ask("PUT", settings, {"index.blocks.read_only_allow_delete": True})
        try:
            yield
        finally:
            cluster.ask("PUT", settings, {"index.blocks.read_only_allow_delete": None})


@contextmanager
def fresh_indices(url: str) -> Iterator[str]:
    namespace = f"test-{uuid.uuid4().hex[:12]}"
    yield namespace
    with closing(Cluster(ClusterOptions(url, namespace))) as cluster:
        remove(cluster)
