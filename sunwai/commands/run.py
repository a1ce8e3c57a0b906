"""``up``, ``worker``, ``desk``: what runs until it is stopped."""

import os
import time
from typing import Annotated

import typer

from streams.groups import STEPS
from streams.sources.publish import wait_out
from sunwai.accounts import demo_account, first_account
from sunwai.assembly import Office
from sunwai.checks import check_office
from sunwai.commands.common import DataOption, DirectoryOption, ModelOption, office, say
from sunwai.idle import Idleness
from sunwai.metrics_endpoint import serve_worker_metrics
from sunwai.ports import free_port, is_ready
from sunwai.settings import as_environment
from sunwai.supervise import become_supervisor, module_command, step_commands
from sunwai.supervisor import Supervisor

__all__ = ["add_to"]

PortOption = Annotated[int | None, typer.Option("--port", help="Port of the desk; 0: a free one (SUNWAI_PORT).")]
HostOption = Annotated[str | None, typer.Option("--host", help="Address of the desk (SUNWAI_HOST).")]
MetricsOption = Annotated[
    int | None, typer.Option("--metrics-port", help="Port of the worker's Prometheus endpoint (SUNWAI_METRICS_PORT).")
]

_MEMORY = {"MALLOC_ARENA_MAX": "2"}
"""Steps work in threads that pass large values to each other: with an arena for each, glibc gives little of it back."""


def add_to(app: typer.Typer) -> None:
    for command in (up, worker, desk):
        app.command()(command)


def up(
    data: DataOption = None,
    directory: DirectoryOption = None,
    model: ModelOption = None,
    port: PortOption = None,
    host: HostOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Feed a sample town, and make a sign-in for it.")] = False,
) -> None:
    """Worker and desk together: the whole office on one machine."""
    with office(data=data, directory=directory, model=model, port=port, host=host) as parts:
        check_office(parts)
        _prepare(parts)
        sign_in = demo_account(parts) if demo else first_account(parts)
        port = parts.settings.port or free_port(parts.settings.host)
        commands = step_commands(STEPS) | {"desk": module_command("sunwai.desk_process")}
        if demo:
            commands["demo"] = module_command("sunwai.demo_process")
        address = f"http://{parts.settings.host}:{port}/"
        announcement = _Announcement(address, sign_in)
        with serve_worker_metrics(parts.log, parts.settings.metrics_port) as extra:
            Supervisor(commands, {**_environment(parts), **extra, "SUNWAI_PORT": str(port)}).run(announcement)


def worker(
    data: DataOption = None,
    directory: DirectoryOption = None,
    model: ModelOption = None,
    metrics_port: MetricsOption = None,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Work off all there is, then exit.")] = False,
) -> None:
    """Triage, filing and the watch, each a process of its own, started again when one ends."""
    with office(data=data, directory=directory, model=model, metrics_port=metrics_port) as parts:
        check_office(parts)
        _prepare(parts)
        if not until_idle:
            parts.close()
            become_supervisor(STEPS, _environment(parts))
        with serve_worker_metrics(parts.log, parts.settings.metrics_port) as extra:
            idleness = Idleness(parts.log, parts.state)
            Supervisor(step_commands(STEPS), {**_environment(parts), **extra}).run(idleness)


def desk(
    data: DataOption = None, directory: DirectoryOption = None, port: PortOption = None, host: HostOption = None
) -> None:
    """The web application for officers, and the HTTP endpoint for sources."""
    from sunwai.desk_process import serve_desk

    with office(data=data, directory=directory, port=port, host=host) as parts:
        _prepare(parts)
        sign_in = first_account(parts)
        port = parts.settings.port or free_port(parts.settings.host)
        if sign_in is not None:
            _say_sign_in(*sign_in)
        say(f"Desk: http://{parts.settings.host}:{port}/")
        serve_desk(parts, port)


def _prepare(parts: Office) -> None:
    """Waits for a log that is down; one that does not fit, or refuses us, ends the command."""
    wait_out(parts.log.prepare, "log", time.sleep)


class _Announcement:
    """Says once that the desk answers; never asks the supervisor to stop."""

    def __init__(self, address: str, sign_in: tuple[str, str] | None):
        self._address = address
        self._sign_in = sign_in
        self._said = False

    def __call__(self) -> bool:
        if not self._said and is_ready(self._address):
            self._said = True
            say(f"Sunwai is ready: {self._address}")
            if self._sign_in is not None:
                _say_sign_in(*self._sign_in)
            say("Stop it with Ctrl-C.")
        return False


def _say_sign_in(user: str, password: str) -> None:
    say(f"Sign in as {user} with the password {password} (shown only now)")


def _environment(parts: Office) -> dict[str, str]:
    return {**_MEMORY, **os.environ, **as_environment(parts.settings)}
