"""Moving a case: to another queue, back, by the arbiter, to an office outside. The citizen's clock goes on."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from queues.acts.base import ConditionError, NotPossibleError, acted, require, require_acceptance, require_reason
from queues.lifecycle import Act, Actor, Condition
from queues.routing import OVERSIGHT_TYPES
from queues.sla import resumed
from schemas.case import MAX_TRANSFERS, Case
from schemas.directory import Directory
from schemas.handling import Dispute, Outside, Transfer, TransferKind

__all__ = ["arbitrate", "send_back", "sent_here_by", "transfer", "transfer_out"]


def transfer(case: Case, actor: Actor, now: datetime, *, to: str, why: str, directory: Directory) -> Case:
    """To another queue of the directory, with nobody there yet. Nothing is closed as "not ours": this is the way.

    Raises ConditionError for the queue it is in, one that is not there, a case in dispute, and for a complaint about
    staff or corruption that would leave oversight.
    """
    require(Act.TRANSFER, case, actor)
    _require_undisputed(case)
    if to not in directory.queues or to == case.queue:
        raise ConditionError(Condition.OTHER_QUEUE, f"{to} is not another queue of this office")
    if case.type in OVERSIGHT_TYPES and to != directory.oversight_queue:
        raise ConditionError(Condition.OTHER_QUEUE, "a complaint about staff or corruption stays with oversight")
    back = _refused_before(case, to)
    if back is not None:
        return _disputed(Act.TRANSFER, case, actor, now, other=to, why=require_reason(why), directory=directory)
    return _moved(Act.TRANSFER, case, actor, now, to=to, why=require_reason(why), directory=directory)


def send_back(case: Case, actor: Actor, now: datetime, *, why: str, directory: Directory) -> Case:
    """To the queue that sent it, once; from then on the arbiter of both decides, and the last holder, who is the one
    that would send it back, answers for it until then. Raises ConditionError when nobody sent it."""
    require(Act.SEND_BACK, case, actor)
    _require_undisputed(case)
    sent = sent_here_by(case)
    if sent is None:
        raise ConditionError(Condition.SENT_HERE, "no other queue sent this case here")
    words = require_reason(why)
    if _times_sent_back(case, case.queue, sent.source):
        return _disputed(Act.SEND_BACK, case, actor, now, other=sent.source, why=words, directory=directory)
    return _moved(Act.SEND_BACK, case, actor, now, to=sent.source, why=words, directory=directory)


def arbitrate(case: Case, actor: Actor, now: datetime, *, to: str, why: str, directory: Directory) -> Case:
    """The arbiter's word: the case is of ``to``, one of the two, and is not disputed again between them."""
    require(Act.ARBITRATE, case, actor)
    dispute = case.dispute
    if dispute is None:
        raise ConditionError(Condition.DISPUTED, "nobody disputes this case")
    if actor.queues is not None and dispute.arbiter not in actor.queues:
        raise NotPossibleError(f"case {case.id} is decided by the queue {dispute.arbiter}")
    if to not in {dispute.holder, dispute.other}:
        raise ConditionError(Condition.DISPUTED, f"it can go to {dispute.holder} or {dispute.other}")
    return _moved(Act.ARBITRATE, case, actor, now, to=to, why=require_reason(why), directory=directory)


def transfer_out(
    case: Case,
    actor: Actor,
    now: datetime,
    *,
    office: str,
    reference: str,
    why: str,
    directory: Directory,
    follow_up_at: datetime | None = None,
) -> Case:
    """To an office outside, under its own ``reference``; the case stays with us until that office has acted."""
    require(Act.TRANSFER_OUT, case, actor)
    require_acceptance(case)
    known = {outside.code: outside for outside in directory.outside}
    if office not in known:
        raise ConditionError(Condition.OTHER_QUEUE, f"no outside office has the code {office}")
    if follow_up_at is not None and follow_up_at <= now:
        raise ConditionError(Condition.AHEAD, "an outside office is asked again in the future")
    outside = Outside(
        office=office,
        portal=known[office].portal,
        reference=require_reason(reference),
        at=now,
        follow_up_at=follow_up_at or now + timedelta(hours=known[office].follow_up_hours),
    )
    words = f"{office}, {outside.reference}: {require_reason(why)}"
    change = {"outside": outside, "assignee": case.assignee or actor.name}
    after = acted(Act.TRANSFER_OUT, case, actor, now, change, why=words, touched=["assignee"])
    return resumed(after, directory, now)


def _moved(act: Act, case: Case, actor: Actor, now: datetime, *, to: str, why: str, directory: Directory) -> Case:
    change: Mapping[str, object] = {
        "queue": to,
        "assignee": None,
        "accepted_by": None,
        "dispute": None,
        "watching": tuple(code for code in case.watching if code != to),
        "transfers": _with_transfer(case, act, actor, now, to, why),
    }
    after = acted(act, case, actor, now, change, why=f"to {to}: {why}", touched=["queue", "assignee"])
    return resumed(after, directory, now)


def _with_transfer(case: Case, act: Act, actor: Actor, now: datetime, to: str, why: str) -> tuple[Transfer, ...]:
    kind = {Act.TRANSFER: TransferKind.SENT, Act.SEND_BACK: TransferKind.SENT_BACK}.get(act, TransferKind.ARBITRATED)
    made = Transfer(kind=kind, source=case.queue, target=to, at=now, by=actor.name, why=why)
    return (*case.transfers, made)[-MAX_TRANSFERS:]


def _disputed(act: Act, case: Case, actor: Actor, now: datetime, *, other: str, why: str, directory: Directory) -> Case:
    """It stays where it is, seen by the arbiter, who must decide in time."""
    arbiter = directory.arbiter_of(case.queue, other)
    due = now + timedelta(hours=directory.times.arbitration)
    change = {
        "status": case.status,
        "dispute": Dispute(arbiter=arbiter, holder=case.queue, other=other, due_at=due),
        "watching": tuple(code for code in dict.fromkeys([*case.watching, arbiter]) if code != case.queue),
    }
    return acted(act, case, actor, now, change, why=f"for {arbiter} to decide between it and {other}: {why}")


def _require_undisputed(case: Case) -> None:
    if case.dispute is not None:
        raise ConditionError(Condition.UNDISPUTED, f"{case.dispute.arbiter} decides where this case goes")


def sent_here_by(case: Case) -> Transfer | None:
    """The transfer that brought the case to its queue, unless that was the arbiter's word."""
    last = case.transfers[-1] if case.transfers else None
    return last if last and last.target == case.queue and last.kind is not TransferKind.ARBITRATED else None


def _times_sent_back(case: Case, one: str, other: str) -> int:
    between = {one, other}
    return sum(t.kind is TransferKind.SENT_BACK and {t.source, t.target} == between for t in case.transfers)


def _refused_before(case: Case, to: str) -> Transfer | None:
    """That ``to`` has once sent it back to this queue: sending it there again is a dispute."""
    back = TransferKind.SENT_BACK
    return next((t for t in case.transfers if t.kind is back and (t.source, t.target) == (to, case.queue)), None)
