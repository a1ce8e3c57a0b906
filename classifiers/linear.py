"""The shipped model: linear heads over one set of features, a matrix with a row a feature and a column a label.

A head's columns are logistic (several labels may hold) or one softmax (one label holds). Each logit is then brought to
a calibrated probability by a slope and a shift of its head, fitted on posts of batches left out of training, and by a
tilt where the model was adapted to a stream in which labels are more or less frequent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.features import BLOCKS, SPACE_BITS, extract
from classifiers.reading import Reading

__all__ = ["Evidence", "Floats", "Head", "LinearModel", "Link", "columns_of", "probabilities", "values_of"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Link(StrEnum):
    """How logits become probabilities: each on its own, or one label of all."""

    LOGISTIC = "logistic"
    SOFTMAX = "softmax"


@dataclass(frozen=True, slots=True)
class Head:
    """A question put to a post. ``slope`` and ``shift`` calibrate its logits, label by label; ``tilt`` is the log of
    how much more frequent (for LOGISTIC: by odds) each label is in the stream it was adapted to."""

    name: str
    labels: tuple[str, ...]
    link: Link
    slope: tuple[float, ...]
    shift: tuple[float, ...]
    tilt: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model holds against a batch of posts.

    ``logits`` has a line a post and a column a label, ``weights`` are the model's. The rest has an entry for each
    feature that is known: its row in the weights, its value, its post, and the token of the batch that it begins in
    (-1: the post as a whole).
    """

    logits: Floats
    weights: Floats
    rows: Ints
    values: Floats
    post: Ints
    token: Ints

    def pulls(self, columns: Ints, tokens: int) -> NDArray[np.float64]:
        """How much each of so many tokens of the batch added to its post's logit of a column, one column a post; of a
        post whose column is negative, nothing."""
        asked = columns[self.post]
        inside = np.flatnonzero((self.token >= 0) & (asked >= 0))
        added = self.weights[self.rows[inside], asked[inside]] * self.values[inside]
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
        self.columns = columns_of(heads)

    def weigh(self, readings: Sequence[Reading]) -> Evidence:
        """Weigh posts; a post's result does not depend on those beside it."""
        features = extract(readings)
        rows = self._row_of[features.ids].astype(np.int64)
        known = rows >= 0
        rows, post, block, token = rows[known], features.post[known], features.block[known], features.token[known]
        values = values_of(post, block, features.n)
        starts = np.searchsorted(post, np.arange(features.n + 1))
        weighed = csr_matrix((values, rows, starts), shape=(features.n, len(self._weights))) @ self._weights
        return Evidence(weighed + self._bias, self._weights, rows, values, post, token)


def columns_of(heads: Sequence[Head]) -> dict[str, slice]:
    """The columns of each head among the logits, in the order of the heads."""
    ends = np.cumsum([len(head.labels) for head in heads]).tolist()
    return {head.name: slice(end - len(head.labels), end) for head, end in zip(heads, ends, strict=True)}


def values_of(post: Ints, block: Ints, n: int) -> Floats:
    """The value of each feature: one over the root of how many its post has in that block."""
    cell = post * len(BLOCKS) + block
    counts = np.bincount(cell, minlength=n * len(BLOCKS))
    values: Floats = (1.0 / np.sqrt(counts[cell])).astype(np.float32)
    return values


def probabilities(head: Head, logits: Floats) -> Floats:
    """Bring a head's logits (labels last) to probabilities."""
    offset = np.asarray(head.shift, dtype=np.float32) + np.asarray(head.tilt, dtype=np.float32)
    scaled = logits * np.asarray(head.slope, dtype=np.float32) + offset
    if head.link is Link.LOGISTIC:
        result: Floats = (1.0 / (1.0 + np.exp(-np.clip(scaled, -30.0, 30.0)))).astype(np.float32)
        return result
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares
