"""A new generation of the case index, built from the cases while readers and writers go on.

Pass after pass copies what was written since the pass before, by the index's own sequence numbers (a clock could lie).
When a pass finds little, writers are held up for the last one, some tenths of a second; then the aliases move and
the old generation goes, all in one step. Killed, it leaves the old one answering.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from queues.elastic.cluster import Cluster
from queues.elastic.documents import case_source
from queues.elastic.generations import Generation, create, current, generations, next_number, writes_alias
from queues.elastic.mappings import CASES, Index
from queues.elastic.operations import Operation
from queues.state import StoreRefusedError
from schemas.case import Case

__all__ = ["reindex", "release"]

_BATCH = 500
_MOST_PASSES = 20
"""When writers outrun the copying for so long, they are held up for what is left."""
_KEEP_ALIVE = "5m"


def reindex(cluster: Cluster) -> Iterator[tuple[int, int]]:
    """Yields (done, total). Raises RuntimeError when another reindex has come in between."""
    old = _standing(cluster)
    number = next_number(cluster, CASES.name)
    index = f"{old.alias}-{number}"
    building = f"{index}-building"
    create(cluster, CASES, number, [building])
    try:
        yield from _copy(cluster, old, building)
        _switch(cluster, old, index, building)
    except BaseException:
        cluster.ask("DELETE", f"/{index}", query={"ignore_unavailable": "true"})
        release(cluster, CASES)
        raise
    count = _count(cluster, old.alias)
    yield count, count


def release(cluster: Cluster, index: Index) -> None:
    """Lets writers write again to the generation that stands."""
    cluster.ask("PUT", f"/{cluster.alias(index.name)}/_settings", {"index.blocks.write": None})


def _standing(cluster: Cluster) -> Generation:
    found = current(cluster, CASES.name)
    if found is None:
        raise StoreRefusedError(f"there is no index {cluster.alias(CASES.name)}: start again to make it")
    return found


def _copy(cluster: Cluster, old: Generation, building: str) -> Iterator[tuple[int, int]]:
    copied = -1
    for first in (True, *[False] * _MOST_PASSES):
        known = _written(cluster, old)
        cluster.refresh(old.index)
        total, done = _count(cluster, old.index), 0
        for batch in _since(cluster, old, copied):
            _put(cluster, building, batch)
            done += len(batch)
            if first:
                yield min(done, total), total
        copied = known
        if not first and done <= _BATCH:
            break
    _hold(cluster, old)
    for batch in _since(cluster, old, copied):
        _put(cluster, building, batch)


def _hold(cluster: Cluster, old: Generation) -> None:
    """Returns when no write is under way any more."""
    cluster.ask("PUT", f"/{old.index}/_block/write")
    cluster.refresh(old.index)


def _switch(cluster: Cluster, old: Generation, index: str, building: str) -> None:
    cluster.refresh(building)
    copied, wanted = _count(cluster, building), _count(cluster, old.index)
    standing = _standing(cluster)
    if standing.index != old.index or not standing.blocked or copied != wanted:
        raise RuntimeError(f"{copied} of {wanted} cases were copied, or another reindex was started; this one stops")
    # Others are what killed reindexes have left, or one that runs and has lost.
    actions: list[dict[str, Any]] = [
        *({"remove_index": {"index": other}} for other in generations(cluster, CASES.name) if other != index),
        {"remove": {"index": index, "alias": building}},
        {"add": {"index": index, "alias": old.alias}},
        {"add": {"index": index, "alias": writes_alias(index)}},
    ]
    cluster.ask("POST", "/_aliases", {"actions": actions})


def _written(cluster: Cluster, old: Generation) -> int:
    """The sequence number up to which every write is done."""
    stats = cluster.ask("GET", f"/{old.index}/_stats", query={"level": "shards", "filter_path": "**.seq_no,**.routing"})
    (shards,) = stats["indices"][old.index]["shards"].values()
    (primary,) = (shard for shard in shards if shard["routing"]["primary"])
    return int(primary["seq_no"]["local_checkpoint"])


def _since(cluster: Cluster, old: Generation, copied: int) -> Iterator[list[dict[str, Any]]]:
    """The cases written after sequence number ``copied``, of one moment, in batches."""
    pit = cluster.ask("POST", f"/{old.index}/_pit", query={"keep_alive": _KEEP_ALIVE})["id"]
    try:
        body: dict[str, Any] = {
            "query": {"range": {"_seq_no": {"gt": copied}}},
            "sort": ["_shard_doc"],
            "size": _BATCH,
            "track_total_hits": False,
            "_source": ["doc"],
        }
        while True:
            at = {"pit": {"id": pit, "keep_alive": _KEEP_ALIVE}}
            answer = cluster.ask("POST", "/_search", {**body, **at}, query={"allow_partial_search_results": "false"})
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            body["search_after"] = hits[-1]["sort"]
    finally:
        with suppress(StoreRefusedError):  # it is gone already where its index is
            cluster.ask("DELETE", "/_pit", {"id": pit})


def _put(cluster: Cluster, building: str, hits: list[dict[str, Any]]) -> None:
    cases = (Case.model_validate_json(hit["_source"]["doc"]) for hit in hits)
    operations = [
        Operation("index", building, hit["_id"], case_source(case)) for hit, case in zip(hits, cases, strict=True)
    ]
    if any(status >= 300 for status in cluster.bulk(operations)):
        raise RuntimeError("another reindex was started; this one stops")


def _count(cluster: Cluster, index: str) -> int:
    return int(cluster.ask("GET", f"/{index}/_count")["count"])
