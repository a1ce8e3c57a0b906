"""How an event is laid out in the embedded log: its number, its partition, its bytes."""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from streams.topics import MAX_EVENT_BYTES

__all__ = ["Record", "check", "first_row", "offset_of", "pack", "partition_of", "refs_of", "row_of", "unpack"]

OFFSET_BITS = 40
"""A row's number is the partition's, then the offset: one partition lies together and is read in order."""

OFFSETS = (1 << OFFSET_BITS) - 1
PREFIX = struct.Struct(">?I")
"""Whether there is a value, and the length of the headers before it."""


@dataclass(frozen=True, slots=True)
class Record:
    """An event as a producer gives it. ``partition`` None: by its key; ``timestamp`` None: now."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]
    partition: int | None = None
    timestamp: float | None = None


def partition_of(key: bytes | None, partitions: int) -> int:
    """The partition of a key, the same in every process and for sources and agents alike."""
    return zlib.crc32(key or b"") % partitions


def row_of(partition: int, offset: int) -> int:
    """The row of an event, by its partition's id."""
    return partition << OFFSET_BITS | offset


def first_row(partition: int) -> int:
    """The lowest row of a partition; that of ``partition + 1`` ends it."""
    return partition << OFFSET_BITS


def offset_of(row: int) -> int:
    return row & OFFSETS


def check(record: Record) -> None:
    """Raises ValueError for an event over MAX_EVENT_BYTES, or whose parts are not bytes."""
    parts = (record.key, record.value, *record.headers.values())
    if not all(part is None or isinstance(part, bytes) for part in parts) or None in record.headers.values():
        raise ValueError(f"an event for topic {record.topic} has a key, value or header that is not bytes")
    size = sum(len(part or b"") for part in parts)
    if size > MAX_EVENT_BYTES:
        raise ValueError(f"an event for topic {record.topic} has {size} bytes, {MAX_EVENT_BYTES} are allowed")


def pack(headers: Mapping[str, bytes], value: bytes | None) -> bytes:
    """Headers and value as one."""
    head = json.dumps({name: data.decode("latin-1") for name, data in headers.items()}).encode() if headers else b""
    return PREFIX.pack(value is not None, len(head)) + head + (value or b"")


def unpack(packed: bytes) -> tuple[dict[str, bytes], bytes | None]:
    """What ``pack`` was given."""
    has_value, length = PREFIX.unpack_from(packed)
    start = PREFIX.size + length
    head = packed[PREFIX.size : start]
    headers = {name: data.encode("latin-1") for name, data in json.loads(head).items()} if head else {}
    return headers, packed[start:] if has_value else None


def refs_of(headers: Mapping[str, bytes]) -> set[str]:
    """The posts and authors that an event speaks of, from its header ``refs``."""
    return set(headers.get("refs", b"").decode("utf-8", "replace").split())
