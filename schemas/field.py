"""What somebody outside the desk is asked to do for a case, by a link that needs no sign-in, and what they report."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from schemas.base import Utc, Value

__all__ = ["FieldReport", "FieldRequest", "FieldResult"]


class FieldResult(StrEnum):
    """What came of it."""

    DONE = "done"
    CANNOT = "cannot"
    NOT_MINE = "not_mine"


class FieldReport(Value):
    """``photographs`` are ids of attachments of the case (queues/attachments.py)."""

    at: Utc
    result: FieldResult
    text: str = Field(default="", max_length=2000)
    photographs: tuple[str, ...] = ()


class FieldRequest(Value):
    """One link. ``token_hash`` is SHA-256 of its token, which is kept nowhere. ``to`` is who it was given to, as the
    officer calls them. They are shown ``words``, the ``posts`` (by key: what is erased is gone there, too) and, with
    ``with_place``, the place of the case. ``late_told``: that the time has passed was told."""

    id: str
    token_hash: str
    to: str
    words: str
    posts: tuple[str, ...] = ()
    with_place: bool = True
    by: str
    at: Utc
    due_at: Utc
    expires_at: Utc
    withdrawn_at: Utc | None = None
    late_told: bool = False
    report: FieldReport | None = None

    @property
    def is_awaited(self) -> bool:
        return self.report is None and self.withdrawn_at is None

    def is_open(self, now: datetime) -> bool:
        """Whether its link still takes a report."""
        return self.is_awaited and now < self.expires_at
