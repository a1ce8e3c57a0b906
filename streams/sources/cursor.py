"""How far a file has been read: kept after each durable append, so that a second run goes on where one stopped."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from streams.sources.lines import Record

__all__ = ["START", "FileCursor", "Place", "place_of"]

KIND = "source_cursor"


@dataclass(frozen=True, slots=True)
class Place:
    """The last record that is published: its number, where it begins and ends, and its digest.

    When the file no longer has it there, it is another file under the same name and is read from its start: reading
    twice changes nothing, leaving out would. ``historic``: as the file was judged, None before; ``done``: whether the
    run that wrote this came to the file's end.
    """

    number: int = 0
    start: int = 0
    end: int = 0
    digest: str = ""
    historic: bool | None = None
    done: bool = False


START = Place()


def place_of(record: Record, historic: bool | None) -> Place:
    return Place(record.number, record.start, record.end, record.digest, historic)


@dataclass
class FileCursor:
    """The cursor of one file, known by its absolute path."""

    state: StateStore
    path: Path
    _standing: StateRecord | None = None

    @property
    def id(self) -> str:
        return sha256(str(self.path.absolute()).encode("utf-8", "backslashreplace")).hexdigest()

    def read(self) -> Place:
        """Where an earlier run came to. Raises StoreDownError."""
        self._standing = self.state.get(KIND, self.id)
        return _place(self._standing.value) if self._standing is not None else START

    def write(self, place: Place) -> None:
        """Raises StoreDownError; StaleError when another run has moved the cursor since this one read or wrote it."""
        value = asdict(place)
        try:
            self._standing = self._write(value)
        except AlreadyExistsError as error:
            raise StaleError(f"{self.path}: another run has begun to read it") from error

    def _write(self, value: dict[str, Any]) -> StateRecord:
        if self._standing is None:
            return self.state.create(KIND, self.id, value)
        return self.state.replace(self._standing, value)


def _place(value: Any) -> Place:
    """A cursor as another version may have written it: what cannot be understood means the start."""
    try:
        return Place(**value)
    except TypeError:
        return START
