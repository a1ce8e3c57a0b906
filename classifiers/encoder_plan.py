"""How an encoder is tuned."""

from dataclasses import dataclass

from classifiers.encoder_files import Precision

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an encoder is tuned: ``rate`` is the highest learning rate, ``batch`` the posts of a step, ``longest`` the
    pieces read of a post, ``folds`` the parts that are left out in turn to calibrate on, ``precision`` that of the
    weights written."""

    epochs: int = 3
    batch: int = 16
    rate: float = 3e-5
    longest: int = 128
    folds: int = 3
    precision: Precision = "int8"
    seed: int = 0
