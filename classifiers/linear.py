"""The shipped model: linear heads over one set of features, a matrix with a row a feature and a column a label.

A head's columns are logistic (several labels may hold) or one softmax (one label holds). Each logit is then brought to
a calibrated probability by a slope and a shift of its head, fitted on posts of batches left out of training.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classifiers.features import BLOCKS, SPACE_BITS, Features

__all__ = ["Evidence", "Floats", "Head", "LinearModel", "Link", "probabilities", "values_of"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Link(StrEnum):
    """How logits become probabilities: each on its own, or one label of all."""

    LOGISTIC = "logistic"
    SOFTMAX = "softmax"


@dataclass(frozen=True, slots=True)
class Head:
    """A question put to a post. ``slope`` and ``shift`` calibrate its logits, label by label."""

    name: str
    labels: tuple[str, ...]
    link: Link
    slope: tuple[float, ...]
    shift: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model holds against one post: its features' weights (a row each), and the token each begins in."""

    logits: Floats
    weights: Floats
    values: Floats
    token: Ints

    def of_tokens(self, column: int, tokens: int) -> NDArray[np.float64]:
        """How much each token of the post added to the logit of a column."""
        inside = self.token >= 0
        added = self.weights[inside, column] * self.values[inside]
        return np.bincount(self.token[inside], weights=added, minlength=tokens).astype(np.float64)


class LinearModel:
    """Weights in memory.

    ``vocabulary`` are the feature numbers known, ascending; ``weights`` has a row for each and a column for each label
    of each head in their order; ``bias`` one entry a column. ``name`` names the weights by their content.
    """

    def __init__(self, name: str, heads: Sequence[Head], vocabulary: Ints, weights: Floats, bias: Floats) -> None:
        self.name = name
        self.heads = {head.name: head for head in heads}
        self._weights = weights
        self._bias = bias
        self._row_of = np.full(1 << SPACE_BITS, -1, dtype=np.int32)
        self._row_of[vocabulary] = np.arange(len(vocabulary), dtype=np.int32)
        ends = np.cumsum([len(head.labels) for head in heads]).tolist()
        self.columns = {head.name: slice(end - len(head.labels), end) for head, end in zip(heads, ends, strict=True)}

    def evidence(self, features: Features) -> Iterator[Evidence]:
        """Weigh posts, one after the other; a post's result does not depend on those beside it."""
        rows = self._row_of[features.ids]
        known = rows >= 0
        rows, post, block, token = rows[known], features.post[known], features.block[known], features.token[known]
        values = values_of(post, block, features.n)
        starts = np.searchsorted(post, np.arange(features.n + 1)).tolist()
        for start, end in pairwise(starts):
            weights = self._weights.take(rows[start:end], axis=0)
            own = values[start:end]
            yield Evidence(own @ weights + self._bias, weights, own, token[start:end])

    def head(self, name: str, logits: Floats) -> Floats:
        """Give the calibrated probabilities of a head's labels, from one post's logits."""
        return probabilities(self.heads[name], logits[self.columns[name]])


def values_of(post: Ints, block: Ints, n: int) -> Floats:
    """The value of each feature: one over the root of how many its post has in that block."""
    cell = post * len(BLOCKS) + block
    counts = np.bincount(cell, minlength=n * len(BLOCKS))
    values: Floats = (1.0 / np.sqrt(counts[cell])).astype(np.float32)
    return values


def probabilities(head: Head, logits: Floats) -> Floats:
    """Bring a head's logits (labels last) to probabilities."""
    scaled = logits * np.asarray(head.slope, dtype=np.float32) + np.asarray(head.shift, dtype=np.float32)
    if head.link is Link.LOGISTIC:
        result: Floats = (1.0 / (1.0 + np.exp(-np.clip(scaled, -30.0, 30.0)))).astype(np.float32)
        return result
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares
