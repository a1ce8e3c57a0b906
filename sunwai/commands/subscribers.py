"""``sunwai subscribers``: who is told what happens to cases, and telling it again."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from queues.state import StaleError
from streams.case_events import replay as tell_again
from streams.case_events import subscriber_standings
from sunwai.commands.common import DataOption, DirectoryOption, JsonOption, fail, office, print_json, say

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Who is told what happens to cases; telling it again.")


@app.command("list")
def list_(data: DataOption = None, directory: DirectoryOption = None, as_json: JsonOption = False) -> None:
    """Each subscriber: up to when it was told, how much in all, what went wrong last."""
    with office(data=data, directory=directory) as parts:
        found = subscriber_standings(parts.state)
    if as_json:
        print_json([asdict(standing) for standing in found])
        return
    for standing in found:
        fault = f", {standing.tries} tries in vain: {standing.last_error}" if standing.tries else ""
        say(f"{standing.code}  {standing.told} events, all up to {standing.after:%Y-%m-%d %H:%M:%S} UTC{fault}")
    if not found:
        say("nobody was told anything yet")


@app.command()
def replay(
    code: str,
    since: Annotated[datetime, typer.Option("--since", help="From this moment on (UTC).")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Tells a subscriber again all that happened since; it knows what it has by the ids."""
    with office(data=data, directory=directory) as parts:
        try:
            if not tell_again(parts.state, code, since.replace(tzinfo=since.tzinfo or UTC)):
                fail(f"{code}: no such subscriber was told anything yet")
        except StaleError:
            fail(f"{code} is being told just now: ask again")
    say(f"{code} will be told again what happened since {since:%Y-%m-%d %H:%M:%S}")
