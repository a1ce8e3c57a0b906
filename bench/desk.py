"""How quick the pages of the desk are with many cases behind them: ``python -m bench.desk --cases 1000000``.

Fills an office (bench/filled_office.py), once for each ``--folder`` or, with ``--store http://…``, for each number of
cases; starts desks as the product does; asks their pages in an open loop from a process of its own, people signed in;
prints for each page the time from the planned moment, over all rounds and the worst round, and the processor time of
one request, asked one after the other, which other work on the machine lengthens least. Then an export, row by row.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

import httpx
import structlog

from bench.desk_plan import Pages, filled, settings_of
from bench.open_loop import Answer, Ask, Plan, Results
from sunwai.assembly import Office
from sunwai.ports import free_port, is_ready
from sunwai.settings import Settings

HOST = "127.0.0.1"
ALONE = 20
"""Requests of each page for its processor time."""
WARM = 40


def main() -> None:
    asked = _asked()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sunwai-bench-")))
        settings = settings_of(folder, asked.store, asked.cases)
        print(filled(settings, asked.cases), flush=True)
        office = Office(settings)
        pages = Pages(office)
        office.close()
        desks = [stack.enter_context(_desk(settings)) for _ in range(asked.processes)]
        addresses = [address for address, _ in desks]
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sunwai-bench-")))
        loop = Loop(work, tuple(addresses), pages.sessions(addresses[0]))
        loop.run(_asks(pages, Random(0), WARM, 20, len(desks)))
        costs = {page: _alone(loop, desks[0][1], pages, page) for page in pages.names}
        count = round(asked.rate * asked.seconds)
        rounds = [
            loop.run(_asks(pages, Random(number), count, asked.rate, len(desks)))
            for number in range(1, asked.rounds + 1)
        ]
        _print_pages(pages, rounds, costs)
        if rounds:
            _print_load(rounds, asked)
        print(f"memory of each desk: {', '.join(f'{_memory_mb(pid)} MB' for _, pid in desks)}")
        _export(loop, desks[0][1])


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the pages of the desk.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--store", default="", help="http://… of an Elasticsearch; SQLite otherwise")
    parser.add_argument("--folder", type=Path, help="keeps what was filled for the next run")
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60, help="length of a round")
    parser.add_argument("--rounds", type=int, default=2, help="0: processor time only")
    parser.add_argument("--processes", type=int, default=2, help="desks")
    return parser.parse_args()


@contextmanager
def _desk(settings: Settings) -> Iterator[tuple[str, int]]:
    """A desk as ``sunwai up`` starts it: its address and process."""
    port = free_port(HOST)
    environment = {
        **os.environ,
        "SUNWAI_DATA": str(settings.data),
        "SUNWAI_STORE": settings.store,
        "SUNWAI_NAMESPACE": settings.namespace,
        "SUNWAI_STORE_REPLICAS": "0",
        "SUNWAI_DIRECTORY": str(settings.directory),
        "SUNWAI_PORT": str(port),
    }
    command = [sys.executable, "-m", "sunwai.desk_process"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://{HOST}:{port}/"
            until = time.monotonic() + 60
            while not is_ready(address):
                assert process.poll() is None and time.monotonic() < until, "the desk does not answer"
                time.sleep(0.1)
            yield address, process.pid
        finally:
            process.terminate()


def _asks(pages: Pages, random: Random, count: int, rate: float, desks: int) -> list[Ask]:
    """Moments of a Poisson process: people do not wait for each other."""
    at, asks = 0.0, []
    for _ in range(count):
        at += random.expovariate(rate)
        page, path, user = pages.any(random)
        asks.append(Ask(at=at, page=page, path=path, user=user, desk=random.randrange(desks)))
    return asks


@dataclass(frozen=True, slots=True)
class Loop:
    """The generator, and who is signed in."""

    folder: Path
    desks: tuple[str, ...]
    sessions: dict[str, str]

    def run(self, asks: Sequence[Ask]) -> Results:
        plan, results = self.folder / "plan.json", self.folder / "results.json"
        plan.write_text(Plan(desks=self.desks, sessions=self.sessions, asks=tuple(asks)).model_dump_json())
        subprocess.run([sys.executable, "-m", "bench.open_loop", str(plan), str(results)], check=True)
        found = Results.model_validate_json(results.read_bytes())
        failed = [answer for answer in found.answers if answer.status != 200]
        assert not failed, failed[:3]
        return found


def _alone(loop: Loop, pid: int, pages: Pages, page: str) -> float:
    """Milliseconds of processor for one request, the desk's alone, when nobody else asks."""
    random, spent = Random(7), []
    with httpx.Client(base_url=loop.desks[0], timeout=60) as client:
        for path, user in (pages.one(page, random) for _ in range(ALONE)):
            before = _processor_ms(pid)
            answer = client.get(path, headers={"cookie": loop.sessions[user]})
            assert answer.status_code == 200, (path, answer.status_code)
            spent.append(_processor_ms(pid) - before)
    return median(spent)


def _print_pages(pages: Pages, rounds: Sequence[Results], costs: dict[str, float]) -> None:
    print(
        f"{'page':44} {'asked':>6} {'CPU':>7} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>8} {'worst p99':>10} {'kB':>5}"
    )
    for page in pages.names:
        of_rounds = [[answer for answer in each.answers if answer.page == page] for each in rounds]
        answers = [answer for each in of_rounds for answer in each]
        if not answers:
            print(f"{page:44} {0:6} {costs[page]:7.1f}")
            continue
        times = _times(answers)
        worst = max(_at(_times(each), 0.99) for each in of_rounds if each)
        size = max(answer.bytes for answer in answers) / 1000
        print(
            f"{page:44} {len(times):6} {costs[page]:7.1f} {_at(times, 0.5):7.1f} {_at(times, 0.95):7.1f} "
            f"{_at(times, 0.99):7.1f} {times[-1]:8.1f} {worst:10.1f} {size:5.0f}"
        )


def _print_load(rounds: Sequence[Results], asked: argparse.Namespace) -> None:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    late = sorted(answer.late for each in rounds for answer in each.answers)
    print(
        f"{asked.processes} desks, {asked.rate:g} requests/s in an open loop, {asked.rounds} rounds of"
        f" {asked.seconds:g} s; load of the machine {load};"
        f" the generator took {max(each.share for each in rounds):.0%} of a processor"
        f" and asked late by {_at(late, 0.5):.1f} ms in the median, {_at(late, 0.99):.1f} ms at p99"
    )


def _times(answers: Sequence[Answer]) -> list[float]:
    return sorted(answer.ms for answer in answers)


def _at(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank quantile."""
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _export(loop: Loop, pid: int) -> None:
    """All open cases as CSV, as a supervisor of everything gets them."""
    with httpx.Client(base_url=loop.desks[0], timeout=600) as client:
        chief = {"cookie": loop.sessions["chief"]}
        before, memory, started = _processor_ms(pid), _memory_mb(pid), time.perf_counter()
        rows, size, first = -1, 0, 0.0
        with client.stream("GET", "/search/export?q=is:open&format=csv", headers=chief) as answer:
            assert answer.status_code == 200
            for chunk in answer.iter_bytes():
                first = first or time.perf_counter() - started
                rows += chunk.count(b"\r\n")
                size += len(chunk)
        took, spent = time.perf_counter() - started, (_processor_ms(pid) - before) / 1000
        print(
            f"export of {rows:,} rows, {size / 1e6:.0f} MB: {rows / took:,.0f} rows/s, {rows / spent:,.0f} a second of"
            f" the desk's processor time; first bytes after {first * 1000:.0f} ms; memory {memory} MB before,"
            f" {_memory_mb(pid)} MB after"
        )


def _processor_ms(pid: int) -> float:
    """Of all threads that the process has or had, to the nanosecond: Linux has a clock for each process, and this is
    how its number follows from the process's (clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | 2) * 1000


def _memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1000


if __name__ == "__main__":
    main()
