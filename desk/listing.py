"""Lists of cases as a reader may see them: an office's queues with counts, a queue, a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from desk.accounts import User
from desk.authorise import Forbidden, Right, may, visibility
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from queues.search import QueryError, parse_query
from queues.store import CaseQuery, Page
from schemas.case import OPEN_STATUSES, Status

__all__ = ["OPEN", "QueueCounts", "check_queue", "find", "judged_queues", "queue_counts", "read_query"]

OPEN = tuple(status for status in Status if status in OPEN_STATUSES)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Cases of a queue by status; in a queue that is not ``own`` only those that the reader's queues watch."""

    code: str
    own: bool
    by_status: Mapping[Status, int]

    @property
    def open(self) -> int:
        return sum(number for status, number in self.by_status.items() if status in OPEN_STATUSES)


def queue_counts(desk: Desk, user: User) -> Sequence[QueueCounts]:
    """The reader's own queues in the directory's order, then others that hold cases which these watch."""
    counts = desk.store.counts(visibility(user)).by_queue
    own = [code for code in desk.directory.queues if may(user, code, Right.SEE)]
    others = sorted(code for code in counts if code not in own)
    return [QueueCounts(code, may(user, code, Right.SEE), _ordered(counts.get(code, {}))) for code in [*own, *others]]


def _ordered(by_status: Mapping[Status, int]) -> Mapping[Status, int]:
    """In the order in which a case goes through them."""
    return {status: by_status[status] for status in Status if status in by_status}


def check_queue(desk: Desk, user: User, code: str) -> None:
    """Raises the same Refusal for a queue that is not there and for one that is not the reader's."""
    if code not in desk.directory.queues or not may(user, code, Right.SEE):
        raise not_found()


def judged_queues(desk: Desk, user: User) -> tuple[str, ...]:
    """The queues in which the reader judges what is in review. Raises Forbidden when there is none."""
    own = tuple(code for code in desk.directory.queues if may(user, code, Right.WORK))
    if not own:
        raise Forbidden(mark("Your role reads cases; it does not change them."))
    return own


def read_query(desk: Desk, text: str) -> CaseQuery:
    """Raises Refusal for what is no query."""
    directory = desk.directory
    try:
        return parse_query(
            text,
            zone=directory.zone,
            now=desk.clock(),
            queues=directory.queues,
            places=directory.place_by_code,
        )
    except QueryError as error:
        params = {"problem": str(error)}
        raise Refusal(422, "bad_query", mark("%(problem)s"), field="q", params=params) from error


def find(desk: Desk, user: User, query: CaseQuery, *, cursor: str | None, limit: int) -> Page:
    """One page. Raises Refusal for a cursor that is not one of this list's."""
    try:
        return desk.store.search(replace(query, cursor=cursor, limit=limit), visibility(user))
    except ValueError as error:
        message = mark("This list cannot be gone on with from there. Begin it again.")
        raise Refusal(422, "bad_cursor", message, field="cursor") from error
