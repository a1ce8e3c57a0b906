"""Fits a model's probabilities to an unlabelled stream, in which labels are more or less frequent than in the corpus.

Best the office says what share are complaints, from a hundred posts counted by hand; then the model is tilted until its
mean probability is that. Otherwise shares are found by expectation maximisation (Saerens, Latinne and Decaestecker,
2002), under the assumption that posts of one label are written alike in both. Where that does not hold they may be far
off (docs/classification.md), so they move at most by a factor of ``_MOST``, and a rare type needs many posts to move.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.held_out import UNKNOWN, HeldOut
from classifiers.linear import Head, LinearModel, probabilities
from classifiers.reading import read

__all__ = ["AdaptationError", "Tilts", "tilts_of"]

Floats = NDArray[np.float64]

_FEWEST = 200
_AT_ONCE = 512
_ROUNDS = 200
_CLOSE = 1e-6
_MOST = 8.0
_WIDEST = 6.0
"""Log odds by which a share that the office counted may tilt."""

_BELIEF = 20.0
"""Posts that the corpus' share of each type is believed like."""


class AdaptationError(ValueError):
    """The stream is too small to say how frequent labels are in it."""


@dataclass(frozen=True, slots=True)
class Tilts:
    """What was found in ``posts`` posts: the share of complaints in corpus and stream, and each head's tilt by name."""

    posts: int
    before: float
    after: float
    by_head: dict[str, tuple[float, ...]]


def tilts_of(texts: Sequence[str], model: LinearModel, held_out: HeldOut, *, complaints: float | None = None) -> Tilts:
    """Find how labels' shares in a stream differ from the corpus; ``complaints`` is the share where it is known.

    Raises AdaptationError for fewer than 200 posts.
    """
    if len(texts) < _FEWEST:
        raise AdaptationError(f"{len(texts)} posts are too few to adapt to: {_FEWEST} are needed")
    logits = np.concatenate(
        [_logits(texts[start : start + _AT_ONCE], model) for start in range(0, len(texts), _AT_ONCE)]
    )
    complaint, kind = (_plain(model.heads[name]) for name in ("complaint", "type"))
    asked = logits[:, model.columns["complaint"]]
    known = held_out.truth["complaint"] != UNKNOWN
    before = float(np.average(held_out.truth["complaint"][known], weights=held_out.weight[known]))
    tilt = (
        _tilt_found(_yes(complaint, asked, 0.0), before)
        if complaints is None
        else _tilt_to(complaint, asked, complaints)
    )
    weight = _yes(complaint, asked, tilt)
    types = probabilities(kind, logits[:, model.columns["type"]]).astype(np.float64)
    typed = held_out.truth["type"][held_out.truth["type"] != UNKNOWN]
    counts = np.bincount(typed, minlength=len(kind.labels)).astype(np.float64) + 1
    usual = counts / counts.sum()
    kinds = _bounded(np.log(_settled(types, usual, weight, belief=_BELIEF * len(usual)) / usual))
    after = before * np.exp(tilt) / (before * np.exp(tilt) + 1 - before)
    by_head = {"complaint": (round(tilt, 4),), "type": tuple(round(float(value), 4) for value in kinds)}
    return Tilts(len(texts), round(before, 4), round(float(after), 4), by_head)


def _tilt_found(yes: Floats, before: float) -> float:
    usual = np.array([1 - before, before])
    no_yes = np.log(_settled(np.stack([1 - yes, yes], axis=1), usual, np.ones(len(yes))) / usual)
    return float(np.clip(no_yes[1] - no_yes[0], -np.log(_MOST), np.log(_MOST)))


def _tilt_to(head: Head, logits: NDArray[np.float32], share: float) -> float:
    low, high = -_WIDEST, _WIDEST
    while high - low > _CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if _yes(head, logits, middle).mean() < share else (low, middle)
    return low


def _yes(head: Head, logits: NDArray[np.float32], tilt: float) -> Floats:
    return probabilities(replace(head, tilt=(tilt,)), logits)[:, 0].astype(np.float64)


def _plain(head: Head) -> Head:
    return replace(head, tilt=(0.0,) * len(head.labels))


def _logits(texts: Sequence[str], model: LinearModel) -> NDArray[np.float32]:
    return model.weigh([read(text) for text in texts]).logits


def _settled(given: Floats, prior: Floats, weight: Floats, *, belief: float = 0.0) -> Floats:
    """The shares of labels at which they explain themselves. ``given`` are probabilities under ``prior``, a column a
    label; ``belief`` posts with the prior's shares are added."""
    shares = prior
    for _ in range(_ROUNDS):
        under = given * (shares / prior)
        under /= under.sum(axis=1, keepdims=True)
        found: Floats = (weight @ under + belief * prior) / (weight.sum() + belief)
        if np.abs(found - shares).max() < _CLOSE:
            return found
        shares = found
    return shares


def _bounded(logs: Floats) -> Floats:
    bounded: Floats = np.clip(logs, -np.log(_MOST), np.log(_MOST))
    return bounded
