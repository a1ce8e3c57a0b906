"""Each event's bytes are encrypted under a key of their own, so that erasing a key erases every copy of them.

SQLite's secure_delete overwrites what is deleted, but when it moves rows from one page to another it can leave
copies of them in the gaps of the old page, where nothing finds them again. A sealed value may lie around there:
without its key it is noise. The keys lie in large blobs behind a page of padding, hence on overflow pages, which
SQLite never splits or merges, and are overwritten in place.
"""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.transports.sqlite_file import PAGE_BYTES

__all__ = ["KEY_BYTES", "break_seals", "drop_seals", "keep_seals", "load_seals", "open_seal", "seal"]

KEY_BYTES = 16
BLOCK_BITS = 9
BLOCK_EVENTS = 1 << BLOCK_BITS
BLOCK_BYTES = PAGE_BYTES + BLOCK_EVENTS * KEY_BYTES
NONCE = bytes(12)
"""A key seals one event, so one nonce serves."""


def seal(packed: bytes) -> tuple[bytes, bytes]:
    """A fresh key, and the bytes encrypted under it."""
    key = os.urandom(KEY_BYTES)
    return key, AESGCM(key).encrypt(NONCE, packed, None)


def open_seal(key: bytes, sealed: bytes) -> bytes:
    """The bytes again. Raises ValueError when they or the key are damaged."""
    try:
        return AESGCM(key).decrypt(NONCE, sealed, None)
    except InvalidTag:
        raise ValueError("damaged on the disk") from None


def keep_seals(db: sqlite3.Connection, keys: Mapping[int, bytes]) -> None:
    """Notes the keys of new events, by row."""
    for block, found in _by_block(keys).items():
        db.execute("INSERT OR IGNORE INTO seals VALUES (?, zeroblob(?))", (block, BLOCK_BYTES))
        _overwrite(db, block, found)


def break_seals(db: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Overwrites the keys of these events."""
    for block, found in _by_block(dict.fromkeys(rows, bytes(KEY_BYTES))).items():
        _overwrite(db, block, found)


def drop_seals(db: sqlite3.Connection, start: int, end: int) -> None:
    """Drops the keys of a partition's rows from ``start`` to before ``end``, which are deleted.

    The last block stays if events after ``end`` need it: the caller has broken its seals.
    """
    db.execute("DELETE FROM seals WHERE id>=? AND id<?", (start >> BLOCK_BITS, end >> BLOCK_BITS))


def load_seals(db: sqlite3.Connection, first: int, last: int) -> dict[int, bytes]:
    """The keys of the rows from ``first`` to ``last``."""
    keys = {}
    for block, data in db.execute(
        "SELECT id, keys FROM seals WHERE id BETWEEN ? AND ?", (first >> BLOCK_BITS, last >> BLOCK_BITS)
    ):
        start = block << BLOCK_BITS
        for row in range(max(first, start), min(last, start + BLOCK_EVENTS - 1) + 1):
            place = PAGE_BYTES + (row - start) * KEY_BYTES
            keys[row] = data[place : place + KEY_BYTES]
    return keys


def _by_block(keys: Mapping[int, bytes]) -> dict[int, dict[int, bytes]]:
    blocks: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
    for row, key in keys.items():
        blocks[row >> BLOCK_BITS][row] = key
    return blocks


def _overwrite(db: sqlite3.Connection, block: int, keys: Mapping[int, bytes]) -> None:
    first = min(keys)
    place = PAGE_BYTES + (first & BLOCK_EVENTS - 1) * KEY_BYTES
    with db.blobopen("seals", "keys", block) as blob:
        blob.seek(place)
        found = bytearray(blob.read((max(keys) - first + 1) * KEY_BYTES))
        for row, key in keys.items():
            found[(row - first) * KEY_BYTES : (row - first + 1) * KEY_BYTES] = key
        blob.seek(place)
        blob.write(bytes(found))
