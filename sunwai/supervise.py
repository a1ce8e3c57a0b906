"""The steps of a worker kept running by a process that loads nothing else: ``python -m sunwai.supervise triage …``.

``sunwai worker`` becomes this one when all is checked. What it had loaded for its checks, as much as a step has, would
stay in memory for as long as the worker runs.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

from sunwai.logs import set_up_logs
from sunwai.supervisor import Supervisor

__all__ = ["become_supervisor", "module_command", "step_commands"]


def module_command(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


def step_commands(steps: Sequence[str]) -> dict[str, Sequence[str]]:
    return {step: module_command("sunwai.step", step) for step in steps}


def become_supervisor(steps: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """``environment`` has all settings; what is open and must be closed has been closed."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, module_command("sunwai.supervise", *steps), environment)  # noqa: S606 - our own command


@contextmanager
def _metrics() -> Iterator[Mapping[str, str]]:
    """What steps need so that their metrics are served; their lag is asked of the log, whose client is then loaded."""
    if os.environ["SUNWAI_METRICS_PORT"] == "0":
        yield {}
        return
    from sunwai.assembly import Office  # noqa: PLC0415 - large: see above
    from sunwai.metrics_endpoint import serve_worker_metrics  # noqa: PLC0415
    from sunwai.settings import read_settings  # noqa: PLC0415

    office = Office(read_settings())
    with serve_worker_metrics(office.log, office.settings.metrics_port) as extra:
        yield extra


def main(steps: Sequence[str]) -> None:
    set_up_logs(os.environ["SUNWAI_LOG_LEVEL"], os.environ["SUNWAI_LOG_FORMAT"])
    with _metrics() as extra:
        Supervisor(step_commands(steps), {**os.environ, **extra}).run()


if __name__ == "__main__":
    main(sys.argv[1:])
