"""What lists show of a case: read from its document without all else that it holds, at a quarter of the cost."""

from datetime import datetime

from pydantic import AwareDatetime

from schemas.base import Value
from schemas.case import Status
from schemas.clocks import earliest_unmet
from schemas.labels import ComplaintType, Sensitivity, Urgency

__all__ = ["CaseHead"]


class _PostHead(Value):
    key: str
    text: str
    version_of: str | None = None


class _ClockHead(Value):
    due_at: AwareDatetime
    met_at: AwareDatetime | None = None


class CaseHead(Value):
    """Fields are those of ``Case`` (schemas/case.py), each as it is there; a case as JSON can be read as its head."""

    id: str
    docket: str | None = None
    status: Status
    queue: str
    assignee: str | None = None
    type: ComplaintType
    language: str
    urgency: Urgency
    place: str | None = None
    sensitivity: tuple[Sensitivity, ...] = ()
    posts: tuple[_PostHead, ...]
    post_count: int = 1
    complainants: int = 1
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    historic: bool = False
    changed_at: AwareDatetime
    revision: int = 0
    clocks: tuple[_ClockHead, ...] = ()

    @property
    def deadline_at(self) -> datetime | None:
        return earliest_unmet(self.clocks, self.due_at)
