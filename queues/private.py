"""Private details: asked for by a link, told once, sealed, and never part of the case itself.

Records of the StateStore of their own, with the case's id as ``state``: what lists, searches, exports, replies, public
pages or training read does not lead here. A link's mark is made from its id with the office's key, so it is kept
nowhere. What was told goes with the texts of its case (queues/retention.py), and at the latest so many days after the
case has ended as the directory says.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from queues.attachments import remove_attachments
from queues.seal import Sealer
from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore, every_record
from queues.store import CaseStore
from schemas.case import Case, Status
from schemas.private import PrivateDetails, PrivateRequest

__all__ = [
    "DETAILS_KIND",
    "REQUEST_KIND",
    "Private",
    "TooManyError",
    "clear_private",
    "has_private",
    "remove_private",
    "unmarked_link",
    "with_marks",
]

REQUEST_KIND, DETAILS_KIND = "private-request", "private-details"
MOST_REQUESTS = 20
"""Of one case."""
_BATCH = 200
_ENDS = frozenset({Status.CLOSED, Status.DISMISSED})


_UNMARKED = re.compile(r"/private/([0-9a-f]{16})(?![\w-])")


class TooManyError(ValueError):
    """So often nobody is asked in one case."""


@dataclass(frozen=True, slots=True)
class Private:
    """Every method may raise StoreDownError."""

    state: StateStore
    sealer: Sealer
    clock: Callable[[], datetime]

    def ask(self, case: str, by: str, purpose: str, *, hours: int) -> PrivateRequest:
        """Raises TooManyError."""
        if self.state.count(REQUEST_KIND, state=case) >= MOST_REQUESTS:
            raise TooManyError(f"case {case}: asked {MOST_REQUESTS} times")
        now = self.clock()
        expires = now + timedelta(hours=hours)
        id = secrets.token_hex(8)
        made = PrivateRequest(id=id, case=case, by=by, at=now, expires_at=expires, purpose=purpose)
        self.state.create(REQUEST_KIND, id, made.model_dump(mode="json"), state=case)
        return made

    def link(self, request: PrivateRequest) -> str:
        """The path of its form: the id, and 128 bits that nobody can guess."""
        return with_marks(unmarked_link(request), self.sealer)

    def linked(self, given: str) -> PrivateRequest | None:
        """The request of the last part of a link; None for one that was never given, or was withdrawn."""
        id, _, mark = given.partition("-")
        if not hmac.compare_digest(mark.encode(), _mark(id, self.sealer).encode()):
            return None
        found = self.find(id)
        return None if found is None or found.withdrawn_at is not None else found

    def find(self, id: str) -> PrivateRequest | None:
        record = self.state.get(REQUEST_KIND, id)
        return None if record is None else PrivateRequest.model_validate(record.value)

    def of(self, cases: Iterable[str]) -> list[PrivateRequest]:
        """Of a case and those merged into it, in the order in which they were made."""
        records = (record for case in cases for record in every_record(self.state, REQUEST_KIND, state=case))
        return sorted((PrivateRequest.model_validate(r.value) for r in records), key=lambda request: request.at)

    def is_open(self, request: PrivateRequest) -> bool:
        """Whether its link still takes an answer."""
        return request.withdrawn_at is None and request.told_at is None and self.clock() < request.expires_at

    def tell(self, request: PrivateRequest, details: PrivateDetails) -> bool:
        """Seals what was told, once: False when something was told before. Killed in between, it can be told again."""
        sealed = self.sealer.seal(details.model_dump_json())
        record = self.state.get(REQUEST_KIND, request.id)
        if record is None or record.value.get("told_at") is not None:
            return False
        try:
            self.state.create(DETAILS_KIND, request.id, {"sealed": sealed}, state=request.case)
        except AlreadyExistsError:
            if (half := self.state.get(DETAILS_KIND, request.id)) is not None:
                self.state.replace(half, {"sealed": sealed})
        return self._changed(record, told_at=self.clock())

    def details(self, request: PrivateRequest) -> PrivateDetails | None:
        """What was told; None when it is gone. Raises SealError."""
        record = self.state.get(DETAILS_KIND, request.id)
        return None if record is None else PrivateDetails.model_validate_json(self.sealer.open(record.value["sealed"]))

    def withdraw(self, request: PrivateRequest) -> bool:
        """Whether the link was still without an answer."""
        record = self.state.get(REQUEST_KIND, request.id)
        return record is not None and self._changed(record, withdrawn_at=self.clock())

    def _changed(self, record: StateRecord, **moment: datetime) -> bool:
        after = PrivateRequest.model_validate(record.value).model_copy(update=moment)
        try:
            self.state.replace(record, after.model_dump(mode="json"))
        except StaleError:
            return False
        return True


def unmarked_link(request: PrivateRequest) -> str:
    """The path without what makes it good: as it stands in a case, which more people read than may use it."""
    return f"/private/{request.id}"


def with_marks(text: str, sealer: Sealer) -> str:
    """A message whose links are made good, as it goes out."""
    return _UNMARKED.sub(lambda link: f"{link[0]}-{_mark(link[1], sealer)}", text)


def _mark(id: str, sealer: Sealer) -> str:
    return sealer.page_mark(f"private:{id}")


def has_private(state: StateStore, case: str) -> bool:
    return bool(state.count(DETAILS_KIND, state=case) or state.count(REQUEST_KIND, state=case))


def remove_private(state: StateStore, case: str) -> None:
    """All that was asked and told, for good."""
    for kind in (REQUEST_KIND, DETAILS_KIND):
        for record in every_record(state, kind, state=case):
            with suppress(StaleError):  # being told this moment: the next look finds it
                state.delete(record)


def clear_private(state: StateStore, store: CaseStore, days: int, now: datetime) -> int:
    """Removes what was told in cases that ended more than ``days`` ago and are under no hold, with the photographs;
    returns of how many cases. Cost: one read of each request."""
    ids = sorted({record.state for record in every_record(state, REQUEST_KIND)})
    over = 0
    for start in range(0, len(ids), _BATCH):
        for id, found in store.cases(ids[start : start + _BATCH]).items():
            if _is_over(found.case, timedelta(days=days), now):
                remove_attachments(state, id, private_only=True)
                remove_private(state, id)
                over += 1
    return over


def _is_over(case: Case, after: timedelta, now: datetime) -> bool:
    return case.status in _ENDS and case.hold is None and now - case.changed_at > after
