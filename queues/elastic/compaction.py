"""Merging away the copies of documents that were written over.

Elasticsearch keeps a written-over document in its files until two things have happened: the shard's retention lease
and its last safe commit have passed it (this follows within half a minute), and a merge has taken its segment.
"""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from queues.elastic.cluster import Cluster
from queues.elastic.mappings import CASES, CLAIMS, COMPLAINANTS, MENTIONS

__all__ = ["Compaction"]

_MERGE_SECONDS = 3600.0


class Compaction:
    """Remembers how far the leases must come, so that writes that go on do not put the end off without end."""

    def __init__(self, cluster: Cluster):
        self._cluster = cluster
        self._indices = [cluster.alias(index.name) for index in (CASES, MENTIONS, COMPLAINANTS, CLAIMS)]
        self._lock = Lock()
        self._wanted: Mapping[str, int] | None = None

    def begin(self) -> None:
        """Something was erased: what is wanted is to be measured again."""
        with self._lock:
            self._wanted = None

    def run(self) -> bool:
        """See CaseStore.compact."""
        with self._lock:
            return self._run()

    def _run(self) -> bool:
        self._cluster.refresh(*self._indices)
        shards = self._shards()
        if not any(shard["docs"]["deleted"] for _, shard in shards):
            self._wanted = None
            return True
        if self._wanted is None or not self._wanted.keys() >= {id for id, _ in shards}:  # a reindex makes new ones
            self._wanted = {id: shard["seq_no"]["max_seq_no"] for id, shard in shards}
            self._cluster.ask("POST", f"/{','.join(self._indices)}/_flush")
        if not all(_let_go(shard, self._wanted[id]) for id, shard in shards):
            return False
        query = {"only_expunge_deletes": "true"}
        path = f"/{','.join(self._indices)}/_forcemerge"
        if self._cluster.ask("POST", path, query=query, seconds=_MERGE_SECONDS)["_shards"]["failed"]:
            return False
        self._cluster.refresh(*self._indices)  # a searcher that is open holds the files of merged segments
        self._wanted = None
        return True

    def _shards(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Every copy of every shard, by an id of its own."""
        query = {
            "level": "shards",
            "filter_path": "**.seq_no,**.retention_leases,**.docs,**.merges,**.commit,**.routing",
        }
        stats = self._cluster.ask("GET", f"/{','.join(self._indices)}/_stats/docs,merge", query=query)
        return [*_each(stats["indices"])]


def _each(indices: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for index, about in indices.items():
        for number, copies in about["shards"].items():
            for copy in copies:
                yield f"{index} {number} {copy['routing']['node']}", copy


def _let_go(shard: Mapping[str, Any], wanted: int) -> bool:
    """Whether any merge that starts now leaves out what was written over up to sequence number ``wanted``, and none
    runs that started earlier: the leases have passed it, and so has a commit from which the shard could start again
    (SoftDeletesPolicy of Elasticsearch 8)."""
    retained = min((lease["retaining_seq_no"] for lease in shard["retention_leases"]["leases"]), default=0)
    commit = shard["commit"]["user_data"]
    is_safe = int(commit["max_seq_no"]) <= shard["seq_no"]["global_checkpoint"]
    return retained > wanted <= int(commit["local_checkpoint"]) and is_safe and not shard["merges"]["current"]
