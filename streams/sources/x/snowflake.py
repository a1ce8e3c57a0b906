"""Ids of X hold the moment at which they were made.

Documented as "X IDs" of the X developer platform: 64 bits, of which those above the lowest 22 count milliseconds since
the epoch of X.
"""

from datetime import UTC, datetime

__all__ = ["id_at", "moment_of"]

_EPOCH_MS = 1_288_834_974_657
_LOW_BITS = 22


def id_at(moment: datetime) -> int:
    """The least id that a post of that millisecond can have; 0 for a moment before there were such ids."""
    return max(0, round(moment.timestamp() * 1000) - _EPOCH_MS) << _LOW_BITS


def moment_of(id: int) -> datetime:
    """When the id was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp(((id >> _LOW_BITS) + _EPOCH_MS) / 1000, UTC)
