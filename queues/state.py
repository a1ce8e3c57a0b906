"""The protocol of small state: everything that is kept and is not a case.

Accounts, sessions, source cursors, dead letters, tombstones, jobs: each a *kind* of record with an id and a
JSON value. ``state`` is a short word that a kind may use to find some of its records without reading all.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = [
    "AlreadyExistsError",
    "DocumentRefusedError",
    "StaleError",
    "StateRecord",
    "StateStore",
    "StoreDownError",
    "StoreRefusedError",
    "every_record",
    "json_object",
]


class AlreadyExistsError(Exception):
    """A record with that id is there already."""


class StaleError(Exception):
    """What was read has changed since: read again and decide again."""


class StoreDownError(Exception):
    """The store cannot be reached or cannot write now; waiting helps, skipping does not."""


class StoreRefusedError(Exception):
    """The store will not do it however often it is asked: a setting, a right or a document must change first."""


class DocumentRefusedError(StoreRefusedError):
    """The store will never take one of the documents that were written, whatever else it takes."""


@dataclass(frozen=True, slots=True)
class StateRecord:
    """One record. ``version`` starts at 1 and grows with each change; ``value`` is a JSON object."""

    kind: str
    id: str
    version: int
    value: Mapping[str, Any]
    state: str = ""


class StateStore(Protocol):
    """Create, get, replace if the version fits, delete, scan. Every method may raise StoreDownError."""

    def create(self, kind: str, id: str, value: Mapping[str, Any], *, state: str = "") -> StateRecord:
        """Writes a record that is not there. Raises AlreadyExistsError."""
        ...

    def create_each(
        self, kind: str, values: Mapping[str, Mapping[str, Any]], *, state: str = ""
    ) -> Sequence[StateRecord]:
        """Writes those that are not there, values by id, in one go: durable for the price of one. Returns what was
        written; when it raises, some may have been. At most 10,000 a call (ValueError)."""
        ...

    def get(self, kind: str, id: str) -> StateRecord | None: ...

    def get_many(self, kind: str, ids: Sequence[str]) -> dict[str, StateRecord]:
        """Those of ``ids`` that exist, by id. At most 10,000 ids a call (ValueError)."""
        ...

    def replace(self, record: StateRecord, value: Mapping[str, Any], *, state: str | None = None) -> StateRecord:
        """Writes over ``record`` if it is still the version that was read. Raises StaleError.

        ``state`` None keeps the record's.
        """
        ...

    def delete(self, record: StateRecord) -> None:
        """Removes ``record`` if it is still the version that was read; gone already is fine. Raises StaleError."""
        ...

    def delete_each(self, records: Sequence[StateRecord]) -> None:
        """Removes, in one go, those that are still the version that was read; others stay. At most 10,000 a call
        (ValueError)."""
        ...

    def scan(self, kind: str, *, state: str | None = None, after: str = "", limit: int = 1000) -> Sequence[StateRecord]:
        """Records of a kind by ascending id, those after ``after``; an own write is seen at once."""
        ...

    def count(self, kind: str, *, state: str | None = None) -> int: ...

    def kinds(self) -> Sequence[str]:
        """The kinds of which there is a record, sorted."""
        ...


def every_record(
    store: StateStore, kind: str, *, state: str | None = None, after: str = "", page: int = 500
) -> Iterator[StateRecord]:
    """Every record of a kind by ascending id, those after ``after``, read ``page`` at a time. May raise
    StoreDownError."""
    while records := store.scan(kind, state=state, after=after, limit=page):
        yield from records
        after = records[-1].id


def json_object(kind: str, id: str, value: Mapping[str, Any]) -> str:
    """A record's value as text. Raises ValueError for what is no JSON object: it must be read back as it was."""
    try:
        return json.dumps(dict(value), allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{kind} {id!r}: the value is no JSON object: {error}") from error
