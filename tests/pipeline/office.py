"""A real office for tests: real processes over a folder, driven by the command line as a user drives it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sunwai.assembly import Office
from sunwai.settings import Settings, read_settings
from sunwai.stores import open_stores
from tests.conftest import PROJECT

__all__ = ["OfficeUnderTest", "wait_for"]


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float = 300.0, every: float = 0.05) -> None:
    """Waits for a condition, looking ``every`` so many seconds; fails with ``what`` when it does not come."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s in vain for: {what}")
        time.sleep(every)


@dataclass
class OfficeUnderTest:
    """``data`` is its folder; ``environment`` holds further settings."""

    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """As its processes read them."""
        prefix = "SUNWAI_"
        named = {name.removeprefix(prefix).lower(): value for name, value in self.environment.items()}
        return read_settings(**{"data": self.data, **named})

    def sunwai(self, *words: str, input: str | None = None, ok: bool = True) -> str:
        """Runs a command and returns its stdout."""
        done = subprocess.run(
            [sys.executable, "-m", "sunwai", *words],
            input=input,
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd=PROJECT,
            timeout=900,
            check=False,
        )
        if ok:
            assert done.returncode == 0, f"sunwai {' '.join(words)} failed:\n{done.stderr[-3000:]}"
        else:
            assert done.returncode != 0, f"sunwai {' '.join(words)} should have failed"
            return done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.sunwai(*words, "--json"))

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json("status")
        parts = sum(found[name] for name in ("cases", "joined", "not_complaints", "dead_letters"))
        assert found["received"] == parts, found
        return found

    @contextmanager
    def parts(self) -> Iterator[Office]:
        """The office's own parts in this process, its log prepared."""
        parts = Office(self.settings)
        try:
            parts.log.prepare()
            yield parts
        finally:
            parts.close()

    def filed(self) -> int:
        """Mention records so far, asked of the store itself: quicker than the command, for waiting."""
        stores = open_stores(self.settings)
        try:
            return sum(stores.cases.dispositions().values())
        finally:
            stores.close()

    def ingest(self, path: Path, *words: str) -> str:
        return self.sunwai("ingest", "file", str(path), *words)

    def work_off(self) -> dict[str, Any]:
        self.sunwai("worker", "--until-idle")
        return self.status()

    @contextmanager
    def running(self, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A command in a process group of its own while inside; killed at the end with all it started."""
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=self._environment(),
            cwd=PROJECT,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            kill_group(process)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "SUNWAI_DATA": str(self.data), "SUNWAI_LOG_LEVEL": "warning", **self.environment}


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 for a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
