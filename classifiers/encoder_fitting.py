"""Tunes an encoder and its heads on posts: AdamW (Loshchilov and Hutter, 2019), a rate that rises over the first tenth
of the steps and falls to nothing, all heads at once, each on the posts that answer it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from classifiers.encoder_net import EncoderNet
from classifiers.encoder_plan import Plan
from classifiers.linear import Link
from classifiers.pieces import Pieces

__all__ = ["Answers", "Lesson", "fit", "logits_of", "steps_of"]

Ints = NDArray[np.int64]

_WARM = 0.1
_DECAY = 0.01
_STEEPEST = 1.0
"""Longest gradient (norm) that a step follows."""

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Answers:
    """What posts answer one head: ``table`` has a column a label, ``answering`` says which posts do."""

    link: Link
    columns: slice
    table: NDArray[np.bool_]
    answering: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lesson:
    """All posts: their pieces, what each counts, their answers to every head; ``padding`` fills a batch up."""

    posts: Sequence[Pieces]
    weights: NDArray[np.float64]
    heads: Sequence[Answers]
    padding: int


def fit(net: EncoderNet, lesson: Lesson, chosen: Ints, plan: Plan, step_done: Callable[[], None]) -> None:
    """Tune a net on the chosen posts, on the graphics card where there is one; ``step_done`` is called after each
    step."""
    net.to("cuda" if torch.cuda.is_available() else "cpu")
    device = _device(net)
    order = np.random.default_rng(plan.seed)
    steps = steps_of(len(chosen), plan)
    warm = max(1, round(steps * _WARM))
    tuner = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=_DECAY)
    rate = torch.optim.lr_scheduler.LambdaLR(
        tuner, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    net.train()
    for _ in range(plan.epochs):
        shuffled = order.permutation(chosen)
        for start in range(0, len(shuffled), plan.batch):
            picked = shuffled[start : start + plan.batch]
            logits, _added = net(*_batch(lesson, picked, device))
            tuner.zero_grad()
            torch.autograd.backward(_loss(logits, lesson, picked))
            clip_grad_norm_(net.parameters(), _STEEPEST)
            tuner.step()
            rate.step()
            step_done()


def steps_of(posts: int, plan: Plan) -> int:
    return plan.epochs * -(-posts // plan.batch)


def logits_of(net: EncoderNet, lesson: Lesson, chosen: Ints) -> NDArray[np.float64]:
    """The logits of the chosen posts, a line each."""
    net.eval()
    with torch.inference_mode():
        return np.concatenate([part.double().cpu().numpy() for part in _parts(net, lesson, chosen)])


def _parts(net: EncoderNet, lesson: Lesson, chosen: Ints) -> Iterator[Tensor]:
    device = _device(net)
    for start in range(0, len(chosen), _AT_ONCE):
        logits, _added = net(*_batch(lesson, chosen[start : start + _AT_ONCE], device))
        yield logits


def _batch(lesson: Lesson, picked: Ints, device: torch.device) -> tuple[Tensor, Tensor]:
    posts = [lesson.posts[place].ids for place in picked.tolist()]
    shape = len(posts), max(map(len, posts))
    pieces, mask = np.full(shape, lesson.padding), np.zeros(shape, dtype=np.int64)
    for line, ids in enumerate(posts):
        pieces[line, : len(ids)] = ids
        mask[line, : len(ids)] = 1
    return torch.from_numpy(pieces).to(device), torch.from_numpy(mask).to(device)


def _loss(logits: Tensor, lesson: Lesson, picked: Ints) -> Tensor:
    """The sum over the heads of the mean loss of the posts that answer each."""
    losses = [_of_head(logits[:, head.columns], head, lesson.weights, picked) for head in lesson.heads]
    return torch.stack([loss for loss in losses if loss is not None]).sum()


def _of_head(logits: Tensor, head: Answers, weights: NDArray[np.float64], picked: Ints) -> Tensor | None:
    answering = head.answering[picked]
    if not answering.any():
        return None
    inside = torch.from_numpy(np.flatnonzero(answering)).to(logits.device)
    posts = picked[answering]
    truth = torch.from_numpy(head.table[posts].astype(np.float32)).to(logits.device)
    weight = torch.from_numpy(weights[posts].astype(np.float32)).to(logits.device)
    asked = logits.index_select(0, inside)
    if head.link is Link.SOFTMAX:
        losses = -(functional.log_softmax(asked, dim=1) * truth).sum(dim=1)
    else:
        losses = functional.binary_cross_entropy_with_logits(asked, truth, reduction="none").mean(dim=1)
    return (losses * weight).sum() / weight.sum()


def _device(net: EncoderNet) -> torch.device:
    return next(net.parameters()).device
