"""The command line: ``sunwai COMMAND``. Each setting is a flag or an environment variable ``SUNWAI_…``.

A command's module is imported when the command is asked for: ``sunwai status`` need not wait for a classifier.
"""

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

__all__ = ["app_of", "main", "whole_app"]

_MODULES = {
    "run": ("up", "worker", "desk"),
    "read": ("status", "sources", "cases", "case", "search"),
    "model": ("classify", "train", "evaluate"),
    "watching": ("watch", "claims", "spikes", "judged"),
    "operate": ("check", "reindex", "migrate", "backup", "restore", "retention"),
    "leave": ("leave",),
    "replay": ("replay",),
    "ingest": ("ingest",),
    "dead_letters": ("dead-letters",),
    "accounts": ("user",),
    "audit": ("audit",),
    "report": ("report",),
    "subscribers": ("subscribers",),
}
"""The commands of each module in ``sunwai.commands``, in the order of ``sunwai --help``."""


def whole_app() -> typer.Typer:
    """The application with every command."""
    return _app(_MODULES)


def app_of(words: Iterable[str]) -> typer.Typer:
    """The application as far as these words of a command line need it."""
    asked = next(iter(words), "")
    return _app([module for module, commands in _MODULES.items() if asked in commands] or _MODULES)


def _app(modules: Iterable[str]) -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback(help="A hearing for what citizens write.")(lambda: None)
    for name in modules:
        module = import_module(f"sunwai.commands.{name}")
        if hasattr(module, "add_to"):
            module.add_to(app)
        else:
            app.add_typer(module.app, name=_MODULES[name][0])
    return app


def main() -> None:
    """Entry point of the ``sunwai`` script."""
    app_of(sys.argv[1:])()
