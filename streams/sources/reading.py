"""The records of a file from a place on, whatever its form."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from streams.sources.csv_rows import read_rows
from streams.sources.cursor import START, Place
from streams.sources.json_values import read_json
from streams.sources.lines import Record, read_lines
from streams.sources.opening import SNIFFED_BYTES, Form, damage_is_said, form_of, open_file

__all__ = ["read_from", "resume"]


def read_from(path: Path, place: Place) -> Iterator[Record]:
    """The records behind ``place``, which ``resume`` gave. Raises RecordError, at a damage only when it comes to it."""
    with open_file(path) as file:
        form = _form(path, file)
        records = damage_is_said(_records(path, file, form, place), path)
        if place != START:
            next(records, None)
        yield from records


def resume(path: Path, place: Place) -> Place:
    """``place`` if its record is still there, else START. Raises RecordError."""
    if place.number == 0:
        return START
    with open_file(path) as file:
        form = _form(path, file)
        found = next(damage_is_said(_records(path, file, form, place), path), None)
    return place if found is not None and found.digest == place.digest else START


def _form(path: Path, file: BinaryIO) -> Form:
    first = next(damage_is_said((file.read(SNIFFED_BYTES) for _ in "1"), path))
    file.seek(0)
    return form_of(path, first)


def _records(path: Path, file: BinaryIO, form: Form, place: Place) -> Iterator[Record]:
    """Records from the one of ``place`` on."""
    before = max(0, place.number - 1)
    if form == "json":
        yield from read_json(file, path, skip=before)
    elif form == "csv":
        yield from read_rows(file, path, number=before, start=place.start)
    else:
        file.seek(place.start)
        yield from read_lines(file, number=before, start=place.start)
