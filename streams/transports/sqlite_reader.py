"""Reading the embedded log."""

from collections.abc import Callable

from streams.log import LogDownError, Position, StoredEvent
from streams.transports.sqlite_file import LogFile
from streams.transports.sqlite_records import first_row, offset_of, row_of, unpack
from streams.transports.sqlite_seals import load_seals, open_seal

__all__ = ["LogReader"]

Row = tuple[int, float, bytes | None, bytes | None]


class LogReader:
    """Reads over a connection of its own, so that it waits for nobody and sees every process's appends.

    ``partition_id`` gives the id of a topic's partition and raises ValueError for one that is not there.
    """

    def __init__(self, file: LogFile, partition_id: Callable[[str, int], int]) -> None:
        self._file = file
        self._partition_id = partition_id

    def version(self) -> int:
        """A number that changes whenever anybody has written. Costs microseconds and no disk access."""
        return self._file.number("PRAGMA data_version") or 0

    def read(
        self, topic: str, partition: int, offset: int, *, limit: int = 500, max_bytes: int | None = None
    ) -> list[StoredEvent]:
        """Events from ``offset`` on: at most ``limit``, and no more once ``max_bytes`` of them are reached."""
        id = self._partition_id(topic, partition)
        with self._file.snapshot() as db:
            rows: list[Row] = []
            size = 0
            for row in db.execute(
                "SELECT id, ts, key, sealed FROM log WHERE id>=? AND id<? ORDER BY id LIMIT ?",
                (row_of(id, max(0, offset)), first_row(id + 1), limit),
            ):
                rows.append(row)
                size += len(row[3] or b"")
                if max_bytes is not None and size >= max_bytes:
                    break
            keys = load_seals(db, rows[0][0], rows[-1][0]) if rows else {}
        return [self._event(topic, partition, row, keys) for row in rows]

    def _event(self, topic: str, partition: int, row: Row, keys: dict[int, bytes]) -> StoredEvent:
        number, timestamp, key, sealed = row
        position = Position(topic, partition, offset_of(number))
        if sealed is None:
            return StoredEvent(position, key, None, timestamp, {})
        try:
            headers, value = unpack(open_seal(keys[number], sealed))
        except (KeyError, ValueError) as error:
            raise LogDownError(f"{self._file.path}: {position} cannot be read: {error}") from error
        return StoredEvent(position, key, value, timestamp, headers)

    def close(self) -> None:
        self._file.close()
