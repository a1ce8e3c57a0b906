"""Measures a classifier on labelled rows. A label that a row does not have is not counted for its head."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from classifiers.api import Classifier, Judged, Post
from classifiers.corpus import Row
from classifiers.cutoffs import Cutoffs
from classifiers.measures import calibration_error, coverage_curve, reliability
from classifiers.parts import by_kind, by_language, errors_of
from classifiers.recipes import NO_STANCE
from classifiers.report import Bound, ClassScore, Coverage, HeadReport, Report
from classifiers.sensitivity import SENSITIVITY_HEAD
from schemas.labels import Sensitivity
from schemas.triage import Triage

__all__ = ["QueueOf", "evaluate"]

Floats = NDArray[np.float64]
BOOTSTRAPS = 1000


QueueOf = Callable[[Sequence[str], Triage], str]
"""The queue that a triage leads to, for a post that addresses these handles."""


def queue_is_type(_: Sequence[str], triage: Triage) -> str:
    """Without a directory each type is a queue."""
    return triage.type


def handles_of(row: Row) -> tuple[str, ...]:
    """The handles that a row addresses, as far as it says."""
    return (row.to.lstrip("@").lower(),) if row.to else ()


def evaluate(
    rows: Sequence[Row], classifier: Classifier, *, queue_of: QueueOf = queue_is_type, seed: int = 0
) -> Report:
    """Classifies all rows and compares. Raises ValueError when there are none."""
    if not rows:
        raise ValueError("no rows to measure on")
    judged = list(classifier.judge([Post(row.text, handles_of(row)) for row in rows]))
    triages = [one.triage for one in judged]
    heads = {head.name: _measured(head, rows, judged, seed) for head in _HEADS}
    return Report(
        model=triages[0].model,
        rows=len(rows),
        heads={name: head for name, head in heads.items() if head is not None},
        sensitivity=_sensitivity(rows, judged),
        coverage=_coverage(rows, triages, classifier.cutoffs, queue_of, seed),
        parts={"language": by_language(rows, triages), "kind": by_kind(rows, triages)},
        errors=errors_of(rows, triages),
    )


@dataclass(frozen=True, slots=True)
class _Head:
    """How a head is measured: the label of a row (None: not known), what a triage says, and the probabilities of its
    labels, none where they are those of several heads (language)."""

    name: str
    label: Callable[[Row], str | None]
    guess: Callable[[Triage], str]
    shares: Callable[[Judged], Mapping[str, float]]


def _binary_shares(share: Callable[[Triage], float]) -> Callable[[Judged], Mapping[str, float]]:
    return lambda judged: {"yes": share(judged.triage), "no": 1 - share(judged.triage)}


_HEADS = (
    _Head(
        "complaint", lambda row: row.complaint, lambda t: _yes(t.is_complaint), _binary_shares(lambda t: t.complaint)
    ),
    _Head("rumour", lambda row: row.rumour, lambda t: _yes(t.rumour > 0.5), _binary_shares(lambda t: t.rumour)),
    _Head("type", lambda row: row.type, lambda t: t.type, lambda j: j.shares("type")),
    _Head("urgency", lambda row: row.urgency, lambda t: t.urgency, lambda j: j.shares("urgency")),
    _Head(
        "stance",
        lambda row: None if row.rumour is None else row.stance or NO_STANCE,
        lambda t: t.stance or NO_STANCE,
        lambda j: j.shares("stance"),
    ),
    _Head("language", lambda row: row.language, lambda t: t.language, lambda _: {}),
)
_DRAWN = {"complaint", "rumour", "type"}
"""Heads whose probabilities decide something."""


def _measured(head: _Head, rows: Sequence[Row], judged: Sequence[Judged], seed: int) -> HeadReport | None:
    known = [(label, one) for row, one in zip(rows, judged, strict=True) if (label := head.label(row)) is not None]
    if not known:
        return None
    truth = np.array([str(label) for label, _ in known])
    guess = np.array([str(head.guess(one.triage)) for _, one in known])
    shares = [head.shares(one) for _, one in known]
    report = _compared(truth, guess, shares, seed)
    if head.name not in _DRAWN:
        return report
    named = np.array([share[name] for share, name in zip(shares, guess.tolist(), strict=True)])
    binary = set(shares[0]) == {"yes", "no"}
    yes = np.array([share["yes"] for share in shares]) if binary else named
    bins = reliability(truth == "yes" if binary else truth == guess, yes)
    drawn = report.model_copy(
        update={
            "reliability": bins,
            "calibration_error": calibration_error(bins),
            "curve": coverage_curve(named, truth == guess),
        }
    )
    if not binary or len(set(truth.tolist())) < 2:
        return drawn
    holds = truth == "yes"
    auc = _bootstrap(lambda pick: float(roc_auc_score(holds[pick], yes[pick])), len(known), seed, holds)
    return drawn.model_copy(update={"auc": auc, "average_precision": float(average_precision_score(holds, yes))})


def _compared(
    truth: NDArray[np.str_], guess: NDArray[np.str_], shares: Sequence[Mapping[str, float]], seed: int
) -> HeadReport:
    names = sorted(set(truth.tolist()))
    scores = precision_recall_fscore_support(truth, guess, labels=names, zero_division=0)
    confusion: dict[str, Counter[str]] = {name: Counter() for name in names}
    for true, guessed in zip(truth.tolist(), guess.tolist(), strict=True):
        confusion[true][guessed] += 1

    every = sorted({*names, *guess.tolist()})
    truths, guesses = np.searchsorted(every, truth), np.searchsorted(every, guess)
    asked = np.searchsorted(every, names)

    def macro(pick: NDArray[np.int64]) -> float:
        return _macro_f1(truths[pick], guesses[pick], asked)

    return HeadReport(
        rows=len(truth),
        macro_f1=_bootstrap(macro, len(truth), seed),
        classes={
            name: ClassScore(
                precision=p, recall=r, f1=f, rows=int(n), average_precision=_precision_of(name, truth == name, shares)
            )
            for name, p, r, f, n in zip(names, *scores, strict=True)
        },
        confusion={name: dict(row) for name, row in confusion.items()},
    )


def _macro_f1(truth: NDArray[np.int64], guess: NDArray[np.int64], asked: NDArray[np.int64]) -> float:
    """The mean F1 of the labels asked for (places); what is neither there nor said has none. scikit-learn's figure, a
    hundred times faster, since it is bootstrapped."""
    size = int(max(truth.max(), guess.max(), asked.max())) + 1
    there, called = np.bincount(truth, minlength=size), np.bincount(guess, minlength=size)
    right = np.bincount(truth[truth == guess], minlength=size)
    return float((2 * right / np.maximum(there + called, 1))[asked].mean())


def _precision_of(name: str, holds: NDArray[np.bool_], shares: Sequence[Mapping[str, float]]) -> float | None:
    if holds.all() or name not in shares[0]:
        return None
    return float(average_precision_score(holds, [share[name] for share in shares]))


def _sensitivity(rows: Sequence[Row], judged: Sequence[Judged]) -> dict[str, ClassScore]:
    known = [(row.sensitivity, one) for row, one in zip(rows, judged, strict=True) if row.sensitivity is not None]
    scores = {}
    shares = [one.shares(SENSITIVITY_HEAD) for _, one in known]
    for mark in Sensitivity:
        holds = np.array([mark in marks for marks, _ in known], dtype=bool)
        if not holds.any():
            continue
        said = [mark in one.triage.sensitivity for _, one in known]
        p, r, f, _ = precision_recall_fscore_support(holds, said, average="binary", zero_division=0)
        scores[str(mark)] = ClassScore(
            precision=p, recall=r, f1=f, rows=int(holds.sum()), average_precision=_precision_of(mark, holds, shares)
        )
    return scores


def _bootstrap(
    figure: Callable[[NDArray[np.int64]], float], rows: int, seed: int, both: NDArray[np.bool_] | None = None
) -> Bound:
    """Percentile bootstrap (Efron and Tibshirani, 1993); samples without rows of ``both`` kinds are left out."""
    source = np.random.default_rng(seed)
    picks = (source.integers(0, rows, rows) for _ in range(BOOTSTRAPS))
    values = [figure(pick) for pick in picks if both is None or 0 < both[pick].sum() < rows]
    low, high = np.percentile(values, (2.5, 97.5)) if values else (0.0, 1.0)
    return Bound(value=figure(np.arange(rows)), low=float(low), high=float(high))


def _coverage(
    rows: Sequence[Row], triages: Sequence[Triage], cutoffs: Cutoffs, queue_of: QueueOf, seed: int
) -> Coverage:
    known = [(row, triage) for row, triage in zip(rows, triages, strict=True) if row.complaint is not None]
    alone = [(row, triage) for row, triage in known if not triage.needs_human]
    right = [row.complaint == _yes(triage.is_complaint) for row, triage in alone]
    both = [ok and _queue_right(row, triage, queue_of) for ok, (row, triage) in zip(right, alone, strict=True)]
    return Coverage(
        share=_share([not triage.needs_human for _, triage in known], seed),
        complaint_right=_share(right, seed),
        both_right=_share(both, seed),
        expected=cutoffs.coverage,
        dismiss=cutoffs.dismiss,
        route=cutoffs.route,
        type=cutoffs.type,
    )


def _queue_right(row: Row, triage: Triage, queue_of: QueueOf) -> bool:
    if row.complaint == "no" or row.type is None:
        return True
    known = triage.model_copy(update={"type": row.type, "type_confidence": 1.0})
    return queue_of(handles_of(row), triage) == queue_of(handles_of(row), known)


def _share(held: Sequence[bool], seed: int) -> Bound:
    if not held:
        return Bound(value=0.0, low=0.0, high=1.0)
    values = np.array(held, dtype=np.float64)
    return _bootstrap(lambda pick: float(values[pick].mean()), len(values), seed)


def _yes(decision: bool) -> str:
    return "yes" if decision else "no"
