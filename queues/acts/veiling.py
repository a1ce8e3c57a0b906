"""Pictures that are hard to look at: who has looked at one says so, for all who come after."""

from datetime import datetime

from queues.acts.base import NotPossibleError, acted, require
from queues.lifecycle import Act, Actor
from queues.veils import with_veils
from schemas.case import Case
from schemas.handling import Veil

__all__ = ["unveil", "veil"]


def veil(case: Case, actor: Actor, now: datetime, *, post: str, number: int) -> Case:
    """A picture that is shown to nobody who has not asked for it. Raises NotPossibleError."""
    return _said(Act.VEIL, case, actor, now, Veil(post=post, number=number, veiled=True))


def unveil(case: Case, actor: Actor, now: datetime, *, post: str, number: int) -> Case:
    """A picture that is shown at once, whatever the case is about. Raises NotPossibleError, also of a sealed case: all
    of its pictures stay veiled."""
    if case.is_sealed:
        raise NotPossibleError(f"case {case.id} is sealed: its pictures stay veiled")
    return _said(Act.UNVEIL, case, actor, now, Veil(post=post, number=number, veiled=False))


def _said(act: Act, case: Case, actor: Actor, now: datetime, said: Veil) -> Case:
    require(act, case, actor)
    change = {"veils": with_veils(case.veils, [said])}
    return acted(act, case, actor, now, change, why=f"{said.post}, picture {said.number + 1}")
