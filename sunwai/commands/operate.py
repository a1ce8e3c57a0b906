"""``check``, ``reindex``: what an operator runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from queues.directory_file import check_directory
from sunwai.commands.common import DataOption, DirectoryOption, console, fail, office, plain_errors, say

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    for command in (check, reindex):
        app.command()(command)


def check(
    path: Annotated[Path, typer.Argument(help="The office's departments.yaml.")] = Path("departments.yaml"),
) -> None:
    """Reads a directory and names file, line and key of every mistake."""
    with plain_errors():
        directory, warnings = check_directory(path)
    for warning in warnings:
        console.print(f"warning: {warning}", markup=False)
    queues, places = len(directory.queues), len(directory.places)
    say(f"{path}: {len(directory.departments)} departments, {queues} queues, {places} places, no mistakes")


def reindex(data: DataOption = None, directory: DirectoryOption = None) -> None:
    """Builds the search index again from the cases, while the office goes on."""
    with office(data=data, directory=directory) as parts, Progress(console=console, transient=True) as progress:
        task = progress.add_task("cases", total=None)
        done = 0
        for done, total in parts.store.reindex():
            progress.update(task, completed=done, total=total)
        if not parts.store.compact():
            fail("the index is built, but an old copy is still being read: run it again later to free its space")
        say(f"{done} cases indexed")
