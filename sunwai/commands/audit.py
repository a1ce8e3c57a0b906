"""``audit verify``, ``anchor``: whether history is as it was written. ``readings``: who read what is sealed;
``uploads``: who brought tables of posts; ``sign-ins``: who has signed in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from desk.sealed_reads import readings as kept_readings
from desk.sign_ins import sign_ins as kept_sign_ins
from desk.tables import kept_uploads
from queues.audit import all_cases, faults
from sunwai.assembly import Office
from sunwai.commands.common import DataOption, DirectoryOption, console, fail, office, say

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Whether history is as it was written.")

_SHOWN = 20


@app.command()
def verify(data: DataOption = None, directory: DirectoryOption = None) -> None:
    """Checks every case's chain and the newest anchor, and names each entry that was edited."""
    with office(data=data, directory=directory) as parts:
        found = [*_faults(parts)]
    for fault in found[:_SHOWN]:
        console.print(fault, markup=False)
    if found:
        fail(f"{len(found)} faults in the history of cases")
    say("every history is as it was written")


@app.command()
def anchor(data: DataOption = None, directory: DirectoryOption = None) -> None:
    """Writes today's anchor now, if it is not there yet. The clock does so once a day."""
    with office(data=data, directory=directory) as parts:
        made = parts.anchors.add_daily(parts.store, parts.state, parts.clock())
    say("today's anchor is there already" if made is None else f"anchored {made.cases} cases: {made.root}")


@app.command()
def readings(
    since: Annotated[datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="Day from which (UTC).")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Who has opened sealed cases at the desk or through the API, and when; once an hour for each reader and case."""
    with office(data=data, directory=directory) as parts:
        for at, reader, case in kept_readings(parts.state, since.replace(tzinfo=UTC)):
            console.print(at, reader, case, sep="\t", markup=False, highlight=False)


@app.command()
def uploads(
    since: Annotated[datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="Day from which (UTC).")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Who has brought tables of posts, and when; the file's SHA-256 and name, and what became of it; newest first."""
    with office(data=data, directory=directory) as parts:
        for each in kept_uploads(parts.state, since.replace(tzinfo=UTC)):
            facts = (each.at.isoformat(), each.by, each.state, f"{each.rows} posts", each.sha256, each.name)
            console.print(*facts, sep="\t", markup=False, highlight=False)


@app.command(name="sign-ins")
def sign_ins(
    since: Annotated[datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="Day from which (UTC).")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Who has signed in at the desk, when and how, and who has set or removed a PIN."""
    with office(data=data, directory=directory) as parts:
        for at, name, how in kept_sign_ins(parts.state, since.replace(tzinfo=UTC)):
            console.print(at, name, how, sep="\t", markup=False, highlight=False)


def _faults(parts: Office) -> Iterator[str]:
    for case in all_cases(parts.store):
        yield from faults(case)
    yield from parts.anchors.faults(parts.store, parts.state)
