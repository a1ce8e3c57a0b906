"""The numbers by which cases are put in order, the same in every store."""

from datetime import UTC, datetime, timedelta

from schemas.labels import Urgency

__all__ = ["NEVER", "QUARTER_MICROSECONDS", "URGENCY_RANKS", "microseconds", "milliseconds"]

NEVER = 2**62
"""The due moment of a case that has none: after all others."""

URGENCY_RANKS = {Urgency.CRITICAL: 0, Urgency.NORMAL: 1, Urgency.SUGGESTION: 2}

QUARTER_MICROSECONDS = 15 * 60 * 1_000_000
"""All time zones in use differ from UTC by whole quarters of an hour."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def milliseconds(moment: datetime) -> int:
    """``microseconds``, down to the whole millisecond: what a search index keeps of a date."""
    return microseconds(moment) // 1000 * 1000
