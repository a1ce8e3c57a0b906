"""Whether a new model may take an old one's place: it must not be worse on the frozen test set.

Three gates: complaint F1, type macro-F1, recall of critical posts. Both models answer the same rows; the difference is
bootstrapped in pairs (Efron and Tibshirani, 1993), and a model is refused at a gate where 95 of 100 samples of rows say
that it is worse. For complaint F1 each model calls as many posts complaints as there are, those it ranks highest: a
model whose probabilities were fitted to an office's own stream has not unlearnt what a complaint is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.api import Classifier, Post
from classifiers.corpus import Row
from schemas.base import Value
from schemas.labels import ComplaintType, Urgency
from schemas.triage import Triage

__all__ = ["GateResult", "passed"]

Ints = NDArray[np.int64]

SAMPLES = 1000
CONFIDENCE = 95


class GateResult(Value):
    """One gate: the figure of the old and the new model, and the least loss that 95 of 100 samples show (negative: a
    gain). ``open`` is False where that is a loss."""

    gate: str
    old: float
    new: float
    loss: float
    open: bool


@dataclass(frozen=True, slots=True)
class _Gate:
    """``truth`` gives a row's label, None where it says nothing here; ``guess`` those of triages, given the labels;
    ``figure`` the measure."""

    name: str
    truth: Callable[[Row], int | None]
    guess: Callable[[Sequence[Triage], Ints], Ints]
    figure: Callable[[Ints, Ints], float]


_TYPES, _URGENCIES = tuple(ComplaintType), tuple(Urgency)
_CRITICAL = _URGENCIES.index(Urgency.CRITICAL)


def _macro_f1(truth: Ints, guess: Ints) -> float:
    """Over the labels that are there; labels are small numbers."""
    size = int(max(truth.max(), guess.max())) + 1
    there = np.bincount(truth, minlength=size)
    called = np.bincount(guess, minlength=size)
    right = np.bincount(truth[truth == guess], minlength=size)
    return float((2 * right / np.maximum(there + called, 1))[there > 0].mean())


def _recall(truth: Ints, guess: Ints) -> float:
    asked = truth == _CRITICAL
    return float((guess[asked] == _CRITICAL).mean()) if asked.any() else 1.0


def _complaint(row: Row) -> int | None:
    return None if row.complaint is None else int(row.complaint == "yes")


def _highest(triages: Sequence[Triage], truth: Ints) -> Ints:
    """1 for as many as are complaints, the likeliest."""
    order = np.argsort([-triage.complaint for triage in triages], kind="stable")
    guess = np.zeros(len(triages), dtype=np.int64)
    guess[order[: int(truth.sum())]] = 1
    return guess


def _type(row: Row) -> int | None:
    return _TYPES.index(row.type) if row.complaint == "yes" and row.type else None


def _urgency(row: Row) -> int | None:
    return _URGENCIES.index(row.urgency) if row.complaint == "yes" and row.urgency else None


_GATES = (
    _Gate("complaint F1", _complaint, _highest, _macro_f1),
    _Gate("type macro-F1", _type, lambda its, _: np.array([_TYPES.index(one.type) for one in its]), _macro_f1),
    _Gate(
        "critical recall", _urgency, lambda its, _: np.array([_URGENCIES.index(one.urgency) for one in its]), _recall
    ),
)


def passed(rows: Sequence[Row], old: Classifier, new: Classifier, *, seed: int = 0) -> tuple[GateResult, ...]:
    """Put both models to the gates. Gates that no row speaks to are left out."""
    posts = [Post(row.text) for row in rows]
    answers = [classifier.classify(posts) for classifier in (old, new)]
    return tuple(result for gate in _GATES if (result := _put(gate, rows, answers, seed)) is not None)


def _put(gate: _Gate, rows: Sequence[Row], answers: Sequence[Sequence[Triage]], seed: int) -> GateResult | None:
    labels = [gate.truth(row) for row in rows]
    asked = [place for place, label in enumerate(labels) if label is not None]
    if not asked:
        return None
    truth = np.array([labels[place] for place in asked], dtype=np.int64)
    old, new = (gate.guess([its[place] for place in asked], truth) for its in answers)
    source = np.random.default_rng(seed)
    picks = (source.integers(0, len(truth), len(truth)) for _ in range(SAMPLES))
    losses = [gate.figure(truth[pick], old[pick]) - gate.figure(truth[pick], new[pick]) for pick in picks]
    loss = float(np.percentile(losses, 100 - CONFIDENCE))
    return GateResult(
        gate=gate.name,
        old=gate.figure(truth, old),
        new=gate.figure(truth, new),
        loss=loss,
        open=loss <= 0,
    )
