"""Contract suites: what every adapter of a protocol promises. Each is subclassed where an adapter is tested."""

import time
from collections.abc import Callable

from hypothesis import HealthCheck

__all__ = ["SHARED", "eventually"]

SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.differing_executors)
"""Checks that do not hold of a property in a contract: each adapter runs it, on what a fixture made."""


def eventually(holds: Callable[[], object], *, seconds: float = 15.0) -> None:
    """Waits until ``holds()`` is true; an AssertionError inside it counts as "not yet" until the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except AssertionError:
            if time.monotonic() >= deadline:
                raise
        if time.monotonic() >= deadline:
            raise AssertionError(f"did not come true within {seconds} seconds")
        time.sleep(0.02)
