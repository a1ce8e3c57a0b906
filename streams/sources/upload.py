"""A table that somebody brings to the desk (CSV or XLSX), row by row: a post, or what is wrong in which column."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from schemas.intake import IntakeError, read_mention
from schemas.mention import TIP
from schemas.upload import MAX_UPLOAD_ROWS, RowFault, RowTrouble, UploadError, UploadTrouble
from streams.sources.csv_rows import read_rows
from streams.sources.lines import Record, RecordError
from streams.sources.xlsx_rows import read_sheet

__all__ = ["read_upload"]

_ZIP = b"PK\x03\x04"
_COLUMNS = {
    "handles": ("handles", "to"),
    "created_at": ("created_at", "ts", "timestamp", "date"),
    "in_reply_to": ("in_reply_to", "in_reply_to_id"),
    "author": ("author", "author_id", "author_handle", "author_name"),
}
_TROUBLES = {
    "missing": RowTrouble.MISSING,
    "string_too_short": RowTrouble.MISSING,
    "string_pattern_mismatch": RowTrouble.SIGNS,
    "string_too_long": RowTrouble.LONG,
    "value_error": RowTrouble.TIME,
}

Row = Mapping[str, Any] | RowFault


def read_upload(content: bytes, *, platform: str, now: datetime, zone: ZoneInfo) -> Iterator[tuple[int, Row]]:
    """Number and post (a flat object that ``read_mention`` reads) of each row, or what is wrong with it. It is received
    ``now``, whatever the table says. Raises UploadError."""
    seen: dict[str, int] = {}
    for number, row in _rows(content, zone):
        yield number, row if isinstance(row, RowFault) else _checked(number, row, platform, now, seen)


def _rows(content: bytes, zone: ZoneInfo) -> Iterator[tuple[int, Row]]:
    if not content.strip():
        raise UploadError(UploadTrouble.EMPTY)
    if content.startswith(_ZIP):
        yield from read_sheet(content, zone)
        return
    if b"\0" in content[:4096]:
        raise UploadError(UploadTrouble.NO_TABLE)
    try:
        for count, record in enumerate(read_rows(BytesIO(content), Path("upload")), 1):
            if count > MAX_UPLOAD_ROWS:
                raise UploadError(UploadTrouble.TOO_MANY)
            yield record.number, _of_csv(record)
    except RecordError as error:
        raise UploadError(UploadTrouble.NO_HEADER) from error


def _of_csv(record: Record) -> Row:
    if record.payload is not None and record.fault is None:
        return record.payload
    fault = record.fault or ""
    trouble = RowTrouble.ENCODING if "UTF-8" in fault else RowTrouble.LONG if "bytes" in fault else RowTrouble.CELLS
    return RowFault(row=record.number, column="", trouble=trouble)


def _checked(number: int, row: Mapping[str, Any], platform: str, now: datetime, seen: dict[str, int]) -> Row:
    post = {name: cell for name, cell in row.items() if name not in {"received_at", "historic"}}
    try:
        mention = read_mention(post, received_at=now, platform=platform)
    except IntakeError as error:
        return _fault(number, row, error)
    if mention.platform == TIP:
        return RowFault(row=number, column="platform", trouble=RowTrouble.PLATFORM)
    if not mention.text.strip():
        return RowFault(row=number, column="text", trouble=RowTrouble.MISSING)
    first = seen.setdefault(mention.key, number)
    if first != number:
        return RowFault(row=number, column="id", trouble=RowTrouble.TWICE, first=first)
    return {**post, "platform": mention.platform}


def _fault(number: int, row: Mapping[str, Any], error: IntakeError) -> RowFault:
    """The column as the file names it: a field may be called in several ways."""
    field = str(error).partition(":")[0].partition(".")[0]
    column = next((name for name in _COLUMNS.get(field, ()) if name in row), field)
    if isinstance(error.__cause__, ValidationError):
        trouble = _TROUBLES.get(error.__cause__.errors()[0]["type"], RowTrouble.OTHER)
        column = "created_at" if field == "post" else column
        return RowFault(row=number, column=column, trouble=trouble)
    return RowFault(row=number, column=column, trouble=RowTrouble.DATE if field == "created_at" else RowTrouble.OTHER)
