"""A server that is overloaded, cut off, read-only or not ours: nothing is lost, and what is said helps."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from queues.elastic import Cluster, ClusterOptions, ElasticCaseStore, ElasticStateStore
from queues.elastic.operations import Operation
from queues.state import StoreDownError, StoreRefusedError
from queues.store import EVERYTHING
from schemas.case import Case
from tests.http_proxy import Fault, HttpProxy, http_proxy
from tests.queues.elastic_office import empty, some_office
from tests.queues.factories import make_case, make_complainant, make_mention, make_record
from tests.services import elasticsearch_url
from tests.tls_proxy import make_certificate, tls_proxy

__all__ = ["elasticsearch_url"]

pytestmark = pytest.mark.elasticsearch


def at_once(_: float) -> None:
    """In place of a pause."""


@pytest.fixture(scope="module")
def office(elasticsearch_url: str) -> Iterator[Cluster]:
    with some_office(elasticsearch_url) as cluster:
        yield cluster


@pytest.fixture
def proxy(office: Cluster) -> Iterator[HttpProxy]:
    with http_proxy(office.options.url) as proxy:
        yield proxy
    empty(office)


@pytest.fixture
def store(office: Cluster, proxy: HttpProxy) -> Iterator[ElasticCaseStore]:
    store = ElasticCaseStore(Cluster(replace(office.options, url=proxy.url), pause=at_once))
    yield store
    store.close()


def file(store: ElasticCaseStore, case: Case) -> None:
    """As filing does it: each step may be done again."""
    record = make_record(make_mention("1"), case=case.id)
    assert store.claim_keys({"post:x:1": case.id}) == {"post:x:1": case.id}
    assert list(store.create_mentions([record])) == [record]
    store.create_complainants([make_complainant(record)])
    assert store.case_totals({case.id: [case.id]}) == {case.id: (1, 1)}
    standing = store.cases([case.id]).get(case.id)
    if standing is None or standing.case != case:
        assert all(store.write_cases([(case, standing.version if standing else None)]))


def until_done(store: ElasticCaseStore, case: Case) -> int:
    """Files again until the store is no longer down; returns how often it was."""
    for down in range(50):
        try:
            file(store, case)
        except StoreDownError:
            continue
        return down
    raise AssertionError("never done")


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_at_any_request_loses_nothing(store: ElasticCaseStore, proxy: HttpProxy, fault: Fault) -> None:
    case = make_case("1")
    proxy.faults.extend([fault] * 6)
    down = until_done(store, case)
    assert (down > 0) or fault in {Fault.BUSY, Fault.UNAVAILABLE}
    file(store, case)
    assert store.cases([case.id])[case.id].case == case


@pytest.mark.parametrize("fault", Fault)
def test_a_store_that_stays_down_says_so(store: ElasticCaseStore, proxy: HttpProxy, fault: Fault) -> None:
    case = make_case("1")
    proxy.always = fault
    for act in (
        lambda: store.claim_keys({"a": "1"}),
        lambda: store.cases([case.id]),
        lambda: store.counts(EVERYTHING),
        lambda: store.write_cases([(case, None)]),
    ):
        with pytest.raises(StoreDownError, match=proxy.url):
            act()
    proxy.always = None
    file(store, case)
    assert store.cases([case.id])[case.id].case == case


def test_only_what_was_not_done_is_done_again(office: Cluster, store: ElasticCaseStore, proxy: HttpProxy) -> None:
    proxy.chosen = lambda path: path.startswith("/_bulk")
    proxy.faults.extend([Fault.ANSWER_LOST])
    records = [make_record(make_mention(str(number))) for number in range(5)]
    with pytest.raises(StoreDownError):
        store.create_mentions(records)
    assert list(store.create_mentions(records)) == records


def test_nobody_listens(office: Cluster) -> None:
    with pytest.raises(StoreDownError, match="cannot be reached"):
        ElasticStateStore(Cluster(replace(office.options, url="http://127.0.0.1:9")))


@pytest.mark.parametrize("block", ["index.blocks.read_only_allow_delete", "index.blocks.write"])
def test_an_index_that_takes_no_writes_is_waited_for(office: Cluster, store: ElasticCaseStore, block: str) -> None:
    case = make_case("1")
    alias = office.alias("cases")
    office.ask("PUT", f"/{alias}/_settings", {block: True})
    try:
        with pytest.raises(StoreDownError, match="takes no writes now: 1 of 1"):
            store.write_cases([(case, None)])
        assert store.cases([case.id]) == {}
    finally:
        office.ask("PUT", f"/{alias}/_settings", {block: None})
    assert list(store.write_cases([(case, None)])) == [True]


def test_a_document_that_is_never_taken_is_said_without_its_text(office: Cluster) -> None:
    operation = Operation("create", office.alias("claims"), "1", b'{"secret words": "1"}')
    with pytest.raises(StoreRefusedError, match="400 strict_dynamic_mapping_exception") as caught:
        office.bulk([operation])
    assert "secret" not in str(caught.value)


def test_a_write_makes_no_index(office: Cluster) -> None:
    alias = office.alias("nothing")
    assert office.bulk([Operation("create", alias, "1", b"{}")]) == [404]
    assert office.ask("GET", f"/{alias}*") == {}


class TestSecured:
    """Through TLS and a check of user and password."""

    @pytest.fixture
    def options(self, office: Cluster, tmp_path: Path) -> Iterator[ClusterOptions]:
        certificate = make_certificate(tmp_path)
        with (
            http_proxy(office.options.url, ("sunwai", "right")) as guarded,
            tls_proxy(guarded.port, certificate) as port,
        ):
            url = f"https://127.0.0.1:{port}"
            yield replace(office.options, url=url, user="sunwai", password="right", ca=certificate.certificate)

    def test_who_is_known_gets_in(self, options: ClusterOptions) -> None:
        state = ElasticStateStore(Cluster(options))
        assert state.get("user", "anita") is None
        state.close()

    @pytest.mark.parametrize("password", ["wrong", ""])
    def test_a_wrong_password_is_refused_and_not_repeated(self, options: ClusterOptions, password: str) -> None:
        with pytest.raises(StoreRefusedError, match="wrong user, password or API key") as caught:
            ElasticStateStore(Cluster(replace(options, password=password)))
        assert not password or "right" not in str(caught.value)

    def test_a_certificate_of_nobody_known_is_refused(self, options: ClusterOptions, tmp_path: Path) -> None:
        other = make_certificate(tmp_path, "other")
        for ca in (None, other.certificate):
            with pytest.raises(StoreRefusedError, match=r"certificate is not trusted.*SUNWAI_STORE_CA"):
                ElasticStateStore(Cluster(replace(options, ca=ca)))

    def test_a_file_that_is_no_certificate_is_refused(self, options: ClusterOptions, tmp_path: Path) -> None:
        for content in (None, "not a certificate"):
            path = tmp_path / "ca.pem"
            if content is not None:
                path.write_text(content, encoding="utf-8")
            with pytest.raises(StoreRefusedError, match="SUNWAI_STORE_CA"):
                Cluster(replace(options, ca=path))

    def test_options_say_no_secret(self, options: ClusterOptions) -> None:
        assert "right" not in repr(options)
