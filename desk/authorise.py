"""Who may do what, where: one table, one check of an act, one filter for reading.

| role | sees | acts on cases |
|---|---|---|
| officer | its queues, and cases that these watch | in its queues, what the lifecycle lets an officer do |
| supervisor | the same | the same for a supervisor; may also dismiss, and decide disputes about, what it watches |
| watch | its queues, and cases that these watch | nothing |
| administrator | every queue | nothing; manages accounts |
| auditor | its queues, every queue where none are named | nothing |

Sealed cases are seen by supervisors, and by those whom ``sunwai user sealed`` names. An account whose queues are not
named has all of them. A queue that only watches a case reads it; the queue that leads it acts on it. Which act is
possible when is the lifecycle's to say (queues/lifecycle.py).
"""

from enum import StrEnum

from desk.accounts import Role, User
from desk.refusal import Refusal, mark
from queues.lifecycle import Act, Actor, Party, rule_of
from queues.store import Visibility
from schemas.case import Case

__all__ = [
    "Forbidden",
    "Right",
    "actor_of",
    "authorise",
    "authorise_act",
    "may",
    "may_act",
    "may_work",
    "require_administrator",
    "require_auditor",
    "require_whole_office",
    "visibility",
]


class Right(StrEnum):
    """What somebody has in a queue."""

    SEE = "see"
    WORK = "work"


_READER = frozenset({Right.SEE})
_WORKER = frozenset({Right.SEE, Right.WORK})
_RIGHTS = {
    Role.OFFICER: _WORKER,
    Role.SUPERVISOR: _WORKER,
    Role.WATCH: _READER,
    Role.ADMINISTRATOR: _READER,
    Role.AUDITOR: _READER,
}
_FROM_BESIDE = frozenset({Act.ARBITRATE, Act.DISMISS})
"""What a supervisor of another queue does, since that of the case's own may not, or has a part in it."""


_REPORT_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})


class Forbidden(Refusal):
    """The user may not do that there."""

    def __init__(self, message: str):
        super().__init__(403, "forbidden", message)


def authorise(user: User, queue: str, right: Right) -> None:
    """Raises Forbidden unless ``user`` has ``right`` in ``queue``."""
    seen = visibility(user).queues
    if seen is not None and queue not in seen:
        raise Forbidden(mark("This belongs to a queue that is not yours."))
    if right not in _RIGHTS[user.role]:
        raise Forbidden(mark("Your role reads cases; it does not change them."))


def authorise_act(user: User, case: Case, act: Act) -> None:
    """Raises Forbidden unless ``user`` may ever do ``act`` to a case of that queue; whether it is possible now is the
    lifecycle's to say."""
    beside = act in _FROM_BESIDE and user.role is Role.SUPERVISOR
    queues = (case.queue, *case.watching) if beside else (case.queue,)
    authorise(user, next((queue for queue in queues if may(user, queue, Right.SEE)), case.queue), Right.WORK)
    if actor_of(user).party not in rule_of(act).parties:
        raise Forbidden(mark("Only a supervisor may do that."))


def require_administrator(user: User) -> None:
    """Raises Forbidden."""
    if user.role is not Role.ADMINISTRATOR:
        raise Forbidden(mark("This is for administrators."))


def require_auditor(user: User) -> None:
    """Raises Forbidden."""
    if user.role not in {Role.AUDITOR, Role.ADMINISTRATOR}:
        raise Forbidden(mark("This is for auditors and administrators."))


def require_whole_office(user: User) -> None:
    """Raises Forbidden for who may not see all of the office, or has no part in its reports."""
    if user.role not in _REPORT_READERS or visibility(user).queues is not None:
        raise Forbidden(mark("Reports are for those who may see the whole office."))


def may(user: User, queue: str, right: Right) -> bool:
    """Whether ``authorise`` would let it pass: for offering only what can be done."""
    try:
        authorise(user, queue, right)
    except Forbidden:
        return False
    return True


def may_act(user: User, case: Case, act: Act) -> bool:
    """Whether ``authorise_act`` would let it pass."""
    try:
        authorise_act(user, case, act)
    except Forbidden:
        return False
    return True


def may_work(user: User, case: Case) -> bool:
    """Whether a case can be given to ``user``: they work in its queue, and can open it."""
    return may(user, case.queue, Right.WORK) and visibility(user).sees(case)


def actor_of(user: User) -> Actor:
    """How the lifecycle sees a user. Only officers and supervisors act on cases."""
    party = Party.SUPERVISOR if user.role is Role.SUPERVISOR else Party.OFFICER
    return Actor(user.name, party, visibility(user).queues)


def visibility(user: User) -> Visibility:
    """What ``user`` may read; every read of a store by the desk passes it."""
    everything = user.role is Role.ADMINISTRATOR or user.queues is None
    return Visibility(None if everything else frozenset(user.queues or ()), sealed=user.opens_sealed)
