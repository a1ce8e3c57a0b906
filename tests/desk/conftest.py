import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.office import Office


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store file that has the accounts and nothing else, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("people") / "cases.db"
    Office(path).close()
    return path


@pytest.fixture
def office(tmp_path: Path, peopled: Path) -> Iterator[Office]:
    found = Office(Path(shutil.copy(peopled, tmp_path)))
    yield found
    found.close()
