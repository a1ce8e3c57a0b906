"""From which probability the machine decides by itself, chosen so that what it decides is right often enough.

Chosen on rows held out of training (``classifiers.held_out``), on an office's own where it has brought enough, under
the shares of labels that the model was adapted to. Each kind of decision keeps the target by itself: putting a post
aside as no complaint, and sending a complaint to the queue of its type. A type that is wrong counts as a wrong decision
even where two types share a queue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.held_out import UNKNOWN, HeldOut
from classifiers.linear import Head
from schemas.keeping import Thresholds
from schemas.labels import Urgency

__all__ = ["Cutoffs", "choose"]

Floats = NDArray[np.float64]

_STEPS = 100
_FEWEST = 50.0
"""Rows (by weight) that a cut-off must rest on."""

_NEVER = 2.0
_EVEN = 0.5
"""What is critical where no probability keeps the precision wanted: to call nothing critical would be worse."""

_ENOUGH_OWN = 200
"""Rows of an office's own from which its cut-offs rest on them alone."""

_HALF = _STEPS // 2
_UNKNOWN_STREAM = 1 / 3
"""From where a post is a complaint while nothing is known of the office's stream: a complaint put aside unread costs
more than a post read in vain, and real posts say less clearly than ours what they want. Otherwise from even."""

_CRITICAL = tuple(Urgency).index(Urgency.CRITICAL)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Above ``complaint`` a post is called a complaint. At or below ``dismiss`` it is put aside; from ``route``, with a
    type from ``type``, a complaint goes its way; between, a human looks. From ``critical`` a complaint is critical.
    ``coverage`` is the share of held-out rows decided so. A cut-off that no probability reaches means that a human
    always looks."""

    dismiss: float
    route: float
    type: float
    critical: float
    coverage: float
    complaint: float = _EVEN

    def is_sure(self, complaint: float, type_share: float) -> bool:
        """Whether the machine may decide by itself."""
        return complaint <= self.dismiss or (complaint >= self.route and type_share >= self.type)

    def are_sure(self, complaints: NDArray[np.floating], type_shares: NDArray[np.floating]) -> NDArray[np.bool_]:
        """The same for many posts."""
        return (complaints <= self.dismiss) | ((complaints >= self.route) & (type_shares >= self.type))


def choose(held_out: HeldOut, heads: Mapping[str, Head], wanted: Thresholds) -> Cutoffs:
    """The cut-offs that let most rows be decided at the precision wanted; those that the office fixed are kept."""
    weight = held_out.weight * _tilted(held_out, heads)
    shares = {name: held_out.shares(heads[name]) for name in ("complaint", "type", "urgency")}
    complaint, kind = shares["complaint"][:, 0], shares["type"]
    truth = held_out.truth
    right = kind.argmax(axis=1) == truth["type"]
    known = truth["complaint"] != UNKNOWN
    of_own = bool((known & held_out.own).sum() >= _ENOUGH_OWN)
    called = _EVEN if of_own or heads["complaint"].tilt[0] else _UNKNOWN_STREAM
    if wanted.dismiss is None or wanted.route is None:
        if of_own:
            known &= held_out.own
        most = int(called * _STEPS)
        dismiss = _highest(complaint[known], truth["complaint"][known] == 0, weight[known], wanted.precision, most)
        usable = known & ((truth["complaint"] == 0) | (truth["type"] != UNKNOWN))
        route, least = _corner(
            (complaint[usable], kind.max(axis=1)[usable]), right[usable], weight[usable], wanted.precision
        )
    else:
        dismiss, route, least = wanted.dismiss, wanted.route, wanted.type
    asked = truth["urgency"] != UNKNOWN
    unlikely = 1 - shares["urgency"][asked, _CRITICAL]
    bound = _highest(unlikely, truth["urgency"][asked] == _CRITICAL, weight[asked], wanted.critical, _STEPS)
    critical = _EVEN if bound < 0 else 1 - bound
    chosen = Cutoffs(dismiss, route, least, critical, 0.0, max(called, dismiss))
    decided = chosen.are_sure(complaint, kind.max(axis=1))
    return replace(chosen, coverage=float(np.average(decided, weights=weight)) if weight.sum() else 0.0)


def _tilted(held_out: HeldOut, heads: Mapping[str, Head]) -> Floats:
    """What each row counts more once its label is as frequent as the model was adapted to."""
    factor = np.ones(len(held_out.weight))
    tilt = heads["complaint"].tilt[0]
    known = held_out.truth["complaint"] != UNKNOWN
    if tilt and known.any():
        share = float(np.average(held_out.truth["complaint"][known], weights=held_out.weight[known]))
        after = share * np.exp(tilt) / (share * np.exp(tilt) + 1 - share)
        factor[known] = np.where(held_out.truth["complaint"][known] == 1, after / share, (1 - after) / (1 - share))
    typed = held_out.truth["type"] != UNKNOWN
    factor[typed] *= np.exp(np.array(heads["type"].tilt))[held_out.truth["type"][typed]]
    return factor


def _highest(scores: Floats, right: NDArray[np.bool_], weight: Floats, precision: float, most: int) -> float:
    """The highest bound (of ``most`` hundredths) at or below which enough of what is there is right; -1: none."""
    bins = np.minimum(np.ceil(scores * _STEPS).astype(int), _STEPS)
    total = np.bincount(bins, weights=weight, minlength=_STEPS + 1).cumsum()
    good = np.bincount(bins, weights=weight * right, minlength=_STEPS + 1).cumsum()
    fits = (total >= _FEWEST) & (good >= precision * total)
    fitting = np.flatnonzero(fits[: most + 1]) if len(scores) else np.zeros(0, dtype=int)
    return float(fitting[-1]) / _STEPS if len(fitting) else -1.0


def _corner(
    scores: tuple[Floats, Floats], right: NDArray[np.bool_], weight: Floats, precision: float
) -> tuple[float, float]:
    """The pair of lower bounds above which enough is right and most rows lie."""
    bins = tuple(np.minimum((score * _STEPS).astype(int), _STEPS - 1) for score in scores)
    total, good = np.zeros((_STEPS, _STEPS)), np.zeros((_STEPS, _STEPS))
    np.add.at(total, bins, weight)
    np.add.at(good, bins, weight * right)
    total, good = (table[::-1, ::-1].cumsum(0).cumsum(1)[::-1, ::-1] for table in (total, good))
    fits = (total >= _FEWEST) & (good >= precision * total)
    fits[:_HALF] = False
    if not fits.any():
        return _NEVER, _NEVER
    route, least = np.unravel_index(int(np.argmax(np.where(fits, total, 0))), total.shape)
    return float(route) / _STEPS, float(least) / _STEPS
