"""Fits one head: a logistic regression for each label, calibrated on posts of batches left out.

Calibration is Platt's (1999) for labels on their own and one temperature (Guo et al. 2017) for a softmax, fitted on
logits that each post got from a model that saw no post of its batch: a batch was written by one hand about one kind of
department, so leaving it out resembles a department that the model never saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from classifiers.linear import Floats, Head, Link
from classifiers.recipes import Recipe

__all__ = ["FittedHead", "fit_head", "folds_of", "left_out_logits"]

_ABSENT = -12.0
"""Logit of a label that no row has."""

_MOST_FOLDS = 8
_FEWEST_FOR_PLATT = 20


@dataclass(frozen=True, slots=True)
class FittedHead:
    """A head, its weights (a row a feature, a column a label) and its biases."""

    head: Head
    weights: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Task:
    """The rows that answer a head: features, answers (a column a label), weight and fold of each."""

    features: csr_matrix
    answers: NDArray[np.bool_]
    weights: NDArray[np.float64]
    folds: NDArray[np.int64]


def fit_head(recipe: Recipe, task: Task) -> FittedHead:
    """Fit a head on its rows and calibrate it."""
    weights, bias = _fit(recipe, task, np.ones(len(task.folds), dtype=bool))
    slope, shift = _calibrate(recipe, task)
    head = Head(recipe.name, recipe.labels, recipe.link, slope, shift)
    return FittedHead(head, weights.astype(np.float32), bias.astype(np.float32))


def folds_of(batches: Sequence[str]) -> NDArray[np.int64]:
    """Give each row a fold: rows of a batch share one; of a single batch every row goes to one in turn."""
    names = sorted(set(batches))
    if len(names) == 1:
        return np.arange(len(batches)) % _MOST_FOLDS
    fold = {name: place % _MOST_FOLDS for place, name in enumerate(names)}
    return np.array([fold[batch] for batch in batches])


def left_out_logits(recipe: Recipe, task: Task) -> NDArray[np.float64]:
    """The logits of each row from a model that saw no row of its fold."""
    logits = np.zeros(task.answers.shape)
    for fold in np.unique(task.folds):
        inside = task.folds == fold
        weights, bias = _fit(recipe, task, ~inside)
        logits[inside] = task.features[inside] @ weights + bias
    return logits


def _fit(recipe: Recipe, task: Task, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns = task.answers.shape[1]
    weights = np.zeros((task.features.shape[1], columns))
    bias = np.full(columns, _ABSENT)
    features = task.features[chosen]
    for column in range(columns):
        answers = task.answers[chosen, column]
        if answers.all():
            bias[column] = -_ABSENT
        if answers.all() or not answers.any():
            continue
        model = LogisticRegression(
            C=recipe.strength, solver="liblinear", class_weight="balanced" if recipe.balanced else None
        )
        model.fit(features, answers, sample_weight=task.weights[chosen])
        weights[:, column] = model.coef_[0]
        bias[column] = model.intercept_[0]
    return weights, bias


def _calibrate(recipe: Recipe, task: Task) -> tuple[tuple[float, ...], tuple[float, ...]]:
    columns = task.answers.shape[1]
    if len(np.unique(task.folds)) < 2:
        return (1.0,) * columns, (0.0,) * columns
    logits = left_out_logits(recipe, task)
    if recipe.link is Link.SOFTMAX:
        return (_temperature(logits, task),) * columns, (0.0,) * columns
    pairs = [_platt(logits[:, column], task.answers[:, column], task.weights) for column in range(columns)]
    return tuple(slope for slope, _ in pairs), tuple(shift for _, shift in pairs)


def _platt(
    logits: NDArray[np.float64], answers: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float]:
    if min(answers.sum(), (~answers).sum()) < _FEWEST_FOR_PLATT:
        return 1.0, 0.0
    model = LogisticRegression(C=1e3).fit(logits[:, None], answers, sample_weight=weights)
    return round(float(model.coef_[0, 0]), 4), round(float(model.intercept_[0]), 4)


def _temperature(logits: NDArray[np.float64], task: Task) -> float:
    def loss(log_slope: float) -> float:
        scaled = logits * np.exp(log_slope)
        top = scaled.max(axis=1, keepdims=True)
        log_total = top[:, 0] + np.log(np.exp(scaled - top).sum(axis=1))
        right = (scaled * task.answers).sum(axis=1)
        return float(((log_total - right) * task.weights).sum())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x)), 4)


def scaled(features: csr_matrix, factors: NDArray[np.float64]) -> csr_matrix:
    """Features with each column multiplied by its factor."""
    return csr_matrix(features @ diags(factors))
