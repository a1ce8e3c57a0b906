"""An encoder at work: a transformer exported to ONNX, asked about one post at a time on the CPU.

The logits of a post are the mean over its pieces of what each adds, so a decision has words that carried it, as with
the linear model; here what a word adds depends on the words around it. One post at a time, because the scales of
dynamic quantisation are those of all that is asked together: a post's result must not depend on those beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from classifiers.linear import Floats, Head, columns_of
from classifiers.pieces import Cutter, Ints
from classifiers.reading import Reading

__all__ = ["ADDED", "LOGITS", "PIECES", "Encoder", "EncoderEvidence"]

PIECES, LOGITS, ADDED = "pieces", "logits", "added"
"""The graph's input (1 × pieces) and outputs (1 × columns; 1 × pieces × columns)."""


@dataclass(frozen=True, slots=True)
class EncoderEvidence:
    """What the encoder holds against a batch of posts.

    ``logits`` has a line a post and a column a label. The rest has an entry for each piece: what it added to the logits
    of its post, its post, and the token of the batch that it is of (-1: none).
    """

    logits: Floats
    added: Floats
    post: Ints
    token: Ints

    def pulls(self, columns: Ints, tokens: int) -> NDArray[np.float64]:
        """How much each of so many tokens of the batch added to its post's logit of a column, one column a post; of a
        post whose column is negative, nothing."""
        asked = columns[self.post]
        inside = np.flatnonzero((self.token >= 0) & (asked >= 0))
        added = self.added[inside, asked[inside]]
        return np.bincount(self.token[inside], weights=added, minlength=tokens).astype(np.float64)


class Encoder:
    """An exported encoder in memory. Immutable, and safe to share between threads."""

    def __init__(self, name: str, heads: Sequence[Head], session: InferenceSession, cutter: Cutter) -> None:
        self.name = name
        self.heads: Mapping[str, Head] = {head.name: head for head in heads}
        self.columns = columns_of(heads)
        self._session = session
        self._cutter = cutter

    def weigh(self, readings: Sequence[Reading]) -> EncoderEvidence:
        """Weigh posts, one at least; a post's result does not depend on those beside it."""
        posts = [self._cutter.cut(reading) for reading in readings]
        said = [self._session.run([LOGITS, ADDED], {PIECES: pieces.ids[None]}) for pieces in posts]
        starts = accumulate((len(reading.tokens) for reading in readings[:-1]), initial=0)
        tokens = [np.where(pieces.token < 0, -1, pieces.token + at) for pieces, at in zip(posts, starts, strict=True)]
        return EncoderEvidence(
            logits=np.concatenate([logits for logits, _ in said]),
            added=np.concatenate([added[0] / np.float32(added.shape[1]) for _, added in said]),
            post=np.repeat(np.arange(len(posts)), [len(pieces.ids) for pieces in posts]),
            token=np.concatenate(tokens),
        )
