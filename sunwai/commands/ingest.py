"""``sunwai ingest``: posts from outside into the stream."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from queues.state import StaleError
from streams.sources.file import FileSource, Summary
from streams.sources.lines import RecordError
from streams.sources.publish import Publisher
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
            progress=lambda done, posts: progress.update(task, completed=done, posts=posts),
        )
        _say_summary(_run(source))


def _run(source: FileSource) -> Summary:
    try:
        return source.run()
    except StaleError:
        fail(f"{source.path}: another run reads this file now")


def _say_summary(summary: Summary) -> None:
    parts = [f"{summary.published} posts published", f"{summary.dead_letters} dead letters"]
    if summary.skipped:
        parts.append(f"{summary.skipped} read by an earlier run")
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
