"""Where the next page begins: the sort keys of the last case of this one, opaque to those who carry it."""

import base64
import binascii
import json

from queues.store import Sort

__all__ = ["decode", "encode"]

_LONGEST = 200
_BOUND = 2**63
_FORMAT = 1


def encode(sort: Sort, keys: tuple[int, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_FORMAT, sort, *keys]).encode()).decode().rstrip("=")


def decode(cursor: str, sort: Sort, length: int) -> tuple[int, ...]:
    """The ``length`` keys; raises ValueError for anything that ``encode`` did not make for this sort."""
    keys = _parsed(cursor)
    if not isinstance(keys, list) or len(keys) != length + 2 or keys[:2] != [_FORMAT, sort]:
        raise ValueError("the cursor is not one of this query")
    numbers = [key for key in keys[2:] if type(key) is int and -_BOUND <= key < _BOUND]
    if len(numbers) != length:
        raise ValueError("the cursor is not one of this query")
    return tuple(numbers)


def _parsed(cursor: str) -> object:
    if len(cursor) > _LONGEST:
        raise ValueError("the cursor is not one of ours: it is too long")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parsed: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeError, binascii.Error, ValueError, RecursionError) as error:
        raise ValueError("the cursor is not one of ours") from error
    return parsed
