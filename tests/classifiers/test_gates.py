"""A new model takes the old one's place only if it is not worse, whole or not at all, and the old one can come back."""

import random
from pathlib import Path

import pytest

from classifiers.api import load
from classifiers.corpus import shipped_test, shipped_training
from classifiers.gates import passed
from classifiers.model_files import ModelError, read_manifest
from classifiers.shelf import put_in_place, room_for_new, take_back
from classifiers.train import train


@pytest.fixture(scope="module")
def poor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a hundred rows."""
    folder = tmp_path_factory.mktemp("poor")
    train(random.Random(0).sample(shipped_training(), 100), folder)
    return folder


def test_a_worse_model_is_refused_at_every_gate_and_the_better_one_is_not(poor: Path) -> None:
    rows = shipped_test()[::3]
    better, worse = load(), load(poor)
    refused = passed(rows, better, worse)
    assert [result.gate for result in refused] == ["complaint F1", "type macro-F1", "critical recall"]
    assert not any(result.open for result in refused)
    assert all(result.open for result in passed(rows, worse, better))


def test_a_model_is_not_worse_than_itself() -> None:
    classifier = load()
    results = passed(shipped_test()[::9], classifier, classifier)
    assert all(result.open and result.old == result.new for result in results)


def _put(folder: Path, seed: int) -> None:
    train(random.Random(0).sample(shipped_training(), 60), room_for_new(folder), seed=seed)
    put_in_place(folder)


def test_the_model_before_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    _put(folder, 1)
    with pytest.raises(ModelError):
        take_back(folder)
    _put(folder, 2)
    assert read_manifest(folder).seed == 2
    take_back(folder)
    assert read_manifest(folder).seed == 1
    take_back(folder)
    assert read_manifest(folder).seed == 2


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear sir")
    with pytest.raises(ModelError, match="no model"):
        _put(folder, 1)
    assert (folder / "letter.txt").exists()
