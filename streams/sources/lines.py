"""The records of a file, and how lines become records.

A line may be of any length: it is read in bounded pieces, and of one that no dead letter could carry only hash and
length are kept.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any

from schemas.mention import MAX_MENTION_BYTES
from streams.dead_letters import MAX_KEPT_BYTES, Outsized
from streams.sources.opening import RecordError

__all__ = ["OVERLONG", "Record", "RecordError", "read_every_line", "read_lines"]

OVERLONG = f"post: more than the {MAX_MENTION_BYTES} bytes that a post may have"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: bytes ``start`` to ``end`` of the (unpacked) file. ``number`` is its line or element, from 1.

    ``payload``: what it says, where reading the file has told already; ``fault``: why nobody can read it. A line that
    is not ``whole`` has no newline yet. ``digest`` tells it from another record at the same place.
    """

    number: int
    start: int
    end: int
    line: bytes | Outsized
    digest: str
    payload: Mapping[str, Any] | None = None
    fault: str | None = None
    whole: bool = True

    @property
    def raw(self) -> bytes | Outsized:
        """What a dead letter keeps: a payload as JSON, so that it can be replayed, else the bytes."""
        return self.line if self.payload is None else json.dumps(self.payload).encode()


def read_lines(file: IO[bytes], *, number: int = 0, start: int = 0) -> Iterator[Record]:
    """The lines from where ``file`` stands, blank ones left out. See ``read_every_line``."""
    for record in read_every_line(file, number=number, start=start):
        if isinstance(record.line, Outsized) or record.line.strip():
            yield record


def read_every_line(file: IO[bytes], *, number: int = 0, start: int = 0) -> Iterator[Record]:
    """The lines from where ``file`` stands, which is behind line ``number``, at byte ``start``; also a last one without
    its newline. ``line`` is without newline."""
    while piece := file.readline(MAX_MENTION_BYTES + 1):
        number += 1
        record = _line(file, piece, number, start)
        yield record
        start = record.end


def _line(file: IO[bytes], piece: bytes, number: int, start: int) -> Record:
    digest, kept, size = sha256(), [piece], len(piece)
    while not piece.endswith(b"\n") and len(piece) >= MAX_MENTION_BYTES:
        digest.update(piece)
        piece = file.readline(MAX_MENTION_BYTES)
        size += len(piece)
        if size <= MAX_KEPT_BYTES:
            kept.append(piece)
    last = piece.rstrip(b"\r\n")
    digest.update(last)
    length = size - len(piece) + len(last)
    line = b"".join(kept).rstrip(b"\r\n") if size <= MAX_KEPT_BYTES else Outsized(digest.hexdigest(), length)
    return Record(
        number,
        start,
        start + size,
        line,
        digest.hexdigest(),
        fault=OVERLONG if length > MAX_MENTION_BYTES else None,
        whole=piece.endswith(b"\n"),
    )
