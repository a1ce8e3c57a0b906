"""Which act is possible in which status, for whom, under which conditions, and where it leads: one table.

docs/lifecycle.md is made from it. The acts themselves are in ``queues/acts``; each asks ``allowed`` first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.case import OPEN_STATUSES, Case, Status

__all__ = ["CLOCK", "RULES", "Act", "Actor", "Condition", "Party", "Rule", "diagram", "is_possible", "rule_of"]


class Party(StrEnum):
    """Who acts. A supervisor may do whatever an officer may; who is in the field acts by a link (schemas/field.py)."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    CITIZEN = "citizen"
    CLOCK = "clock"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: ``name`` is how history calls them; ``queues`` None: all."""

    name: str
    party: Party
    queues: frozenset[str] | None = None


CLOCK = Actor("clock", Party.CLOCK)


class Act(StrEnum):
    """What can be done; the value is the word of history."""

    TAKE = "taken"
    RELEASE = "released"
    ASSIGN = "assigned"
    ACCEPT = "accepted"
    HAND_OVER = "handed_over"
    START = "started"
    WAIT = "waiting"
    RESUME = "resumed"
    ANSWER = "answered"
    CALL_BACK = "called_back"
    APPROVE = "approved"
    RESOLVE = "resolved"
    CLOSE = "closed"
    CONFIRM = "confirmed"
    DISMISS = "dismissed"
    RESTORE = "restored"
    TRANSFER = "transferred"
    SEND_BACK = "sent_back"
    ARBITRATE = "arbitrated"
    TRANSFER_OUT = "transferred_out"
    MERGE = "joined_by_hand"
    UNMERGE = "parted"
    SPLIT = "split"
    REOPEN = "reopened"
    APPEAL = "appealed"
    FEEDBACK = "feedback"
    NOTE = "noted"
    CORRECT = "corrected"
    REVEAL = "revealed"
    ASK_PRIVATELY = "asked_privately"
    TELL_PRIVATELY = "told_privately"
    READ_PRIVATELY = "read_privately"
    FORWARD = "forwarded"
    WITHDRAW = "withdrawn"
    REPORT = "reported"
    VEIL = "veiled"
    UNVEIL = "unveiled"
    HOLD = "held"
    LIFT_HOLD = "hold_lifted"
    UNDO = "undone"


class Condition(StrEnum):
    """What must hold besides; the value says it to people."""

    ACCEPTED = "a critical case has been accepted by name or handed over"
    ANSWERED = "the citizen was answered"
    REASON = "a reason is given"
    NOT_SENT = "it has not gone out yet"
    OUTCOME = "an outcome of the office's kinds is given, with what it asks for"
    WAIT_LEFT = "the time for which the citizen can be waited for is not used up"
    OTHER_QUEUE = "it goes to another queue"
    SENT_HERE = "another queue sent it here; sent back a second time, it goes to the arbiter"
    UNDISPUTED = "no arbiter has to decide about it"
    DISPUTED = "two queues dispute it, and the actor is of the arbiter's queue"
    OUTSIDER = "with a docket, or about staff or corruption: a supervisor of another queue"
    BOTH_ROOTS = "neither has been merged into another"
    IN_TIME = "the time for an appeal has not passed"
    JOINED_POST = "the post is one of several in it"
    OTHER_HAND = "it waits for approval, and somebody else has written it"
    AWAITED = "it is still awaited, and no more than a few are asked at a time"
    AHEAD = "the day to look at it again lies ahead"
    UNDOABLE = "it is the last act, by the same person, within the undo time; nothing of it has gone out"


@dataclass(frozen=True, slots=True)
class Rule:
    """``act`` is possible in the keys of ``leads`` and leads to their values, for ``parties``."""

    act: Act
    leads: Mapping[Status, Status]
    parties: frozenset[Party]
    conditions: tuple[Condition, ...] = ()


_S = Status
_CONFIRMED = OPEN_STATUSES - {_S.REVIEW}
_WORKED = frozenset({_S.ASSIGNED, _S.IN_PROGRESS, _S.WAITING_ON_CITIZEN})
_DONE = frozenset({_S.RESOLVED, _S.CLOSED})
_STAFF = frozenset({Party.OFFICER, Party.SUPERVISOR})
_LEAD = frozenset({Party.SUPERVISOR})
_CITIZEN = frozenset({Party.CITIZEN})
_CLOCK = frozenset({Party.CLOCK})


def _from(sources: Iterable[Status], target: Status) -> dict[Status, Status]:
    return dict.fromkeys(sources, target)


def _stay(sources: Iterable[Status]) -> dict[Status, Status]:
    return {status: status for status in sources}


_HELD = _stay(OPEN_STATUSES) | {_S.NEW: _S.ASSIGNED}
_MOVED = _from(_CONFIRMED, _S.NEW)

RULES: tuple[Rule, ...] = (
    Rule(Act.CONFIRM, {_S.REVIEW: _S.NEW}, _STAFF),
    Rule(Act.TAKE, _HELD, _STAFF),
    Rule(Act.RELEASE, _stay(OPEN_STATUSES) | {_S.ASSIGNED: _S.NEW}, _STAFF | _CLOCK),
    Rule(Act.ASSIGN, _HELD, _LEAD | _CLOCK),
    Rule(Act.ACCEPT, _HELD, _STAFF),
    Rule(Act.HAND_OVER, _HELD, _STAFF, (Condition.REASON,)),
    Rule(Act.START, _from((_S.NEW, _S.ASSIGNED), _S.IN_PROGRESS), _STAFF, (Condition.ACCEPTED,)),
    Rule(
        Act.WAIT,
        _from((_S.ASSIGNED, _S.IN_PROGRESS), _S.WAITING_ON_CITIZEN),
        _STAFF,
        (Condition.ACCEPTED, Condition.REASON, Condition.WAIT_LEFT),
    ),
    Rule(Act.RESUME, {_S.WAITING_ON_CITIZEN: _S.IN_PROGRESS}, _STAFF | {Party.CITIZEN, Party.CLOCK}),
    Rule(Act.ANSWER, _stay(_CONFIRMED | {_S.RESOLVED}), _STAFF),
    Rule(Act.CALL_BACK, _stay(_CONFIRMED | {_S.RESOLVED}), _STAFF, (Condition.NOT_SENT,)),
    Rule(Act.APPROVE, _stay(_CONFIRMED | {_S.RESOLVED}), _LEAD, (Condition.OTHER_HAND,)),
    Rule(
        Act.RESOLVE,
        _from(_WORKED, _S.RESOLVED),
        _STAFF,
        (Condition.ACCEPTED, Condition.ANSWERED, Condition.OUTCOME),
    ),
    Rule(Act.CLOSE, {_S.RESOLVED: _S.CLOSED}, _LEAD | {Party.CLOCK}, (Condition.ANSWERED, Condition.REASON)),
    Rule(Act.DISMISS, _from(OPEN_STATUSES, _S.DISMISSED), _STAFF, (Condition.REASON, Condition.OUTSIDER)),
    Rule(Act.RESTORE, {_S.DISMISSED: _S.NEW}, _STAFF),
    Rule(
        Act.TRANSFER,
        _MOVED | {_S.REVIEW: _S.REVIEW},
        _STAFF,
        (Condition.REASON, Condition.OTHER_QUEUE, Condition.UNDISPUTED),
    ),
    Rule(Act.SEND_BACK, _MOVED, _STAFF, (Condition.REASON, Condition.SENT_HERE, Condition.UNDISPUTED)),
    Rule(Act.ARBITRATE, _MOVED, _LEAD, (Condition.REASON, Condition.DISPUTED)),
    Rule(
        Act.TRANSFER_OUT,
        _from(_CONFIRMED, _S.IN_PROGRESS),
        _STAFF,
        (Condition.ACCEPTED, Condition.REASON, Condition.AHEAD),
    ),
    Rule(Act.MERGE, _stay(OPEN_STATUSES), _STAFF, (Condition.BOTH_ROOTS,)),
    Rule(Act.UNMERGE, _stay(Status), _STAFF),
    Rule(Act.SPLIT, _stay(Status), _STAFF, (Condition.JOINED_POST,)),
    Rule(Act.REOPEN, _from(_DONE, _S.IN_PROGRESS), _STAFF | _CITIZEN | _CLOCK, (Condition.REASON, Condition.IN_TIME)),
    Rule(Act.APPEAL, _from(_DONE, _S.NEW), _CITIZEN, (Condition.REASON, Condition.IN_TIME)),
    Rule(Act.FEEDBACK, _stay(_DONE), _STAFF | _CITIZEN),
    Rule(Act.NOTE, _stay(Status), _STAFF),
    Rule(Act.CORRECT, _stay(OPEN_STATUSES), _STAFF),
    Rule(Act.REVEAL, _stay(Status), _STAFF),
    Rule(Act.ASK_PRIVATELY, _stay(OPEN_STATUSES), _STAFF),
    Rule(Act.TELL_PRIVATELY, _stay(Status), _CITIZEN),
    Rule(Act.READ_PRIVATELY, _stay(Status), _STAFF),
    Rule(Act.FORWARD, _stay(_CONFIRMED), _STAFF, (Condition.REASON, Condition.AWAITED)),
    Rule(Act.WITHDRAW, _stay(Status), _STAFF, (Condition.AWAITED,)),
    Rule(Act.REPORT, _stay(OPEN_STATUSES), frozenset({Party.FIELD}), (Condition.AWAITED,)),
    Rule(Act.VEIL, _stay(Status), _STAFF),
    Rule(Act.UNVEIL, _stay(Status), _STAFF),
    Rule(Act.HOLD, _stay(Status), _LEAD, (Condition.REASON, Condition.AHEAD)),
    Rule(Act.LIFT_HOLD, _stay(Status), _LEAD, (Condition.REASON,)),
    Rule(Act.UNDO, _stay(Status), _STAFF, (Condition.UNDOABLE,)),
)
"""Every act once."""

_BY_ACT = {rule.act: rule for rule in RULES}
_OF_MERGED = frozenset({Act.UNMERGE, Act.NOTE, Act.HOLD, Act.LIFT_HOLD})
"""What can be done to a case that was merged into another; all else is done there."""


def rule_of(act: Act) -> Rule:
    return _BY_ACT[act]


def is_possible(act: Act, case: Case, party: Party) -> bool:
    """Whether status and party let it pass; conditions may still forbid it. For offering only what can be done."""
    rule = _BY_ACT[act]
    return case.status in rule.leads and party in rule.parties and (case.merged_into is None or act in _OF_MERGED)


def diagram() -> str:
    """The moves between statuses as a mermaid state diagram, and every act as a table, in Markdown."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> new: a complaint", "    [*] --> review: unsure"]
    moves = [(s, t, r.act) for s in Status for t in Status for r in RULES if s is not t and r.leads.get(s) is t]
    lines += [f"    {source} --> {target}: {act}" for source, target, act in moves]
    lines += ["    closed --> [*]", "    dismissed --> [*]", "```", ""]
    lines += ["| act | where, and where it leads | by | if |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(_row, RULES)]) + "\n"


def _row(rule: Rule) -> str:
    targets = {target for source, target in rule.leads.items() if source is not target}
    stays = [source for source in Status if rule.leads.get(source) is source]
    parts = [f"{', '.join(s for s in Status if s is not t and rule.leads.get(s) is t)} → {t}" for t in sorted(targets)]
    parts += ["any" if len(stays) == len(Status) else ", ".join(stays)] if stays else []
    parties = ", ".join(party for party in Party if party in rule.parties)
    return f"| {rule.act} | {'; '.join(parts)} | {parties} | {'; '.join(rule.conditions)} |"
