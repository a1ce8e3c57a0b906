"""An encoder in its place: tuned, exported and asked for real, and refused with a reason where it cannot be."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from classifiers import encoder_export
from classifiers.api import Classifier, Post, load
from classifiers.corpus import Row, shipped_test, shipped_training
from classifiers.cues import is_bare
from classifiers.encoder_export import ExportError
from classifiers.encoder_files import FILES, EncoderUse, Stage, open_encoder
from classifiers.encoder_net import open_base
from classifiers.encoder_plan import Plan
from classifiers.encoder_training import train_encoder
from classifiers.model_files import ModelError
from classifiers.pieces import words_of
from classifiers.reading import read
from classifiers.train import TrainingError, train
from queues.directory_file import load_directory
from tests.classifiers.test_classifier import JUNK
from tests.classifiers.tiny_encoder import make_tiny_encoder
from tests.conftest import PROJECT

ROWS = random.Random(0).sample([row for row in shipped_training() if row.batch < "w"], 300)
"""Batches that are written later change nothing here."""

PLAN = Plan(epochs=4, batch=8, rate=6e-3, folds=2, seed=3)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linear")
    train(ROWS, folder)
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("base"), ROWS)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory, base: Path, linear: Path) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    train_encoder(ROWS, open_base(str(base)), folder, first=linear, plan=PLAN)
    return folder


@pytest.fixture(scope="module")
def alone(encoder: Path) -> Classifier:
    return load(None, None, EncoderUse(encoder, "only"))


POSTS = [Post(row.text) for row in shipped_test()[::9]]


def test_it_learns_what_a_complaint_is(alone: Classifier) -> None:
    """A few hundred rows teach a few thousand weights little, but posts that it never saw are ranked by it."""
    asked = [row for row in shipped_test()[::5] if row.complaint]
    triages = alone.classify([Post(row.text) for row in asked])
    ranked = roc_auc_score([row.complaint == "yes" for row in asked], [triage.complaint for triage in triages])
    assert ranked > 0.7
    assert {triage.model for triage in triages} == {alone.version}
    assert alone.version.startswith("encoder-")


def test_the_same_seed_gives_the_same_decisions(
    alone: Classifier, base: Path, linear: Path, encoder: Path, tmp_path: Path
) -> None:
    train_encoder(ROWS, open_base(str(base)), tmp_path, first=linear, plan=PLAN)
    assert load(None, None, EncoderUse(tmp_path, "only")).classify(POSTS) == alone.classify(POSTS)
    for name in (*FILES, "manifest.json"):
        assert (tmp_path / name).read_bytes() == (encoder / name).read_bytes(), name


def test_behind_a_linear_model_it_judges_what_that_one_is_unsure_of(encoder: Path, linear: Path) -> None:
    first, both = load(linear), load(linear, None, EncoderUse(encoder))
    second = load(linear, None, EncoderUse(encoder, "only"))
    before, after, by_encoder = first.classify(POSTS), both.classify(POSTS), second.classify(POSTS)
    assert both.version == f"{first.version}+{second.version}"
    unsure = [triage.needs_human and not is_bare(read(post.text)) for triage, post in zip(before, POSTS, strict=True)]
    assert 0 < sum(unsure) < len(POSTS)
    for asked, old, new, other in zip(unsure, before, after, by_encoder, strict=True):
        assert new.model == both.version
        expected = other if asked else old
        left_out = {"model", "needs_human", "urgency", "sensitivity"}  # cut-offs of the encoder are others behind it
        assert new.model_dump(exclude=left_out) == expected.model_dump(exclude=left_out)
        assert asked or new.needs_human == old.needs_human
        assert {*old.sensitivity} <= {*new.sensitivity}


def test_any_text_gets_an_answer(alone: Classifier, encoder: Path) -> None:
    noise = random.Random(3)
    junk = [*JUNK, *("".join(chr(noise.randrange(1, 0xD7FF)) for _ in range(300)) for _ in range(20))]
    for classifier in (alone, load(None, None, EncoderUse(encoder))):
        triages = classifier.classify([Post(text) for text in junk])
        assert len(triages) == len(junk)
        for triage in triages[:7]:
            assert (triage.language, triage.is_complaint, triage.needs_human) == ("und", False, True)


def test_a_post_is_judged_the_same_beside_others(alone: Classifier) -> None:
    assert [alone.classify([post])[0] for post in POSTS[:30]] == alone.classify(POSTS[:30])


def test_what_its_words_add_is_the_decision(encoder: Path) -> None:
    """All that the pieces add, in the mean, and a constant of the head are the logit: nothing else carries it."""
    readings = [read(post.text) for post in POSTS[:20]]
    weighed = open_encoder(encoder).encoder.weigh(readings)
    added = np.zeros_like(weighed.logits)
    np.add.at(added, weighed.post, weighed.added)
    rest = weighed.logits - added
    assert np.abs(rest - rest[0]).max() < 1e-5
    ends = np.cumsum([0, *(len(reading.tokens) for reading in readings)])
    columns = np.zeros(len(readings), dtype=np.int64)
    columns[3] = -1
    of_tokens = np.add.reduceat(weighed.pulls(columns, int(ends[-1])), ends[:-1])
    for place in range(len(readings)):
        of_marks = weighed.added[(weighed.post == place) & (weighed.token < 0), 0].sum()
        expected = 0.0 if place == 3 else weighed.logits[place, 0] - rest[0, 0] - of_marks
        assert of_tokens[place] == pytest.approx(expected, abs=1e-4), "of the tokens of this post, and of its column"


def test_it_sees_no_number_and_no_handle() -> None:
    words = " ".join(words_of(read("@asha_k call 9000000321, PNR 4521234567, https://t.co/x @SundarpurPolice")))
    assert not {"9000000321", "4521234567", "asha", "sundarpur", "t.co"} & {*words.split()}
    assert "@user" in words and "@office" in words and "http" in words


def test_a_graph_that_says_something_else_is_not_written(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bounds that int8 keeps are narrowed until it cannot: rounding to eight bits always shows."""
    rows = ROWS[:60]
    train(rows, tmp_path / "linear")
    monkeypatch.setitem(encoder_export.CLOSE, "int8", (1e-9, 1.0))
    with pytest.raises(ExportError, match="--precision float32"):
        train_encoder(
            rows, open_base(str(base)), tmp_path / "out", first=tmp_path / "linear", plan=Plan(epochs=1, folds=2)
        )
    assert not (tmp_path / "out").exists()


def test_an_encoder_that_no_file_can_hold_is_refused_before_it_is_tuned(
    base: Path, linear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a thousand bytes stands for one of two gigabytes."""
    monkeypatch.setattr(encoder_export, "MOST_BYTES", 1000)
    steps: list[str] = []
    with pytest.raises(ExportError, match="an ONNX file cannot hold them"):
        train_encoder(
            ROWS,
            open_base(str(base)),
            tmp_path / "out",
            first=linear,
            progress=lambda what, done, total: steps.append(what),
        )
    assert steps == []
    assert not (tmp_path / "out").exists()


def test_a_linear_model_of_other_rows_cannot_come_first(base: Path, linear: Path, tmp_path: Path) -> None:
    rows = [*ROWS[1:], Row(text="pani kab aayega", complaint="yes")]
    with pytest.raises(TrainingError, match="not made from these rows"):
        train_encoder(rows, open_base(str(base)), tmp_path, first=linear)


def _without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _without_graph(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def _of_other_weights(folder: Path) -> None:
    content = bytearray((folder / "model.onnx").read_bytes())
    content[-100] ^= 1
    (folder / "model.onnx").write_bytes(content)


def _of_another_form(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["heads"] = manifest["heads"][:-1]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _of_a_future_format(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 2}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without_manifest, "manifest.json: not the manifest of an encoder"),
        (_of_a_future_format, "manifest.json: not the manifest of an encoder"),
        (_without_graph, "model.onnx: cannot be read"),
        (_of_other_weights, "model.onnx: is not the file that its manifest describes"),
        (_of_another_form, "columns, its heads need"),
    ],
)
def test_a_folder_that_is_no_encoder_is_named(encoder: Path, tmp_path: Path, spoil: object, said: str) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(encoder, folder)
    assert callable(spoil)
    spoil(folder)
    with pytest.raises(ModelError, match=said):
        load(None, None, EncoderUse(folder))


def test_an_encoder_that_is_not_here_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no encoder on this machine"):
        open_base("sundarpur/no-such-encoder")
    with pytest.raises(ModelError, match="no encoder on this machine"):
        open_base(str(tmp_path))


def _sunwai(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sunwai", *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.process
@pytest.mark.parametrize("stage", ["second", "only"])
def test_the_setting_puts_it_to_work(encoder: Path, linear: Path, tmp_path: Path, stage: Stage) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text("\n".join(json.dumps({"id": n, "text": post.text}) for n, post in enumerate(POSTS)))
    models = {"SUNWAI_MODEL": str(linear), "SUNWAI_ENCODER": str(encoder), "SUNWAI_ENCODER_STAGE": stage}
    done = _sunwai("classify", "--input", str(posts), **models)
    assert done.returncode == 0, done.stderr
    directory = load_directory(PROJECT / "departments.yaml")
    expected = load(linear, directory, EncoderUse(encoder, stage)).classify(POSTS)
    said = [json.loads(line)["complaint"] for line in done.stdout.splitlines()]
    assert said == pytest.approx([triage.complaint for triage in expected])


@pytest.mark.process
def test_a_worker_does_not_start_with_a_folder_that_is_none(linear: Path, tmp_path: Path) -> None:
    done = _sunwai("worker", "--until-idle", SUNWAI_ENCODER=str(linear), SUNWAI_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "not the manifest of an encoder made by sunwai train --encoder" in " ".join(done.stderr.split())


def test_serving_needs_no_torch(encoder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from classifiers.api import EncoderUse, Post, load; "
        f"load(None, None, EncoderUse(Path({str(encoder)!r}))).classify([Post('pani nahi aaya')]); "
        "sys.exit(bool({'torch', 'transformers', 'onnx'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
