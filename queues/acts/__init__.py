"""What people do to a case. Pure: a case, who acts and a moment in, the changed case out.

Each act asks the table (queues/lifecycle.py), raises the revision, marks the fields that a person has set as
``touched`` and writes history. ``queues/revising.py`` writes the result with the version that was read, so that of two
who act at once one must decide again.
"""

from queues.acts.base import (
    ActError,
    AlreadyTakenError,
    ClosedError,
    ConditionError,
    NotHeldError,
    NotPossibleError,
)
from queues.acts.ending import appeal, close, dismiss, feedback, reopen, resolve, restore, take_up_again
from queues.acts.fielding import forward, report, withdraw
from queues.acts.holding import accept, assign, give_back, hand_over, release, take
from queues.acts.holds import hold, lift_hold
from queues.acts.moving import arbitrate, send_back, transfer, transfer_out
from queues.acts.privately import ask_privately, read_privately, tell_privately
from queues.acts.undoing import undo, undoable
from queues.acts.veiling import unveil, veil
from queues.acts.working import answer, approve, call_back, confirm, correct, note, resume, reveal, start, wait

__all__ = [
    "ActError",
    "AlreadyTakenError",
    "ClosedError",
    "ConditionError",
    "NotHeldError",
    "NotPossibleError",
    "accept",
    "answer",
    "appeal",
    "approve",
    "arbitrate",
    "ask_privately",
    "assign",
    "call_back",
    "close",
    "confirm",
    "correct",
    "dismiss",
    "feedback",
    "forward",
    "give_back",
    "hand_over",
    "hold",
    "lift_hold",
    "note",
    "read_privately",
    "release",
    "reopen",
    "report",
    "resolve",
    "restore",
    "resume",
    "reveal",
    "send_back",
    "start",
    "take",
    "take_up_again",
    "tell_privately",
    "transfer",
    "transfer_out",
    "undo",
    "undoable",
    "unveil",
    "veil",
    "wait",
    "withdraw",
]
