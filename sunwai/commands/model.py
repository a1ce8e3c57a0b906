"""``classify``, ``train``, ``evaluate``: the classifier without the stream.

What only training and measuring need is imported when they are asked for: it takes a second that others need not wait.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from classifiers.api import Classifier, Post, load
from classifiers.corpus import CorpusError, read_rows, shipped_training
from classifiers.model_files import ModelError
from queues.directory_file import load_directory
from schemas.directory import Directory
from schemas.triage import Triage
from sunwai.commands.common import (
    DirectoryOption,
    JsonOption,
    ModelOption,
    console,
    fail,
    open_input,
    open_output,
    plain_errors,
    print_json,
    say,
    settings,
)

__all__ = ["add_to"]

BATCH = 500


def add_to(app: typer.Typer) -> None:
    for command in (classify, train, evaluate):
        app.command()(command)


def classify(
    input: Annotated[Path, typer.Option("--input", help="JSONL of {id, text, to?}; - is stdin.")] = Path("-"),
    output: Annotated[Path, typer.Option("--output", help="JSONL; - is stdout.")] = Path("-"),
    model: ModelOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Language, complaint, type, urgency, rumour and places of each post; complaint and rumour are probabilities."""
    office, classifier = _loaded(model, directory)
    with open_input(input) as lines, open_output(output) as write:
        posts = _posts(lines, str(input))
        while batch := list(islice(posts, BATCH)):
            triages = classifier.classify([_post(row, office) for row in batch])
            for row, triage in zip(batch, triages, strict=True):
                write(json.dumps(_result(row["id"], triage), ensure_ascii=False))


def train(
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    data: Annotated[list[Path] | None, typer.Option("--data", help="Further labelled JSONL; again for more.")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 0,
) -> None:
    """Fits a model on the shipped corpus and further labelled rows, which count more."""
    from classifiers.train import TrainingError
    from classifiers.train import train as fit

    with plain_errors(CorpusError, TrainingError), Progress(console=console, transient=True) as progress:
        further = read_rows(data or [])
        task = progress.add_task("training", total=None)
        manifest = fit(
            shipped_training(),
            out,
            further=further,
            seed=seed,
            progress=lambda what, done, total: progress.update(task, description=what, completed=done, total=total),
        )
    say(f"{out}: trained on {manifest.rows} rows")


def evaluate(
    data: Annotated[list[Path], typer.Option("--data", help="Labelled JSONL; again for more.")],
    model: ModelOption = None,
    directory: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measures a model on labelled rows: per class, calibration, coverage, confusion."""
    from classifiers.evaluate import as_text
    from classifiers.evaluate import evaluate as measure

    _, classifier = _loaded(model, directory)
    with plain_errors(CorpusError):
        rows = read_rows(data)
    if not rows:
        fail("no labelled rows to measure on")
    report = measure(rows, classifier)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        say(as_text(report))


def _loaded(model: Path | None, directory: Path | None) -> tuple[Directory, Classifier]:
    found = settings(model=model, directory=directory)
    with plain_errors(ModelError):
        office = load_directory(found.directory)
        return office, load(found.model, office)


def _posts(lines: Iterator[str], name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            fail(f"{name}: line {number}: not JSON: {error}")
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
            fail(f"{name}: line {number}: an object with id and text (a string) is needed")
        yield row


def _post(row: dict[str, Any], office: Directory) -> Post:
    to = row.get("to") or ()
    handles = tuple(str(handle).lstrip("@").lower() for handle in ([to] if isinstance(to, str) else to))
    addressed = (office.by_handle.get(handle) for handle in handles)
    return Post(row["text"], handles, tuple(dict.fromkeys(found[0].kind for found in addressed if found)))


def _result(id: object, triage: Triage) -> dict[str, object]:
    fields = {"language", "complaint", "type", "type_confidence", "urgency", "rumour", "places", "needs_human"}
    return {"id": id, **triage.model_dump(mode="json", include=fields)}
