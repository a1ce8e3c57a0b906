"""Gives cases that nobody has to officers on duty, where a queue asks for that; takes them back from who is on leave.

Each is one versioned write with the version that was read: what a person has done meanwhile stands.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from queues.acts import assign, give_back
from queues.assigning import Officer, chosen
from queues.lifecycle import CLOCK
from queues.revising import revise
from queues.state import AlreadyExistsError, StaleError, StateStore
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore
from schemas.case import OPEN_STATUSES, Case, Status
from schemas.directory import Directory
from schemas.offices import Assignment

__all__ = ["Assigning"]

TURN = "turn"
"""The kind of a queue's record of who was the last to get a case."""

_AT_ONCE = 100
"""Cases of a queue that are given out at one look."""

_OPEN = tuple(sorted(OPEN_STATUSES))
_GIVEN = tuple(sorted(OPEN_STATUSES - {Status.REVIEW}))


@dataclass(frozen=True)
class Assigning:
    """One look. Cost: a query for each queue with a rule and for each officer on leave, and, only where a case waits,
    one for each officer."""

    store: CaseStore
    state: StateStore
    directory: Directory
    clock: Callable[[], datetime]
    on_duty: Callable[[], Sequence[Officer]]
    on_leave: Callable[[], Sequence[str]]

    def __call__(self) -> int:
        """Returns how many cases it has given or taken back. May raise StoreDownError."""
        back = sum(self._taken_back(name) for name in self.on_leave())
        rules = [(queue.code, queue.assignment) for queue in self.directory.queues.values() if queue.assignment]
        return back + sum(self._given_out(queue, rule) for queue, rule in rules)

    def _taken_back(self, name: str) -> int:
        def back(case: Case) -> Case:
            mine = case.is_open and case.assignee == name
            return give_back(case, self.clock(), why="on leave") if mine else case

        return sum(self._revise(case, back) for case in self._found(CaseQuery(assignee=name, statuses=_OPEN)))

    def _given_out(self, queue: str, rule: Assignment) -> int:
        waiting = [*self._found(CaseQuery(queues=(queue,), statuses=_GIVEN, unassigned=True, limit=_AT_ONCE))]
        if not waiting:
            return 0
        officers = [o for o in self.on_duty() if o.queues is None or queue in o.queues]
        loads = {officer.name: self._load(officer.name, rule.capacity) for officer in officers}
        last = start = self._last(queue)
        given = 0
        for case in waiting:
            officer = chosen(case, officers, loads, rule, self.directory, last)
            if officer is not None and self._give(case, officer.name):
                loads[officer.name] += 1
                last, given = officer.name, given + 1
        if last != start:
            self._note(queue, last)
        return given

    def _give(self, case: Case, name: str) -> bool:
        def given(standing: Case) -> Case:
            free = standing.is_open and standing.assignee is None and standing.queue == case.queue
            return assign(standing, CLOCK, self.clock(), to=name) if free else standing

        return self._revise(case, given)

    def _load(self, name: str, capacity: int) -> int:
        query = CaseQuery(assignee=name, statuses=_OPEN, limit=min(capacity, MAX_PAGE))
        return len(self.store.search(query, EVERYTHING).cases)

    def _found(self, query: CaseQuery) -> Iterator[Case]:
        return (found.case for found in self.store.search(query, EVERYTHING).cases)

    def _revise(self, case: Case, change: Callable[[Case], Case]) -> bool:
        """Whether it was changed."""
        changed: list[bool] = []

        def noted(standing: Case) -> Case:
            after = change(standing)
            changed[:] = [after is not standing]
            return after

        revise(self.store, self.directory, lambda: self.store.cases([case.id])[case.id], noted)
        return changed[0]

    def _last(self, queue: str) -> str:
        record = self.state.get(TURN, queue)
        return "" if record is None else str(record.value["name"])

    def _note(self, queue: str, name: str) -> None:
        """Of two workers that give out the same queue either may have the last word."""
        record = self.state.get(TURN, queue)
        with suppress(AlreadyExistsError, StaleError):
            if record is None:
                self.state.create(TURN, queue, {"name": name})
            else:
                self.state.replace(record, {"name": name})
