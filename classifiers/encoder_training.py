"""Tunes a Hugging Face encoder on labelled rows and writes it as an ONNX graph with all the heads of the linear model.

It sees the same masked tokens, is calibrated in the same way (on batches left out in turn), and is written only if the
exported graph agrees with the native model. The same rows, seed and machine give the same decisions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.corpus import Row, content_hash
from classifiers.encoder_export import compared, export, try_out
from classifiers.encoder_files import Agreement, EncoderManifest, FirstStage, write_encoder
from classifiers.encoder_fitting import Answers, Lesson, fit, logits_of, steps_of
from classifiers.encoder_net import Base, EncoderNet, settle
from classifiers.encoder_plan import Plan
from classifiers.fitting import Task, calibrate, folds_of
from classifiers.held_out import held_out_of
from classifiers.linear import Head, columns_of
from classifiers.model_files import HeadEntry, load_held_out, load_model, read_manifest
from classifiers.pieces import Cutter
from classifiers.reading import Reading, read
from classifiers.recipes import Recipe, recipes
from classifiers.train import Progress, TrainingError, check_rows

__all__ = ["train_encoder"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_COMPARED = 300
"""Posts on which the exported graph is compared with the native model."""


def train_encoder(
    rows: Sequence[Row],
    base: Base,
    out: Path,
    *,
    first: Path,
    further: Sequence[Row] = (),
    further_weight: float = 3.0,
    plan: Plan | None = None,
    progress: Progress | None = None,
) -> EncoderManifest:
    """Tune an encoder and write it into ``out``.

    ``first`` is the folder of a linear model fitted on the same rows: the cut-offs of an encoder behind a linear model
    are chosen on what that one is unsure of. ``further`` and its weight are as in ``classifiers.train``.
    Raises TrainingError when there is too little to learn from or ``first`` is of other rows, ModelError when it
    cannot be read, ExportError when the encoder cannot be exported, or says something else then than the native model.
    """
    plan = plan or Plan()
    every = [*rows, *further]
    check_rows(every)
    corpus = content_hash(every)
    first_words = _first_stage(first, corpus)
    course = _course(every, len(further), further_weight, base, plan)
    try_out(base.net(course.width), plan.precision, course.longest)
    net, left_out = _fitted(course, progress)
    heads = [course.calibrated(recipe, left_out) for recipe in course.asked]
    graph = export(net, plan.precision, course.longest)
    agreement = _agreement(graph, net, course, heads)
    manifest = EncoderManifest(
        base=base.name,
        seed=plan.seed,
        corpus=corpus,
        rows=len(every),
        precision=plan.precision,
        longest=course.longest,
        agreement=agreement,
        heads=tuple(HeadEntry.model_validate(asdict(head)) for head in heads),
        files={},
    )
    logits = {name: left_out[:, columns] for name, columns in course.columns.items()}
    contents = {
        "model.onnx": graph,
        "tokenizer.json": base.tokenizer.to_str().encode(),
        "held_out.npz": held_out_of(every, course.lesson.weights, course.own, logits).to_bytes(),
        "first.npz": first_words.to_bytes(),
    }
    return write_encoder(out, manifest, contents)


@dataclass(frozen=True, slots=True)
class _Course:
    """What every fit of one training shares. ``columns`` are those of each head, ``own`` the rows of an office."""

    base: Base
    plan: Plan
    asked: Sequence[Recipe]
    lesson: Lesson
    columns: Mapping[str, slice]
    folds: Ints
    own: NDArray[np.bool_]
    longest: int

    @property
    def width(self) -> int:
        """How many columns there are."""
        return sum(len(recipe.labels) for recipe in self.asked)

    def calibrated(self, recipe: Recipe, left_out: Floats) -> Head:
        head = next(each for each in self.lesson.heads if each.columns == self.columns[recipe.name])
        nothing = csr_matrix((len(self.folds), 0))
        task = Task(nothing, head.table, self.lesson.weights, self.folds, head.answering, self.own)
        slope, shift = calibrate(recipe, task, left_out[:, head.columns])
        return replace(_raw(recipe), slope=slope, shift=shift)


def _course(rows: list[Row], further: int, further_weight: float, base: Base, plan: Plan) -> _Course:
    readings = [read(row.text) for row in rows]
    asked = recipes(rows, readings)
    columns = columns_of([_raw(recipe) for recipe in asked])
    own = np.arange(len(rows)) >= len(rows) - further
    longest = min(plan.longest, base.longest)
    cutter = Cutter(base.tokenizer, longest)
    lesson = Lesson(
        [cutter.cut(reading) for reading in readings],
        np.where(own, further_weight, 1.0),
        [_answers(recipe, columns[recipe.name], rows, readings) for recipe in asked],
        base.padding,
    )
    folds = folds_of([row.batch for row in rows], further) % plan.folds
    return _Course(base, plan, asked, lesson, columns, folds, own, longest)


def _answers(recipe: Recipe, columns: slice, rows: Sequence[Row], readings: Sequence[Reading]) -> Answers:
    answers = [recipe.answer(row, reading) for row, reading in zip(rows, readings, strict=True)]
    table = np.array([[label in (answer or ()) for label in recipe.labels] for answer in answers], dtype=bool)
    return Answers(recipe.link, columns, table, np.array([answer is not None for answer in answers]))


def _fitted(course: _Course, progress: Progress | None) -> tuple[EncoderNet, Floats]:
    """The net of all posts, and the logits of each post from a net that saw no post of its fold."""
    places = np.arange(len(course.folds))
    folds = np.unique(course.folds)
    seen = [places[course.folds != fold] for fold in folds]
    steps = count(1)
    total = sum(steps_of(len(chosen), course.plan) for chosen in (*seen, places))

    def step_done() -> None:
        done = next(steps)
        if progress is not None:
            progress("encoder", done, total)

    left_out = np.zeros((len(places), course.width))
    for fold, chosen in zip(folds, seen, strict=True):
        inside = places[course.folds == fold]
        left_out[inside] = logits_of(_tuned(course, chosen, step_done), course.lesson, inside)
    return _tuned(course, places, step_done), left_out


def _tuned(course: _Course, chosen: Ints, step_done: Callable[[], None]) -> EncoderNet:
    settle(course.plan.seed)
    net = course.base.net(course.width)
    fit(net, course.lesson, chosen, course.plan, step_done)
    return net


def _agreement(graph: bytes, net: EncoderNet, course: _Course, heads: Sequence[Head]) -> Agreement:
    sample = np.random.default_rng(course.plan.seed).permutation(len(course.folds))[:_COMPARED]
    native = logits_of(net, course.lesson, sample)
    posts = [course.lesson.posts[place] for place in sample.tolist()]
    return compared(graph, course.plan.precision, posts, native, heads)


def _first_stage(folder: Path, corpus: str) -> FirstStage:
    if read_manifest(folder).corpus != corpus:
        raise TrainingError(f"{folder}: the linear model was not made from these rows")
    model, held_out = load_model(folder), load_held_out(folder)
    complaint, kind = (held_out.shares(model.heads[name]) for name in ("complaint", "type"))
    return FirstStage(complaint[:, 0], kind.max(axis=1))


def _raw(recipe: Recipe) -> Head:
    """A head that is not calibrated."""
    labels = len(recipe.labels)
    return Head(recipe.name, recipe.labels, recipe.link, (1.0,) * labels, (0.0,) * labels, (0.0,) * labels)
