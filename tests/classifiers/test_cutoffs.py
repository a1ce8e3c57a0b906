"""Where the machine decides by itself: as often as it may for the precision wanted, on rows held out of training."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.cutoffs import choose
from classifiers.held_out import HeldOut
from classifiers.linear import Head, Link
from classifiers.model_files import DEFAULT_MODEL, load_held_out, load_model
from schemas.keeping import Thresholds
from schemas.labels import ComplaintType, Urgency

_TYPES, _URGENCIES = tuple(ComplaintType), tuple(Urgency)
HEADS = {
    name: Head(name, labels, link, (1.0,) * len(labels), (0.0,) * len(labels), (0.0,) * len(labels))
    for name, labels, link in (
        ("complaint", ("yes",), Link.LOGISTIC),
        ("type", tuple(map(str, _TYPES)), Link.SOFTMAX),
        ("urgency", tuple(map(str, _URGENCIES)), Link.SOFTMAX),
    )
}


def _held_out(seed: int, skill: float, rows: int = 400) -> HeldOut:
    """Rows of a reader of so much skill: 0 knows nothing."""
    source = np.random.default_rng(seed)
    truth = {name: source.integers(0, max(len(head.labels), 2), rows) for name, head in HEADS.items()}
    logits = {name: source.normal(0, 1, (rows, len(head.labels))) for name, head in HEADS.items()}
    logits["complaint"][:, 0] += skill * (2 * truth["complaint"] - 1)
    for name in ("type", "urgency"):
        logits[name][np.arange(rows), truth[name]] += skill
    truth["type"] = np.where(truth["complaint"] == 1, truth["type"], -1)
    truth["urgency"] = np.where(truth["complaint"] == 1, truth["urgency"], -1)
    return HeldOut(
        {name: values.astype(np.float32) for name, values in logits.items()},
        {name: values.astype(np.int8) for name, values in truth.items()},
        np.ones(rows, dtype=np.float32),
        np.zeros(rows, dtype=bool),
    )


@given(st.integers(0, 10_000), st.floats(0, 8), st.floats(0.5, 1), st.floats(0.1, 1))
def test_what_is_decided_alone_is_right_as_often_as_wanted(
    seed: int, skill: float, precision: float, critical: float
) -> None:
    held_out = _held_out(seed, skill)
    cutoffs = choose(held_out, HEADS, Thresholds(precision=precision, critical=critical))
    yes = held_out.shares(HEADS["complaint"])[:, 0]
    kinds, urgencies = held_out.shares(HEADS["type"]), held_out.shares(HEADS["urgency"])
    aside = yes <= cutoffs.dismiss
    sent = (yes >= cutoffs.route) & (kinds.max(axis=1) >= cutoffs.type)
    called = (urgencies[:, 0] >= cutoffs.critical) & (held_out.truth["urgency"] >= 0)
    slack = 2 / len(yes)  # a row that lies on a bound
    if aside.any():
        assert (held_out.truth["complaint"][aside] == 0).mean() >= precision - slack
    if sent.any():
        assert (kinds.argmax(axis=1) == held_out.truth["type"])[sent].mean() >= precision - slack
    if called.any() and cutoffs.critical != 0.5:  # a half where no bound keeps the precision
        assert (held_out.truth["urgency"][called] == 0).mean() >= critical - slack
    assert cutoffs.coverage == pytest.approx((aside | sent).mean())


def test_a_higher_precision_never_decides_more() -> None:
    model, held_out = load_model(DEFAULT_MODEL), load_held_out(DEFAULT_MODEL)
    shares = [choose(held_out, model.heads, Thresholds(precision=wanted)).coverage for wanted in (0.7, 0.8, 0.9, 0.97)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]


def test_what_an_office_fixed_is_kept() -> None:
    model, held_out = load_model(DEFAULT_MODEL), load_held_out(DEFAULT_MODEL)
    cutoffs = choose(held_out, model.heads, Thresholds(dismiss=0.1, route=0.8, type=0.5))
    assert (cutoffs.dismiss, cutoffs.route, cutoffs.type) == (0.1, 0.8, 0.5)


def test_a_reader_who_knows_nothing_decides_nothing() -> None:
    cutoffs = choose(_held_out(1, 0.0), HEADS, Thresholds(precision=0.95))
    assert cutoffs.coverage == 0
    assert not cutoffs.is_sure(0.0, 1.0)
    assert not cutoffs.is_sure(1.0, 1.0)


@given(st.integers(0, 10_000), st.floats(0, 8), st.floats(0.5, 1))
def test_what_is_called_a_complaint_is_never_put_aside(seed: int, skill: float, precision: float) -> None:
    cutoffs = choose(_held_out(seed, skill), HEADS, Thresholds(precision=precision))
    assert cutoffs.dismiss <= cutoffs.complaint
    assert choose(_held_out(seed, skill), HEADS, Thresholds(dismiss=0.6, route=0.8, type=0.5)).complaint == 0.6


def test_a_post_is_called_a_complaint_earlier_while_the_stream_is_unknown() -> None:
    unknown = _held_out(1, 2.0)
    own = replace(unknown, own=np.ones(400, dtype=bool))
    adapted = {**HEADS, "complaint": replace(HEADS["complaint"], tilt=(0.4,))}
    assert choose(unknown, HEADS, Thresholds()).complaint == pytest.approx(1 / 3)
    assert choose(own, HEADS, Thresholds()).complaint == 0.5
    assert choose(unknown, adapted, Thresholds()).complaint == 0.5
