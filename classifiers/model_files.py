"""A model at rest: weights.npz (half precision, no pickle), held_out.npz (what it says of rows left out of training)
and manifest.json, which says what they are."""

import json
from dataclasses import asdict
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from pydantic import ValidationError

from classifiers.adapt import Tilts
from classifiers.features import FEATURES_VERSION, SPACE_BITS
from classifiers.held_out import HeldOut
from classifiers.linear import Head, LinearModel, Link
from schemas.base import Value
from text.skeleton import SKELETON_VERSION

__all__ = [
    "DEFAULT_MODEL",
    "HeadEntry",
    "Manifest",
    "ModelError",
    "load_held_out",
    "load_model",
    "manifest_of",
    "read_manifest",
    "save_adapted",
    "save_model",
]

Form = TypeVar("Form", bound=Value)

DEFAULT_MODEL = Path(__file__).parent / "models" / "default"

_WEIGHTS = "weights.npz"
_HELD_OUT = "held_out.npz"
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
    tilt: tuple[float, ...]


class Adapted(Value):
    """The unlabelled stream that a model was adapted to: its posts, the share of complaints in the corpus and in it."""

    posts: int
    before: float
    after: float


class Manifest(Value):
    """What weights.npz holds and what it was made from.

    ``corpus`` is the content hash of the training rows, ``weights`` and ``held_out`` are the SHA-256 of those files.
    """

    format: Literal[1] = 1
    features_version: int
    skeleton_version: int
    seed: int
    corpus: str
    rows: int
    heads: tuple[HeadEntry, ...]
    weights: str
    held_out: str
    adapted: Adapted | None = None


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
    held_out: HeldOut,
) -> Manifest:
    """Write a model into a folder, making it where needed. The same values give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = BytesIO()
    np.savez_compressed(
        packed, vocabulary=vocabulary.astype(np.uint32), weights=weights.T.astype(np.float16), bias=bias
    )
    content, left_out = packed.getvalue(), held_out.to_bytes()
    manifest = Manifest(
        features_version=FEATURES_VERSION,
        skeleton_version=SKELETON_VERSION,
        seed=seed,
        corpus=corpus,
        rows=rows,
        heads=tuple(HeadEntry.model_validate(asdict(head)) for head in heads),
        weights=sha256(content).hexdigest(),
        held_out=sha256(left_out).hexdigest(),
    )
    (folder / _WEIGHTS).write_bytes(content)
    (folder / _HELD_OUT).write_bytes(left_out)
    return _write(folder, manifest)


def save_adapted(folder: Path, tilts: Tilts) -> Manifest:
    """Write into a model's manifest what its stream was found to be like. Raises ModelError."""
    manifest = read_manifest(folder)
    heads = tuple(head.model_copy(update={"tilt": tilts.by_head.get(head.name, head.tilt)}) for head in manifest.heads)
    adapted = Adapted(posts=tilts.posts, before=tilts.before, after=tilts.after)
    return _write(folder, manifest.model_copy(update={"heads": heads, "adapted": adapted}))


def _write(folder: Path, manifest: Manifest) -> Manifest:
    (folder / _MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def _name(manifest: Manifest) -> str:
    """The weights' name, and for an adapted model that of its tilts."""
    tilts = sha256(json.dumps([head.tilt for head in manifest.heads]).encode()).hexdigest()
    return f"linear-{manifest.weights[:12]}" + (f"-{tilts[:6]}" if manifest.adapted else "")


def read_manifest(folder: Path) -> Manifest:
    """Read what a model says of itself. Raises ModelError."""
    return manifest_of(folder / _MANIFEST, Manifest, "a model's manifest")


def manifest_of(path: Path, form: type[Form], what: str) -> Form:
    """Read a manifest of any kind of model. Raises ModelError, which says that the file is not ``what``."""
    try:
        return form.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        reason = f"{error.error_count()} fields are wrong" if isinstance(error, ValidationError) else error
        raise ModelError(f"{path}: not {what}: {reason}") from error


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
    content = _read(path, manifest.weights)
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        vocabulary = arrays["vocabulary"].astype(np.int64)
        weights = np.ascontiguousarray(arrays["weights"].T.astype(np.float32))
        bias = arrays["bias"].astype(np.float32)
    columns = sum(len(head.labels) for head in manifest.heads)
    if weights.shape != (len(vocabulary), columns) or bias.shape != (columns,) or len(vocabulary) > _MAX_ROWS:
        raise ModelError(f"{path}: shapes {weights.shape}, {bias.shape} do not fit {columns} labels")
    if len(vocabulary) and int(vocabulary.max()) >= 1 << SPACE_BITS:
        raise ModelError(f"{path}: a feature number is beyond {1 << SPACE_BITS}")
    heads = [Head(h.name, h.labels, h.link, h.slope, h.shift, h.tilt) for h in manifest.heads]
    return LinearModel(_name(manifest), heads, vocabulary, weights, bias)


def load_held_out(folder: Path) -> HeldOut:
    """Read what a model says of rows left out of its training. Raises ModelError."""
    path = folder / _HELD_OUT
    content = _read(path, read_manifest(folder).held_out)
    try:
        return HeldOut.from_bytes(content)
    except (ValueError, KeyError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error


def _read(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if sha256(content).hexdigest() != digest:
        raise ModelError(f"{path}: is not the file that its manifest describes")
    return content
