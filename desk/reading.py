"""One case as a reader may see it."""

from desk.accounts import User
from desk.authorise import visibility
from desk.parts import Desk
from desk.refusal import not_found
from desk.shapes import CaseDetail, case_detail

__all__ = ["read_case"]

_MOST_POSTS = 200
"""Posts that a page shows of one case; its count says how many there are."""


def read_case(desk: Desk, user: User, id_or_docket: str) -> CaseDetail:
    """Raises Refusal alike for what is not there and what ``user`` may not see."""
    seen = visibility(user)
    found = desk.store.case(id_or_docket, seen)
    if found is None:
        raise not_found()
    case = found.case
    root = None if case.merged_into is None else desk.store.case(case.merged_into, seen)
    records = desk.store.case_mentions(case.id, seen, limit=_MOST_POSTS)
    return case_detail(case, records, None if root is None else root.case.id)
