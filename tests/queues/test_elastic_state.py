"""The state store on Elasticsearch, by what the server answers."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from queues.elastic import Cluster, ElasticStateStore
from queues.elastic.operations import Operation
from queues.state import StoreDownError


class Gone:
    """A cluster whose index was deleted: writes ask for an alias that is not there."""

    def alias(self, name: str) -> str:
        return f"sunwai-{name}"

    def bulk(self, operations: Sequence[Operation], *, refresh: bool = False) -> list[int]:
        return [404 for _ in operations]


def test_nothing_is_taken_for_kept_where_the_index_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tombstone that was acknowledged, and is nowhere, would let a deleted post in again."""
    monkeypatch.setattr("queues.elastic.state.prepare", lambda _: None)
    store = ElasticStateStore(cast(Cluster, cast(Any, Gone())))
    with pytest.raises(StoreDownError, match="not there"):
        store.create("tombstone", "post:x:1", {"id": "1"})
