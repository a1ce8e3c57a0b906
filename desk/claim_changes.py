"""What has changed about claims of the watch, for open desks (desk/events.py).

A list of claims is of an *edition*: how many alerts there are, and the number of the last act. Asking for both is
cheap; alerts are read only when there are more or fewer than before. (Should as many be forgotten as came between two
looks, those are told with the next one that comes.)
"""

import re
from dataclasses import dataclass, field

from desk.events import Told, format_event, missed
from queues import watching
from queues.state import StateStore
from schemas.base import Value

__all__ = ["EDITION", "ClaimChanged", "ClaimChanges", "edition", "unless_of"]

EDITION = r"^[0-9]{1,12}-[0-9]{1,12}$"
_MOST_TOLD = 200


class ClaimChanged(Value):
    """What open desks are told of a claim that was told, or with which somebody did something: no words of it.
    ``doubling`` of its latest alert, ``act``: the number of the last act on it, 0 when that is not news."""

    id: str
    doubling: int
    act: int


def edition(state: StateStore) -> str:
    """Raises StoreDownError."""
    return _edition(state.count(watching.ALERT_KIND), watching.last_number(state))


def unless_of(known: str | None, state: StateStore) -> list[bytes]:
    """Told at once to who knows another edition than there is; nothing to who does not say. Raises StoreDownError."""
    if known is None or not re.match(EDITION, known):
        return []
    now = edition(state)
    return [] if known == now else [missed(now)]


@dataclass
class ClaimChanges:
    """Claims that were told, or with which somebody did something, whatever process did it."""

    state: StateStore
    _alerts: int | None = None
    _act: int = 0
    _doublings: dict[str, int] = field(default_factory=dict)

    @property
    def latest(self) -> str:
        return _edition(self._alerts or 0, self._act)

    def begin(self) -> None:
        self._alerts = None

    def find(self) -> list[Told] | None:
        alerts = self.state.count(watching.ALERT_KIND)
        if self._alerts is None:
            self._act, self._doublings = watching.last_number(self.state), self._read()
            self._alerts = alerts
            return None
        acts = self._acts()
        risen = self._risen() if alerts != self._alerts else set()
        self._alerts = alerts
        if len(acts.keys() | risen) > _MOST_TOLD:
            return None
        return [self._told(claim, acts.get(claim, 0)) for claim in sorted(acts.keys() | risen)]

    def _acts(self) -> dict[str, int]:
        """The last act on each claim with which somebody did something since the last look."""
        acts: dict[str, int] = {}
        while found := watching.acts_after(self.state, self._act):
            acts |= {act.claim: act.number for act in found}
            self._act = found[-1].number
        return acts

    def _risen(self) -> set[str]:
        before, self._doublings = self._doublings, self._read()
        return {claim for claim, doubling in self._doublings.items() if before.get(claim) != doubling}

    def _read(self) -> dict[str, int]:
        return {claim: alert.doubling for claim, alert in watching.latest_alerts(self.state).items()}

    def _told(self, claim: str, act: int) -> Told:
        changed = ClaimChanged(id=claim, doubling=self._doublings.get(claim, 0), act=act)
        return Told(format_event("claim", changed, self.latest), self.latest, lambda _: True)


def _edition(alerts: int, act: int) -> str:
    return f"{alerts}-{act}"
