"""``leave``: who is away, so that nobody waits for them."""

from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from desk.accounts import AccountError
from desk.leave import Leave, leaves, set_leave
from sunwai.assembly import Office
from sunwai.commands.common import DataOption, DirectoryOption, fail, office, plain_errors, say

__all__ = ["add_to"]

_DAY = timedelta(days=1)
_DATE = ["%Y-%m-%d"]


def add_to(app: typer.Typer) -> None:
    app.command()(leave)


def leave(
    name: Annotated[str | None, typer.Argument(help="The account; none: who is away, or will be.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=_DATE, help="First day; unset: now.")] = None,
    last: Annotated[datetime | None, typer.Option("--until", formats=_DATE, help="Last day.")] = None,
    back: Annotated[bool, typer.Option("--back", help="The leave ends now.")] = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Sends an officer on leave: their open cases go back to their queues, and they are given none meanwhile."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        if name is None:
            _list(parts)
        elif back:
            _end(parts, name)
        elif last is None:
            fail("say until when: --until YYYY-MM-DD, the last day")
        else:
            since = parts.clock() if first is None else _midnight(parts, first)
            made = set_leave(parts.state, name, since, _midnight(parts, last + _DAY))
            say(_line(parts, made))


def _list(parts: Office) -> None:
    now = parts.clock()
    coming = [leave for leave in leaves(parts.state) if leave.until > now]
    for leave in coming:
        say(_line(parts, leave))
    if not coming:
        say("nobody is on leave")


def _end(parts: Office, name: str) -> None:
    now = parts.clock()
    standing = next((leave for leave in leaves(parts.state) if leave.name == name and leave.until > now), None)
    if standing is None:
        fail(f"{name} is not on leave")
    set_leave(parts.state, name, min(standing.since, now - timedelta(seconds=1)), now)
    say(f"{name} is back")


def _midnight(parts: Office, day: datetime) -> datetime:
    return datetime.combine(day.date(), time(), parts.directory.zone)


def _line(parts: Office, leave: Leave) -> str:
    since, until = (moment.astimezone(parts.directory.zone) for moment in (leave.since, leave.until))
    return f"{leave.name}  {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
