"""``sunwai ingest``: posts from outside into the stream."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from queues.state import StaleError
from streams.sources.file import FileSource, Summary
from streams.sources.lines import RecordError
from streams.sources.publish import Publisher
from streams.sources.terms import Terms
from sunwai.assembly import Office
from sunwai.commands.common import DataOption, DirectoryOption, console, fail, office, plain_errors, say

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Bring posts in.")


@app.callback()
def sources() -> None:
    """Bring posts in."""


@app.command()
def file(
    path: Annotated[Path, typer.Argument(help="JSONL, JSON or CSV; also .gz.")],
    follow: Annotated[bool, typer.Option("--follow", help="Stay, and read what is written to it.")] = False,
    again: Annotated[bool, typer.Option("--again", help="From the start, whatever was read before.")] = False,
    historic: Annotated[
        bool | None, typer.Option("--historic/--live", help="Without or with clocks; unset: by the posts' age.")
    ] = None,
    speed: Annotated[float | None, typer.Option("--speed", min=0.001, help="In event time, N times as fast.")] = None,
    platform: Annotated[str, typer.Option("--platform", help="Platform of posts that name none.")] = "x",
    terms: Annotated[
        bool, typer.Option("--terms", help="Posts to no office go to the watch alone, where a term rule finds them.")
    ] = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Posts of a file; only id and text are required. Goes on where an earlier run stopped."""
    with office(data=data, directory=directory) as parts, plain_errors(RecordError), _progress(path) as progress:
        parts.log.prepare()
        task = progress.add_task("posts", total=None if follow or path.suffix == ".gz" else _size(path), posts=0)
        source = FileSource(
            path,
            Publisher(parts.log, parts.clock, source="file", platform=platform),
            parts.state,
            follow=follow,
            again=again,
            historic=historic,
            speed=speed,
            terms=_terms(parts) if terms else None,
            progress=lambda done, posts: progress.update(task, completed=done, posts=posts),
        )
        _say_summary(_run(source))


@app.command()
def x(
    poll: Annotated[
        float, typer.Option("--poll", min=0, help="For a plan without a stream: search every so many seconds.")
    ] = 0.0,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Posts to the directory's handles on X, until it is stopped. See `sunwai sources` for how it stands."""
    from streams.sources.x.client import XRefusedError
    from streams.sources.x.progress import AnotherReaderError
    from sunwai.x_source import x_source

    over = _over_when_told()
    with office(data=data, directory=directory) as parts, plain_errors(XRefusedError, AnotherReaderError):
        parts.log.prepare()
        source = x_source(parts, over, poll_seconds=poll)
        say(f"reading X for {len(source.handles)} handles; stop it with Ctrl-C")
        try:
            source.run()
        finally:
            source.client.close()
    say("stopped; nothing that was read is lost")


@app.command()
def mail(
    every: Annotated[
        float, typer.Option("--every", min=0, help="Stay, and look every so many seconds; unset: once.")
    ] = 0.0,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """E-mails of a mailbox (SUNWAI_MAIL_ADDRESS) over IMAP: what came since it was last read."""
    from streams.sources.mail import MailFaultError
    from sunwai.mail_source import mail_source

    over = _over_when_told()
    with office(data=data, directory=directory) as parts, plain_errors(MailFaultError):
        parts.log.prepare()
        source = mail_source(parts)
        while True:
            try:
                posts, letters = source.run()
                say(f"{posts} posts, {letters} dead letters")
            except StaleError:
                fail("another run reads this mailbox now")
            except MailFaultError as error:
                if not every:
                    raise
                console.print(f"{error}; trying again", markup=False)
            if not every or over.wait(every):
                return


def _terms(parts: Office) -> Terms:
    if not parts.directory.watch_terms:
        fail("--terms: the directory has no watch_terms")
    return Terms(parts.directory)


def _over_when_told() -> threading.Event:
    """Set by SIGTERM and SIGINT: what is being read is finished, and nothing more begun."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    return over


def _run(source: FileSource) -> Summary:
    try:
        return source.run()
    except StaleError:
        fail(f"{source.path}: another run reads this file now")


def _say_summary(summary: Summary) -> None:
    parts = [f"{summary.published} posts published", f"{summary.dead_letters} dead letters"]
    if summary.skipped:
        parts.append(f"{summary.skipped} read by an earlier run")
    if summary.left_out:
        parts.append(f"{summary.left_out} left out: to no office, and found by no term rule")
    if summary.historic:
        parts.append("historic: no clocks")
    say(", ".join(parts))


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _progress(path: Path) -> Progress:
    return Progress(
        TextColumn(path.name),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[posts]} posts"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
