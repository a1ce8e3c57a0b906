"""What the commands share: options that are settings, output for people and machines, errors that say what to do."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from queues.directory_file import DirectoryError
from queues.state import StoreDownError, StoreRefusedError
from streams.log import LogDownError, LogRefusedError
from sunwai.assembly import Office
from sunwai.logs import set_up_logs
from sunwai.settings import Settings, SettingsError, read_settings
from text.normalise import safe

__all__ = [
    "DataOption",
    "EncoderOption",
    "JsonOption",
    "console",
    "fail",
    "office",
    "open_input",
    "open_output",
    "print_json",
    "say",
    "settings",
]

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of the embedded default (SUNWAI_DATA).", show_default=False)
]
DirectoryOption = Annotated[
    Path | None, typer.Option("--directory", help="The office's departments.yaml (SUNWAI_DIRECTORY).")
]
ModelOption = Annotated[Path | None, typer.Option("--model", help="Folder of a model (SUNWAI_MODEL).")]
EncoderOption = Annotated[
    Path | None, typer.Option("--encoder", help="Folder of an encoder that takes part (SUNWAI_ENCODER).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine output: JSON on stdout.")]

console = Console(stderr=True, highlight=False)

_EXPECTED: tuple[type[Exception], ...] = (
    SettingsError,
    DirectoryError,
    StoreDownError,
    StoreRefusedError,
    LogDownError,
    LogRefusedError,
)


def fail(message: str) -> NoReturn:
    """Ends the command: what went wrong and what to do, on stderr, exit code 1."""
    console.print(f"error: {safe(message)}", style="red", markup=False)
    raise typer.Exit(1)


@contextmanager
def plain_errors(*expected: type[Exception]) -> Iterator[None]:
    """Turns errors that a user can mend into one line on stderr."""
    try:
        yield
    except (*_EXPECTED, *expected) as error:
        fail(str(error))


def settings(**flags: Any) -> Settings:
    with plain_errors():
        found = read_settings(**flags)
    set_up_logs(found.log_level, found.log_format)
    return found


@contextmanager
def office(**flags: Any) -> Iterator[Office]:
    """The office that flags and environment describe; errors that a user can mend end the command plainly."""
    with plain_errors():
        yield Office(settings(**flags))


def say(line: str) -> None:
    """One line for a person, at once, also where stdout is a pipe. What would steer a terminal is left out."""
    typer.echo(safe(line))
    sys.stdout.flush()


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


@contextmanager
def open_input(path: Path) -> Iterator[Iterator[str]]:
    """Lines of a file, or of stdin for ``-``."""
    if str(path) == "-":
        yield iter(sys.stdin)
        return
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield file
    except OSError as error:
        fail(f"{path}: {error.strerror}")


@contextmanager
def open_output(path: Path) -> Iterator[Callable[[str], object]]:
    """A writer of lines to a file, or to stdout for ``-``."""
    if str(path) == "-":
        yield lambda line: sys.stdout.write(line + "\n")
        return
    try:
        with path.open("w", encoding="utf-8") as file:
            yield lambda line: file.write(line + "\n")
    except OSError as error:
        fail(f"{path}: {error.strerror}")
