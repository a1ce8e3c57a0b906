"""Tunes an encoder for ``sunwai train --encoder``: what training from the command line adds to ``classifiers``."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from classifiers.corpus import Row, content_hash
from classifiers.encoder_files import EncoderManifest
from classifiers.encoder_net import Base, open_base
from classifiers.encoder_plan import Plan
from classifiers.encoder_training import train_encoder
from classifiers.model_files import DEFAULT_MODEL, ModelError, read_manifest
from classifiers.train import Progress, train

__all__ = ["open_base", "tune"]


def tune(
    rows: Sequence[Row],
    further: Sequence[Row],
    base: Base,
    out: Path,
    model: Path | None,
    plan: Plan,
    progress: Progress,
) -> EncoderManifest:
    """Tune ``base`` behind the linear model in use, or one fitted on the same rows where it was made from others.

    Raises what ``train_encoder`` raises.
    """
    with TemporaryDirectory() as folder:
        first = model or DEFAULT_MODEL
        if not _is_of(first, [*rows, *further]):
            first = Path(folder)
            train(rows, first, further=further, seed=plan.seed, progress=progress)
        return train_encoder(rows, base, out, first=first, further=further, plan=plan, progress=progress)


def _is_of(folder: Path, rows: Sequence[Row]) -> bool:
    try:
        return read_manifest(folder).corpus == content_hash(rows)
    except ModelError:
        return False
