"""Every act of the lifecycle that people do at the desk: its address, what must be given with it, what it does.

Pages and API are made from this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from desk import act_forms as forms
from queues import acts
from queues.lifecycle import Act, Actor
from schemas.case import Case
from schemas.directory import Directory

__all__ = ["CASE_ACTS", "CaseAct", "Change"]

Change = Callable[[Case, Actor, datetime, Any, Directory], Case]
_MORNING = time(9)
"""When a day is meant on which something is looked at again."""


@dataclass(frozen=True, slots=True)
class CaseAct:
    """``slug`` is the last part of its address; ``change`` None: it is about two cases (desk/casework.py)."""

    slug: str
    act: Act
    form: type[Any]
    change: Change | None
    about: str


def _morning(day: date, directory: Directory) -> datetime:
    return datetime.combine(day, _MORNING, directory.zone)


def _transfer_out(c: Case, a: Actor, now: datetime, f: forms.TransferOut, d: Directory) -> Case:
    on = None if f.follow_up_on is None else _morning(f.follow_up_on, d)
    given = {"office": f.office, "reference": f.reference, "why": f.why, "follow_up_at": on}
    return acts.transfer_out(c, a, now, directory=d, **given)  # type: ignore[arg-type]


def _hold(c: Case, a: Actor, now: datetime, f: forms.Hold, d: Directory) -> Case:
    return acts.hold(c, a, now, order=f.order, why=f.why, review_at=_morning(f.review_on, d))


def _correct(c: Case, a: Actor, now: datetime, f: forms.Correct, d: Directory) -> Case:
    return acts.correct(c, a, now, directory=d, type=f.type, urgency=f.urgency, language=f.language, place=f.place)


_N = forms.Nothing
_TABLE: tuple[CaseAct, ...] = (
    CaseAct("take", Act.TAKE, _N, lambda c, a, n, f, d: acts.take(c, a, n), "Gives the case to you."),
    CaseAct(
        "release",
        Act.RELEASE,
        _N,
        lambda c, a, n, f, d: acts.release(c, a, n),
        "Puts the case that you have back, for others to take.",
    ),
    CaseAct(
        "assign",
        Act.ASSIGN,
        forms.Assign,
        lambda c, a, n, f, d: acts.assign(c, a, n, to=f.to),
        "Gives the case to a colleague, whoever had it.",
    ),
    CaseAct(
        "accept",
        Act.ACCEPT,
        _N,
        lambda c, a, n, f, d: acts.accept(c, a, n),
        "You answer for this critical case by name: it rings no more.",
    ),
    CaseAct(
        "hand-over",
        Act.HAND_OVER,
        forms.HandOver,
        lambda c, a, n, f, d: acts.hand_over(c, a, n, to=f.to),
        "Others answer for this critical case: 112, the control room, a station.",
    ),
    CaseAct(
        "confirm",
        Act.CONFIRM,
        _N,
        lambda c, a, n, f, d: acts.confirm(c, a, n, directory=d),
        "A case in review is a complaint: it gets its docket number.",
    ),
    CaseAct("start", Act.START, _N, lambda c, a, n, f, d: acts.start(c, a, n), "Work has begun."),
    CaseAct(
        "correct",
        Act.CORRECT,
        forms.Correct,
        _correct,
        "Sets what a machine had guessed; no machine changes it again.",
    ),
    CaseAct(
        "answer",
        Act.ANSWER,
        forms.Answer,
        lambda c, a, n, f, d: acts.answer(c, a, n, text=f.text, directory=d, by_hand=f.by_hand),
        "Replies to the citizen, once the time to call it back is over; or keeps what you have said there by hand.",
    ),
    CaseAct(
        "approve",
        Act.APPROVE,
        forms.Named,
        lambda c, a, n, f, d: acts.approve(c, a, n, entry=f.entry, directory=d),
        "Lets a reply go out that waits for approval.",
    ),
    CaseAct(
        "call-back",
        Act.CALL_BACK,
        forms.Named,
        lambda c, a, n, f, d: acts.call_back(c, a, n, entry=f.entry),
        "What was to be said to the citizen is not said.",
    ),
    CaseAct(
        "wait",
        Act.WAIT,
        forms.Why,
        lambda c, a, n, f, d: acts.wait(c, a, n, why=f.why, directory=d),
        "Waits for the citizen; the clocks stand still, for no longer than the directory says.",
    ),
    CaseAct(
        "resume",
        Act.RESUME,
        _N,
        lambda c, a, n, f, d: acts.resume(c, a, n, directory=d),
        "Waits for the citizen no longer.",
    ),
    CaseAct(
        "resolve",
        Act.RESOLVE,
        forms.Resolve,
        lambda c, a, n, f, d: acts.resolve(c, a, n, outcome=f.outcome, fields=f.fields, directory=d),
        "Ends the case with an outcome; the citizen has been answered.",
    ),
    CaseAct("close", Act.CLOSE, forms.Why, lambda c, a, n, f, d: acts.close(c, a, n, why=f.why), "Ends it for good."),
    CaseAct(
        "reopen",
        Act.REOPEN,
        forms.Why,
        lambda c, a, n, f, d: acts.reopen(c, a, n, why=f.why, directory=d),
        "Work goes on, against the clock that stood.",
    ),
    CaseAct(
        "dismiss",
        Act.DISMISS,
        forms.Why,
        lambda c, a, n, f, d: acts.dismiss(c, a, n, why=f.why),
        "It is no complaint: no reply, restorable.",
    ),
    CaseAct(
        "restore",
        Act.RESTORE,
        forms.Why,
        lambda c, a, n, f, d: acts.restore(c, a, n, why=f.why, directory=d),
        "It is a complaint after all.",
    ),
    CaseAct(
        "transfer",
        Act.TRANSFER,
        forms.Move,
        lambda c, a, n, f, d: acts.transfer(c, a, n, to=f.to, why=f.why, directory=d),
        "To another queue; the citizen's clock goes on.",
    ),
    CaseAct(
        "send-back",
        Act.SEND_BACK,
        forms.Why,
        lambda c, a, n, f, d: acts.send_back(c, a, n, why=f.why, directory=d),
        "To the queue that sent it, once; then the arbiter decides.",
    ),
    CaseAct(
        "arbitrate",
        Act.ARBITRATE,
        forms.Move,
        lambda c, a, n, f, d: acts.arbitrate(c, a, n, to=f.to, why=f.why, directory=d),
        "Decides between two queues.",
    ),
    CaseAct(
        "transfer-out",
        Act.TRANSFER_OUT,
        forms.TransferOut,
        _transfer_out,
        "To an office outside, under its own number; the case stays with us until that office has acted.",
    ),
    CaseAct("merge", Act.MERGE, forms.Merge, None, "Makes it a part of another case, which goes on."),
    CaseAct("unmerge", Act.UNMERGE, _N, None, "Makes a merged case stand by itself again."),
    CaseAct("split", Act.SPLIT, forms.Split, None, "Makes one of its posts a case of its own."),
    CaseAct(
        "note",
        Act.NOTE,
        forms.Words,
        lambda c, a, n, f, d: acts.note(c, a, n, text=f.text),
        "A remark for colleagues.",
    ),
    CaseAct(
        "feedback",
        Act.FEEDBACK,
        forms.Feedback,
        lambda c, a, n, f, d: acts.feedback(c, a, n, satisfied=f.satisfied),
        "What the citizen says to how it ended.",
    ),
    CaseAct(
        "withdraw",
        Act.WITHDRAW,
        forms.Named,
        lambda c, a, n, f, d: acts.withdraw(c, a, n, id=f.entry),
        "Ends a link that was given to somebody in the field.",
    ),
    CaseAct(
        "veil",
        Act.VEIL,
        forms.Picture,
        lambda c, a, n, f, d: acts.veil(c, a, n, post=f.post, number=f.number),
        "A picture is hard to look at: it is shown to nobody who does not ask for it.",
    ),
    CaseAct(
        "unveil",
        Act.UNVEIL,
        forms.Picture,
        lambda c, a, n, f, d: acts.unveil(c, a, n, post=f.post, number=f.number),
        "A picture is not hard to look at, whatever the case is about. In a sealed case all stay veiled.",
    ),
    CaseAct("hold", Act.HOLD, forms.Hold, _hold, "Legal hold: nothing of the case goes."),
    CaseAct(
        "lift-hold",
        Act.LIFT_HOLD,
        forms.Why,
        lambda c, a, n, f, d: acts.lift_hold(c, a, n, why=f.why),
        "Ends a legal hold.",
    ),
    CaseAct(
        "undo", Act.UNDO, _N, lambda c, a, n, f, d: acts.undo(c, a, n), "Takes your last act back, within its time."
    ),
)

CASE_ACTS = {each.slug: each for each in _TABLE}
"""By the last part of their address."""
