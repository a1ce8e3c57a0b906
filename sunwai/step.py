"""One step of the pipeline as a process: ``python -m sunwai.step triage``. ``sunwai worker`` starts these."""

import sys

import faust

from sunwai.assembly import STEPS, Office
from sunwai.logs import set_up_logs
from sunwai.orphans import leave_with_supervisor
from sunwai.settings import read_settings

__all__ = ["main"]


def main(step: str) -> None:
    settings = read_settings()
    set_up_logs(settings)
    leave_with_supervisor()
    app = STEPS[step](Office(settings))
    faust.Worker(app, loglevel="WARNING", quiet=True, redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1])
