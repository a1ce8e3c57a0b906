"""How long the sweep takes: ``python -m bench.clock --due 100000 --open 1000000``.

First cases that are due after a week's outage, half of them with nobody, worked off by two processes, one of them
killed on the way; each must have been escalated once. Then how long a sweep takes that finds nothing among many open.
Before both the processor time of one worker for each case, which says most where others use the machine, too; and that
of the reports over such cases.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from queues.audit import all_cases
from queues.naming import case_id
from queues.reporting import disposal, month_span, morning_sheet
from queues.sqlite import SqliteCaseStore
from queues.store import EVERYTHING, CaseQuery, Sort
from schemas.case import Case
from tests.queues.factories import NOW
from tests.streams.overdue import OFFICE, fill, overdue_cases, sweep_of

_BATCH = 5000
_OUTAGE_ENDS = NOW + timedelta(days=7)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the sweep of the clock.")
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2, help="two or more: the first is killed after a third")
    parser.add_argument("--folder", type=Path, help="where to put the file; a temporary folder by default")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        _cost(Path(folder) / "few.db")
        _reports(Path(folder) / "reports.db")
        path = Path(folder) / "cases.db"
        store = SqliteCaseStore(path)
        _overdue(store, path, asked.due, asked.workers)
        _nothing_due(store, path, asked.due, asked.open)
        store.close()


def _cost(path: Path) -> None:
    store = SqliteCaseStore(path)
    fill(store, [*overdue_cases(_BATCH)])
    sweep = sweep_of(path, _OUTAGE_ENDS)
    started = time.process_time()
    assert sweep() == _BATCH
    took = time.process_time() - started
    print(f"one worker: {took / _BATCH * 1e6:,.0f} us of processor a case", flush=True)
    store.close()


def _reports(path: Path) -> None:
    """Reading the cases is part of it."""
    store = SqliteCaseStore(path)
    fill(store, [case.model_copy(update={"docket": case.id}) for case in overdue_cases(_BATCH)])
    span = month_span(NOW.date(), OFFICE)
    for name, make in (
        ("a morning sheet", lambda: morning_sheet(all_cases(store), OFFICE, NOW.date(), _OUTAGE_ENDS, before=None)),
        ("a month's disposal", lambda: disposal(all_cases(store), OFFICE, span, _OUTAGE_ENDS)),
    ):
        started = time.process_time()
        make()
        print(f"{name}: {(time.process_time() - started) / _BATCH * 1e6:,.0f} us of processor a case", flush=True)
    store.close()


def _overdue(store: SqliteCaseStore, path: Path, due: int, workers: int) -> None:
    for batch in _batches(overdue_cases(due)):
        fill(store, batch)
    command = [sys.executable, "-m", "tests.streams.overdue", str(path), _OUTAGE_ENDS.isoformat()]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(workers)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    started = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    if workers > 1:
        middle = case_id(f"overdue:{due // 3}")
        while not store.cases([middle])[middle].case.history:
            time.sleep(0.05)
        processes[0].kill()
    assert processes[-1].wait() == 0
    for process in processes:
        process.kill()
        process.communicate()
    took = time.perf_counter() - started
    print(f"{due:,} due, {workers} workers: {took:.1f} s, {due / took:,.0f}/s, {_once(store)}", flush=True)


def _once(store: SqliteCaseStore) -> str:
    """Fails unless every case was escalated once at each rung."""
    told: Counter[int] = Counter()
    query = CaseQuery(sort=Sort.OLDEST, limit=500)
    while True:
        page = store.search(query, EVERYTHING)
        told.update(sum(e.act == "escalated" for e in found.case.history) for found in page.cases)
        if page.cursor is None:
            break
        query = CaseQuery(sort=Sort.OLDEST, limit=500, cursor=page.cursor)
    assert set(told) == {3}, told
    return "each told once at each of 3 rungs"


def _nothing_due(store: SqliteCaseStore, path: Path, standing: int, wanted: int) -> None:
    template = next(iter(overdue_cases(1)))
    far = NOW + timedelta(days=400)
    for start in range(standing, wanted, _BATCH):
        made = [
            template.model_copy(update={"id": case_id(f"open:{n}"), "due_at": far + timedelta(seconds=n)})
            for n in range(start, min(start + _BATCH, wanted))
        ]
        fill(store, made)
    sweep = sweep_of(path, _OUTAGE_ENDS)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        assert sweep() == 0
        times.append((time.perf_counter() - started) * 1000)
    print(f"none due among {wanted:,} open: {min(times):.2f} to {max(times):.2f} ms", flush=True)


def _batches(cases: Iterator[Case]) -> Iterator[list[Case]]:
    batch: list[Case] = []
    for case in cases:
        batch.append(case)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


if __name__ == "__main__":
    main()
