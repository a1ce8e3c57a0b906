"""Taking whole cases out of the indices: the document, then what was filed under it, then join keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from queues.bounds import at_most
from queues.elastic.cluster import Cluster
from queues.elastic.documents import split_version
from queues.elastic.generations import writes_alias
from queues.elastic.mappings import CASES, CLAIMS, COMPLAINANTS, MENTIONS
from queues.elastic.operations import Operation, document_id

__all__ = ["release_keys", "remove_cases", "remove_filed"]

_PAGE = 1000


def remove_cases(cluster: Cluster, removals: Sequence[tuple[str, str]]) -> Sequence[bool]:
    """See CaseStore.remove_cases. A reindex that runs meanwhile finds that its counts differ, and stops."""
    at_most(len(removals), "cases")
    alias = cluster.alias(CASES.name)
    operations: dict[int, Operation] = {}
    for place, (id, version) in enumerate(removals):
        parts = split_version(version)
        if parts is not None:
            generation, standing = parts
            index = writes_alias(f"{alias}-{generation}")
            operations[place] = Operation("delete", index, document_id(id), version=standing)
    removed = [False] * len(removals)
    for place, status in zip(operations, cluster.bulk([*operations.values()], refresh=True), strict=True):
        removed[place] = status < 300
    return removed


def remove_filed(cluster: Cluster, cases: Sequence[str], keys: Sequence[str]) -> None:
    """See CaseStore.remove_filed."""
    at_most(len(cases) + len(keys), "cases and mention keys")
    for index in (MENTIONS.name, COMPLAINANTS.name):
        _remove_found(cluster, cluster.alias(index), {"terms": {"case": [*cases]}})
    _remove(cluster, cluster.alias(MENTIONS.name), [document_id(key) for key in keys])


def release_keys(cluster: Cluster, keys: Sequence[str]) -> None:
    """See CaseStore.release_keys."""
    at_most(len(keys), "join keys")
    _remove(cluster, cluster.alias(CLAIMS.name), [document_id(key) for key in keys])


def _remove_found(cluster: Cluster, alias: str, query: Mapping[str, Any]) -> None:
    cluster.refresh(alias)
    body = {"query": query, "size": _PAGE, "track_total_hits": False, "_source": False}
    while hits := cluster.search(alias, body)["hits"]["hits"]:
        _remove(cluster, alias, [hit["_id"] for hit in hits])


def _remove(cluster: Cluster, alias: str, ids: Sequence[str]) -> None:
    cluster.bulk([Operation("delete", alias, id) for id in ids], refresh=True)
