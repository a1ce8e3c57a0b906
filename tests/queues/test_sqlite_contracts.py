"""The embedded stores keep the contracts of both protocols."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from queues.sqlite import SqliteCaseStore, SqliteStateStore
from tests.contracts.attachments import AttachmentsContract
from tests.contracts.case_store import CaseStoreContract
from tests.contracts.state_store import StateStoreContract
from tests.contracts.tallies import TallyContract


class TestSqliteCaseStore(CaseStoreContract, TallyContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteCaseStore]:
        store = SqliteCaseStore(tmp_path / "cases.db")
        yield store
        store.close()


class TestSqliteStateStore(StateStoreContract):
    @pytest.fixture
    def state(self, tmp_path: Path) -> Iterator[SqliteStateStore]:
        state = SqliteStateStore(tmp_path / "cases.db")
        yield state
        state.close()


class TestSqliteAttachments(AttachmentsContract):
    @pytest.fixture
    def state(self, tmp_path: Path) -> Iterator[SqliteStateStore]:
        state = SqliteStateStore(tmp_path / "cases.db")
        yield state
        state.close()
