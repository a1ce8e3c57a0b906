"""A step (filing by default) as a process that kills itself once, right before or after a named call of a store.

``python -m tests.pipeline.dying_step CALL before|after NTH [STEP]``
"""

import os
import signal
import sys
from typing import Any

import faust

from sunwai.assembly import Office
from sunwai.settings import read_settings
from sunwai.steps import app_of


def main(call: str, when: str, nth: int, step: str = "filing") -> None:
    office = Office(read_settings())
    target = office.store if hasattr(office.store, call) else office.state
    real = getattr(target, call)
    calls = 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(target, call, dying)
    faust.Worker(app_of(step, office), loglevel="ERROR", quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
