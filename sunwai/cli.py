"""The command line: ``sunwai COMMAND``. Each setting is a flag or an environment variable ``SUNWAI_…``."""

import typer

from sunwai.commands import (
    accounts,
    audit,
    dead_letters,
    ingest,
    leave,
    model,
    operate,
    read,
    replay,
    report,
    run,
    subscribers,
    watching,
)

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="A hearing for what citizens write.")

for group in (run, read, model, watching, operate, leave, replay):
    group.add_to(app)
app.add_typer(ingest.app, name="ingest")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(accounts.app, name="user")
app.add_typer(audit.app, name="audit")
app.add_typer(report.app, name="report")
app.add_typer(subscribers.app, name="subscribers")


def main() -> None:
    """Entry point of the ``sunwai`` script."""
    app()
