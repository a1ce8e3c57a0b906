"""Where the next page begins: the sort keys of the last case of this one, opaque to those who carry it."""

import base64
import binascii
import json
from collections.abc import Sequence

from queues.store import Sort

__all__ = ["decode", "encode"]

_LONGEST = 400
_LONGEST_TEXT = 200
_BOUND = 2**63
_FORMAT = 1


def encode(sort: Sort, keys: Sequence[int | str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_FORMAT, sort, *keys]).encode()).decode().rstrip("=")


def decode(cursor: str, sort: Sort, kinds: Sequence[type[int] | type[str]]) -> tuple[int | str, ...]:
    """The keys, one of each of ``kinds``; raises ValueError for anything that ``encode`` did not make for this sort."""
    keys = _parsed(cursor)
    if not isinstance(keys, list) or len(keys) != len(kinds) + 2 or keys[:2] != [_FORMAT, sort]:
        raise ValueError("the cursor is not one of this query")
    if not all(type(key) is kind and _bounded(key) for key, kind in zip(keys[2:], kinds, strict=True)):
        raise ValueError("the cursor is not one of this query")
    return tuple(keys[2:])


def _bounded(key: int | str) -> bool:
    if isinstance(key, str):
        return len(key) <= _LONGEST_TEXT and key.isprintable()
    return -_BOUND <= key < _BOUND


def _parsed(cursor: str) -> object:
    if len(cursor) > _LONGEST:
        raise ValueError("the cursor is not one of ours: it is too long")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parsed: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeError, binascii.Error, ValueError, RecursionError) as error:
        raise ValueError("the cursor is not one of ours") from error
    return parsed
