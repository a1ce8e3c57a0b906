"""A model adapted to a stream in which complaints are rarer says so in its probabilities, its cut-offs and its name."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from classifiers.adapt import AdaptationError, tilts_of
from classifiers.api import Post, load
from classifiers.corpus import shipped_test
from classifiers.model_files import DEFAULT_MODEL, load_held_out, load_model, read_manifest, save_adapted


def _stream() -> list[str]:
    """Every post that is none, and few complaints: one in six."""
    rows = shipped_test()
    none = [row.text for row in rows if row.complaint == "no"]
    return none + [row.text for row in rows if row.complaint == "yes"][: len(none) // 5]


@pytest.mark.parametrize("counted", [None, 1 / 6])
def test_an_adapted_model_expects_as_many_complaints_as_its_stream_has(tmp_path: Path, counted: float | None) -> None:
    stream = _stream()
    tilts = tilts_of(stream, load_model(DEFAULT_MODEL), load_held_out(DEFAULT_MODEL), complaints=counted)
    folder = tmp_path / "adapted"
    shutil.copytree(DEFAULT_MODEL, folder)
    save_adapted(folder, tilts)
    posts = [Post(text) for text in stream]
    before, after = load().classify(posts), load(folder).classify(posts)
    means = [float(np.mean([triage.complaint for triage in triages])) for triages in (before, after)]
    assert abs(means[1] - 1 / 6) < min(0.05, abs(means[0] - 1 / 6))
    assert load(folder).cutoffs != load().cutoffs
    assert after[0].model.startswith(before[0].model + "-")
    manifest = read_manifest(folder)
    assert manifest.adapted is not None and manifest.adapted.after < manifest.adapted.before


def test_a_handful_of_posts_says_nothing_about_a_stream() -> None:
    with pytest.raises(AdaptationError, match="200 are needed"):
        tilts_of(["pani nahi aaya"] * 199, load_model(DEFAULT_MODEL), load_held_out(DEFAULT_MODEL))
