"""How sources and steps stand, as the desk asks for it (desk/intake.py)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.intake import SourceState, StepState
from queues.state import StateStore, StoreDownError
from streams.log import EventLog, LogDownError
from streams.sources.standing import standings

__all__ = ["LogIntake"]

_SAME = ("id", "connected", "last_post_at", "today", "budget_left", "gaps", "lost", "errors", "last_error")


@dataclass(frozen=True)
class LogIntake:
    """``log`` opens the event log when it is first needed: the desk does without it until then."""

    state: StateStore
    clock: Callable[[], datetime]
    log: Callable[[], EventLog]

    def sources(self) -> Sequence[SourceState]:
        found = standings(self.state, self.clock())
        return [SourceState(**{name: getattr(each, name) for name in _SAME}) for each in found]

    def steps(self) -> Sequence[StepState]:
        try:
            log = self.log()
            behind: Counter[tuple[str, str]] = Counter()
            for each in log.lags():
                behind[each.group, each.topic] += each.lag
            live = {*log.live_groups()}
        except LogDownError as error:
            raise StoreDownError(str(error)) from error  # to the desk it is one thing: wait, nothing is lost
        return [StepState(group, topic, lag, group in live) for (group, topic), lag in sorted(behind.items())]
