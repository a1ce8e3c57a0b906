"""Exports a tuned encoder to ONNX, in whole numbers of eight bits where wanted, and compares it with the native one.

Eight bits: weights by channel, activations by scales found while it runs (onnxruntime's dynamic quantisation).
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from classifiers.encoder import ADDED, LOGITS, PIECES
from classifiers.encoder_files import Agreement, Precision
from classifiers.encoder_net import EncoderNet
from classifiers.linear import Head, columns_of, probabilities
from classifiers.model_files import ModelError
from classifiers.pieces import Pieces
from classifiers.sessions import open_session

__all__ = ["CLOSE", "MOST_BYTES", "ExportError", "compared", "export", "try_out"]

CLOSE: dict[Precision, tuple[float, float]] = {"float32": (1e-4, 0.999), "int8": (0.02, 0.97)}
"""The most that probabilities may differ in the mean, and the least share of posts that must be called alike complaint
or not, between the native model and the exported one."""

_LONG_EXAMPLE = 12
MOST_BYTES = 1_900_000_000
"""A file of protocol buffers ends at 2 GiB."""


class ExportError(ModelError):
    """The exported model does not say what the native one says."""


def export(net: EncoderNet, precision: Precision, longest: int) -> bytes:
    """The ONNX graph of a net, for posts of up to ``longest`` pieces. Raises ExportError where it has none."""
    if sum(weight.numel() * weight.element_size() for weight in net.parameters()) > MOST_BYTES:
        raise ExportError("the encoder has more than 1.9 GB of weights: an ONNX file cannot hold them")
    net.eval().cpu()
    with TemporaryDirectory() as folder:
        whole, ready, small = (Path(folder) / f"{name}.onnx" for name in ("whole", "ready", "small"))
        _write(net, whole, longest)
        if precision == "float32":
            return _bare(whole)
        quant_pre_process(whole, ready, skip_symbolic_shape=True)
        quantize_dynamic(ready, small, weight_type=QuantType.QInt8, per_channel=True)
        return _bare(small)


def try_out(net: EncoderNet, precision: Precision, longest: int) -> None:
    """Export a net that is not tuned yet and ask it: better to fail now than after hours. Raises ExportError."""
    _asked(export(net, precision, longest), precision, [np.zeros(longest, dtype=np.int64)])


def compared(
    graph: bytes, precision: Precision, posts: Sequence[Pieces], native: NDArray[np.float64], heads: Sequence[Head]
) -> Agreement:
    """Ask an exported graph about posts of which the native logits are known. Raises ExportError where it says
    something else than ``CLOSE`` allows."""
    own = _asked(graph, precision, [post.ids for post in posts])
    apart = [
        np.abs(probabilities(head, own[:, columns]) - probabilities(head, native[:, columns].astype(np.float32))).mean()
        for head, columns in zip(heads, columns_of(heads).values(), strict=True)
    ]
    complaint = columns_of(heads)["complaint"]
    [asked] = [head for head in heads if head.name == "complaint"]
    yes = [probabilities(asked, each[:, complaint].astype(np.float32))[:, 0] > 0.5 for each in (own, native)]
    agreement = Agreement(
        posts=len(posts), difference=round(float(max(apart)), 6), same=round(float((yes[0] == yes[1]).mean()), 4)
    )
    most, least = CLOSE[precision]
    if not (agreement.difference <= most and agreement.same >= least):
        raise ExportError(
            f"the {precision} model does not agree with the native one on {len(posts)} posts: probabilities differ by "
            f"{agreement.difference:.4f} ({most} allowed), complaint decisions are the same for {agreement.same:.1%} "
            f"({least:.1%} needed)" + ("; try --precision float32" if precision == "int8" else "")
        )
    return agreement


def _asked(graph: bytes, precision: Precision, posts: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    session = open_session(graph, "exported graph")
    try:
        return np.stack([session.run([LOGITS], {PIECES: ids[None]})[0][0] for ids in posts])
    except Exception as error:  # the runtime has an exception class of its own for every status
        hint = "; try --precision float32" if precision == "int8" else ""
        raise ExportError(f"this kind of encoder does not run once exported ({precision}){hint}: {error}") from error


def _write(net: EncoderNet, path: Path, longest: int) -> None:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    example = torch.zeros((1, _LONG_EXAMPLE), dtype=torch.int64)
    try:
        torch.onnx.export(
            net,
            (example,),
            path,
            input_names=[PIECES],
            output_names=[LOGITS, ADDED],
            dynamic_shapes=({1: torch.export.Dim("length", max=longest)},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        raise ExportError(f"this kind of encoder cannot be exported: {str(error).splitlines()[0]}") from error


def _bare(path: Path) -> bytes:
    """A graph without the notes of the exporter, in which this machine's paths stand."""
    model = onnx.load(path)
    for part in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.value_info,
        *model.graph.initializer,
        *model.functions,
    ):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    content: bytes = model.SerializeToString(deterministic=True)
    return content
