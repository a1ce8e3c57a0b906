"""Opens a file of posts and says in which form it is."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar, cast

from streams.sources.x_archive import ARCHIVE

__all__ = ["Form", "RecordError", "damage_is_said", "form_of", "is_growing", "open_file"]

Form = Literal["jsonl", "json", "csv"]
SNIFFED_BYTES = 64 * 1024
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

T = TypeVar("T")


class RecordError(ValueError):
    """A file that cannot be read at all, or not further; the message says what to do."""


def open_file(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it ends in .gz. Raises RecordError."""
    try:
        return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


def damage_is_said(things: Iterable[T], path: Path) -> Iterator[T]:
    """The same things; RecordError when the file turns out to be damaged."""
    try:
        yield from things
    except (EOFError, zlib.error, OSError) as error:
        raise RecordError(f"{path}: cannot be read further: {error}") from error


def form_of(path: Path, first: bytes) -> Form:
    """By the name, else by how the file begins: ``first`` are its first SNIFFED_BYTES.

    What is called JSON is often one post a line, so that is looked at too. Raises RecordError.
    """
    if first.startswith(_UTF16_MARKS):
        raise RecordError(f"{path}: written in UTF-16: save it as UTF-8")
    first = first.removeprefix(_UTF8_MARK).lstrip()
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if name.endswith((".csv", ".tsv")):
        return "csv"
    if first.startswith((b"[", ARCHIVE)):
        return "json"
    if first.startswith(b"{"):
        return "jsonl" if _is_a_post_a_line(first) else "json"
    return "json" if name.endswith(".json") else "csv"


def is_growing(path: Path, first: bytes) -> bool:
    """Whether a file with this name and beginning, which may be empty yet, is written line by line as posts come."""
    name = path.name.lower()
    if name.endswith((".jsonl", ".ndjson")):
        return True
    spoken = first.removeprefix(_UTF8_MARK).strip()
    return not name.endswith((".gz", ".csv", ".tsv")) and (not spoken or spoken.startswith(b"{"))


def _is_a_post_a_line(first: bytes) -> bool:
    line, newline, rest = first.partition(b"\n")
    if not newline:
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return bool(rest.strip())
