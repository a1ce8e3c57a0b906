"""Photographs that belong to a case: from the field, or what a citizen has sent privately.

Two records of the StateStore each, so that any desk of the office finds them on either store, and backups hold them: a
small one that says what it is, and one with the picture, sealed under a key of its own. Both have the case's id as
``state``. They go with the texts of the case (queues/retention.py).
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from queues.photographs import Photograph
from queues.seal import Sealer
from queues.state import StaleError, StateRecord, StateStore, every_record
from schemas.base import Utc, Value

__all__ = [
    "ATTACHMENT_DATA_KIND",
    "ATTACHMENT_KIND",
    "MOST_ATTACHMENTS",
    "Attachment",
    "Attachments",
    "Origin",
    "TooManyError",
    "has_attachments",
    "remove_attachments",
]

ATTACHMENT_KIND = "attachment"
ATTACHMENT_DATA_KIND = "attachment-data"
MOST_ATTACHMENTS = 40
"""Of one case. Two that come in the same moment may go past it by one."""
_PAGE = 20
"""Pictures that are read at a time."""


class TooManyError(ValueError):
    """The case has as many as it may have."""


class Origin(StrEnum):
    """Where a photograph came from."""

    FIELD = "field"
    CITIZEN = "citizen"


class Attachment(Value):
    """What is known of a photograph. ``by`` is who sent it: a user, or ``field:…`` and ``citizen:…`` with the id of
    the request that asked for it. ``private``: never shown unasked, and never outside the desk. ``digest`` is SHA-256
    of the picture as it is kept."""

    schema_version: Literal[1] = 1
    id: str
    case: str
    at: Utc
    by: str
    origin: Origin
    private: bool
    width: int
    height: int
    bytes: int
    digest: str


class Attachments:
    """Every method may raise StoreDownError."""

    def __init__(self, state: StateStore, sealer: Sealer, clock: Callable[[], datetime]):
        self._state = state
        self._sealer = sealer
        self._clock = clock

    def add(self, case: str, photograph: Photograph, *, by: str, origin: Origin, private: bool) -> Attachment:
        """Keeps a photograph; raises TooManyError. The picture is written first: killed between the two, it is one that
        nobody finds, and it goes with the case."""
        if self._state.count(ATTACHMENT_KIND, state=case) >= MOST_ATTACHMENTS:
            raise TooManyError(f"case {case} has {MOST_ATTACHMENTS} photographs")
        made = Attachment(
            id=secrets.token_hex(16),
            case=case,
            at=self._clock(),
            by=by,
            origin=origin,
            private=private,
            width=photograph.width,
            height=photograph.height,
            bytes=len(photograph.data),
            digest=sha256(photograph.data).hexdigest(),
        )
        sealed = self._sealer.seal_bytes(photograph.data)
        self._state.create(ATTACHMENT_DATA_KIND, made.id, {"sealed": sealed}, state=case)
        self._state.create(ATTACHMENT_KIND, made.id, made.model_dump(mode="json"), state=case)
        return made

    def of(self, cases: Iterable[str]) -> list[Attachment]:
        """Those of some cases (one, and those merged into it), in the order in which they came."""
        records = (record for case in cases for record in every_record(self._state, ATTACHMENT_KIND, state=case))
        return sorted((Attachment.model_validate(record.value) for record in records), key=lambda each: each.at)

    def remove(self, ids: Iterable[str]) -> None:
        """For good; what is gone already is passed over."""
        for id in ids:
            for kind in (ATTACHMENT_KIND, ATTACHMENT_DATA_KIND):
                record = self._state.get(kind, id)
                if record is not None:
                    _remove(self._state, record)

    def find(self, id: str) -> Attachment | None:
        return self.known([id]).get(id)

    def known(self, ids: Sequence[str]) -> dict[str, Attachment]:
        """Those of ``ids`` that there are, by id: one look-up, however many."""
        found = self._state.get_many(ATTACHMENT_KIND, ids) if ids else {}
        return {id: Attachment.model_validate(record.value) for id, record in found.items()}

    def picture(self, id: str) -> bytes | None:
        """The JPEG; None when it is gone. Raises SealError when it was sealed under another key."""
        record = self._state.get(ATTACHMENT_DATA_KIND, id)
        return None if record is None else self._sealer.open_bytes(record.value["sealed"])


def has_attachments(state: StateStore, case: str) -> bool:
    return bool(state.count(ATTACHMENT_DATA_KIND, state=case))


def remove_attachments(state: StateStore, case: str, *, private_only: bool = False) -> None:
    """Every photograph of a case, for good. What is said of it goes first, so that none is listed and not there."""
    listed = [record for record in every_record(state, ATTACHMENT_KIND, state=case) if _goes(record, private_only)]
    for record in listed:
        _remove(state, record)
    gone = {record.id for record in listed}
    for record in every_record(state, ATTACHMENT_DATA_KIND, state=case, page=_PAGE):
        if not private_only or record.id in gone:
            _remove(state, record)


def _goes(record: StateRecord, private_only: bool) -> bool:
    return not private_only or bool(record.value["private"])


def _remove(state: StateStore, record: StateRecord) -> None:
    with suppress(StaleError):  # written once and never replaced: stale means removed by somebody else
        state.delete(record)
