"""The record of one post of a case."""

from queues.store import CaseStore
from schemas.case import Case, MentionRecord

__all__ = ["post_of"]


def post_of(store: CaseStore, case: Case, key: str) -> MentionRecord | None:
    """The record of a post, if it is of this case: one that was taken out of a case still names it."""
    record = store.mentions([key]).get(key)
    if record is None or (key not in case.held and key in case.split_off):
        return None
    return record if key in case.held or record.case_id in {case.id, *case.merged} else None
