"""Indices of an invented office on a real Elasticsearch, made for a module of tests and removed after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from queues.elastic import Cluster, ClusterOptions
from queues.elastic.mappings import INDICES
from queues.elastic.operations import Operation
from queues.elastic.preparing import prepare

__all__ = ["NEVER_BY_ITSELF", "empty", "options_for", "remove", "some_office"]


SOON = 0.05
NEVER_BY_ITSELF = 3600.0
"""Seconds until searches see a write."""


def options_for(url: str, namespace: str | None = None, refresh_seconds: float = SOON) -> ClusterOptions:
    """A fresh namespace, unless one is named."""
    name = namespace or f"test-{uuid4().hex[:12]}"
    return ClusterOptions(url, namespace=name, replicas=0, refresh_seconds=refresh_seconds)


@contextmanager
def some_office(url: str, refresh_seconds: float = SOON) -> Iterator[Cluster]:
    cluster = Cluster(options_for(url, refresh_seconds=refresh_seconds))
    try:
        prepare(cluster)
        yield cluster
    finally:
        remove(cluster)
        cluster.close()


def remove(cluster: Cluster) -> None:
    """Every index of the office, by its full name: a server may refuse to delete by pattern."""
    found = cluster.ask("GET", f"/{cluster.alias('')}*", query={"features": "aliases"})
    for index in found:
        cluster.ask("DELETE", f"/{index}")


def empty(cluster: Cluster) -> None:
    """Removes the documents and leaves the indices, which take longer to make."""
    aliases = [cluster.alias(index.name) for index in INDICES]
    cluster.refresh(*aliases)
    for alias in aliases:
        hits = cluster.search(alias, {"size": 10_000, "_source": False})["hits"]["hits"]
        cluster.bulk([Operation("delete", alias, hit["_id"]) for hit in hits], refresh=True)
