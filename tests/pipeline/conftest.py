from pathlib import Path

import pytest

from tests.pipeline.office import OfficeUnderTest


@pytest.fixture
def office(tmp_path: Path) -> OfficeUnderTest:
    return OfficeUnderTest(tmp_path / "office")
