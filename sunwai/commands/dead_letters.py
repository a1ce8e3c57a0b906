"""``sunwai dead-letters``: what could not be read, why, and again once the cause is mended."""

import sys
from typing import Annotated

import typer

from queues.state import StateRecord
from streams.dead_letter_list import KIND, open_letters, read_letter
from streams.dead_letter_list import replay as replay_letters
from sunwai.assembly import Office
from sunwai.commands.common import DataOption, DirectoryOption, JsonOption, fail, office, print_json, say

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="What could not be read: list it, look at it, replay it.")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Entries at most.")] = 1000,
    data: DataOption = None,
    directory: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Dead letters not filed since, with reason and origin."""
    with office(data=data, directory=directory) as parts:
        letters = [letter for letter, _ in zip(open_letters(parts.state), range(limit), strict=False)]
        if as_json:
            print_json([{**letter.value, "id": letter.id} for letter in letters])
            return
        for letter in letters:
            value = letter.value
            say(f"{letter.id[:12]}  {value['time']}  {value['topic']}/{value['offset']}  {value['reason']}")
        if not letters:
            say("no dead letters")


@app.command()
def show(id: str, data: DataOption = None, directory: DirectoryOption = None) -> None:
    """The raw bytes of one dead letter, to stdout. They are a person's words: handle them so."""
    with office(data=data, directory=directory) as parts:
        [letter] = _find(parts, [id])
        stored = read_letter(parts.log, letter.value)
        if stored is None:
            fail(f"{letter.id[:12]}: its bytes are gone (past their retention, or erased)")
        sys.stdout.buffer.write(stored.value or b"")


@app.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids or their beginnings; none: all.")] = None,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Puts dead letters back on their topic; the worker reads them again."""
    with office(data=data, directory=directory) as parts:
        letters = _find(parts, ids) if ids else list(open_letters(parts.state))
        done = replay_letters(parts.state, parts.log, letters)
        say(f"{done.replayed} replayed, {done.gone} no longer there")


def _find(parts: Office, beginnings: list[str]) -> list[StateRecord]:
    return [_find_one(parts, beginning) for beginning in beginnings]


def _find_one(parts: Office, beginning: str) -> StateRecord:
    exact = parts.state.get(KIND, beginning)
    if exact is not None:
        return exact
    matching = [letter for letter in open_letters(parts.state) if letter.id.startswith(beginning)]
    if len(matching) != 1:
        fail(f"{beginning}: {'no' if not matching else len(matching)} open dead letters begin so")
    return matching[0]
