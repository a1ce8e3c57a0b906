"""How far a file has been read: kept after each durable append, so that a second run goes on where one stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from queues.state import AlreadyExistsError, StateStore

__all__ = ["FileCursor", "Progress", "fingerprint"]

KIND = "source_cursor"
FINGERPRINT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Progress:
    """Records and bytes (unpacked) that are published, and whether the file is historic (None: not known yet)."""

    records: int = 0
    end: int = 0
    historic: bool | None = None


def fingerprint(first: bytes) -> str:
    """What a file begins with, for telling a new file of the same name; a growing file keeps its own.

    Only its first line is taken, since that is there as soon as the file is.
    """
    return sha256(first[:FINGERPRINT_BYTES].partition(b"\n")[0]).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class FileCursor:
    """The cursor of one file: its absolute path and how it begins."""

    state: StateStore
    path: Path
    begins: str

    @property
    def id(self) -> str:
        return sha256(f"{self.path.absolute()}\0{self.begins}".encode()).hexdigest()

    def read(self) -> Progress:
        """May raise StoreDownError."""
        record = self.state.get(KIND, self.id)
        return Progress(**record.value) if record is not None else Progress()

    def write(self, progress: Progress) -> None:
        """May raise StoreDownError; StaleError when another run reads the same file at the same time."""
        value: Mapping[str, Any] = {
            "records": progress.records,
            "end": progress.end,
            "historic": progress.historic,
        }
        try:
            self.state.create(KIND, self.id, value)
        except AlreadyExistsError:
            known = self.state.get(KIND, self.id)
            if known is not None:
                self.state.replace(known, value)
