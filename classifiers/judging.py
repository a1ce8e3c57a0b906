"""What a triage needs of a model, be it linear or an encoder."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classifiers.linear import Floats, Head, probabilities
from classifiers.reading import Reading

__all__ = ["Judge", "Weighed", "shares_of"]


class Weighed(Protocol):
    """What a model holds against a batch of posts."""

    @property
    def logits(self) -> Floats:
        """A line a post, a column a label."""

    def pulls(self, columns: NDArray[np.int64], tokens: int) -> NDArray[np.float64]:
        """How much each of so many tokens of the batch added to its post's logit of a column, one column a post; of a
        post whose column is negative, nothing."""


class Judge(Protocol):
    """A model with heads; ``columns`` are those of each head among the logits, ``name`` is its version."""

    @property
    def name(self) -> str: ...

    @property
    def heads(self) -> Mapping[str, Head]: ...

    @property
    def columns(self) -> Mapping[str, slice]: ...

    def weigh(self, readings: Sequence[Reading]) -> Weighed:
        """Weigh posts; a post's result does not depend on those beside it."""


def shares_of(model: Judge, head: str, evidence: Weighed) -> Floats:
    """Give the calibrated probabilities of a head: a line a post, a column a label."""
    return probabilities(model.heads[head], evidence.logits[:, model.columns[head]])
