"""A command loads what it needs, and finds all that the whole application has."""

import subprocess
import sys

import pytest
from typer.main import get_group

from sunwai.cli import app_of, whole_app


@pytest.mark.parametrize("name", sorted(get_group(whole_app()).commands))
def test_a_command_is_the_same_alone_as_among_all(name: str) -> None:
    alone, among = get_group(app_of([name])).commands[name], get_group(whole_app()).commands[name]
    assert [each.name for each in alone.params] == [each.name for each in among.params]


@pytest.mark.parametrize("words", [[], ["--help"], ["nonsense"]])
def test_what_is_no_command_is_told_all_of_them(words: list[str]) -> None:
    assert set(get_group(app_of(words)).commands) == set(get_group(whole_app()).commands)


@pytest.mark.parametrize("name", ["worker", "status", "cases"])
def test_what_need_not_classify_loads_neither_classifier_nor_web_framework(name: str) -> None:
    code = f"import sys, sunwai.cli; sunwai.cli.app_of(['{name}']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"scipy", "fastapi", "classifiers.api"} & set(loaded)
