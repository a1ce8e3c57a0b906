"""Who may do what, where: one table, one check of an act, one filter for reading.

| role | sees | acts on cases |
|---|---|---|
| officer, supervisor | its queues, and cases that these watch | take, release: in its queues |
| watch | its queues, and cases that these watch | nothing |
| administrator | every queue | nothing; manages accounts (``sunwai user``) |
| auditor | its queues, every queue where none are named | nothing |

An account whose queues are not named has all of them. A queue that only watches a case reads it; the queue that leads
it acts on it.
"""

from enum import StrEnum

from desk.accounts import Role, User
from desk.refusal import Refusal, mark
from queues.store import EVERYTHING, Visibility

__all__ = ["Act", "Forbidden", "authorise", "may", "visibility"]


class Act(StrEnum):
    """What can be done in a queue."""

    SEE = "see"
    TAKE = "take"
    RELEASE = "release"


_READER = frozenset({Act.SEE})
_WORKER = frozenset({Act.SEE, Act.TAKE, Act.RELEASE})
_ACTS = {
    Role.OFFICER: _WORKER,
    Role.SUPERVISOR: _WORKER,
    Role.WATCH: _READER,
    Role.ADMINISTRATOR: _READER,
    Role.AUDITOR: _READER,
}


class Forbidden(Refusal):
    """The user may not do that there."""

    def __init__(self, message: str):
        super().__init__(403, "forbidden", message)


def authorise(user: User, queue: str, act: Act) -> None:
    """Raises Forbidden unless ``user`` may do ``act`` in ``queue``."""
    seen = visibility(user).queues
    if seen is not None and queue not in seen:
        raise Forbidden(mark("This belongs to a queue that is not yours."))
    if act not in _ACTS[user.role]:
        raise Forbidden(mark("Your role reads cases; it does not change them."))


def may(user: User, queue: str, act: Act) -> bool:
    """Whether ``authorise`` would let it pass: for offering only what can be done."""
    try:
        authorise(user, queue, act)
    except Forbidden:
        return False
    return True


def visibility(user: User) -> Visibility:
    """What ``user`` may read; every read of a store by the desk passes it."""
    if user.role is Role.ADMINISTRATOR or user.queues is None:
        return EVERYTHING
    return Visibility(frozenset(user.queues))
