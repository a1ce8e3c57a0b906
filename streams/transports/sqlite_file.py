"""The file of the embedded log: how it is opened, its tables, its numbered migrations, its transactions."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from streams.log import LogDownError, LogFullError

__all__ = ["PAGE_BYTES", "SCHEMA_VERSION", "LogFile", "create"]

PAGE_BYTES = 8192
"""A few events a page. Of 4, 8 and 16 kB the smallest file, at equal speed."""

BUSY_SECONDS = 30.0
"""How long a writer waits for the transactions of other processes, each of which takes milliseconds."""

WAL_BYTES = 16 * 1024 * 1024
"""At this size the write-ahead log is copied back into the file, so it stays about as large."""

MIGRATIONS = (
    """
    CREATE TABLE topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE partitions (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL REFERENCES topics (name),
        number INTEGER NOT NULL,
        next INTEGER NOT NULL DEFAULT 0,  -- outlives the events, so that offsets never start again
        UNIQUE (topic, number)
    );
    CREATE TABLE log (
        id INTEGER PRIMARY KEY,           -- partition id << 40 | offset
        ts REAL NOT NULL,                 -- seconds since 1970
        key BLOB,
        sealed BLOB                       -- headers and value, encrypted; NULL: erased
    );
    CREATE TABLE seals (
        id INTEGER PRIMARY KEY,           -- log.id >> 9
        keys BLOB NOT NULL                -- padding of a page, then a key for each of 512 events
    );
    CREATE TABLE refs (ref TEXT, event INTEGER, PRIMARY KEY (ref, event)) WITHOUT ROWID;
    CREATE TABLE subscriptions (grp TEXT, topic TEXT, PRIMARY KEY (grp, topic)) WITHOUT ROWID;
    CREATE TABLE commits (grp TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (grp, partition))
        WITHOUT ROWID;
    """,
)
"""Statements that take a file from version n to n + 1. One that was released is never changed: add another."""

SCHEMA_VERSION = len(MIGRATIONS)


class LogFile:
    """One connection to the file, which threads share under its lock.

    Raises LogFullError when the disk has no room, LogDownError for any other failure, naming the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with _log_errors(path):
            self._db = _connect(path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Writes all or nothing; it is on the disk once this returns."""
        with self._begun("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Reads one state of the file in several statements."""
        with self._begun("BEGIN") as db:
            yield db

    @contextmanager
    def _begun(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, _log_errors(self.path):
            self._db.execute(begin)
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Runs one statement by itself and gives all its rows."""
        with self._lock, _log_errors(self.path):
            return self._db.execute(statement, values).fetchall()

    def number(self, statement: str, values: Sequence[object] = ()) -> int | None:
        """The only number of the only row; None when there is no row or it is NULL."""
        rows = self.rows(statement, values)
        return int(rows[0][0]) if rows and rows[0][0] is not None else None

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Within this, a statement waits only a second for others."""
        with self._lock:
            self._db.execute("PRAGMA busy_timeout=1000")
            try:
                yield
            finally:
                self._db.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")

    def close(self) -> None:
        with self._lock:
            self._db.close()


def create(path: Path) -> None:
    """Makes the file where it is missing, for its owner alone, and brings it to this version.

    Raises LogDownError when it cannot be written, ValueError when a newer version of the program made it.
    """
    with _log_errors(path), _alone(path):
        if not path.exists():  # one that is there must not be opened past SQLite: closing it would drop its locks
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(_connect(path)) as db:
            _migrate(path, db)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (
            "synchronous=FULL",
            "secure_delete=ON",
            f"wal_autocheckpoint={WAL_BYTES // PAGE_BYTES}",
            f"journal_size_limit={2 * WAL_BYTES}",
            "temp_store=MEMORY",
        ):
            db.execute(f"PRAGMA {pragma}")
    except BaseException:
        db.close()
        raise
    return db


def _migrate(path: Path, db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise ValueError(
            f"{path} has schema version {version}, this program knows up to {SCHEMA_VERSION}: "
            "run the newer program that made it"
        )
    if version == 0:  # these can be chosen only before the first table
        db.execute(f"PRAGMA page_size={PAGE_BYTES}")
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")
        db.execute("PRAGMA journal_mode=WAL")
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {statements} PRAGMA user_version={number}; COMMIT;")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keeps two processes that start at once from both making the tables."""
    file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


@contextmanager
def _log_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        kind = LogFullError if code == sqlite3.SQLITE_FULL else LogDownError
        raise kind(f"{path}: {error}") from error
    except OSError as error:
        raise LogDownError(f"{path}: {error.strerror}") from error
