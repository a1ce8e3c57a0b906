"""The demo town's feed as a process: ``python -m sunwai.demo_process``, started by ``sunwai up --demo``."""

import threading
import time

from streams.sources.publish import Publisher
from sunwai.assembly import Office
from sunwai.demo.feed import feed_demo
from sunwai.logs import set_up_logs
from sunwai.orphans import leave_with_supervisor
from sunwai.settings import read_settings

__all__ = ["main"]


def main() -> None:
    settings = read_settings()
    set_up_logs(settings)
    leave_with_supervisor()
    office = Office(settings)
    feed_demo(Publisher(office.log, office.clock, source="demo"), office.state, office.clock, time.sleep)
    threading.Event().wait()  # all is told; a supervisor would start an ended process again


if __name__ == "__main__":
    main()
