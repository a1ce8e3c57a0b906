"""The record of one post of a case."""

from queues.store import CaseStore
from schemas.case import Case, MentionRecord

__all__ = ["post_of", "was_taken_out"]


def post_of(store: CaseStore, case: Case, key: str) -> MentionRecord | None:
    """The record of a post, if it is of this case: one that was taken out of a case still names it."""
    record = store.mentions([key]).get(key)
    if record is None or was_taken_out(case, key):
        return None
    return record if key in case.held or record.case_id in {case.id, *case.merged} else None


def was_taken_out(case: Case, key: str) -> bool:
    """Whether the post is another case's now, which ``case`` says nothing of: that may lie in another queue."""
    return key in case.split_off and key not in case.held
