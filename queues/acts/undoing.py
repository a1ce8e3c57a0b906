"""Taking the last act back within the undo time, as long as nothing of it has gone out and nobody has acted since.

What the act has changed is put back as it was; history keeps both. Merging, parting and splitting are undone by their
own counterparts, and a note stays said.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from queues.acts.base import ConditionError, acted, require
from queues.lifecycle import Act, Actor, Condition
from schemas.case import Case
from schemas.directory import Directory
from schemas.handling import Undo

__all__ = ["LASTING", "undo", "undoable"]

LASTING = frozenset(
    {
        *(Act.NOTE, Act.FEEDBACK, Act.HOLD, Act.LIFT_HOLD, Act.MERGE, Act.UNMERGE, Act.SPLIT, Act.UNDO),
        *(Act.REVEAL, Act.FORWARD, Act.WITHDRAW, Act.REPORT),
    }
)
"""Acts that are not taken back."""

_OWN = frozenset({"history", "revision", "handled", "changed_at", "due_at", "undo"})
"""Fields that every write sets by itself."""


def undoable(act: Act, before: Case, after: Case, actor: Actor, now: datetime, directory: Directory) -> Case:
    """``after``, which an act has made of ``before``, with how to take that back."""
    changed = [name for name in Case.model_fields if getattr(before, name) != getattr(after, name) and name not in _OWN]
    if act in LASTING or not changed:
        return after.model_copy(update={"undo": None})
    made = Undo(
        act=act,
        by=actor.name,
        until=now + timedelta(hours=directory.times.undo),
        revision=after.revision,
        before=before.model_dump(mode="json", include={*changed}),
        after=_mark(after, changed),
    )
    return after.model_copy(update={"undo": made})


def undo(case: Case, actor: Actor, now: datetime) -> Case:
    """The case as it was before the actor's last act. Raises ConditionError past the time, when others have acted
    since, and when what was to be said has gone out."""
    require(Act.UNDO, case, actor)
    last = case.undo
    if last is None or last.by != actor.name or now > last.until:
        raise ConditionError(Condition.UNDOABLE, "there is no act of yours that can still be taken back")
    if case.revision != last.revision or _mark(case, last.before) != last.after:
        raise ConditionError(Condition.UNDOABLE, "the case has changed since, or the reply is going out")
    was = Case.model_validate({**case.model_dump(mode="json"), **last.before})
    change = {name: getattr(was, name) for name in last.before} | {"undo": None}
    after = acted(Act.UNDO, case, actor, now, change, why=last.act)
    return after.model_copy(update={"touched": was.touched})


def _mark(case: Case, names: Iterable[str]) -> str:
    values = case.model_dump(mode="json", include={*names})
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
