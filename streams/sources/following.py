"""Lines of a file as they are written to it, as ``tail -F`` does."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from streams.sources.cursor import START, Place
from streams.sources.lines import Record, read_lines
from streams.sources.opening import SNIFFED_BYTES, RecordError, damage_is_said, is_growing

__all__ = ["POLL_SECONDS", "follow"]

POLL_SECONDS = 0.5


def follow(
    path: Path, place: Place, sleep: Callable[[float], None], stop: Callable[[], bool]
) -> Iterator[Record | None]:
    """Whole lines behind ``place``, and those that come later; None each time there is nothing more just now.

    The file may be missing yet. One that is replaced (rotation) is read to its end first; one that is replaced or cut
    short is read from its start. Raises RecordError for a file that is not written line by line.
    """
    if path.exists() and not is_growing(path, _beginning(path)):
        raise RecordError(f"{path}: only JSONL can be followed: leave out --follow, or write one post a line")
    tail = _Tail(place.number, place.end)
    while not stop():
        try:
            file = path.open("rb")
        except FileNotFoundError:
            yield None
            sleep(POLL_SECONDS)
            continue
        with file:
            yield from tail.read(path, file, sleep, stop)
        tail = _Tail(START.number, START.end)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SNIFFED_BYTES)


@dataclass
class _Tail:
    """How far one file has been read: ``number`` lines, up to byte ``end``."""

    number: int
    end: int

    def read(
        self, path: Path, file: BinaryIO, sleep: Callable[[float], None], stop: Callable[[], bool]
    ) -> Iterator[Record | None]:
        """Lines until the file is replaced or cut short, or ``stop`` says so."""
        while not stop():
            replaced = _is_replaced(path, file)  # before reading: what is written until then is read below
            yield from self._available(path, file, unfinished=replaced)
            if replaced or os.fstat(file.fileno()).st_size < self.end:
                return
            yield None
            sleep(POLL_SECONDS)

    def _available(self, path: Path, file: BinaryIO, *, unfinished: bool) -> Iterator[Record]:
        """A line without its newline is left for later, unless the file will not grow any more."""
        file.seek(self.end)
        for record in damage_is_said(read_lines(file, number=self.number, start=self.end), path):
            if not (record.whole or unfinished):
                return
            self.number, self.end = record.number, record.end
            yield record


def _is_replaced(path: Path, file: BinaryIO) -> bool:
    """A file that is gone may come back under its name: only another one there ends this one."""
    try:
        there, open_one = path.stat(), os.fstat(file.fileno())
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) != (open_one.st_dev, open_one.st_ino)
