"""How well claims are grouped: ``python -m bench.grouping``; with ``--fit``, the regression of alerts/likeness.py.

One stream of all originals, then rewrites, near twins and complaints in random order. A rewrite is found when it joins
its family's claim; an unrelated post (twin or complaint) is falsely linked when it joins any claim at all.
"""

import random
import sys
from collections import defaultdict
from statistics import mean

import numpy as np
from sklearn.linear_model import LogisticRegression

from alerts.claims import LINKED, Claims, Telling
from alerts.index import Index
from alerts.wording import wording_of
from bench.rumours import FITTED, HALVES, KINDS, complaints, families, light_rewrite

__all__ = ["fit", "measure"]

SEED = 8
COPIES = 8
SWEEP = (-1.0, -0.5, 0.0, 0.5, 1.0)
TWIN_WEIGHT = 4.0


def measure(half: str, linked: float = LINKED, seed: int = SEED) -> dict[str, float]:
    """Share found by kind, and share of unrelated posts that were linked to anything: twins, complaints, both."""
    rng = random.Random(seed)
    group = families(half)
    stream = [(kind, str(family.family), text) for family in group for kind, text in family.variants(rng)] + [
        ("twin", "", family.twin) for family in group
    ]
    stream += [("complaint", "", text) for text in complaints()]
    rng.shuffle(stream)
    claims = Claims(linked=linked)
    for family in group:
        claims.join(Telling(str(family.family), family.original, 0.0))
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for number, (kind, family_id, text) in enumerate(stream):
        claim = claims.join(Telling(f"post-{number}", text, 0.0))
        outcomes[kind].append(claim == family_id if family_id else claim != f"post-{number}")
    outcomes["unrelated"] = outcomes["twin"] + outcomes["complaint"]
    return {kind: mean(found) for kind, found in outcomes.items()}


def fit(seed: int = SEED) -> tuple[list[float], float]:
    """Coefficients and intercept from the families that are fitted on: pairs of a family against its twins, other
    families and complaints, each post with those the index thinks nearest."""
    rng = random.Random(seed)
    rows: list[np.ndarray] = []
    labels: list[bool] = []
    weights: list[float] = []
    seen: list[tuple[str, str]] = []
    for family in (family for half in FITTED for family in families(half)):
        copies = [light_rewrite(family.original, rng) for _ in range(COPIES)]
        told = [text for _, text in family.variants(rng)] + [family.original, *copies]
        seen += [(str(family.family), text) for text in told] + [(f"twin {family.family}", family.twin)]
    seen += [(f"complaint {number}", text) for number, text in enumerate(complaints())]
    index = Index()
    for asked, text in seen:
        wording = wording_of(text)
        slots, compared = index.compared(wording)
        rows.append(compared)
        labels += [seen[slot][0] == asked for slot in slots]
        weights += [TWIN_WEIGHT if "twin" in asked + seen[slot][0] else 1.0 for slot in slots]
        index.add(wording)
    model = LogisticRegression(C=10, max_iter=5000).fit(np.concatenate(rows), np.array(labels), weights)
    return [round(float(value), 2) for value in model.coef_[0]], round(float(model.intercept_[0]), 2)


def main() -> None:
    if "--fit" in sys.argv:
        print(fit())
    shown = (*KINDS, "twin", "complaint", "unrelated")
    for half in HALVES:
        for linked in SWEEP if "--sweep" in sys.argv else (LINKED,):
            found = measure(half, linked)
            print(f"{half:9} {linked:5.2f} ", "  ".join(f"{kind} {found[kind]:.3f}" for kind in shown))


if __name__ == "__main__":
    main()
