"""What a model says of its own training rows when their batch is left out: what calibration and cut-offs are chosen on.

A batch was written by one hand about one kind of department, so these are the model's words on departments that it has
never seen. They are kept with the model, because where it may decide by itself depends on the office's wishes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from classifiers.corpus import Row
from classifiers.linear import Floats, Head, probabilities
from schemas.labels import ComplaintType, Urgency

__all__ = ["UNKNOWN", "HeldOut", "held_out_of"]

UNKNOWN = -1
_HEADS = ("complaint", "type", "urgency")
_TYPES, _URGENCIES = tuple(ComplaintType), tuple(Urgency)

Bytes = NDArray[np.int8]
Logits = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A line a training row. ``logits`` by head, not yet calibrated (a column a label); ``truth`` by head: for
    complaint 1 or 0, else the place of the label, UNKNOWN where there is none; ``weight``: what the row counts;
    ``own``: it is of the office that trained, not of our corpus."""

    logits: Mapping[str, Floats]
    truth: Mapping[str, Bytes]
    weight: Floats
    own: NDArray[np.bool_]

    def shares(self, head: Head) -> Floats:
        """The calibrated probabilities of a head, a line a row."""
        return probabilities(head, self.logits[head.name])

    def only(self, chosen: NDArray[np.bool_]) -> "HeldOut":
        """The chosen rows alone."""
        return HeldOut(
            {name: values[chosen] for name, values in self.logits.items()},
            {name: values[chosen] for name, values in self.truth.items()},
            self.weight[chosen],
            self.own[chosen],
        )

    def to_bytes(self) -> bytes:
        """The same values give the same bytes."""
        packed = BytesIO()
        logits = {f"{name}_logits": self.logits[name].astype(np.float16) for name in _HEADS}
        truth = {f"{name}_truth": self.truth[name] for name in _HEADS}
        np.savez_compressed(
            packed, allow_pickle=False, weight=self.weight.astype(np.float16), own=self.own, **logits, **truth
        )
        return packed.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "HeldOut":
        """Raises ValueError or KeyError for bytes that are none."""
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return cls(
                {name: arrays[f"{name}_logits"].astype(np.float32) for name in _HEADS},
                {name: arrays[f"{name}_truth"] for name in _HEADS},
                arrays["weight"].astype(np.float32),
                arrays["own"],
            )


def held_out_of(rows: Sequence[Row], weights: NDArray[np.float64], own: NDArray[np.bool_], logits: Logits) -> HeldOut:
    """Bring left-out logits and the labels of their rows together."""
    truth = {
        "complaint": [UNKNOWN if row.complaint is None else int(row.complaint == "yes") for row in rows],
        "type": [_TYPES.index(row.type) if row.complaint == "yes" and row.type else UNKNOWN for row in rows],
        "urgency": [
            _URGENCIES.index(row.urgency) if row.complaint == "yes" and row.urgency else UNKNOWN for row in rows
        ],
    }
    return HeldOut(
        {name: logits[name].astype(np.float32) for name in _HEADS},
        {name: np.array(values, dtype=np.int8) for name, values in truth.items()},
        weights.astype(np.float32),
        own,
    )
