"""What is left of a case that has been kept as long as the directory says."""

from typing import Literal

from schemas.base import Utc, Value
from schemas.labels import ComplaintType

__all__ = ["GoneCase", "LastHash"]


class LastHash(Value):
    """Where the history of case ``id`` ended: what anchors are made from (queues/audit.py)."""

    id: str
    at: Utc
    hash: str


class GoneCase(Value):
    """That there was such a case, where, of what, from when to when, and that it went by rule: no words, no accounts.
    ``histories`` are its own and those of the cases merged into it; ``cases`` all of these by id, and ``held`` the
    posts that it had from other cases, by key, until everything of it is gone."""

    schema_version: Literal[1] = 1
    id: str
    docket: str | None
    queue: str
    type: ComplaintType
    received_at: Utc
    ended_at: Utc
    gone_at: Utc
    histories: tuple[LastHash, ...] = ()
    cases: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
