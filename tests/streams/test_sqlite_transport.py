"""The embedded transport: the contract, and what only it promises."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from streams.transports import sqlite
from streams.transports.sqlite_log import SqliteLog
from tests.contracts.transport import Broker, TransportContract
from tests.contracts.transport_worker import broker_for

sqlite.register()


class SqliteBroker:
    topic = "test"
    takeover_seconds = 3.0

    def __init__(self, path: Path) -> None:
        self.url = broker_for(path)
        self.log = SqliteLog(path, partitions=4, retention=timedelta(days=7), max_bytes=1 << 30)
        self.log.create_topic(self.topic)

    def committed(self, group: str) -> dict[int, int]:
        found = {partition: self.log.committed(group, self.topic, partition) for partition in range(4)}
        return {partition: offset for partition, offset in found.items() if offset is not None}

    def total_lag(self, group: str) -> int:
        return sum(lag.lag for lag in self.log.lags() if lag.group == group)


class TestSqliteTransport(TransportContract):
    @pytest.fixture
    def broker(self, tmp_path: Path) -> Iterator[Broker]:
        broker = SqliteBroker(tmp_path / "log.db")
        yield broker
        broker.log.close()
