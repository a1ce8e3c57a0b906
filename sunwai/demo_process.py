"""The demo town's feed as a process: ``python -m sunwai.demo_process``, started by ``sunwai up --demo``."""

import threading
import time

from streams.sources.publish import Publisher
from sunwai.child import office_of_child
from sunwai.demo.feed import feed_demo

__all__ = ["main"]


def main() -> None:
    office = office_of_child()
    feed_demo(Publisher(office.log, office.clock, source="demo"), office.state, office.clock, time.sleep)
    threading.Event().wait()  # all is told; a supervisor would start an ended process again


if __name__ == "__main__":
    main()
