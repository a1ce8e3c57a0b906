"""The state store on Elasticsearch."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json

from queues.bounds import MANY, at_most
from queues.elastic.cluster import Cluster
from queues.elastic.mappings import STATE
from queues.elastic.operations import Found, Operation, document_id, well_formed
from queues.elastic.preparing import prepare
from queues.state import AlreadyExistsError, StaleError, StateRecord, StoreDownError, json_object

__all__ = ["ElasticStateStore"]

_FIELDS = ("kind", "id", "version", "state", "doc")


class ElasticStateStore:
    """Keeps the StateStore protocol (queues/state.py) in one index, for any number of threads and processes.

    ``scan`` and ``count`` refresh the index first, which costs some milliseconds when something was written.
    """

    def __init__(self, cluster: Cluster):
        """Makes the indices where they are not there yet. Raises StoreDownError, StoreRefusedError."""
        self._cluster = cluster
        self._index = cluster.alias(STATE.name)
        prepare(cluster)

    def create(self, kind: str, id: str, value: Mapping[str, Any], *, state: str = "") -> StateRecord:
        created = self.create_each(kind, {id: value}, state=state)
        if not created:
            raise AlreadyExistsError(f"{kind} {id!r} is there already")
        return created[0]

    def create_each(
        self, kind: str, values: Mapping[str, Mapping[str, Any]], *, state: str = ""
    ) -> Sequence[StateRecord]:
        at_most(len(values), "values")
        records = [_record(kind, id, 1, json_object(kind, id, value), state) for id, value in values.items()]
        statuses = self._cluster.bulk(
            [Operation("create", self._index, _document_id(kind, record.id), _source(record)) for record in records]
        )
        if 404 in statuses:
            raise StoreDownError(f"{self._index} is not there: start again to make it")
        return [record for record, status in zip(records, statuses, strict=True) if status != 409]

    def get(self, kind: str, id: str) -> StateRecord | None:
        return self.get_many(kind, [id]).get(id)

    def get_many(self, kind: str, ids: Sequence[str]) -> dict[str, StateRecord]:
        at_most(len(ids), "ids")
        wanted = [*dict.fromkeys(ids)]
        found = self._cluster.get(self._index, [_document_id(kind, id) for id in wanted], fields=_FIELDS)
        return {id: _of(document.source) for id, document in zip(wanted, found, strict=True) if document is not None}

    def replace(self, record: StateRecord, value: Mapping[str, Any], *, state: str | None = None) -> StateRecord:
        text = json_object(record.kind, record.id, value)
        after = _record(record.kind, record.id, record.version + 1, text, record.state if state is None else state)
        standing = self._standing(record)
        if standing is None or not self._write("index", record, standing, _source(after)):
            raise _stale(record)
        return after

    def delete(self, record: StateRecord) -> None:
        standing = self._standing(record)
        if standing is not None and not self._write("delete", record, standing):
            raise _stale(record)

    def delete_each(self, records: Sequence[StateRecord]) -> None:
        at_most(len(records), "records")
        ids = [_document_id(record.kind, record.id) for record in records]
        found = self._cluster.get(self._index, ids, fields=("version",))
        self._cluster.bulk(
            [
                Operation("delete", self._index, id, version=standing.version)
                for id, record, standing in zip(ids, records, found, strict=True)
                if standing is not None and standing.source["version"] == record.version
            ]
        )

    def scan(self, kind: str, *, state: str | None = None, after: str = "", limit: int = 1000) -> Sequence[StateRecord]:
        """Raises ValueError for a limit outside 1..10,000."""
        if not 1 <= limit <= MANY:
            raise ValueError(f"limit {limit} is not between 1 and {MANY}")
        following = {"range": {"id": {"gt": well_formed(after)}}}
        self._cluster.refresh(self._index)
        answer = self._cluster.search(
            self._index,
            {
                "query": {"bool": {"filter": [*_narrowed(kind, state), following]}},
                "sort": [{"id": "asc"}],
                "size": limit,
                "track_total_hits": False,
                "_source": list(_FIELDS),
            },
        )
        return [_of(hit["_source"]) for hit in answer["hits"]["hits"]]

    def count(self, kind: str, *, state: str | None = None) -> int:
        self._cluster.refresh(self._index)
        query = {"query": {"bool": {"filter": _narrowed(kind, state)}}}
        return int(self._cluster.ask("POST", f"/{self._index}/_count", query)["count"])

    def kinds(self) -> Sequence[str]:
        self._cluster.refresh(self._index)
        body = {"size": 0, "aggs": {"kinds": {"terms": {"field": "kind", "size": MANY}}}}
        found = self._cluster.search(self._index, body)["aggregations"]["kinds"]["buckets"]
        return sorted(bucket["key"] for bucket in found)

    def close(self) -> None:
        """Closes the connections of the cluster, which may be another store's too; nothing is used afterwards."""
        self._cluster.close()

    def _standing(self, record: StateRecord) -> Found | None:
        """The document; None when it is gone. Raises StaleError when it is not the version that was read."""
        (found,) = self._cluster.get(self._index, [_document_id(record.kind, record.id)], fields=("version",))
        if found is not None and found.source["version"] != record.version:
            raise _stale(record)
        return found

    def _write(self, action: Any, record: StateRecord, standing: Found, source: bytes = b"") -> bool:
        id = _document_id(record.kind, record.id)
        (status,) = self._cluster.bulk([Operation(action, self._index, id, source, standing.version)])
        return status < 300


def _document_id(kind: str, id: str) -> str:
    """The length keeps apart what only the place of a colon would."""
    return document_id(f"{len(kind)}:{kind}:{id}")


def _record(kind: str, id: str, version: int, text: str, state: str) -> StateRecord:
    return StateRecord(kind, id, version, json.loads(text), state)


def _source(record: StateRecord) -> bytes:
    return to_json(
        {
            "kind": record.kind,
            "id": record.id,
            "version": record.version,
            "state": record.state,
            "doc": json_object(record.kind, record.id, record.value),
        }
    )


def _of(source: Mapping[str, Any]) -> StateRecord:
    return _record(source["kind"], source["id"], source["version"], source["doc"], source["state"])


def _narrowed(kind: str, state: str | None) -> list[dict[str, Any]]:
    narrowed: list[dict[str, Any]] = [{"term": {"kind": well_formed(kind)}}]
    return narrowed if state is None else [*narrowed, {"term": {"state": well_formed(state)}}]


def _stale(record: StateRecord) -> StaleError:
    return StaleError(f"{record.kind} {record.id!r} has changed since version {record.version}")
