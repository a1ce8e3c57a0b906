"""``classify``, ``train``, ``evaluate``: the classifier without the stream.

What only training and measuring need is imported when they are asked for: it takes a second that others need not wait.
"""

import json
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from classifiers.api import Classifier, Post, load
from classifiers.corpus import CorpusError, read_rows, shipped_test, shipped_training
from classifiers.encoder_files import EncoderManifest, EncoderUse, Precision
from classifiers.encoder_plan import Plan
from classifiers.model_files import Manifest, ModelError, load_held_out, load_model, save_adapted
from queues.directory_file import load_directory
from queues.routing import route
from schemas.directory import Directory
from schemas.triage import Triage
from sunwai.classifier import classifier_of
from sunwai.commands.common import (
    DirectoryOption,
    EncoderOption,
    JsonOption,
    ModelOption,
    console,
    fail,
    office,
    open_input,
    open_output,
    plain_errors,
    print_json,
    say,
    settings,
)
from sunwai.corrected import corrected_rows
from sunwai.settings import Settings

__all__ = ["add_to"]

BATCH = 500


def add_to(app: typer.Typer) -> None:
    for command in (classify, train, evaluate):
        app.command()(command)


def classify(
    input: Annotated[Path, typer.Option("--input", help="JSONL of {id, text, to?}; - is stdin.")] = Path("-"),
    output: Annotated[Path, typer.Option("--output", help="JSONL; - is stdout.")] = Path("-"),
    model: ModelOption = None,
    encoder: EncoderOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Language, complaint, type, urgency, rumour and places of each post; complaint and rumour are probabilities."""
    office, classifier = _loaded(model, encoder, directory)
    with open_input(input) as lines, open_output(output) as write:
        posts = _posts(lines, str(input))
        while batch := list(islice(posts, BATCH)):
            triages = classifier.classify([_post(row, office) for row in batch])
            for row, triage in zip(batch, triages, strict=True):
                write(json.dumps(_result(row["id"], triage), ensure_ascii=False))


def train(
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    data: Annotated[list[Path] | None, typer.Option("--data", help="Further labelled JSONL; again for more.")] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Also from what people have corrected in SUNWAI_DATA.")
    ] = False,
    adapt: Annotated[
        Path | None, typer.Option("--adapt", help="JSONL of {text}: posts of the stream, unlabelled.")
    ] = None,
    share: Annotated[
        float | None, typer.Option("--share", min=0.01, max=0.99, help="Share of complaints in it, if counted.")
    ] = None,
    back: Annotated[
        bool, typer.Option("--take-back", help="No training: the model before takes its place again.")
    ] = False,
    model: ModelOption = None,
    encoder: Annotated[
        str | None, typer.Option("--encoder", help="Tune this Hugging Face encoder (a folder or name) in its place.")
    ] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch that encoder if it is not on here.")] = False,
    precision: Annotated[
        Precision, typer.Option("--precision", help="Of the encoder's weights: int8, float32.")
    ] = "int8",
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Times that the encoder sees each row.")] = 3,
    rate: Annotated[float, typer.Option("--rate", min=0, help="The encoder's highest learning rate.")] = 3e-5,
    longest: Annotated[int, typer.Option("--longest", min=8, max=4096, help="Pieces it reads of a post.")] = 128,
    folds: Annotated[int, typer.Option("--folds", min=2, max=8, help="Parts left out in turn to calibrate it.")] = 3,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    directory: DirectoryOption = None,
) -> None:
    """Fits a model on the shipped corpus and further labelled rows, which count more; refused if worse than before."""
    from classifiers.shelf import put_in_place, room_for_new, take_back
    from classifiers.train import TrainingError
    from classifiers.train import train as fit

    if back:
        with plain_errors(ModelError):
            take_back(out)
        say(f"{out}: the model before is back")
        return
    if encoder is not None and adapt is not None:
        fail("--adapt is of the linear model: leave it out with --encoder")
    found = settings(model=model)
    with plain_errors(CorpusError, TrainingError, ModelError), Progress(console=console, transient=True) as progress:
        further = read_rows(data or [])
        if corrections:
            with office(directory=directory) as parts:
                further += corrected_rows(parts.state, parts.store)
        making = room_for_new(out)
        task = progress.add_task("training", total=None)
        shown = partial(_show, progress, task)
        rows = shipped_training()
        if encoder is None:
            manifest: Manifest | EncoderManifest = fit(rows, making, further=further, seed=seed, progress=shown)
        else:
            plan = Plan(epochs, rate=rate, longest=longest, folds=folds, precision=precision, seed=seed)
            tuning = _tuning()
            base = tuning.open_base(encoder, download=download)
            manifest = tuning.tune(rows, further, base, making, found.model, plan, shown)
    if adapt is not None:
        _adapt(making, adapt, share)
    _put_to_gates(making, found, EncoderUse(making, found.encoder_stage) if encoder else None)
    with plain_errors(ModelError):
        put_in_place(out)
    say(f"{out}: trained on {manifest.rows} rows")


def evaluate(
    data: Annotated[list[Path], typer.Option("--data", help="Labelled JSONL; again for more.")],
    model: ModelOption = None,
    encoder: EncoderOption = None,
    directory: DirectoryOption = None,
    page: Annotated[Path | None, typer.Option("--report", help="Also a page (HTML) with plots and errors.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measures a model on labelled rows: per class, calibration, coverage, confusion."""
    from classifiers.evaluate import evaluate as measure
    from classifiers.report import as_text
    from sunwai.evaluation_page import evaluation_page

    office, classifier = _loaded(model, encoder, directory)
    with plain_errors(CorpusError):
        rows = read_rows(data)
    if not rows:
        fail("no labelled rows to measure on")
    report = measure(rows, classifier, queue_of=lambda handles, triage: route(handles, triage, office).queue)
    if page is not None:
        with open_output(page) as write:
            write(evaluation_page(report))
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        say(as_text(report))


def _adapt(folder: Path, stream: Path, share: float | None) -> None:
    from classifiers.adapt import AdaptationError, tilts_of

    with plain_errors(CorpusError, AdaptationError, ModelError):
        texts = [row.text for row in read_rows([stream])]
        tilts = tilts_of(texts, load_model(folder), load_held_out(folder), complaints=share)
        save_adapted(folder, tilts)
    say(f"adapted to {tilts.posts} posts; complaints {tilts.before:.0%} in the corpus, {tilts.after:.0%} here")


def _show(progress: Progress, task: TaskID, what: str, done: int, total: int) -> None:
    progress.update(task, description=what, completed=done, total=total)


def _tuning() -> ModuleType:
    try:
        from sunwai import tuning
    except ImportError as error:
        fail(f"tuning an encoder needs the train extra: pip install 'sunwai[train]' ({error})")
    return tuning


def _put_to_gates(made: Path, found: Settings, encoder: EncoderUse | None) -> None:
    """Ends the command where what was made is worse on the frozen test set than what is in use: a linear model than the
    linear one, an encoder in its stage than what now judges."""
    from classifiers.gates import passed

    try:
        old = load(found.model) if encoder is None else classifier_of(found)
    except ModelError as error:
        console.print(f"no model to compare with: {error}", markup=False)
        return
    results = passed(shipped_test(), old, load(made) if encoder is None else load(found.model, None, encoder))
    for result in results:
        say(f"{result.gate}: {result.new:.3f}, before {result.old:.3f}")
    closed = [f"{result.gate} is worse by at least {result.loss:.3f}" for result in results if not result.open]
    if closed:
        fail(f"the new model is refused and lies in {made}: on the frozen test set {', '.join(closed)}")


def _loaded(model: Path | None, encoder: Path | None, directory: Path | None) -> tuple[Directory, Classifier]:
    found = settings(model=model, encoder=encoder, directory=directory)
    with plain_errors(ModelError):
        office = load_directory(found.directory)
        return office, classifier_of(found, office)


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
