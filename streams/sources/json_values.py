"""A file that is one JSON value: an array of posts, a page of X, one post, or an archive of X."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from streams.sources.lines import Record
from streams.sources.opening import RecordError
from streams.sources.x_archive import ARCHIVE, archive_posts

__all__ = ["MAX_JSON_BYTES", "read_json"]

MAX_JSON_BYTES = 64 * 1024 * 1024
"""A JSON value is read whole; a larger one is asked for as JSONL, which is read line by line."""


def read_json(file: IO[bytes], path: Path, *, skip: int = 0) -> Iterator[Record]:
    """The elements but the first ``skip``. A digest covers all elements up to its own. Raises RecordError."""
    raw = file.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        raise RecordError(f"{path}: larger than {MAX_JSON_BYTES >> 20} MB as one JSON value: write one post a line")
    try:
        elements = archive_posts(raw, path) if raw.lstrip().startswith(ARCHIVE) else _elements(json.loads(raw))
        size = len(raw)
        del raw
        yield from _records(elements, size, skip)
    except RecursionError as error:
        raise RecordError(f"{path}: nested too deeply: write one post a line") from error
    except ValueError as error:
        raise RecordError(f"{path}: not JSON: {error}") from error


def _elements(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return [{"data": post, "includes": value.get("includes")} for post in value["data"]]
    return value if isinstance(value, list) else [value]


def _records(elements: list[Any], size: int, skip: int) -> Iterator[Record]:
    digest = sha256()
    for number, element in enumerate(elements, 1):
        line = json.dumps(element).encode()
        digest.update(line)
        if number > skip:
            payload = element if isinstance(element, dict) else None
            yield Record(number, 0, size * number // len(elements), line, digest.hexdigest(), payload)
