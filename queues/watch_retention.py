"""What the watch told and people did, kept as long as the directory says.

A claim goes as a whole once nothing was told of it or done with it for so long: its notices, how a rebuttal went on,
what is noted of its acts, and last its alerts, so that a kill in between leaves what the next run goes by. Acts go from
the first one on, behind a mark (``queues/watching.py``) by which numbers still grow. A claim under a legal hold keeps
everything until the hold is lifted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from queues import watching
from queues.claim_holds import HOLD_KIND
from queues.state import StateStore, every_record
from queues.watching import ClaimAct

__all__ = ["forget_before"]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Told:
    """Until when a claim was told, and its alerts' ids."""

    until: datetime
    alerts: tuple[str, ...]


def forget_before(state: StateStore, before: datetime) -> int:
    """Removes claims and acts that ended before a moment; returns how many claims. For one process at a time.

    Reads every alert, some 20 microseconds each. Raises StoreDownError, StaleError.
    """
    held = {record.id for record in every_record(state, HOLD_KIND)}
    old = {claim: told for claim, told in _told(state).items() if told.until < before and claim not in held}
    gone = 0
    claims = sorted(old)
    for start in range(0, len(claims), _AT_ONCE):
        batch = claims[start : start + _AT_ONCE]
        acted = state.get_many(watching.CLAIM_KIND, batch)
        for claim in batch:
            if claim not in acted or watching.last_act(acted[claim]).at < before:
                _remove(state, claim, old[claim].alerts)
                gone += 1
    _forget_acts(state, before, held)
    return gone


def _told(state: StateStore) -> dict[str, _Told]:
    found: dict[str, _Told] = {}
    for record in every_record(state, watching.ALERT_KIND):
        claim, at = record.value["claim"], datetime.fromisoformat(record.value["at"])
        known = found.get(claim, _Told(at, ()))
        found[claim] = _Told(max(at, known.until), (*known.alerts, record.id))
    return found


def _remove(state: StateStore, claim: str, alerts: Sequence[str]) -> None:
    kept = ((watching.NOTICE_KIND, alerts), (watching.EFFECT_KIND, [claim]), (watching.CLAIM_KIND, [claim]))
    for kind, ids in (*kept, (watching.ALERT_KIND, alerts)):
        for record in state.get_many(kind, ids).values():
            state.delete(record)


def _forget_acts(state: StateStore, before: datetime, held: set[str]) -> None:
    """The mark first: a kill in between leaves acts behind it, which the next run removes."""
    old = [*_first_acts(state, before)]
    if not old:
        return
    watching.raise_floor(state, old[-1].number)
    for act in old:
        if act.claim not in held:
            watching.remove_act(state, act.number)


def _first_acts(state: StateStore, before: datetime) -> Iterator[ClaimAct]:
    for record in every_record(state, watching.ACT_KIND):
        act = ClaimAct(**record.value)
        if act.at >= before:
            return
        yield act
