"""One act on many cases, each by itself: what was done and what was not is kept (kind ``bulk``, case ids only), so that
within the undo time all of it can be taken back. Kept for a week."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from desk.accounts import Role, User
from desk.act_forms import Nothing
from desk.authorise import Forbidden
from desk.case_acts import CASE_ACTS
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from queues.state import StateStore
from schemas.base import Utc, Value

__all__ = ["BULK_ACTS", "MOST_AT_ONCE", "Done", "Picked", "do_many", "find_done", "take_back"]

BULK = "bulk"
BULK_ACTS = ("assign", "transfer", "merge", "close")
MOST_AT_ONCE = 100
_KEPT_DAYS = 7
_FORGOTTEN_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Picked:
    """A case as it was ticked."""

    id: str
    revision: int

    @classmethod
    def read(cls, text: str) -> "Picked":
        """``id@revision``. Raises Refusal."""
        id, _, revision = text.partition("@")
        if not (revision.isascii() and revision.isdecimal() and len(revision) < 10 and 0 < len(id) <= 64):
            raise Refusal(422, "invalid", mark("These cases were not ticked on a page of ours."), field="case")
        return cls(id, int(revision))


class NotDone(Value):
    id: str
    why: str
    params: dict[str, str] = Field(default_factory=dict)


class Done(Value):
    """What one act has done to many cases. ``taken_back`` are those that were as before again afterwards."""

    schema_version: Literal[1] = 1
    id: str
    act: str
    by: str
    at: Utc
    done: tuple[str, ...]
    failed: tuple[NotDone, ...]
    taken_back: tuple[str, ...] | None = None


def do_many(desk: Desk, user: User, act: str, picked: Sequence[Picked], given: Any) -> Done:
    """Raises Refusal when nothing was ticked, too much, or by who is no supervisor."""
    if user.role is not Role.SUPERVISOR:
        raise Forbidden(mark("Only a supervisor may do that."))
    if not 1 <= len(picked) <= MOST_AT_ONCE:
        raise Refusal(422, "invalid", mark("Tick at least one case, and not more than a page."), field="case")
    done, failed = _each(desk, user, act, picked, given)
    now = desk.clock()
    made = Done(id=secrets.token_hex(8), act=act, by=user.name, at=now, done=done, failed=failed)
    desk.state.create(BULK, made.id, made.model_dump(mode="json"), state=now.date().isoformat())
    _forget(desk.state, now)
    return made


def find_done(desk: Desk, user: User, id: str) -> Done:
    """Raises Refusal for one that is not there or somebody else's."""
    record = desk.state.get(BULK, id)
    if record is None:
        raise not_found()
    found = Done.model_validate(record.value)
    if found.by != user.name:
        raise not_found()
    return found


def until(desk: Desk, done: Done) -> datetime:
    """Until when it can be taken back."""
    return done.at + timedelta(hours=desk.directory.times.undo)


def take_back(desk: Desk, user: User, id: str) -> Done:
    """Undoes it in each case where nobody has acted since. Raises Refusal past the time."""
    found = find_done(desk, user, id)
    if found.taken_back is not None or desk.clock() > until(desk, found):
        raise Refusal(409, "condition", mark("This can no longer be taken back."))
    back = "unmerge" if found.act == "merge" else "undo"
    undone, failed = _each(desk, user, back, [Picked(case, -1) for case in found.done], Nothing())
    record = desk.state.get(BULK, id)
    assert record is not None
    after = found.model_copy(update={"taken_back": undone, "failed": failed})
    desk.state.replace(record, after.model_dump(mode="json"))
    return after


def _each(
    desk: Desk, user: User, act: str, picked: Iterable[Picked], given: Any
) -> tuple[tuple[str, ...], tuple[NotDone, ...]]:
    done, failed = [], []
    for each in picked:
        revision = None if each.revision < 0 else each.revision
        try:
            desk.casework.do(user, each.id, CASE_ACTS[act], given, revision=revision)
            done.append(each.id)
        except Refusal as refusal:
            failed.append(NotDone(id=each.id, why=refusal.message, params=refusal.params))
    return tuple(done), tuple(failed)


def _forget(state: StateStore, now: datetime) -> None:
    """Removes more of an old day than are added, so that what is kept stays bounded."""
    for record in state.scan(
        BULK, state=(now - timedelta(days=_KEPT_DAYS)).date().isoformat(), limit=_FORGOTTEN_AT_ONCE
    ):
        state.delete(record)
