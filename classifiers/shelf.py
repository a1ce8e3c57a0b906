"""Puts a new model in a folder's place and takes the old one back. The folder always holds one whole model.

The one before lies beside it in ``NAME.previous``; a new one is made in ``NAME.new`` and moved when it is whole.
"""

import shutil
from pathlib import Path

from classifiers.model_files import ModelError

__all__ = ["put_in_place", "room_for_new", "take_back"]


def room_for_new(folder: Path) -> Path:
    """An empty folder beside ``folder``, to make its next model in."""
    new = _beside(folder, "new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    return new


def put_in_place(folder: Path) -> None:
    """Let the model of ``room_for_new`` take ``folder``; what was there becomes the previous one."""
    _move_in(folder, _beside(folder, "new"), _beside(folder, "previous"))


def take_back(folder: Path) -> None:
    """Let the previous model take ``folder`` again, and keep the present one as the previous. Raises ModelError where
    there is none."""
    previous, aside = _beside(folder, "previous"), _beside(folder, "aside")
    if not (previous / "manifest.json").is_file():
        raise ModelError(f"{previous}: holds no model to take back")
    shutil.rmtree(aside, ignore_errors=True)
    previous.rename(aside)
    _move_in(folder, aside, previous)


def _move_in(folder: Path, model: Path, previous: Path) -> None:
    if folder.exists():
        if not (folder / "manifest.json").exists() and any(folder.iterdir()):
            raise ModelError(f"{folder}: holds something that is no model: name another folder")
        shutil.rmtree(previous, ignore_errors=True)
        folder.rename(previous)
    model.rename(folder)


def _beside(folder: Path, what: str) -> Path:
    whole = folder.resolve()
    return whole.with_name(f"{whole.name}.{what}")
