"""Whether two posts say the same: a logistic regression over how alike they are in words and in meaning.

Fitted by ``python -m bench.grouping --fit`` on the project's own written rumours that are for fitting
(bench/rumours.py) against near twins and complaints.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["columns", "log_odds"]

COEFFICIENTS = (-3.79, 8.54, 2.89, -0.62, 0.24, 7.07, -0.66, 2.48)
INTERCEPT = -8.99

_WEIGHTS = np.array(COEFFICIENTS, np.float32)

Floats = NDArray[np.float32]


def columns(  # noqa: PLR0913 - one for each column
    *, words: Floats, meant: Floats, concepts: Floats, named: Floats, shared: Floats, common: Floats, clash: Floats
) -> Floats:
    """What the regression sees of each pair of posts, a row each.

    ``words``, ``meant`` and ``concepts`` are cosines (of stems and letters, of meanings, of meanings without words the
    lexicon does not know); ``named`` and ``shared`` the squared weight of common names and of all common meanings;
    ``common`` how many these are; ``clash`` whether both posts name numbers and none is the same.
    """
    compared = np.empty((words.size, len(COEFFICIENTS)), np.float32)
    compared[:, 0] = words
    compared[:, 1] = meant
    compared[:, 2] = concepts
    compared[:, 3] = np.sqrt(named) / 10
    compared[:, 4] = np.sqrt(shared) / 10
    compared[:, 5] = common / 10
    compared[:, 6] = clash
    compared[:, 7] = np.maximum(words - 0.75, 0) * 10
    return compared


def log_odds(compared: Floats) -> Floats:
    """The log odds that each pair makes one claim."""
    odds: Floats = compared @ _WEIGHTS + np.float32(INTERCEPT)
    return odds
