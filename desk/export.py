"""A search as a file: CSV, XLSX or JSON lines, complete however many cases there are, in constant memory.

Oldest first, since that order does not change while the pages are read. A spreadsheet never takes a cell for a
formula: what could begin one has an apostrophe before it in CSV (OWASP, "CSV Injection") and is a plain string in XLSX.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter

from desk.accounts import User
from desk.authorise import visibility
from desk.parts import Desk
from desk.refusal import mark
from desk.shapes import case_line, excerpt
from desk.speaking import Speaker
from queues.store import CaseQuery
from schemas.case_head import CaseHead

__all__ = ["FORMATS", "Format", "export"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SHEET_ROWS = 1_000_000
"""Rows of one sheet of a workbook: below the 1,048,576 that the format has."""
_CHUNK_BYTES = 64 * 1024
_MINUTES = len("2026-01-31 09:30")


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


FORMATS = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
}
"""Each with its media type."""


def export(desk: Desk, user: User, query: CaseQuery, format: Format, say: Speaker) -> Iterator[bytes]:
    """The file in pieces: every case that ``query`` finds and ``user`` may see. May raise StoreDownError midway, and
    the transfer then breaks off: a file that came whole is complete."""
    found, tell = desk.store.heads(query, visibility(user)), _Telling(say)
    match format:
        case Format.JSONL:
            return (f"{case_line(head).model_dump_json()}\n".encode() for head in found)
        case Format.CSV:
            return _csv(found, tell)
        case Format.XLSX:
            return _xlsx(found, tell)


class _Telling:
    """What is said of many cases in one language, each thing looked up once."""

    def __init__(self, say: Speaker):
        self.say = say
        self.label = cache(say.label)
        self.queue = cache(say.queue)
        self.place = cache(say.place)
        self.language = cache(say.post_language)
        self._zone = say.directory.zone

    def local(self, moment: datetime | None) -> datetime | None:
        """In the office's zone."""
        return None if moment is None else moment.astimezone(self._zone)


def _csv(found: Iterator[CaseHead], tell: _Telling) -> Iterator[bytes]:
    yield "\ufeff".encode()  # by which spreadsheets know UTF-8
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(map(tell.say.text, _TITLES))
    for head in found:
        writer.writerow(map(_cell, _row(head, tell)))
        if buffer.tell() >= _CHUNK_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: "_Cell") -> str | int | None:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value.isoformat(" ", "minutes")[:_MINUTES] if isinstance(value, datetime) else value


def _xlsx(found: Iterator[CaseHead], tell: _Telling) -> Iterator[bytes]:
    """Written row by row into a file that has no name, then read from it: the format has its index at the end."""
    with TemporaryFile() as file:
        _write_workbook(file, found, tell)
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write_workbook(file: IO[bytes], found: Iterator[CaseHead], tell: _Telling) -> None:
    with xlsxwriter.Workbook(file, _PLAIN_STRINGS) as book:
        moment, bold = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"bold": True})
        more = True
        while more:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for number, title in enumerate(_TITLES):
                sheet.write_string(0, number, tell.say.text(title), bold)
            row = 0
            for row, head in enumerate(islice(found, _SHEET_ROWS), 1):
                for number, value in enumerate(_row(head, tell)):
                    if isinstance(value, datetime):
                        sheet.write_datetime(row, number, value.replace(tzinfo=None), moment)
                    else:
                        sheet.write(row, number, value)
            more = row == _SHEET_ROWS


_PLAIN_STRINGS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


_Cell = str | int | datetime | None

_TITLES = (
    *(mark("Docket"), mark("Received"), mark("Due"), mark("Status"), mark("Urgency"), mark("Type"), mark("Queue")),
    *(mark("With"), mark("Place"), mark("Language"), mark("People"), mark("Posts"), mark("Words"), mark("Case")),
)


def _row(head: CaseHead, tell: _Telling) -> tuple[_Cell, ...]:
    """As _TITLES; moments in the office's zone, all else in the reader's language."""
    return (
        head.docket,
        tell.local(head.received_at),
        tell.local(head.deadline_at),
        tell.label(head.status),
        tell.label(head.urgency),
        tell.label(head.type),
        tell.queue(head.queue),
        head.assignee,
        tell.place(head.place) if head.place else None,
        tell.language(head.language),
        head.complainants,
        head.post_count,
        excerpt(head),
        head.id,
    )
