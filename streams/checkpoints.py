"""The state of the watch, kept with the offset it belongs to: a log of changed pages in the state store.

Each save is one new record: the pages that changed, the next offset, the last desk act applied. One record is created
or it is not, so that state and offset can never differ, in any store. The latest version of each page counts; records
without any go, and the pages of the oldest record are written again once there are many records.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from queues.state import StateRecord, StateStore, every_record

__all__ = ["KIND", "Checkpoint", "Checkpoints"]

KIND = "watch-state"

_RECORDS = 64
"""Records kept before the oldest one's pages are written again: bounds what a start has to read."""

_PAGE = 8
"""Records read at once: each may hold some hundred kilobytes."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    pages: Mapping[str, Any]
    offset: int
    act: int


@dataclass
class Checkpoints:
    """For one writer. ``version`` is of the pages' form; records of another are dropped, and the watch begins anew."""

    state: StateStore
    version: int
    _number: int = 0
    _records: dict[int, StateRecord] = field(default_factory=dict)
    _latest: dict[str, int] = field(default_factory=dict)
    _held: dict[int, set[str]] = field(default_factory=dict)

    def load(self) -> Checkpoint:
        """What was saved last; offset 0 and no pages when nothing was. Raises StoreDownError."""
        self._number, self._records, self._latest, self._held = 0, {}, {}, {}
        pages: dict[str, Any] = {}
        offset = act = 0
        for record in every_record(self.state, KIND, page=_PAGE):
            if record.value["version"] != self.version:
                self.state.delete(record)
                continue
            written = _read(record.value["pages"])
            pages |= written
            offset, act = record.value["offset"], record.value["act"]
            self._note(record, written)
        return Checkpoint({name: page for name, page in pages.items() if page is not None}, offset, act)

    def save(self, pages: Mapping[str, Any], offset: int, act: int) -> None:
        """Keeps the changed pages (None: the page is gone) with the offset. Raises StoreDownError, AlreadyExistsError
        (somebody else saves)."""
        written = {**self._oldest(), **pages}
        value = {"version": self.version, "offset": offset, "act": act, "pages": json.dumps(written)}
        self._note(self.state.create(KIND, f"{self._number + 1:012d}", value), written)
        self._drop_empty()

    def _oldest(self) -> dict[str, Any]:
        """The pages that only the oldest record holds, if there are too many records."""
        if len(self._records) < _RECORDS:
            return {}
        oldest = min(self._records)
        held = _read(self._records[oldest].value["pages"])
        return {name: held[name] for name in self._held[oldest]}

    def _note(self, record: StateRecord, written: Mapping[str, Any]) -> None:
        number = int(record.id)
        self._number, self._records[number], self._held[number] = number, record, set()
        for name, page in written.items():
            before = self._latest.pop(name, None)
            if before is not None:
                self._held[before].discard(name)
            if page is not None or before is not None:
                self._latest[name] = number
                self._held[number].add(name)

    def _drop_empty(self) -> None:
        for number in [number for number, names in self._held.items() if not names and number != self._number]:
            self.state.delete(self._records.pop(number))
            del self._held[number]


def _read(written: str) -> dict[str, Any]:
    """Pages travel as text in the record: no store should look into them."""
    pages: dict[str, Any] = json.loads(written)
    return pages
