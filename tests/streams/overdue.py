"""A worker of the clock as a process of its own, to be killed: ``python -m tests.streams.overdue FILE MOMENT``.

It says ``ready`` and waits for a line, so that several begin together.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from queues.naming import case_id
from queues.sla import brought_forward, settled
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.store import EVERYTHING, CaseQuery, CaseStore
from schemas.case import Case, Status
from schemas.directory import Directory
from schemas.replies import Replies
from schemas.service import Ladder, Rank, Rung
from streams.clock import Sweep
from streams.notices import StateNotifier
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_case

__all__ = ["OFFICE", "fill", "overdue_cases", "sweep_of"]

OFFICE: Directory = small_directory(
    ladders=(
        Ladder(
            code="steep",
            rungs=(
                Rung(after_hours=0, to=Rank.OFFICER),
                Rung(after_hours=24, to=Rank.IN_CHARGE),
                Rung(after_hours=72, to=Rank.DISTRICT_HEAD),
            ),
        ),
    ),
    ladder="steep",
    replies=Replies(acknowledge=True),
)


def overdue_cases(count: int, directory: Directory = OFFICE) -> Iterator[Case]:
    """Cases whose time ran out one after the other in the first day of a week's outage; every second has nobody."""
    start = NOW - timedelta(hours=504)
    template = make_case(due_at=None)
    for number in range(count):
        held = {"assignee": "sita", "status": Status.ASSIGNED} if number % 2 else {}
        received = start + timedelta(seconds=number * 86_400 / count)
        id = case_id(f"overdue:{number}")
        case = template.model_copy(update={"id": id, "docket": None, "received_at": received, **held})
        yield settled(brought_forward(case, directory), directory)


def fill(store: CaseStore, cases: Sequence[Case]) -> None:
    for start in range(0, len(cases), 500):
        assert all(store.write_cases([(case, None) for case in cases[start : start + 500]]))


def sweep_of(path: Path, now: datetime) -> Sweep:
    state = SqliteStateStore(path)
    return Sweep(SqliteCaseStore(path), OFFICE, StateNotifier(state, lambda: now), lambda: now)


if __name__ == "__main__":
    now = datetime.fromisoformat(sys.argv[2])
    sweep = sweep_of(Path(sys.argv[1]), now)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    while sweep.store.search(CaseQuery(due_before=now, limit=1), EVERYTHING).cases:
        sweep()
