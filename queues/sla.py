"""When somebody must have acted on a case."""

from datetime import datetime, timedelta

from schemas.directory import Directory
from schemas.labels import ComplaintType, Urgency

__all__ = ["due_moment"]


def due_moment(received_at: datetime, type: ComplaintType, urgency: Urgency, directory: Directory) -> datetime:
    """The first entry of the directory's service levels that fits, counted round the clock from receipt."""
    for level in directory.service_levels:
        if (not level.types or type in level.types) and (not level.urgencies or urgency in level.urgencies):
            return received_at + timedelta(hours=level.hours)
    raise AssertionError("a directory always has a service level that fits any case")
