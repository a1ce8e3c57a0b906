"""The command line: ``sunwai COMMAND``. Each setting is a flag or an environment variable ``SUNWAI_…``."""

import typer

from sunwai.commands import accounts, dead_letters, ingest, model, operate, read, run

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="A hearing for what citizens write.")

for group in (run, read, model, operate):
    group.add_to(app)
app.add_typer(ingest.app, name="ingest")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(accounts.app, name="user")


def main() -> None:
    """Entry point of the ``sunwai`` script."""
    app()
