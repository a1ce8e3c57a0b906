"""The one client of a process: requests, bulk writes and many gets, by names that belong to one office."""

import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elastic_transport import JsonSerializer
from elasticsearch import Elasticsearch
from elasticsearch.serializer import CompatibilityModeJsonSerializer
from pydantic_core import from_json, to_json

from queues.elastic.errors import said_plainly
from queues.elastic.operations import Found, Operation, batches, check, outcome_of
from queues.state import StoreDownError, StoreRefusedError

__all__ = ["Cluster", "ClusterOptions"]

_NAMESPACE = re.compile(r"([a-z0-9][a-z0-9-]{0,39})?")
_GETS = 1000
"""Documents a request: of the largest cases some tens of megabytes."""
_BULK_ANSWER = "items.*.status,items.*.error.type"
_GET_ANSWER = "docs.found,docs._index,docs._seq_no,docs._primary_term,docs._source,docs.error.type"
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between attempts: longer than a reindex holds writers up; who waits longer does so outside."""


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Where and as whom. ``url`` may name several nodes, with commas between them.

    ``namespace`` sets the indices of one office apart on a shared cluster. ``ca`` is the file of the authority that
    signed the server's certificate; None: the system's. ``refresh_seconds`` is how old an answer of a search may be.
    """

    url: str
    namespace: str = ""
    user: str = ""
    password: str = ""
    api_key: str = ""
    ca: Path | None = None
    replicas: int = 1
    refresh_seconds: float = 1.0
    timeout_seconds: float = 30.0

    def __repr__(self) -> str:
        return f"ClusterOptions({self.url!r}, namespace={self.namespace!r})"


class _Compatible(CompatibilityModeJsonSerializer):
    """pydantic's JSON: several times as quick as the standard library's."""

    def json_loads(self, data: str | bytes) -> Any:
        return from_json(data)

    def json_dumps(self, data: Any) -> bytes:
        return to_json(data)


class _Plain(JsonSerializer):
    def json_loads(self, data: str | bytes) -> Any:
        return from_json(data)


class Cluster:
    """For any number of threads. Every method may raise StoreDownError or StoreRefusedError."""

    def __init__(self, options: ClusterOptions, *, pause: Callable[[float], None] = time.sleep):
        """Connects to nothing yet. Raises StoreRefusedError for options that cannot be."""
        if not _NAMESPACE.fullmatch(options.namespace):
            raise StoreRefusedError(f"namespace {options.namespace!r}: small letters, digits and dashes, at most 40")
        self.options = options
        self._pause = pause
        self._client = _client(options)

    def alias(self, name: str) -> str:
        """The name under which an index of this office is read and written, whatever its version."""
        return "-".join(filter(None, ("sunwai", self.options.namespace, name)))

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Any:
        """One request and its parsed answer."""
        return self._send(method, path, None if body is None else ("json", to_json(body)), query or {}, seconds)

    def get(self, index: str, ids: Sequence[str], *, fields: Sequence[str] = ("doc",)) -> list[Found | None]:
        """The documents as they stand now, not as of the last refresh; None for each that is not there."""
        found: list[Found | None] = []
        query = {"filter_path": _GET_ANSWER, "_source_includes": ",".join(fields)}
        for start in range(0, len(ids), _GETS):
            listed = {"ids": ids[start : start + _GETS]}
            answer = self.ask("POST", f"/{index}/_mget", listed, query=query)
            found += [Found.of(document) for document in answer["docs"]]
        return found

    def bulk(self, operations: Sequence[Operation], *, refresh: bool = False) -> list[int]:
        """The HTTP status of each operation: 2xx done; 404 no such document or alias; 409 another version stands.

        What the server cannot do now (429, 5xx, a blocked index) is tried again, then StoreDownError is raised: the
        rest may be done. What it will never do (any other 4xx) raises StoreRefusedError.
        """
        statuses = [0] * len(operations)
        pending = [*range(len(operations))]
        for pause in (*_PAUSES, None):
            pending = self._attempt(operations, pending, statuses, refresh=refresh)
            if not pending:
                return statuses
            if pause is not None:
                self._pause(pause)
        raise StoreDownError(
            f"{self.options.url} takes no writes now: {len(pending)} of {len(operations)} are not done"
        )

    def refresh(self, *indices: str) -> None:
        """Lets every search see what was written before."""
        self.ask("POST", f"/{','.join(indices)}/_refresh", query={"filter_path": "_shards.failed"})

    def search(self, index: str, body: Mapping[str, Any]) -> Any:
        """Raises StoreDownError also when a shard did not answer: half an answer is none."""
        return self.ask("POST", f"/{index}/_search", body, query={"allow_partial_search_results": "false"})

    def close(self) -> None:
        self._client.close()

    def _attempt(
        self, operations: Sequence[Operation], pending: Sequence[int], statuses: list[int], *, refresh: bool
    ) -> list[int]:
        """Fills in the statuses of what came to an end; returns what did not."""
        left: list[int] = []
        for batch in batches(operations, pending):
            for number, status in zip(batch, self._bulk([operations[n] for n in batch], refresh=refresh), strict=True):
                statuses[number] = status
                if not status:
                    left.append(number)
        return left

    def _bulk(self, operations: Sequence[Operation], *, refresh: bool) -> Iterator[int]:
        body = b"\n".join(operation.lines for operation in operations)
        query = {"filter_path": _BULK_ANSWER} | ({"refresh": "true"} if refresh else {})
        answer = self._send("POST", "/_bulk", ("x-ndjson", body), query)
        for operation, item in zip(operations, answer["items"], strict=True):
            yield check(operation, *outcome_of(item))

    def _send(
        self,
        method: str,
        path: str,
        content: tuple[str, bytes] | None,
        query: Mapping[str, str],
        seconds: float | None = None,
    ) -> Any:
        headers = {"accept": "application/json"}
        if content is not None:
            headers["content-type"] = f"application/{content[0]}"
        body = content and content[1]
        client = self._client if seconds is None else self._client.options(request_timeout=seconds)
        with said_plainly(self.options.url):
            return client.perform_request(method, path, params=dict(query), headers=headers, body=body).body


def _client(options: ClusterOptions) -> Elasticsearch:
    """Nothing is sent twice by the client itself: a write whose answer is lost may have been done, and its caller
    knows what that means."""
    secured: dict[str, Any] = {}
    if options.api_key:
        secured["api_key"] = options.api_key
    elif options.user:
        secured["basic_auth"] = (options.user, options.password)
    if options.url.startswith("https:"):
        secured["ssl_context"] = _trust(options.ca)
    try:
        return Elasticsearch(
            options.url.split(","),
            **secured,
            serializers={
                _Compatible.mimetype: _Compatible(),
                _Plain.mimetype: _Plain(),
            },
            request_timeout=options.timeout_seconds,
            max_retries=0,
            retry_on_timeout=False,
            connections_per_node=16,
        )
    except ValueError as error:
        raise StoreRefusedError(f"{options.url} is no address of a store: {error}") from error


def _trust(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except OSError as error:
        raise StoreRefusedError(f"SUNWAI_STORE_CA: {ca} is no file of certificates that can be read") from error
