"""The generations of an index: ``{alias}-1`` and on, one of them behind the alias by which it is read and written.

A second alias, ``{alias}-1-writes``, goes with one generation only. A versioned write names that one, so that a
version of a generation that a reindex has replaced fits nothing; and no write ever makes an index.
"""

from dataclasses import dataclass
from typing import Any

from queues.elastic.cluster import Cluster
from queues.elastic.mappings import Index

__all__ = ["Generation", "create", "current", "generations", "next_number", "writes_alias"]


@dataclass(frozen=True, slots=True)
class Generation:
    """One index. ``mapping`` is the version of its mapping; ``blocked``: it takes no writes."""

    alias: str
    number: int
    mapping: int
    blocked: bool

    @property
    def index(self) -> str:
        return f"{self.alias}-{self.number}"

    @property
    def writes(self) -> str:
        return writes_alias(self.index)


def writes_alias(index: str) -> str:
    return f"{index}-writes"


def current(cluster: Cluster, name: str) -> Generation | None:
    """The generation behind the alias; None when there is no alias."""
    alias = cluster.alias(name)
    found = cluster.ask("GET", f"/{alias}*", query={"features": "aliases,mappings,settings"})
    for index, about in found.items():
        if alias in about["aliases"]:
            meta = about["mappings"].get("_meta", {})
            blocked = about["settings"]["index"].get("blocks", {}).get("write") == "true"
            return Generation(alias, int(index.rpartition("-")[2]), int(meta.get("version", 0)), blocked)
    return None


def generations(cluster: Cluster, name: str) -> dict[str, int]:
    """Every index of that name with its number, those that a killed reindex has left included."""
    before = f"{cluster.alias(name)}-"
    found = cluster.ask("GET", f"/{before}*", query={"features": "aliases"})
    numbers = {index: index.removeprefix(before) for index in found}
    return {index: int(number) for index, number in numbers.items() if number.isdecimal()}


def next_number(cluster: Cluster, name: str) -> int:
    return max(generations(cluster, name).values(), default=0) + 1


def create(cluster: Cluster, index: Index, number: int, aliases: list[str]) -> None:
    """Raises StoreRefusedError when it is there already, too."""
    body: dict[str, Any] = {
        "settings": {
            # One shard: sequence numbers then order all writes, and some ten million cases fit (docs/operations.md).
            "number_of_shards": 1,
            "number_of_replicas": cluster.options.replicas,
            "refresh_interval": f"{round(cluster.options.refresh_seconds * 1000)}ms",
            # Without this a merge of what was erased leaves segments alone that hold little of it.
            "merge.policy.expunge_deletes_allowed": 0,
        },
        "mappings": index.mappings,
        "aliases": {alias: {} for alias in aliases},
    }
    cluster.ask("PUT", f"/{cluster.alias(index.name)}-{number}", body)
