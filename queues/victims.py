"""Which posts tell of a victim who must not be found: what seals a case, but for tales that spread."""

from schemas.case import SEALED
from schemas.triage import Triage

__all__ = ["is_tale", "tells_of_victim"]

_A_RUMOUR = 0.5


def tells_of_victim(triage: Triage) -> bool:
    """Whether a post tells of a victim. Who spreads, questions or denies a tale of children carried off tells of none,
    and that tale is what the watch is for."""
    return _is_sensitive(triage) and not _spreads(triage)


def is_tale(triage: Triage) -> bool:
    """Whether a post, though of such matter, tells of no victim."""
    return _is_sensitive(triage) and _spreads(triage)


def _is_sensitive(triage: Triage) -> bool:
    return not SEALED.isdisjoint(triage.sensitivity)


def _spreads(triage: Triage) -> bool:
    return triage.stance is not None or triage.rumour >= _A_RUMOUR
