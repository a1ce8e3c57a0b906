"""``sunwai user``: who may sign in."""

from typing import Annotated

import typer

from desk.accounts import (
    AccountError,
    Role,
    add_user,
    disable_user,
    list_users,
    new_password,
    set_password,
    set_sealed,
    set_skills,
)
from desk.second_factor import remove_second
from sunwai.commands.common import DataOption, DirectoryOption, JsonOption, office, plain_errors, print_json, say

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in, as what, for which queues.")

PasswordOption = Annotated[
    bool, typer.Option("--ask-password", help="Ask for the password; without it one is made and shown once.")
]


@app.command()
def add(
    name: str,
    role: Annotated[Role, typer.Option("--role", help="What the person is.")] = Role.OFFICER,
    queue: Annotated[list[str] | None, typer.Option("--queue", help="A queue; again for more. None: all.")] = None,
    ask_password: PasswordOption = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Makes an account."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        password = _password(ask_password)
        add_user(parts.state, name, password, role, queue or None, known_queues=parts.directory.queues)
        _say_made(name, password, ask_password)


@app.command()
def skills(
    name: str,
    place: Annotated[list[str] | None, typer.Option("--place", help="A place they cover; again for more.")] = None,
    speaks: Annotated[list[str] | None, typer.Option("--speaks", help="A language, as hi; again for more.")] = None,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Says which places an officer covers and which languages they speak, for assigning cases; nothing: any."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        unknown = sorted({*(place or ())} - {*parts.directory.place_by_code})
        if unknown:
            raise AccountError(f"place: the directory has no place {', '.join(unknown)}")
        set_skills(parts.state, name, place or (), speaks or ())
        say(f"{name}: done")


@app.command()
def sealed(
    name: str,
    opens: Annotated[bool, typer.Option("--yes/--no", help="Whether they see sealed cases.")] = True,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Names somebody who sees cases of victims of sexual offences and of children, or who does not."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        set_sealed(parts.state, name, opens)
        say(f"{name} {'sees' if opens else 'does not see'} sealed cases")


@app.command("list")
def list_(data: DataOption = None, directory: DirectoryOption = None, as_json: JsonOption = False) -> None:
    """Every account."""
    with office(data=data, directory=directory) as parts:
        users = list(list_users(parts.state))
        if as_json:
            print_json([user.model_dump(mode="json") for user in users])
            return
        for user in users:
            queues = "all queues" if user.queues is None else ", ".join(user.queues)
            say(f"{user.name}  {user.role}  {'' if user.active else 'disabled  '}{queues}")


@app.command()
def disable(name: str, data: DataOption = None, directory: DirectoryOption = None) -> None:
    """Ends an account and its sessions; its name stays in the histories."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        disable_user(parts.state, name)
        say(f"{name} can no longer sign in")


@app.command()
def password(
    name: str, ask_password: PasswordOption = False, data: DataOption = None, directory: DirectoryOption = None
) -> None:
    """Sets a new password and ends the account's sessions."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        new = _password(ask_password)
        set_password(parts.state, name, new)
        _say_made(name, new, ask_password)


@app.command("no-second-factor")
def no_second_factor(name: str, data: DataOption = None, directory: DirectoryOption = None) -> None:
    """Takes the second factor from an account whose phone is lost."""
    with office(data=data, directory=directory) as parts, plain_errors(AccountError):
        remove_second(parts.state, name)
        say(f"{name} signs in by password alone")


def _password(ask: bool) -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True)) if ask else new_password()


def _say_made(name: str, password: str, asked: bool) -> None:
    say(f"{name}: done" if asked else f"{name}: the password is {password} (shown only now)")
