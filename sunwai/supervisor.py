"""Keeps processes running: starts each, starts it again with back-off when it ends, stops all when told to."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

__all__ = ["Supervisor"]

POLL_SECONDS = 0.1
STOP_SECONDS = 15.0
"""A step that has not stopped by then is killed; what it had not acknowledged comes again."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""After running so long a process has earned the first pause again."""

_log = structlog.get_logger()


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS


@dataclass
class Supervisor:
    """Runs ``commands`` (by name, each with ``environment``) until ``stop`` or a signal.

    Each child has a pipe from us as its standard input: should we be killed, it notices.
    """

    commands: Mapping[str, Sequence[str]]
    environment: Mapping[str, str]
    clock: Callable[[], float] = time.monotonic
    _children: list[_Child] = field(default_factory=list)
    _stopping: bool = False

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Returns once all children have stopped: after a SIGTERM or SIGINT, or when ``until`` says so."""
        self._children = [_Child(name, command) for name, command in self.commands.items()]
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._stopping and not until():
                self._look_after()
                time.sleep(POLL_SECONDS)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _look_after(self) -> None:
        now = self.clock()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._ended(child, now)
            if child.process is None and now >= child.start_again_at:
                child.process = subprocess.Popen(child.command, stdin=subprocess.PIPE, env=dict(self.environment))  # noqa: S603 - our own commands
                child.started_at = now

    def _ended(self, child: _Child, now: float) -> None:
        assert child.process is not None
        if now - child.started_at >= STEADY_SECONDS:
            child.pause_seconds = FIRST_PAUSE_SECONDS
        _log.error("step_ended", step=child.name, code=child.process.returncode, pause_seconds=child.pause_seconds)
        _close_pipe(child.process)
        child.process = None
        child.start_again_at = now + child.pause_seconds
        child.pause_seconds = min(child.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        until = self.clock() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, until - self.clock()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _close_pipe(process)


def _close_pipe(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()
