"""One case as a reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from desk.accounts import User
from desk.authorise import visibility
from desk.offers import Standing, offered, undo_until
from desk.parts import Desk
from desk.refusal import not_found
from desk.sealed_reads import note_reading
from desk.shapes import CaseDetail, case_detail
from queues.answerable import Obstacle, obstacle, quoted_key
from queues.post_records import was_taken_out
from queues.replies import latest_own_post
from queues.store import CaseStore
from schemas.case import Case, MentionRecord

__all__ = ["LeftCase", "detail_of", "find_case", "left_case", "read_case", "root_of"]


@dataclass(frozen=True, slots=True)
class LeftCase:
    """``until`` is when the act that sent it away can last be taken back."""

    id: str
    docket: str | None
    until: datetime


_MOST_MERGES = 50
_MOST_POSTS = 200
"""Posts that a page shows of one case; its count says how many there are."""


def read_case(desk: Desk, user: User, id_or_docket: str) -> CaseDetail:
    """Raises Refusal alike for what is not there and what ``user`` may not see."""
    return detail_of(desk, user, find_case(desk, user, id_or_docket))


def find_case(desk: Desk, user: User, id_or_docket: str) -> Case:
    """Raises as ``read_case`` does. That a sealed case was opened is kept."""
    found = desk.store.case(id_or_docket, visibility(user))
    if found is None:
        raise not_found()
    if found.case.is_sealed:
        note_reading(desk.state, found.case.id, user.name, desk.clock())
    return found.case


def left_case(desk: Desk, user: User, id: str) -> LeftCase | None:
    """A case that ``user`` has sent away just now and can still take back; None for any other, and once it is sealed
    from them."""
    found = desk.store.case(id, replace(visibility(user), queues=None))
    if found is None:
        return None
    until = undo_until(Standing(found.case, user, desk.directory, desk.clock()))
    return None if until is None else LeftCase(found.case.id, found.case.docket, until)


def detail_of(desk: Desk, user: User, case: Case) -> CaseDetail:
    """What ``user``, who may see the case, is shown of it."""
    seen = visibility(user)
    root = None if case.merged_into is None else desk.store.case(case.merged_into, seen)
    records = [r for r in desk.store.case_mentions(case.id, seen, limit=_MOST_POSTS) if not was_taken_out(case, r.key)]
    in_the_way = _obstacle(desk, case, records)
    standing = Standing(case, user, desk.directory, desk.clock())
    into = None if root is None else root.case.id
    return case_detail(case, records, into, offered(standing), undo_until(standing), in_the_way)


def _obstacle(desk: Desk, case: Case, records: Iterable[MentionRecord]) -> Obstacle | None:
    known = {record.key: record for record in records}
    key = latest_own_post(case)
    if key not in known:  # of a case with more posts than are read here
        known.update(desk.store.mentions([key]))
    if (quoted := quoted_key(known.get(key))) is not None:
        known.update(desk.store.mentions([quoted]))
    return obstacle(case, known, desk.directory)


def root_of(store: CaseStore, case: Case) -> Case | None:
    """The case that this one was merged into, and so on."""
    for _ in range(_MOST_MERGES):
        if case.merged_into is None:
            return case
        found = store.cases([case.merged_into]).get(case.merged_into)
        if found is None:
            return None
        case = found.case
    return None
