"""How a source stands, for whoever asks: one record of each, in the state store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from queues.state import StateRecord, StateStore

__all__ = ["SILENT_AFTER", "SOURCE", "SourceStanding", "standings"]

SOURCE = "source"
SILENT_AFTER = timedelta(minutes=2)
"""A source that runs notes so at least twice as often."""
_MOST_SOURCES = 1000


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """``connected`` also says that the process has noted so lately. ``today`` and ``budget_left`` are posts, the budget
    None where there is none; ``gaps`` are stretches of time still to be read, ``lost`` those out of reach.
    ``checked_at``: when all that is kept was last put to the platform, None where that is not done."""

    id: str
    connected: bool
    seen_at: datetime | None
    last_post_at: datetime | None
    today: int
    budget_left: int | None
    gaps: int
    filled: int
    lost: int
    errors: int
    last_error: str
    checked_at: datetime | None


def standings(state: StateStore, now: datetime) -> list[SourceStanding]:
    """Every source that has ever run, by id. Raises StoreDownError."""
    return [_standing(record, now) for record in state.scan(SOURCE, limit=_MOST_SOURCES)]


def _standing(record: StateRecord, now: datetime) -> SourceStanding:
    value = record.value
    seen_at = _moment(value, "seen_at")
    return SourceStanding(
        id=record.id,
        connected=bool(value.get("connected")) and seen_at is not None and now - seen_at < SILENT_AFTER,
        seen_at=seen_at,
        last_post_at=_moment(value, "last_post_at"),
        today=int(value.get("today", 0)) if value.get("day") == now.date().isoformat() else 0,
        budget_left=value.get("budget_left"),
        gaps=int(value.get("gaps", 0)),
        filled=int(value.get("filled", 0)),
        lost=int(value.get("lost", 0)),
        errors=int(value.get("errors", 0)),
        last_error=str(value.get("last_error", "")),
        checked_at=_moment(value, "checked_at"),
    )


def _moment(value: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(value[name]) if value.get(name) else None
