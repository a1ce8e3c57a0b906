"""How sources and steps stand, as an administrator sees it. The streams know; the desk is told through ``Intake``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.refusal import not_found

__all__ = ["Intake", "SourceState", "StepState", "intake_of"]


@dataclass(frozen=True, slots=True)
class SourceState:
    """``connected``: it has said so within two minutes. ``today`` and ``budget_left`` are posts, the budget None where
    there is none; ``gaps`` are stretches of time still to be read, ``lost`` those out of reach. ``last_error`` holds no
    words of posts."""

    id: str
    connected: bool
    last_post_at: datetime | None
    today: int
    budget_left: int | None
    gaps: int
    lost: int
    errors: int
    last_error: str


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of the worker: how many events of ``topic`` wait for it, and whether a process of it reads now."""

    name: str
    topic: str
    behind: int
    running: bool


class Intake(Protocol):
    """Every method may raise StoreDownError."""

    def sources(self) -> Sequence[SourceState]:
        """Every source that has ever run, by id."""
        ...

    def steps(self) -> Sequence[StepState]:
        """Every step that has ever read, by name and topic."""
        ...


def intake_of(found: Intake | None) -> Intake:
    """Raises Refusal at a desk that has no event log at hand."""
    if found is None:
        raise not_found()
    return found
