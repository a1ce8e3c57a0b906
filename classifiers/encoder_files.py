"""An encoder at rest: model.onnx, tokenizer.json, held_out.npz and first.npz (what it and the linear model say of rows
left out of training), and manifest.json, which says what they are. Nothing is fetched from elsewhere."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from classifiers.held_out import HeldOut
from classifiers.linear import Floats, Head, columns_of
from classifiers.model_files import HeadEntry, ModelError, manifest_of
from schemas.base import Value

if TYPE_CHECKING:
    from classifiers.encoder import Encoder

__all__ = [
    "FILES",
    "Agreement",
    "EncoderFolder",
    "EncoderManifest",
    "EncoderUse",
    "FirstStage",
    "Precision",
    "Stage",
    "heads_of",
    "open_encoder",
    "write_encoder",
]

Precision = Literal["int8", "float32"]
Stage = Literal["second", "only"]

FILES = ("model.onnx", "tokenizer.json", "held_out.npz", "first.npz")
_MODEL, _TOKENIZER, _HELD_OUT, _FIRST = FILES
_MANIFEST = "manifest.json"
_MADE_BY = "the manifest of an encoder made by sunwai train --encoder"
_NEEDS = "an encoder needs onnxruntime and tokenizers: pip install 'sunwai[encoder]'"


class Agreement(Value):
    """How near the exported model is to the native one on ``posts`` posts: the mean difference of their probabilities,
    and the share of posts that both call alike complaint or not."""

    posts: int
    difference: float
    same: float


class EncoderManifest(Value):
    """What an encoder's folder holds and what it was made from.

    ``base`` is the encoder it was tuned from, ``corpus`` the content hash of the training rows, ``longest`` the number
    of pieces read of a post, ``files`` the SHA-256 of each file.
    """

    format: Literal[1] = 1
    kind: Literal["encoder"] = "encoder"
    base: str
    seed: int
    corpus: str
    rows: int
    precision: Precision
    longest: int = Field(ge=2, le=8192)
    agreement: Agreement
    heads: tuple[HeadEntry, ...]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class FirstStage:
    """What a linear model fitted on the same rows says of each when it is left out: the probability of a complaint and
    of the type it is most sure of. Says which rows would have come to the encoder."""

    complaint: Floats
    type: Floats

    def to_bytes(self) -> bytes:
        packed = BytesIO()
        np.savez_compressed(packed, complaint=self.complaint.astype(np.float16), type=self.type.astype(np.float16))
        return packed.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "FirstStage":
        """Raises ValueError or KeyError for bytes that are none."""
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return cls(arrays["complaint"].astype(np.float32), arrays["type"].astype(np.float32))


@dataclass(frozen=True, slots=True)
class EncoderUse:
    """An encoder that takes part: its folder, whether it judges what the linear model is unsure of or is the only one
    asked, and the threads that it may use for one post."""

    folder: Path
    stage: Stage = "second"
    threads: int = 1


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """An encoder's folder as read."""

    encoder: "Encoder"
    held_out: HeldOut
    first: FirstStage


def write_encoder(folder: Path, manifest: EncoderManifest, contents: dict[str, bytes]) -> EncoderManifest:
    """Write an encoder; ``contents`` by the names of ``FILES``, whose hashes go into the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_bytes(contents[name])
    whole = manifest.model_copy(update={"files": {name: sha256(contents[name]).hexdigest() for name in FILES}})
    (folder / _MANIFEST).write_text(whole.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return whole


def open_encoder(folder: Path, *, threads: int = 1) -> EncoderFolder:
    """Read an encoder, which may use ``threads`` threads for one post. Raises ModelError when a file is missing,
    altered or of another form."""
    manifest = manifest_of(folder / _MANIFEST, EncoderManifest, _MADE_BY)
    contents = {name: _read(folder / name, manifest.files.get(name)) for name in FILES}
    try:
        held_out, first = HeldOut.from_bytes(contents[_HELD_OUT]), FirstStage.from_bytes(contents[_FIRST])
    except (ValueError, KeyError) as error:
        raise ModelError(f"{folder}: {_HELD_OUT} or {_FIRST} cannot be read: {error}") from error
    if len(first.complaint) != len(held_out.weight):
        raise ModelError(f"{folder}: {_HELD_OUT} and {_FIRST} are not of the same rows")
    return EncoderFolder(_encoder(folder, manifest, contents, threads), held_out, first)


def heads_of(manifest: EncoderManifest) -> list[Head]:
    return [Head(h.name, h.labels, h.link, h.slope, h.shift, h.tilt) for h in manifest.heads]


def _encoder(folder: Path, manifest: EncoderManifest, contents: dict[str, bytes], threads: int) -> "Encoder":
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - the encoder extra, which most do without

        from classifiers.encoder import Encoder  # noqa: PLC0415
        from classifiers.pieces import Cutter  # noqa: PLC0415
        from classifiers.sessions import open_session  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(f"{folder}: {_NEEDS} ({error})") from error
    try:
        tokenizer = Tokenizer.from_buffer(contents[_TOKENIZER])
    except Exception as error:  # the library raises bare Exception for what is no tokenizer
        raise ModelError(f"{folder / _TOKENIZER}: not a tokenizer: {error}") from error
    heads = heads_of(manifest)
    session = open_session(contents[_MODEL], str(folder / _MODEL), threads)
    wanted = max(columns.stop for columns in columns_of(heads).values())
    columns = session.get_outputs()[0].shape[-1]
    if columns != wanted:
        raise ModelError(f"{folder / _MODEL}: has {columns} columns, its heads need {wanted}")
    name = f"encoder-{manifest.files[_MODEL][:12]}"
    return Encoder(name, heads, session, Cutter(tokenizer, manifest.longest))


def _read(path: Path, digest: str | None) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if sha256(content).hexdigest() != digest:
        raise ModelError(f"{path}: is not the file that its manifest describes")
    return content
