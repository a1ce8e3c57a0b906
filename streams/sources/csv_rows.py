"""Rows of a CSV file, each a post by the names of the header.

A row that cannot be read costs its first line and no more: what follows is read as if a row began there.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import IO

from schemas.mention import MAX_MENTION_BYTES
from streams.dead_letters import Outsized
from streams.sources.lines import OVERLONG, Record, read_every_line
from streams.sources.opening import RecordError

__all__ = ["read_rows"]

_DELIMITERS = ",;\t|"
_NEEDED = frozenset({"id", "text"})


class _RowError(ValueError):
    """A row that nobody can read; the message names the fault."""


@dataclass
class _Rows:
    """``again`` are lines that were looked at for a row that failed, next one first."""

    lines: Iterator[Record]
    delimiter: str
    again: list[Record] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[list[str], Record]]:
        """Cells and record of each row; the cells are empty when the record has a fault."""
        while (line := self._line()) is not None:
            if isinstance(line.line, Outsized) or line.line.strip():
                yield self._row(line)

    def _line(self) -> Record | None:
        return self.again.pop(0) if self.again else next(self.lines, None)

    def _row(self, first: Record) -> tuple[list[str], Record]:
        taken: list[Record] = []
        try:
            cells = self._cells(first, taken)
        except (csv.Error, _RowError) as error:
            self.again = [*taken[1:], *self.again]
            return [], replace(first, fault=f"row: {error}" if isinstance(error, csv.Error) else str(error))
        if len(taken) == 1:
            return cells, first
        line = b"\n".join(line.line for line in taken if isinstance(line.line, bytes))
        return cells, replace(first, end=taken[-1].end, line=line, digest=sha256(line).hexdigest())

    def _cells(self, first: Record, taken: list[Record]) -> list[str]:
        texts: list[str] = []
        cells = next(csv.reader(self._texts(first, taken, texts), delimiter=self.delimiter))
        if len(texts) > len(taken):  # the file ended within the row: a quote may still be open
            list(csv.reader(texts[: len(taken)], delimiter=self.delimiter, strict=True))
        return cells

    def _texts(self, first: Record, taken: list[Record], texts: list[str]) -> Iterator[str]:
        """The lines of one row as text, as many as the reader asks for; one more in ``texts`` when there is none."""
        size = 0
        line: Record | None = first
        while line is not None:
            taken.append(line)
            size += line.end - line.start
            if isinstance(line.line, Outsized) or size > MAX_MENTION_BYTES:
                raise _RowError(OVERLONG)
            try:
                texts.append(line.line.decode() + "\n")
            except UnicodeDecodeError as error:
                raise _RowError(f"post: not UTF-8 at byte {error.start}") from error
            yield texts[-1]
            line = self._line()
        texts.append("")


def read_rows(file: IO[bytes], path: Path, *, number: int = 0, start: int = 0) -> Iterator[Record]:
    """The rows below the header; with ``start``, those from that byte on, which is behind line ``number``.

    Raises RecordError for a file without a header that names the columns.
    """
    lines = read_every_line(file)
    delimiter, header = _header(lines, path)
    if start:
        file.seek(start)
        lines = read_every_line(file, number=number, start=start)
    for cells, record in _Rows(lines, delimiter):
        if record.fault is not None:
            yield record
        elif any(cells):
            yield _named(header, cells, record)


def _header(lines: Iterator[Record], path: Path) -> tuple[str, list[str]]:
    first = next(lines, None)
    if first is None:
        return ",", ["id", "text"]  # nothing in it, nothing to complain of
    if isinstance(first.line, bytes):
        text = first.line.decode("utf-8-sig", "replace")
        delimiter = max(_DELIMITERS, key=text.count)
        header = [name.strip().lower() for name in next(csv.reader([text], delimiter=delimiter), [])]
        if set(header) >= _NEEDED and len(set(header)) == len(header):
            return delimiter, header
    raise RecordError(f"{path}: the first row must name the columns, each once, id and text among them")


def _named(header: list[str], cells: list[str], record: Record) -> Record:
    if any(cells[len(header) :]):
        return replace(record, fault=f"row: {len(cells)} cells, the header names {len(header)}")
    return replace(record, payload={name: cell for name, cell in zip(header, cells, strict=False) if cell != ""})
