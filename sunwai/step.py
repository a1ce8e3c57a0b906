"""One step of the pipeline as a process: ``python -m sunwai.step triage``. ``sunwai worker`` starts these.

Standard input is a pipe from the supervisor: when it closes, the supervisor is gone and the step leaves too, so that no
step is left behind holding its consumer group.
"""

import os
import sys
import threading

import faust

from sunwai.assembly import STEPS, Office
from sunwai.logs import set_up_logs
from sunwai.settings import read_settings

__all__ = ["main"]


def main(step: str) -> None:
    settings = read_settings()
    set_up_logs(settings)
    app = STEPS[step](Office(settings))
    threading.Thread(target=_leave_with_supervisor, daemon=True).start()
    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()


def _leave_with_supervisor() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
