"""Single writes of a bulk request, what became of each, and documents as they are got."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal

from pydantic_core import to_json

from queues.elastic.errors import is_passing
from queues.state import DocumentRefusedError, StoreRefusedError

__all__ = ["Found", "Operation", "batches", "check", "document_id", "outcome_of", "well_formed"]

_BULK_BYTES = 5_000_000
_LONGEST_ID = 512
"""Bytes, Elasticsearch's own bound."""


def document_id(text: str) -> str:
    """The id of a document for any text: itself where that can be, else its hash."""
    encoded = text.encode("utf-8", "surrogatepass")
    if 0 < len(encoded) <= _LONGEST_ID and not text.startswith("#") and text.isprintable():
        return text
    return f"#{blake2b(encoded, digest_size=32).hexdigest()}"


def well_formed(text: str) -> str:
    """Text that can travel as UTF-8: half of a surrogate pair becomes a sign that stands for nothing readable."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@dataclass(frozen=True)
class Operation:
    """One write: ``create`` only if absent, ``index`` over what stands there, ``delete``.

    ``index`` must be an alias: an index that is not there is then never made by a write. ``version`` (sequence
    number, primary term) must be the standing one.
    """

    action: Literal["create", "index", "delete"]
    index: str
    id: str
    source: bytes = b""
    version: tuple[int, int] | None = None

    @cached_property
    def lines(self) -> bytes:
        target: dict[str, object] = {"_index": self.index, "_id": self.id, "require_alias": True}
        if self.version is not None:
            target["if_seq_no"], target["if_primary_term"] = self.version
        if self.action == "delete":
            del target["require_alias"]  # not known there, and no index is made by deleting
        action = to_json({self.action: target})
        return b"\n".join((action, self.source)) if self.source else action


@dataclass(frozen=True, slots=True)
class Found:
    """A document, the index it is in, and its version (sequence number, primary term)."""

    index: str
    source: Mapping[str, Any]
    version: tuple[int, int]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Found | None":
        """From an item of a multi-get; None when it is not there. Raises StoreRefusedError for an error in it."""
        if "error" in document:
            raise StoreRefusedError(f"reading failed: {document['error']['type']}; start again to make the indices")
        if not document.get("found"):
            return None
        return cls.hit(document)

    @classmethod
    def hit(cls, hit: Mapping[str, Any]) -> "Found":
        return cls(hit["_index"], hit.get("_source", {}), (hit["_seq_no"], hit["_primary_term"]))


def batches(operations: Sequence[Operation], numbers: Sequence[int]) -> Iterator[list[int]]:
    """The numbers in requests of some megabytes each."""
    batch: list[int] = []
    size = 0
    for number in numbers:
        if batch and size >= _BULK_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(number)
        size += len(operations[number].lines)
    if batch:
        yield batch


def outcome_of(item: Mapping[str, Any]) -> tuple[int, str]:
    """(status, kind of error) of an item of a bulk answer."""
    (outcome,) = item.values()
    return outcome["status"], outcome.get("error", {}).get("type", "")


def check(operation: Operation, status: int, kind: str) -> int:
    """The status, or 0 for what is to be tried again. Raises DocumentRefusedError for one that the index will never
    take (400), StoreRefusedError for what else will never be done."""
    if is_passing(status, kind):
        return 0
    if status < 300 or status in {404, 409}:
        return status
    refused = DocumentRefusedError if status == 400 else StoreRefusedError
    raise refused(f"{operation.index} refused a document: {status} {kind}")
