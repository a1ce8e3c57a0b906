"""The dead letters of the event log, as the desk asks for them (desk/dead_letters.py)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.dead_letters import DeadLetter
from queues.state import StateStore, StoreDownError
from streams.dead_letter_list import KIND, OPEN, replay
from streams.log import EventLog, LogDownError

__all__ = ["LogDeadLetters"]


@dataclass(frozen=True)
class LogDeadLetters:
    """``log`` opens the event log when it is first needed: the desk does without it until then."""

    state: StateStore
    log: Callable[[], EventLog]

    def count(self) -> int:
        return self.state.count(KIND, state=OPEN)

    def open(self, after: str, limit: int) -> Sequence[DeadLetter]:
        return [_shown(each.id, each.value) for each in self.state.scan(KIND, state=OPEN, after=after, limit=limit)]

    def replay(self, ids: Sequence[str]) -> tuple[int, int]:
        letters = [each for each in self.state.get_many(KIND, ids).values() if each.state == OPEN]
        try:
            done = replay(self.state, self.log(), letters)
        except LogDownError as error:
            raise StoreDownError(str(error)) from error  # to the desk it is one thing: wait, nothing is lost
        return done.replayed, done.gone


def _shown(id: str, value: Mapping[str, Any]) -> DeadLetter:
    return DeadLetter(
        id=id,
        time=str(value["time"]),
        source=str(value["source"]),
        origin=f"{value['topic']}/{value['partition']}/{value['offset']}",
        reason=str(value["reason"]),
        length=int(value["length"]),
    )
