"""What all tests share. What is not here is skipped loudly, and fails where everything is required."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PROJECT = Path(__file__).resolve().parent.parent
REAL_POSTS = PROJECT.parent / "shared" / "data"
pytest_plugins = ("tests.services", "tests.offices", "tests.x_server")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("project")


def missing(what: str, how: str) -> None:
    """Skips, saying how to get what is missing; fails where everything is required."""
    message = f"{what} is not here: {how}"
    if os.environ.get("SUNWAI_TEST_REQUIRE_ALL"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def real_posts() -> Path:
    """The folder of real posts, for measuring only; it lies beside the project where there is one."""
    if not REAL_POSTS.is_dir():
        pytest.skip(f"no real posts beside the project: put them at {REAL_POSTS}")
    return REAL_POSTS


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing("a browser", "install Debian's package chromium")
    assert found is not None
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start processes come first: they take minutes, and what is quick fills up the end."""
    slow = {item.path for item in items if item.get_closest_marker("process")}
    items.sort(key=lambda item: item.path not in slow)
