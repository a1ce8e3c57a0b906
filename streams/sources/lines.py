"""Raw records of a file, each with where it begins: lines of JSONL, rows of CSV, elements of a JSON array.

A record is bytes; one that is longer than a post may be is cut, and marked, so that no line can fill the memory.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from schemas.mention import MAX_MENTION_BYTES

__all__ = ["Format", "Record", "RecordError", "format_of", "open_file", "read_csv", "read_json", "read_lines"]

MAX_JSON_BYTES = 64 * 1024 * 1024
"""A JSON file is read whole; a larger one is asked for as JSONL, which is read line by line."""

LONGEST_KEPT_BYTES = 2 * 1024 * 1024
"""Of a longer line only its length is kept: no dead letter could carry more."""

Format = str


class RecordError(ValueError):
    """A file that cannot be read at all; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """``number`` counts lines or elements from 1; ``end`` is the offset in (unpacked) bytes behind it; a line that is
    not ``whole`` has no newline yet."""

    number: int
    raw: bytes
    end: int
    overlong: bool = False
    whole: bool = True


def open_file(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it ends in .gz. Raises RecordError."""
    try:
        if path.suffix == ".gz":
            return cast(BinaryIO, gzip.open(path, "rb"))
        return path.open("rb")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


def format_of(path: Path, first: bytes) -> Format:
    """``jsonl``, ``json`` or ``csv``: by the name, else by how the file begins."""
    name = path.name.removesuffix(".gz").lower()
    for ending in ("jsonl", "ndjson", "json", "csv"):
        if name.endswith(f".{ending}"):
            return "jsonl" if ending == "ndjson" else ending
    begin = first.lstrip()[:1]
    if begin == b"[":
        return "json"
    return "jsonl" if begin == b"{" else "csv"


def read_lines(file: IO[bytes], *, number: int = 0, end: int = 0) -> Iterator[Record]:
    """Whole lines from where ``file`` stands, which is line ``number`` and offset ``end``. A last line without its
    newline is a line too."""
    while piece := file.readline(MAX_MENTION_BYTES + 1):
        number += 1
        end += len(piece)
        if piece.endswith(b"\n") or len(piece) <= MAX_MENTION_BYTES:
            if piece.strip():
                yield Record(number, piece.rstrip(b"\r\n"), end, whole=piece.endswith(b"\n"))
            continue
        kept = [piece]
        size = len(piece)
        while not piece.endswith(b"\n") and (piece := file.readline(MAX_MENTION_BYTES)):
            size += len(piece)
            end += len(piece)
            if size <= LONGEST_KEPT_BYTES:
                kept.append(piece)
        yield Record(number, b"".join(kept).rstrip(b"\r\n"), end, overlong=True, whole=piece.endswith(b"\n"))


def read_json(file: IO[bytes], path: Path) -> Iterator[Record]:
    """The elements of a JSON array or page, or the one object. Raises RecordError."""
    raw = file.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        raise RecordError(f"{path}: larger than {MAX_JSON_BYTES >> 20} MB as one JSON value: write one post a line")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: not JSON: {error}") from error
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        value = [{"data": post, "includes": value.get("includes")} for post in value["data"]]
    for number, element in enumerate(value if isinstance(value, list) else [value], 1):
        yield Record(number, json.dumps(element).encode(), len(raw))


def read_csv(file: IO[bytes], path: Path) -> Iterator[Record]:
    """Each row as a JSON object by the header's names; empty cells are left out. Raises RecordError."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    start = text.read(64 * 1024)
    delimiter = _delimiter(start)
    text.seek(0)
    rows = csv.reader(text, delimiter=delimiter)
    try:
        header = [name.strip() for name in next(rows, [])]
        if not {"id", "text"} <= set(header):
            raise RecordError(f"{path}: the first row must name the columns, id and text among them")
        for row in rows:
            cells = {name: cell for name, cell in zip(header, row, strict=False) if cell != ""}
            if cells:
                yield Record(rows.line_num, json.dumps(cells).encode(), rows.line_num)
    except csv.Error as error:
        raise RecordError(f"{path}: line {rows.line_num}: {error}") from error


def _delimiter(start: str) -> str:
    first = start.partition("\n")[0]
    return max(",;\t|", key=first.count)
