"""Measures a classifier on labelled rows. A label that a row does not have is not counted for its head."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support, roc_auc_score

from classifiers.api import Classifier, Post
from classifiers.corpus import Row
from schemas.base import Value
from schemas.triage import Triage

__all__ = ["Bound", "ClassScore", "Coverage", "HeadReport", "Report", "as_text", "evaluate"]

Floats = NDArray[np.float64]
BOOTSTRAPS = 1000
BINS = 10


class Bound(Value):
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


class ClassScore(Value):
    precision: float
    recall: float
    f1: float
    rows: int


class HeadReport(Value):
    """One head. ``auc``, ``average_precision`` and ``calibration_error`` are there for yes-or-no heads with both kinds
    of rows; ``confusion`` is ``true → predicted → rows``."""

    rows: int
    macro_f1: Bound
    classes: dict[str, ClassScore]
    confusion: dict[str, dict[str, int]]
    auc: Bound | None = None
    average_precision: float | None = None
    calibration_error: float | None = None


class Coverage(Value):
    """What the machine decides by itself: the share of rows, and how often complaint and type are right there."""

    share: float
    complaint_right: float
    both_right: float


class Report(Value):
    """``errors`` are the numbers (from 1) of rows whose complaint decision is wrong, with true and predicted label."""

    model: str
    rows: int
    heads: dict[str, HeadReport]
    coverage: Coverage
    errors: tuple[tuple[int, str, str], ...]


def evaluate(rows: Sequence[Row], classifier: Classifier, *, seed: int = 0) -> Report:
    """Classifies all rows and compares. Raises ValueError when there are none."""
    if not rows:
        raise ValueError("no rows to measure on")
    triages = classifier.classify([Post(row.text, (row.to.lstrip("@").lower(),) if row.to else ()) for row in rows])
    heads = {
        "complaint": _binary(rows, triages, lambda row: row.complaint, lambda t: t.complaint, seed),
        "rumour": _binary(rows, triages, lambda row: row.rumour, lambda t: t.rumour, seed),
        "type": _classes(rows, triages, lambda row: row.type, lambda t: t.type, seed),
        "urgency": _classes(rows, triages, lambda row: row.urgency, lambda t: t.urgency, seed),
        "language": _classes(rows, triages, lambda row: row.language, lambda t: t.language, seed),
    }
    return Report(
        model=triages[0].model,
        rows=len(rows),
        heads={name: head for name, head in heads.items() if head is not None},
        coverage=_coverage(rows, triages),
        errors=tuple(
            (number, row.complaint, _yes(triage.is_complaint))
            for number, (row, triage) in enumerate(zip(rows, triages, strict=True), 1)
            if row.complaint is not None and row.complaint != _yes(triage.is_complaint)
        ),
    )


def _binary(
    rows: Sequence[Row],
    triages: Sequence[Triage],
    label: Callable[[Row], str | None],
    score: Callable[[Triage], float],
    seed: int,
) -> HeadReport | None:
    known = [(label(row), score(triage)) for row, triage in zip(rows, triages, strict=True) if label(row) is not None]
    if not known:
        return None
    truth = np.array([name == "yes" for name, _ in known])
    scores = np.array([value for _, value in known], dtype=np.float64)
    report = _compared([str(name) for name, _ in known], [_yes(value > 0.5) for _, value in known], seed)
    if truth.all() or not truth.any():
        return report
    auc = _bootstrap(lambda pick: float(roc_auc_score(truth[pick], scores[pick])), len(known), seed, truth)
    return report.model_copy(
        update={
            "auc": auc,
            "average_precision": float(average_precision_score(truth, scores)),
            "calibration_error": _calibration_error(truth.astype(np.float64), scores),
        }
    )


def _classes(
    rows: Sequence[Row],
    triages: Sequence[Triage],
    label: Callable[[Row], str | None],
    guess: Callable[[Triage], str],
    seed: int,
) -> HeadReport | None:
    known = [(label(row), guess(triage)) for row, triage in zip(rows, triages, strict=True) if label(row) is not None]
    return _compared([str(name) for name, _ in known], [str(value) for _, value in known], seed) if known else None


def _compared(truth: Sequence[str], guess: Sequence[str], seed: int) -> HeadReport:
    names = sorted(set(truth))
    scores = precision_recall_fscore_support(truth, guess, labels=names, zero_division=0)
    confusion: dict[str, Counter[str]] = {name: Counter() for name in names}
    for true, guessed in zip(truth, guess, strict=True):
        confusion[true][guessed] += 1
    truths, guesses = np.array(truth), np.array(guess)

    def macro(pick: NDArray[np.int64]) -> float:
        return float(f1_score(truths[pick], guesses[pick], labels=names, average="macro", zero_division=0))

    return HeadReport(
        rows=len(truth),
        macro_f1=_bootstrap(macro, len(truth), seed),
        classes={
            name: ClassScore(precision=p, recall=r, f1=f, rows=int(n))
            for name, p, r, f, n in zip(names, *scores, strict=True)
        },
        confusion={name: dict(row) for name, row in confusion.items()},
    )


def _bootstrap(
    figure: Callable[[NDArray[np.int64]], float], rows: int, seed: int, both: NDArray[np.bool_] | None = None
) -> Bound:
    """Percentile bootstrap (Efron and Tibshirani, 1993); samples without rows of ``both`` kinds are left out."""
    source = np.random.default_rng(seed)
    picks = (source.integers(0, rows, rows) for _ in range(BOOTSTRAPS))
    values = [figure(pick) for pick in picks if both is None or 0 < both[pick].sum() < rows]
    low, high = np.percentile(values, (2.5, 97.5)) if values else (0.0, 1.0)
    return Bound(value=figure(np.arange(rows)), low=float(low), high=float(high))


def _calibration_error(truth: Floats, scores: Floats) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs(truth[bins == b].mean() - scores[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return float(sum(gaps))


def _coverage(rows: Sequence[Row], triages: Sequence[Triage]) -> Coverage:
    alone = [(r, t) for r, t in zip(rows, triages, strict=True) if not t.needs_human and r.complaint is not None]
    if not alone:
        return Coverage(share=0.0, complaint_right=0.0, both_right=0.0)
    right = [row.complaint == _yes(triage.is_complaint) for row, triage in alone]
    both = [
        ok and (row.complaint == "no" or row.type is None or row.type == triage.type)
        for ok, (row, triage) in zip(right, alone, strict=True)
    ]
    known = sum(row.complaint is not None for row in rows)
    return Coverage(share=len(alone) / known, complaint_right=sum(right) / len(right), both_right=sum(both) / len(both))


def as_text(report: Report) -> str:
    """The report for a person's eyes."""
    lines = [f"model {report.model}, {report.rows} rows"]
    for name, head in report.heads.items():
        lines.append(f"\n{name}: {head.rows} rows, macro-F1 {_bound(head.macro_f1)}")
        if head.auc is not None:
            lines.append(f"  AUC {_bound(head.auc)}, average precision {head.average_precision:.3f}")
            lines.append(f"  calibration error {head.calibration_error:.3f}")
        lines += [
            f"  {label:24} precision {s.precision:.2f}  recall {s.recall:.2f}  F1 {s.f1:.2f}  rows {s.rows}"
            for label, s in head.classes.items()
        ]
    c = report.coverage
    lines.append(
        f"\ndecided by itself: {c.share:.0%} of rows; complaint right {c.complaint_right:.3f}, "
        f"complaint and type right {c.both_right:.3f}"
    )
    return "\n".join(lines)


def _bound(figure: Bound) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _yes(decision: bool) -> str:
    return "yes" if decision else "no"
