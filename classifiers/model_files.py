"""A model at rest: weights.npz (half precision, no pickle) and manifest.json, which says what they are."""

import json
from dataclasses import asdict
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ValidationError

from classifiers.features import FEATURES_VERSION, SPACE_BITS
from classifiers.linear import Head, LinearModel, Link
from schemas.base import Value
from text.skeleton import SKELETON_VERSION

__all__ = ["DEFAULT_MODEL", "HeadEntry", "Manifest", "ModelError", "load_model", "read_manifest", "save_model"]

DEFAULT_MODEL = Path(__file__).parent / "models" / "default"

_WEIGHTS = "weights.npz"
_MANIFEST = "manifest.json"
_MAX_ROWS = 1 << 20


class ModelError(ValueError):
    """A model's files cannot be used; the message names the file and what is wrong."""


class HeadEntry(Value):
    """One head as the manifest lists it."""

    name: str
    labels: tuple[str, ...]
    link: Link
    slope: tuple[float, ...]
    shift: tuple[float, ...]


class Manifest(Value):
    """What weights.npz holds and what it was made from.

    ``corpus`` is the content hash of the training rows, ``weights`` the SHA-256 of weights.npz.
    """

    format: Literal[1] = 1
    features_version: int
    skeleton_version: int
    seed: int
    corpus: str
    rows: int
    heads: tuple[HeadEntry, ...]
    weights: str


def save_model(
    folder: Path,
    *,
    heads: tuple[Head, ...],
    vocabulary: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    bias: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    seed: int,
    corpus: str,
    rows: int,
) -> Manifest:
    """Write a model into a folder, making it where needed. The same values give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = BytesIO()
    np.savez_compressed(
        packed, vocabulary=vocabulary.astype(np.uint32), weights=weights.T.astype(np.float16), bias=bias
    )
    content = packed.getvalue()
    manifest = Manifest(
        features_version=FEATURES_VERSION,
        skeleton_version=SKELETON_VERSION,
        seed=seed,
        corpus=corpus,
        rows=rows,
        heads=tuple(HeadEntry.model_validate(asdict(head)) for head in heads),
        weights=sha256(content).hexdigest(),
    )
    (folder / _WEIGHTS).write_bytes(content)
    (folder / _MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read what a model says of itself. Raises ModelError."""
    path = folder / _MANIFEST
    try:
        return Manifest.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        reason = f"{error.error_count()} fields are wrong" if isinstance(error, ValidationError) else error
        raise ModelError(f"{path}: not a model's manifest: {reason}") from error


def load_model(folder: Path) -> LinearModel:
    """Read a model. Raises ModelError when a file is missing, altered, or made for other features."""
    manifest = read_manifest(folder)
    for what, made_for, have in (
        ("features_version", manifest.features_version, FEATURES_VERSION),
        ("skeleton_version", manifest.skeleton_version, SKELETON_VERSION),
    ):
        if made_for != have:
            raise ModelError(f"{folder / _MANIFEST}: {what} is {made_for}, this version needs {have}: train again")
    path = folder / _WEIGHTS
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if sha256(content).hexdigest() != manifest.weights:
        raise ModelError(f"{path}: is not the file that its manifest describes")
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        vocabulary = arrays["vocabulary"].astype(np.int64)
        weights = np.ascontiguousarray(arrays["weights"].T.astype(np.float32))
        bias = arrays["bias"].astype(np.float32)
    columns = sum(len(head.labels) for head in manifest.heads)
    if weights.shape != (len(vocabulary), columns) or bias.shape != (columns,) or len(vocabulary) > _MAX_ROWS:
        raise ModelError(f"{path}: shapes {weights.shape}, {bias.shape} do not fit {columns} labels")
    if len(vocabulary) and int(vocabulary.max()) >= 1 << SPACE_BITS:
        raise ModelError(f"{path}: a feature number is beyond {1 << SPACE_BITS}")
    heads = [Head(h.name, h.labels, h.link, h.slope, h.shift) for h in manifest.heads]
    return LinearModel(f"linear-{manifest.weights[:12]}", heads, vocabulary, weights, bias)
