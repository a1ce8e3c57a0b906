"""The command line: ``sunwai COMMAND``. Each setting is a flag or an environment variable ``SUNWAI_…``.

A command's module is imported when the command is asked for: ``sunwai status`` need not wait for a classifier.
"""

from importlib import import_module
from types import ModuleType

import click
import typer
from typer.core import TyperGroup
from typer.main import get_group

__all__ = ["app", "main"]

_MODULES = {
    **dict.fromkeys(("up", "worker", "desk"), "run"),
    **dict.fromkeys(("status", "sources", "cases", "case", "search"), "read"),
    **dict.fromkeys(("classify", "train", "evaluate"), "model"),
    **dict.fromkeys(("watch", "claims", "spikes", "judged"), "watching"),
    **dict.fromkeys(("check", "reindex", "migrate", "backup", "restore", "retention"), "operate"),
    "leave": "leave",
    "replay": "replay",
    "ingest": "ingest",
    "dead-letters": "dead_letters",
    "user": "accounts",
    "audit": "audit",
    "report": "report",
    "subscribers": "subscribers",
}
"""The module in ``sunwai.commands`` that holds each command, in the order of ``sunwai --help``."""


class _OnDemand(TyperGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"sunwai.commands.{_MODULES[cmd_name]}")
        return _command(module, ctx, cmd_name)


def _command(module: ModuleType, ctx: click.Context, name: str) -> click.Command | None:
    """A module adds commands of its own, or is one command with others below it."""
    group = typer.Typer()
    if not hasattr(module, "add_to"):
        group.add_typer(module.app, name=name)
    else:
        module.add_to(group)
    return get_group(group).get_command(ctx, name)


app = typer.Typer(cls=_OnDemand, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _office() -> None:
    """A hearing for what citizens write."""


def main() -> None:
    """Entry point of the ``sunwai`` script."""
    app()
