"""Rows of a spreadsheet (Office Open XML, ECMA-376), each a post by the names of the header.

Of a formula only the value is read that the spreadsheet last showed; nothing is computed. What it is packed from is
measured before it is unpacked, rows and columns are bounded whatever the sheet says of itself.
"""

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from schemas.upload import MAX_UPLOAD_ROWS, RowFault, RowTrouble, UploadError, UploadTrouble

__all__ = ["MAX_COLUMNS", "read_sheet"]

MAX_COLUMNS = 64
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
_MAX_PARTS = 500
_MAX_SCANNED = 100_000
"""Rows with the empty ones, which cost time too."""
_EXACT = 2**53
"""Whole numbers above are rounded: a spreadsheet keeps 15 digits, an id of X has 19."""
_BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, OSError, EOFError)


def read_sheet(content: bytes, zone: ZoneInfo) -> Iterator[tuple[int, Mapping[str, Any] | RowFault]]:
    """Number and cells of each row of the first sheet that is not empty. A date without a zone is one of ``zone``.

    Raises UploadError.
    """
    _measure(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        header = [_name(cell) for cell in next(rows, ())]
        if not {"id", "text"} <= {*header} or len({*filter(None, header)}) < len([*filter(None, header)]):
            raise UploadError(UploadTrouble.NO_HEADER)
        found = 0
        for number, cells in enumerate(rows, 2):
            found += any(cell is not None for cell in cells)
            if found > MAX_UPLOAD_ROWS or number > _MAX_SCANNED:
                raise UploadError(UploadTrouble.TOO_MANY)
            if any(cell is not None for cell in cells):
                yield number, _row(number, header, cells, zone)
    except UploadError:
        raise
    except (*_BROKEN, IndexError, AttributeError) as error:
        raise UploadError(UploadTrouble.NO_TABLE) from error


def _measure(content: bytes) -> None:
    """Raises UploadError for what would unpack to more than is read. ``zipfile`` unpacks no more of a part than its
    entry announces."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UploadError(UploadTrouble.NO_TABLE) from error
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UploadError(UploadTrouble.TOO_LARGE)


def _row(number: int, header: list[str], cells: tuple[Any, ...], zone: ZoneInfo) -> Mapping[str, Any] | RowFault:
    if any(cell is not None for cell in cells[len(header) :]):
        return RowFault(row=number, column="", trouble=RowTrouble.CELLS)
    named = {name: cell for name, cell in zip(header, cells, strict=False) if name and cell is not None}
    for name, cell in named.items():
        if isinstance(cell, int | float) and abs(cell) > _EXACT:
            return RowFault(row=number, column=name, trouble=RowTrouble.ROUNDED)
    return {name: _text(cell, zone) for name, cell in named.items()}


def _name(cell: Any) -> str:
    return str(cell).strip().lower() if cell is not None else ""


def _text(cell: Any, zone: ZoneInfo) -> str:
    """What a person sees in the cell: the same as a CSV file would hold."""
    if isinstance(cell, datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=zone)).isoformat()
    if isinstance(cell, date):
        return datetime.combine(cell, time(), zone).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
