"""What somebody in the field was asked, where two cases become one and are parted again. Pure."""

from schemas.case import MAX_FIELD_REQUESTS, Case
from schemas.field import FieldRequest

__all__ = ["with_requests_of", "without_requests_of"]


def with_requests_of(kept: Case, gone: Case) -> tuple[FieldRequest, ...]:
    """The requests of two cases that become one: of too many the newest."""
    both = {request.id: request for request in (*gone.field_requests, *kept.field_requests)}.values()
    return tuple(sorted(both, key=lambda request: (request.at, request.id)))[-MAX_FIELD_REQUESTS:]


def without_requests_of(kept: Case, gone: Case) -> tuple[FieldRequest, ...]:
    """Those of ``kept`` when ``gone`` stands by itself again."""
    theirs = {request.id for request in gone.field_requests}
    return tuple(request for request in kept.field_requests if request.id not in theirs)
