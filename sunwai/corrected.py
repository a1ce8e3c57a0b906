"""What people have corrected, as rows to train on: the labels of ``queues/corrections.py`` with the posts' masked texts
as the store still holds them. Posts about sexual offences and children are never learnt from."""

from collections.abc import Iterator
from itertools import islice

from pydantic import ValidationError

from classifiers.corpus import Row
from queues.corrections import corrections
from queues.state import StateStore
from queues.store import CaseStore
from schemas.labels import Sensitivity

__all__ = ["corrected_rows"]

_BATCH = 500
_NEVER = frozenset({Sensitivity.SEXUAL_OFFENCE, Sensitivity.CHILD})


def corrected_rows(state: StateStore, store: CaseStore) -> Iterator[Row]:
    """One row for each post; of what was set more than once the last counts. May raise StoreDownError."""
    labels: dict[str, dict[str, str]] = {}
    for each in corrections(state):
        labels.setdefault(each.post, {}).update(each.labels)
    posts = iter(labels)
    while batch := list(islice(posts, _BATCH)):
        for key, record in store.mentions(batch).items():
            triage = record.triage
            if triage is None or not triage.text or _NEVER & {*triage.sensitivity}:
                continue
            row = _row(triage.text, labels[key])
            if row is not None:
                yield row


def _row(text: str, labels: dict[str, str]) -> Row | None:
    """Type and urgency are of complaints: who sets them says that it is one. None for labels of another version."""
    complaint = labels.get("complaint", "yes" if {"type", "urgency"} & {*labels} else None)
    known = {name: value for name, value in labels.items() if name in {"type", "urgency", "language"}}
    if complaint == "no":
        known = {name: value for name, value in known.items() if name == "language"}
    if complaint is None and not known:
        return None
    try:
        return Row.model_validate({"text": text, "complaint": complaint, **known, "batch": "corrections"})
    except ValidationError:
        return None
