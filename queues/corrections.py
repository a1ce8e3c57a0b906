"""What people have decided otherwise than the classifier, kept as rows for training: one an act, kind ``correction``.

A row names the post by its key and never holds its text: who trains reads that from the store, so that what has been
erased is not learnt from.
"""

from collections.abc import Iterator
from typing import Literal

from queues.lifecycle import Act
from queues.state import AlreadyExistsError, StateStore, every_record
from schemas.base import Utc, Value
from schemas.case import Case

__all__ = ["CORRECTION", "Correction", "corrections", "keep_correction", "withdraw_correction", "withdraw_corrections"]

CORRECTION = "correction"
_PAGE = 100
_JUDGED = {Act.CONFIRM: "yes", Act.RESTORE: "yes", Act.DISMISS: "no"}
_LABELS = ("type", "urgency", "language", "place")


class Correction(Value):
    """``labels`` are what a person has set (``complaint`` is yes or no), ``before`` what stood there."""

    schema_version: Literal[1] = 1
    case: str
    post: str
    by: str
    at: Utc
    labels: dict[str, str]
    before: dict[str, str | None]


def keep_correction(state: StateStore, act: Act, before: Case, after: Case, by: str) -> None:
    """Keeps a row when the act has said what a post is; doing it again changes nothing. May raise StoreDownError."""
    changed = [name for name in _LABELS if getattr(before, name) != getattr(after, name)] if act is Act.CORRECT else []
    labels = {name: str(getattr(after, name)) for name in changed}
    if act in _JUDGED:
        labels["complaint"] = _JUDGED[act]
    if not labels:
        return
    stood = {name: getattr(before, name) for name in changed}
    row = Correction(case=after.id, post=after.posts[0].key, by=by, at=after.changed_at, labels=labels, before=stood)
    try:
        state.create(CORRECTION, _id(after.id, after.revision), row.model_dump(mode="json"))
    except AlreadyExistsError:
        return


def withdraw_correction(state: StateStore, case: Case, revision: int) -> None:
    """Removes the row of the act that has made ``revision`` of the case, when there is one: it was taken back."""
    record = state.get(CORRECTION, _id(case.id, revision))
    if record is not None:
        state.delete(record)


def withdraw_corrections(state: StateStore, case: str) -> None:
    """Removes every row of a case: it is gone."""
    after = _id(case, 0)
    while rows := [r for r in state.scan(CORRECTION, after=after, limit=_PAGE) if r.id.startswith(f"{case}:")]:
        for row in rows:
            state.delete(row)


def corrections(state: StateStore) -> Iterator[Correction]:
    """Every row, by case and revision."""
    return (Correction.model_validate(record.value) for record in every_record(state, CORRECTION))


def _id(case: str, revision: int) -> str:
    return f"{case}:{revision:09d}"
