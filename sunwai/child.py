"""What every process that a supervisor starts does first."""

import os
import sys
import threading

from sunwai.assembly import Office
from sunwai.logs import set_up_logs
from sunwai.settings import read_settings

__all__ = ["office_of_child"]


def office_of_child() -> Office:
    """The office that the environment describes, with logs set up.

    No child is left behind: its standard input is a pipe from the supervisor, and when that closes the child leaves.
    """
    settings = read_settings()
    set_up_logs(settings.log_level, settings.log_format)
    threading.Thread(target=_leave_with_supervisor, name="supervisor-watch", daemon=True).start()
    return Office(settings)


def _leave_with_supervisor() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)
