"""``watch``, ``claims``, ``spikes``: the misinformation watch over a file, without an office; ``judged``: what its desk
decided.

Each reads as it writes and holds no more than the watch does. Posts are taken as every source gives them; only id and
text are required. What the commands need is imported when they are asked for.
"""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.intake import IntakeError, read_mention
from schemas.mention import Mention
from sunwai.commands.common import (
    DataOption,
    DirectoryOption,
    ModelOption,
    console,
    fail,
    office,
    open_input,
    open_output,
    settings,
)

if TYPE_CHECKING:
    from schemas.events import Observation
    from sunwai.plot import Plot

__all__ = ["add_to"]

BATCH = 500

InputOption = Annotated[Path, typer.Option("--input", help="Posts as JSONL; - is stdin.")]
OutputOption = Annotated[Path, typer.Option("--output", help="JSONL; - is stdout.")]
PlotOption = Annotated[Path | None, typer.Option("--plot", help="Write a chart as SVG to this file.")]


def add_to(app: typer.Typer) -> None:
    for command in (watch, claims, spikes, judged):
        app.command()(command)


def watch(
    input: InputOption = Path("-"),
    output: OutputOption = Path("-"),
    rumour: Annotated[
        float | None, typer.Option("--rumour", min=0, max=1, help="Least mean rumour probability of what is told.")
    ] = None,
    plot: PlotOption = None,
    model: ModelOption = None,
    directory: DirectoryOption = None,
) -> None:
    """The whole watch over a file of posts, in event time: alerts as they would have been told."""
    from alerts.watch import RUMOUR, Watch

    watching, chart = Watch(RUMOUR if rumour is None else rumour), _plot(plot, "spreading accounts of what was told")
    with open_input(input) as lines, open_output(output) as write:
        for post in _observations(_mentions(lines, str(input)), model, directory):
            for alert in watching.see(post):
                write(alert.model_dump_json())
                if chart is not None:
                    chart.add(alert.at.timestamp(), alert.accounts, mark=True)
    _save(chart, plot)


def claims(input: InputOption = Path("-"), output: OutputOption = Path("-")) -> None:
    """Which posts say the same: {id, claim} for every post, a claim's id being its first post's."""
    from alerts.claims import Claims, Telling

    grouping = Claims()
    with open_input(input) as lines, open_output(output) as write:
        for post in _mentions(lines, str(input)):
            at = min(post.created_at, post.received_at).timestamp()
            claim = grouping.join(Telling(post.id, post.text, at, post.repost_of, post.quote_of))
            write(json.dumps({"id": post.id, "claim": claim}, ensure_ascii=False))


def spikes(
    input: Annotated[Path, typer.Option("--input", help="CSV of timestamp,value; - is stdin.")] = Path("-"),
    output: Annotated[Path, typer.Option("--output", help="CSV; - is stdout.")] = Path("-"),
    plot: PlotOption = None,
) -> None:
    """Is a series of counts rising? timestamp,value to timestamp,value,score,alert: causal, in one pass."""
    from alerts.series import SeriesDetector

    detector, chart = SeriesDetector(), _plot(plot, "values, alerts marked")
    with open_input(input) as lines, open_output(output) as write:
        write("timestamp,value,score,alert")
        for number, row in enumerate(csv.reader(lines), 1):
            if not row or (number == 1 and row[0].strip().lower() == "timestamp"):
                continue
            at, value = _number(row, number, str(input))
            reading = detector.add(at, value)
            write(f"{row[0]},{row[1]},{reading.score:.6f},{int(reading.alert)}")
            if chart is not None:
                chart.add(at, value, mark=reading.alert)
    _save(chart, plot)


def _mentions(lines: Iterator[str], name: str) -> Iterator[Mention]:
    """Every post that can be read; the others are counted and said at the end: one bad line is no reason to stop."""
    now, bad, first = datetime.now(UTC), 0, ""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read_mention(json.loads(line), received_at=now)
        except (IntakeError, ValueError, RecursionError) as error:
            bad, first = bad + 1, first or f"line {number}: {_reason(error)}"
    if bad:
        console.print(f"{name}: {bad} lines could not be read; {first}", markup=False)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, IntakeError) else "not JSON"


def _observations(posts: Iterator[Mention], model: Path | None, directory: Path | None) -> "Iterator[Observation]":
    from classifiers.api import Post
    from queues.directory_file import load_directory
    from streams.observing import observation_of
    from sunwai.classifier import classifier_of
    from sunwai.commands.common import plain_errors

    found = settings(model=model, directory=directory)
    with plain_errors(*_model_errors()):
        office = load_directory(found.directory)
        classifier = classifier_of(found, office)
    while batch := list(islice(posts, BATCH)):
        triages = classifier.classify([Post(post.text, post.handles) for post in batch])
        for post, triage in zip(batch, triages, strict=True):
            yield observation_of(post, triage, post.author_key, office)


def _model_errors() -> tuple[type[Exception], ...]:
    from classifiers.model_files import ModelError

    return (ModelError,)


def _number(row: list[str], number: int, name: str) -> tuple[float, float]:
    try:
        return _moment(row[0]), float(row[1])
    except (IndexError, ValueError):
        fail(f"{name}: line {number}: a timestamp (ISO 8601 or seconds since 1970) and a number are needed")


def _moment(text: str) -> float:
    read: Callable[[str], Any] = datetime.fromisoformat
    try:
        moment = read(text.strip())
    except ValueError:
        return float(text)
    return float((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _plot(path: Path | None, title: str) -> "Plot | None":
    from sunwai.plot import Plot

    if path is not None and path.suffix.lower() != ".svg":
        fail(f"{path}: charts are SVG: name it so")
    return None if path is None else Plot(title)


def judged(output: OutputOption = Path("-"), data: DataOption = None, directory: DirectoryOption = None) -> None:
    """Posts of the claims that people have judged, labelled for ``sunwai train --data``."""
    from queues.judged import judged_posts

    with office(data=data, directory=directory) as parts, open_output(output) as write:
        for row in judged_posts(parts.state, parts.store):
            write(row.model_dump_json())


def _save(chart: "Plot | None", path: Path | None) -> None:
    if chart is None or path is None:
        return
    try:
        path.write_text(chart.svg(), encoding="utf-8")
    except OSError as error:
        fail(f"{path}: {error.strerror}")
