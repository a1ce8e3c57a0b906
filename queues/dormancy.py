"""Queues in which cases wait and nothing is done: nobody who works them has signed in, or nothing is answered. Pure.

Both are counted over ``times.dormant`` of the directory. A queue in which something was answered in that time is not
dormant, nor one in which all is newer; that answered cases stand open makes it so only where nobody signs in: works may
take their weeks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.case import Case
from schemas.directory import Directory
from schemas.report import Dormancy, DormantQueue, Sheet

__all__ = ["Stillness", "times_told"]


@dataclass(slots=True)
class _Queue:
    open: int = 0
    oldest: datetime | None = None
    unanswered: datetime | None = None
    answered: datetime | None = None

    def add(self, case: Case) -> None:
        moments = [self.answered, case.answered_at, case.resolved_at]
        self.answered = max((moment for moment in moments if moment is not None), default=None)
        if not case.is_open or case.historic:
            return
        self.open += 1
        self.oldest = min(self.oldest or case.received_at, case.received_at)
        if case.docket is not None and case.answered_at is None:
            self.unanswered = min(self.unanswered or case.received_at, case.received_at)


@dataclass(slots=True)
class Stillness:
    """Fed with every case of an office once, says which queues are dormant."""

    queues: dict[str, _Queue] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        self.queues.setdefault(case.queue, _Queue()).add(case)

    def found(
        self, directory: Directory, now: datetime, signed_in: Mapping[str, datetime], before: Sheet | None
    ) -> tuple[DormantQueue, ...]:
        """In the directory's order. ``signed_in``: when somebody who works a queue last did; ``before``: the sheet of
        the day before, by which it is known for how many days in a row a queue has been so."""
        days = {each.queue: each.days for each in before.dormant} if before is not None else {}
        since = now - timedelta(hours=directory.times.dormant)
        return tuple(
            DormantQueue(
                queue=code,
                because=because,
                open=queue.open,
                oldest_at=queue.oldest,
                signed_in_at=signed_in.get(code),
                answered_at=queue.answered,
                days=days.get(code, 0) + 1,
            )
            for code in directory.queues
            if (queue := self.queues.get(code)) and (because := _because(queue, since, signed_in.get(code)))
        )


def _because(queue: _Queue, since: datetime, signed_in: datetime | None) -> tuple[Dormancy, ...]:
    """Who answers is there, whether they have signed in, or work by another way or in another's place."""
    if queue.answered is not None and queue.answered > since:
        return ()
    found = []
    if queue.oldest is not None and queue.oldest <= since and (signed_in is None or signed_in <= since):
        found.append(Dormancy.NOBODY)
    if queue.unanswered is not None and queue.unanswered <= since:
        found.append(Dormancy.UNANSWERED)
    return tuple(found)


def times_told(queue: DormantQueue, directory: Directory) -> int | None:
    """How often it was told before, where it is told on this day; None where it is not: once in ``times.dormant``."""
    period = max(1, round(directory.times.dormant / 24))
    times, rest = divmod(queue.days - 1, period)
    return None if rest else times
