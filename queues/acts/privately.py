"""Asking a citizen in private, what they tell, and who reads it: history says that it was done, never what was told."""

from datetime import datetime

from queues.acts.base import acted, beside, require
from queues.lifecycle import Act, Actor, Party
from queues.outbox import with_entries
from queues.replies import with_private_message
from schemas.case import Case
from schemas.directory import Directory
from schemas.outbox import Entry, EntryKind
from schemas.service import Rank

__all__ = ["ask_privately", "read_privately", "tell_privately"]

TOLD = "told_privately"


def ask_privately(
    case: Case, actor: Actor, now: datetime, *, id: str, message: str | None, directory: Directory
) -> Case:
    """A link was made; ``message``, which holds it, goes to the citizen alone, None where that cannot be."""
    require(Act.ASK_PRIVATELY, case, actor)
    after = acted(Act.ASK_PRIVATELY, case, actor, now, {})
    return after if message is None else with_private_message(after, id, message, actor.name, directory, now)


def tell_privately(case: Case, now: datetime, *, id: str) -> Case:
    """A citizen has told something: who has the case is told that, and nothing of it. The same case the second time."""
    actor = Actor(f"citizen:{id}", Party.CITIZEN)
    if any(entry.by == actor.name for entry in case.history):
        return case
    told = beside(Act.TELL_PRIVATELY, case, actor, now, {})
    to = case.assignee or Rank.OFFICER
    notice = Entry(id=f"told:{id}", kind=EntryKind.NOTICE, to=to, about=TOLD, not_before=now)
    return with_entries(told, notice)


def read_privately(case: Case, actor: Actor, now: datetime, *, id: str) -> Case:
    """That the actor is shown what was told. The revision stays: what colleagues are filling in stays good."""
    require(Act.READ_PRIVATELY, case, actor)
    return beside(Act.READ_PRIVATELY, case, actor, now, {}, why=id)
