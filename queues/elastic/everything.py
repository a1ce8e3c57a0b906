"""All there is in an index, page by page, as it stood when the reading began."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from queues.elastic.cluster import Cluster
from queues.elastic.mappings import Index
from queues.state import StoreRefusedError

__all__ = ["every_document"]

_PAGE = 1000
_KEEP_ALIVE = "5m"


def every_document(cluster: Cluster, index: Index) -> Iterator[dict[str, Any]]:
    """The source of each document. What is written meanwhile is not among them."""
    alias = cluster.alias(index.name)
    cluster.refresh(alias)
    pit = cluster.ask("POST", f"/{alias}/_pit", query={"keep_alive": _KEEP_ALIVE})["id"]
    body: dict[str, Any] = {"sort": ["_shard_doc"], "size": _PAGE, "track_total_hits": False}
    try:
        while True:
            at = {"pit": {"id": pit, "keep_alive": _KEEP_ALIVE}}
            answer = cluster.ask("POST", "/_search", {**body, **at}, query={"allow_partial_search_results": "false"})
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            if not hits:
                return
            yield from (hit["_source"] for hit in hits)
            body["search_after"] = hits[-1]["sort"]
    finally:
        with suppress(StoreRefusedError):  # it is gone already where its index is
            cluster.ask("DELETE", "/_pit", {"id": pit})
