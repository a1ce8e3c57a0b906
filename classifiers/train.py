"""Makes the linear model from labelled rows. The same rows and seed give the same bytes on one machine."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.corpus import STREAMS, Row, content_hash
from classifiers.features import BLOCKS, Features, extract
from classifiers.fitting import FittedHead, Task, fit_head, folds_of, scaled
from classifiers.held_out import held_out_of
from classifiers.linear import values_of
from classifiers.model_files import Manifest, save_model
from classifiers.reading import Reading, read
from classifiers.recipes import Recipe, recipes

__all__ = ["Progress", "TrainingError", "check_rows", "train"]

Ints = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
"""Told what was done, how many steps are done, and how many there are."""

_RUNS = ("words", "keys", "letters", "sounds")
_FEWEST_ROWS = 50
_FEWEST_POSTS = 5
"""Posts that must have a feature for it to be learnt."""


class TrainingError(ValueError):
    """The rows are too few, or all alike, to learn from."""


def train(
    rows: Sequence[Row],
    out: Path,
    *,
    further: Sequence[Row] = (),
    further_weight: float = 10.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Manifest:
    """Fit every head on the rows and write the model into ``out``.

    ``further`` are an office's own labelled rows: few, but of its own posts, so each counts ``further_weight`` times.
    Raises TrainingError when there is too little to learn from.
    """
    every = [*rows, *further]
    check_rows(every)
    weights = np.array([1.0] * len(rows) + [further_weight] * len(further))
    readings = [read(row.text) for row in every]
    features = extract(readings)
    vocabulary, block_of = _vocabulary(features)
    matrix = _matrix(features, vocabulary)
    rarity = _rarity(matrix, block_of)
    own = np.arange(len(every)) >= len(rows)
    folds = folds_of([row.batch for row in every], len(further))
    asked = recipes(every, readings)
    fitted: list[FittedHead] = []
    for step, recipe in enumerate(asked, 1):
        fitted.append(_fit(recipe, every, readings, matrix, _weighed(recipe, block_of) * rarity, weights, folds, own))
        if progress is not None:
            progress(recipe.name, step, len(asked))
    return save_model(
        out,
        heads=tuple(each.head for each in fitted),
        vocabulary=vocabulary,
        weights=np.concatenate([each.weights for each in fitted], axis=1),
        bias=np.concatenate([each.bias for each in fitted]),
        held_out=held_out_of(every, weights, own, {each.head.name: each.left_out for each in fitted}),
        seed=seed,
        corpus=content_hash(every),
        rows=len(every),
    )


def check_rows(rows: Sequence[Row]) -> None:
    """Raise TrainingError for rows that nothing can be learnt from."""
    if len(rows) < _FEWEST_ROWS:
        raise TrainingError(f"{len(rows)} rows are too few to learn from: {_FEWEST_ROWS} are needed")
    if {row.complaint for row in rows} < {"yes", "no"}:
        raise TrainingError("the rows must hold both complaints and posts that are none")


def _vocabulary(features: Features) -> tuple[Ints, Ints]:
    """The feature numbers that enough posts have, ascending, and the block of each."""
    cells = np.unique(features.ids * features.n + features.post)
    ids, posts = np.unique(cells // features.n, return_counts=True)
    kept = ids[posts >= _FEWEST_POSTS]
    block_of = np.zeros(len(kept), dtype=np.int64)
    place, known = _places(features.ids, kept)
    block_of[place[known]] = features.block[known]
    return kept, block_of


def _places(ids: Ints, vocabulary: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    place = np.minimum(np.searchsorted(vocabulary, ids), len(vocabulary) - 1)
    return place, vocabulary[place] == ids


def _matrix(features: Features, vocabulary: Ints) -> csr_matrix:
    place, known = _places(features.ids, vocabulary)
    post = features.post[known]
    values = values_of(post, features.block[known], features.n)
    return csr_matrix((values.astype(np.float64), (post, place[known])), shape=(features.n, len(vocabulary)))


def _rarity(matrix: csr_matrix, block_of: Ints) -> NDArray[np.float64]:
    """How much each run of words or letters may say: its inverse document frequency (Spärck Jones, 1972), brought to
    a mean square of one in its block, so that blocks keep their weight. Named features are few and none is rarer."""
    posts = np.bincount(matrix.indices, minlength=len(block_of))
    rarity = np.log((1 + matrix.shape[0]) / (1 + posts)) + 1
    for place, block in enumerate(BLOCKS):
        own = block_of == place
        if block in _RUNS:
            rarity[own] /= np.sqrt((posts[own] * rarity[own] ** 2).sum() / max(posts[own].sum(), 1))
        else:
            rarity[own] = 1
    return np.asarray(rarity, dtype=np.float64)


def _weighed(recipe: Recipe, block_of: Ints) -> NDArray[np.float64]:
    return np.array([recipe.blocks.get(block, 0.0) for block in BLOCKS])[block_of]


def _fit(
    recipe: Recipe,
    rows: Sequence[Row],
    readings: Sequence[Reading],
    matrix: csr_matrix,
    factor: NDArray[np.float64],
    weights: NDArray[np.float64],
    folds: Ints,
    own: NDArray[np.bool_],
) -> FittedHead:
    answers = [recipe.answer(row, reading) for row, reading in zip(rows, readings, strict=True)]
    answering = np.array([answer is not None for answer in answers])
    weights = weights * [recipe.stream if row.batch in STREAMS else 1.0 for row in rows]
    table = np.array([[label in (answer or ()) for label in recipe.labels] for answer in answers], dtype=bool)
    fitted = fit_head(recipe, Task(scaled(matrix, factor), table, weights, folds, answering, own))
    return replace(fitted, weights=(fitted.weights * factor[:, None]).astype(np.float32))
