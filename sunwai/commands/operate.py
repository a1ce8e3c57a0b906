"""``check``, ``reindex``, ``migrate``, ``backup``, ``restore``, ``retention``: what an operator runs."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from queues.case_retention import cases_over, finish_removal, remove_case
from queues.directory_file import check_directory
from queues.retention import carry_out, expired, expired_others
from schemas.case import Case
from sunwai.assembly import Office
from sunwai.backup import Backup, BackupError, make_backup
from sunwai.backup import restore as restoring
from sunwai.commands.common import DataOption, DirectoryOption, console, fail, office, plain_errors, say
from sunwai.kept import expired_records, forget
from sunwai.migration import MigrationError, Place, move
from sunwai.settings import read_settings_file

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    for command in (check, reindex, migrate, backup, restore, retention):
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


def migrate(
    to: Annotated[Path, typer.Option("--to", help="Settings of the target: lines SUNWAI_NAME=value.")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Moves cases, state and unread posts to another log and store, and compares the counts. Stop the office first."""
    with office(data=data, directory=directory) as parts, plain_errors(MigrationError):
        for moved in move(_place(parts), _place(Office(read_settings_file(to)))):
            say(f"{moved.count:>9}  {moved.what}")
        say("All of it is there. Start the office with the target's settings; this one is left as it was.")


def backup(
    path: Annotated[Path, typer.Argument(help="The file to write, such as office-2026-07-01.gz.")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Copies cases and state into one file while the office works. The office key is not in it: keep that apart."""
    with office(data=data, directory=directory) as parts, plain_errors(OSError), Progress(console=console) as progress:
        task = progress.add_task("copied", total=None)
        found: dict[str, int] = {}
        mark = parts.sealer.identity_hash("office")
        for part, count in make_backup(path, mark, parts.store, parts.state, parts.clock()):
            found[part] = count
            progress.update(task, description=part, completed=count)
    _say_counts(found)
    say(f"{path}: whole")


def restore(
    path: Annotated[Path, typer.Argument(help="A file that backup has written.")],
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Brings a backup back into empty stores. Stop the office first; afterwards start it, and it goes on."""
    with office(data=data, directory=directory) as parts, plain_errors(BackupError):
        found = Backup.open(path)
        parts.log.prepare()
        mark = parts.sealer.identity_hash("office")
        _say_counts(dict(restoring(found, mark, parts.store, parts.state, parts.log)))
        if parts.sweep():
            fail("all of it is there, but what was deleted is not yet gone: start the worker, which ends that")
    say("All of it is there, and what was deleted since is gone. Start the office.")


def _say_counts(found: dict[str, int]) -> None:
    for part, count in found.items():
        say(f"{count:>9}  {part}")


def _place(parts: Office) -> Place:
    return Place(parts.sealer.identity_hash("office"), parts.log, parts.store, parts.state)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Removes what has been kept as long as the directory says: whole cases, texts of posts, and records that expire.
    Cases under a legal hold stay as they are."""
    with office(data=data, directory=directory) as parts:
        now = parts.clock()
        whole = _whole_cases(parts, now, dry_run=dry_run)
        cases, posts = _texts(parts, now, whole, dry_run=dry_run)
        others = _others(parts, now, dry_run=dry_run)
        records: Counter[str] = Counter()
        for record in expired_records(parts.state, parts.directory.retention, now):
            records[record.kind] += dry_run or forget(parts.state, record)
        if (whole or cases or others) and not dry_run and not parts.store.compact():
            fail("it is gone, but an old copy is still being read: run it again later")
    end = "would go" if dry_run else "are gone"
    for kind, number in sorted(records.items()):
        say(f"{number} records of {kind} {end}")
    say(f"{len(whole)} whole cases {end}")
    say(f"{cases} cases, {posts} posts of theirs and {others} of no case {end}")


def _whole_cases(parts: Office, now: datetime, *, dry_run: bool) -> frozenset[str]:
    """The ids of those that go, or would; what an earlier run has left half done is finished, too."""
    gone = set()
    for over in cases_over(parts.store, parts.state, parts.directory, now):
        if dry_run:
            _say_over(over.case, "the whole case", over.since)
        if dry_run or remove_case(parts.store, parts.state, over, now):
            gone.add(over.case.id)
    if not dry_run:
        finish_removal(parts.store, parts.state)
    return frozenset(gone)


def _texts(parts: Office, now: datetime, whole: Collection[str], *, dry_run: bool) -> tuple[int, int]:
    """(cases, posts of theirs), of those that do not go ``whole``."""
    cases = posts = 0
    for item in expired(parts.store, parts.state, parts.directory, now):
        if item.case.id in whole or item.case.merged_into in whole:
            continue
        cases, posts = cases + 1, posts + len(item.posts)
        if dry_run:
            _say_over(item.case, f"{len(item.posts)} posts", item.since)
        else:
            carry_out(parts.store, parts.state, item)
    return cases, posts


def _others(parts: Office, now: datetime, *, dry_run: bool) -> int:
    """Posts of no case."""
    others = 0
    for keys in expired_others(parts.store, parts.state, parts.directory, now):
        others += len(keys)
        if not dry_run:
            parts.store.erase_mentions(keys)
    return others


def _say_over(case: Case, what: str, since: datetime) -> None:
    say(f"{case.docket or case.id}  {case.queue}  {what}  since {since:%Y-%m-%d}")
