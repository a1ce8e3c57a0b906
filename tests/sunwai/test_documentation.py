"""The documentation is complete: every setting, metric, directory key and command is in it."""

import re

import pytest
import typer
from prometheus_client import Counter, Histogram
from typer.main import get_command

from schemas.directory import Directory
from streams import metrics
from sunwai.cli import whole_app
from sunwai.metrics_endpoint import LAG_METRIC
from sunwai.settings import Settings
from tests.conftest import PROJECT

CONFIGURATION = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
COMMANDS = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`SUNWAI_{name.upper()}`" in CONFIGURATION


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = set(re.findall(r"`SUNWAI_([A-Z_]+)`", CONFIGURATION))
    assert {name for name in documented if not name.startswith("SOURCE_")} == {
        name.upper() for name in Settings.model_fields
    }


def test_every_metric_of_the_worker_is_documented() -> None:
    declared = [value for value in vars(metrics).values() if isinstance(value, Counter | Histogram)]
    names = {next(iter(m.describe())).name + ("_total" if isinstance(m, Counter) else "") for m in declared} | {
        LAG_METRIC[0]
    }
    assert all(f"`{name}`" in CONFIGURATION for name in names | {LAG_METRIC[0]})


@pytest.mark.parametrize("key", sorted(set(Directory.model_fields) - {"version"}))
def test_every_key_of_the_directory_is_documented(key: str) -> None:
    assert f"`{key}`" in CONFIGURATION


def commands(command: typer.core.TyperGroup, prefix: str = "sunwai") -> list[str]:
    found = []
    for name, child in command.commands.items():
        if isinstance(child, typer.core.TyperGroup):
            found += commands(child, f"{prefix} {name}")
        else:
            found.append(f"{prefix} {name}")
    return found


def test_every_command_is_documented() -> None:
    group = get_command(whole_app())
    assert isinstance(group, typer.core.TyperGroup)
    missing = [command for command in commands(group) if f"`{command}" not in COMMANDS]
    assert missing == []
