"""A table that somebody brings to the desk: what is wrong with it, or with a row."""

from enum import StrEnum

from schemas.base import Value

__all__ = ["MAX_UPLOAD_BYTES", "MAX_UPLOAD_ROWS", "RowFault", "RowTrouble", "UploadError", "UploadTrouble"]

MAX_UPLOAD_BYTES = 5 * 1024 * 1024
MAX_UPLOAD_ROWS = 5000
"""What is larger is for ``sunwai ingest file``, which goes on where it stopped."""


class UploadTrouble(StrEnum):
    """Why a file cannot be read at all."""

    NO_TABLE = "no_table"
    NO_HEADER = "no_header"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    EMPTY = "empty"


class UploadError(ValueError):
    """A file that nobody can read as posts."""

    def __init__(self, trouble: UploadTrouble):
        super().__init__(trouble)
        self.trouble = trouble


class RowTrouble(StrEnum):
    """Why a row is no post."""

    MISSING = "missing"
    DATE = "date"
    TIME = "time"
    SIGNS = "signs"
    LONG = "long"
    TWICE = "twice"
    ROUNDED = "rounded"
    CELLS = "cells"
    ENCODING = "encoding"
    PLATFORM = "platform"
    OTHER = "other"


class RowFault(Value):
    """``row`` counts from 1 with the header, as a spreadsheet shows it; in a CSV file it is the line. ``column`` is
    named as in the file, empty for the whole row. ``first`` is the row that has the same id."""

    row: int
    column: str
    trouble: RowTrouble
    first: int | None = None
