"""A dependency that is down is waited for; what does not come back, and what is our own fault, ends the process."""

import subprocess
import sys

import pytest

from queues.state import StaleError, StoreDownError
from streams.log import LogDownError
from streams.patience import EXIT_DEPENDENCY_DOWN, EXIT_FAULT, patiently
from tests.conftest import PROJECT

SCRIPT = """
import asyncio
from queues.state import StoreDownError
from streams.patience import patiently

async def act():
    raise {error}

asyncio.run(patiently(act, "test", patience_seconds=0.3))
print("went on")
"""


@pytest.mark.parametrize("error", [StoreDownError("down"), LogDownError("down"), StaleError("changed")])
async def test_what_is_down_or_was_changed_is_tried_again(error: Exception) -> None:
    attempts = 0

    async def act() -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise error
        return "written"

    assert await patiently(act, "test") == "written"
    assert attempts == 3


@pytest.mark.parametrize(
    ("error", "code"), [("StoreDownError('down')", EXIT_DEPENDENCY_DOWN), ("TypeError('ours')", EXIT_FAULT)]
)
def test_what_stays_down_or_is_our_fault_ends_the_process(error: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(error=error)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code
    assert "went on" not in done.stdout
