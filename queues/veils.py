"""Which pictures of a case are veiled: as a person says, else by what the case is about."""

from collections.abc import Iterable

from schemas.case import MAX_VEILS, Case
from schemas.handling import Veil
from schemas.labels import ComplaintType, Sensitivity

__all__ = ["is_veiled", "with_veils"]

GRAPHIC: frozenset[str] = frozenset(
    {
        *(Sensitivity.SEXUAL_OFFENCE, Sensitivity.CHILD, Sensitivity.SELF_HARM, Sensitivity.CUSTODY),
        *(Sensitivity.COMMUNAL, ComplaintType.POLICE_CRIME, ComplaintType.WOMEN_CHILD_SAFETY),
        *(ComplaintType.FIRE_DISASTER, ComplaintType.HEALTH, ComplaintType.ANIMALS),
    }
)
"""What a case is about whose pictures may be hard to look at: no machine looks at them for us."""


def is_veiled(case: Case, post: str, number: int) -> bool:
    """Of a sealed case every picture is, whatever somebody has said of it."""
    if case.is_sealed:
        return True
    said = (veil.veiled for veil in case.veils if (veil.post, veil.number) == (post, number))
    return next(said, not GRAPHIC.isdisjoint({*case.sensitivity, case.type}))


def with_veils(standing: Iterable[Veil], said: Iterable[Veil]) -> tuple[Veil, ...]:
    """``standing`` with what was ``said`` since in place of what stood about the same pictures; the last so many."""
    by_picture = {(veil.post, veil.number): veil for veil in standing}
    for veil in said:
        by_picture.pop((veil.post, veil.number), None)
        by_picture[veil.post, veil.number] = veil
    return tuple(by_picture.values())[-MAX_VEILS:]
