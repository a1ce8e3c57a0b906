"""The state store on SQLite."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from queues.bounds import MANY, at_most
from queues.sqlite.database import Database, json_list
from queues.state import AlreadyExistsError, StaleError, StateRecord, json_object

__all__ = ["SqliteStateStore"]

_COLUMNS = "kind, id, version, value, state"
_ADD = "INSERT INTO state (kind, id, version, state, value) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING"


class SqliteStateStore:
    """Keeps the StateStore protocol (queues/state.py) in the table ``state`` of a case file.

    For any number of threads and processes. Counts are kept by triggers, so ``count`` does not depend on how many
    records there are.
    """

    def __init__(self, path: Path):
        """Raises StoreFormatError for a file of another program or a newer format, StoreDownError."""
        self._database = Database(path)

    def create(self, kind: str, id: str, value: Mapping[str, Any], *, state: str = "") -> StateRecord:
        created = self.create_each(kind, {id: value}, state=state)
        if not created:
            raise AlreadyExistsError(f"{kind} {id!r} is there already")
        return created[0]

    def create_each(
        self, kind: str, values: Mapping[str, Mapping[str, Any]], *, state: str = ""
    ) -> Sequence[StateRecord]:
        at_most(len(values), "values")
        texts = {id: json_object(kind, id, value) for id, value in values.items()}
        with self._database.write() as connection:
            added = [id for id, text in texts.items() if connection.execute(_ADD, (kind, id, state, text)).rowcount]
        return [StateRecord(kind, id, 1, json.loads(texts[id]), state) for id in added]

    def get(self, kind: str, id: str) -> StateRecord | None:
        return self.get_many(kind, [id]).get(id)

    def get_many(self, kind: str, ids: Sequence[str]) -> dict[str, StateRecord]:
        at_most(len(ids), "ids")
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM state WHERE kind = ? AND id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (kind, json_list(ids)),
            ).fetchall()
        return {row[1]: _record(row) for row in rows}

    def replace(self, record: StateRecord, value: Mapping[str, Any], *, state: str | None = None) -> StateRecord:
        text = json_object(record.kind, record.id, value)
        state = record.state if state is None else state
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE state SET version = version + 1, state = ?, value = ? "
                "WHERE kind = ? AND id = ? AND version = ?",
                (state, text, record.kind, record.id, record.version),
            )
            if not changed.rowcount:
                raise _stale(record)
        return StateRecord(record.kind, record.id, record.version + 1, json.loads(text), state)

    def delete(self, record: StateRecord) -> None:
        with self._database.write() as connection:
            standing = connection.execute(
                "SELECT version FROM state WHERE kind = ? AND id = ?", (record.kind, record.id)
            ).fetchone()
            if standing is None:
                return
            if standing[0] != record.version:
                raise _stale(record)
            connection.execute("DELETE FROM state WHERE kind = ? AND id = ?", (record.kind, record.id))

    def delete_each(self, records: Sequence[StateRecord]) -> None:
        at_most(len(records), "records")
        with self._database.write() as connection:
            connection.executemany(
                "DELETE FROM state WHERE kind = ? AND id = ? AND version = ?",
                [(record.kind, record.id, record.version) for record in records],
            )

    def scan(self, kind: str, *, state: str | None = None, after: str = "", limit: int = 1000) -> Sequence[StateRecord]:
        """Raises ValueError for a limit outside 1..10,000."""
        if not 1 <= limit <= MANY:
            raise ValueError(f"limit {limit} is not between 1 and {MANY}")
        narrowed, values = ("", ()) if state is None else (" AND state = ?", (state,))
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM state WHERE kind = ?{narrowed} AND id > ? ORDER BY id LIMIT ?",  # noqa: S608
                (kind, *values, after, limit),
            ).fetchall()
        return [_record(row) for row in rows]

    def count(self, kind: str, *, state: str | None = None) -> int:
        narrowed, values = ("", ()) if state is None else (" AND state = ?", (state,))
        with self._database.read() as connection:
            (records,) = connection.execute(
                f"SELECT coalesce(sum(records), 0) FROM state_counts WHERE kind = ?{narrowed}",  # noqa: S608
                (kind, *values),
            ).fetchone()
        return int(records)

    def kinds(self) -> Sequence[str]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT DISTINCT kind FROM state_counts WHERE records > 0 ORDER BY kind"
            ).fetchall()
        return [kind for (kind,) in rows]

    def close(self) -> None:
        """Closes the file; the store is not used afterwards."""
        self._database.close()


def _record(row: tuple[str, str, int, str, str]) -> StateRecord:
    kind, id, version, value, state = row
    return StateRecord(kind, id, version, json.loads(value), state)


def _stale(record: StateRecord) -> StaleError:
    return StaleError(f"{record.kind} {record.id!r} has changed since version {record.version}")
