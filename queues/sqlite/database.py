"""One SQLite file: its settings, its connections, its transactions and its errors."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from queues.sqlite.migrations import APPLICATION_ID, MIGRATIONS
from queues.state import StoreDownError

__all__ = ["Database", "StoreFormatError", "json_list"]

_CHECKPOINT_PATIENCE_MS = 200

_MOST_IDLE = 8
"""Connections kept for the next reader: each keeps what it has read, and a burst of readers must not keep that for
good."""

_SETTINGS = (
    "synchronous = FULL",
    "secure_delete = ON",
    "temp_store = MEMORY",  # what is sorted must not reach a temporary file that nobody wipes
    "cache_size = -16000",  # kB for each connection; what is not in it is mostly in the system's own cache
    "journal_size_limit = 67108864",
    "wal_autocheckpoint = 8000",  # a page that changes often is written to the file less often
)

_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
"""Primary result codes that go away by waiting: somebody holds a lock, or the disk is full or unreachable."""


class StoreFormatError(Exception):
    """The file is not ours, or newer than this program: waiting does not help."""


class Database:
    """Connections to one file, for any number of threads.

    Readers borrow a connection each and are never held up by the writer (WAL); writers of this process take turns at
    one connection, and those of other processes at SQLite's own lock, for at most ``patience`` seconds.
    """

    def __init__(self, path: Path, *, patience: float = 10.0):
        """Opens or creates the file and brings its schema up to date.

        Raises StoreFormatError, or StoreDownError when the file cannot be opened.
        """
        self.path = path
        self._patience = patience
        self._write_lock = Lock()
        self._idle_lock = Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        _create_private(path)
        with _down_is_said(path):
            self._writer = self._connect()
            try:
                _prepare(self._writer, path, patience)
            except BaseException:
                self._writer.close()
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One snapshot: everything read inside is of the same moment."""
        with _down_is_said(self.path):
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block is left, undone when it raises."""
        with self._alone() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def checkpoint(self) -> bool:
        """Brings the log of writes into the file and empties it; False when a reader or writer was in the way.

        Writers are held up while it waits for readers, so it waits briefly.
        """
        with self._alone() as connection:
            connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_PATIENCE_MS}")
            try:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(self._patience * 1000)}")
            return not busy

    def give_free_pages_back(self, pages: int) -> bool:
        """Cuts up to ``pages`` unused pages off the file; True while more may be left."""
        with self._alone() as connection:
            # Not execute(): that takes only the first of the steps, which is one page.
            connection.executescript(f"PRAGMA incremental_vacuum({int(pages)})")
            (left,) = connection.execute("PRAGMA freelist_count").fetchone()
            return bool(left)

    def close(self) -> None:
        """Closes every connection; those that are in use as soon as they are given back."""
        with self._write_lock, self._idle_lock:
            self._closed = True
            for connection in (self._writer, *self._idle):
                connection.close()
            self._idle.clear()

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        with _down_is_said(self.path), self._write_lock:
            if self._closed:
                raise RuntimeError(f"{self.path} was closed")
            yield self._writer

    def _borrow(self) -> sqlite3.Connection:
        with self._idle_lock:
            if self._closed:
                raise RuntimeError(f"{self.path} was closed")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with self._idle_lock:
            if not self._closed and len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection


def json_list(values: Iterable[object]) -> str:
    """A list as one SQL value, for ``IN (SELECT value FROM json_each(?))``: one prepared statement for any length."""
    return json.dumps([*values])


@contextmanager
def _down_is_said(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the low byte is the primary code
        if code in _DOWN:
            raise StoreDownError(f"{path}: {error}") from error
        if code == sqlite3.SQLITE_NOTADB:
            raise StoreFormatError(f"{path} is no SQLite file") from error
        raise


def _create_private(path: Path) -> None:
    """What citizens wrote is nobody else's on this machine; SQLite gives its other files the same mode.

    A file that is there is never opened here: closing it again would drop the locks that this process holds on it
    through SQLite ("How To Corrupt An SQLite Database File", 2.2), and the next process to close would take itself for
    the last and remove a log of writes that is in use.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreDownError(f"{path}: {error.strerror}") from error


def _prepare(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    version = _version(connection, path)
    if version == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only counts before anything is written
    _use_wal(connection, patience)
    if version < len(MIGRATIONS):
        _migrate(connection, path)


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Changing the mode does not wait for other processes that open the file, so it is tried again here."""
    _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchone(), patience)


def _patiently(act: Callable[[], object], patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise StoreFormatError(f"{path} is a SQLite file of another program")
    if version > len(MIGRATIONS):
        raise StoreFormatError(
            f"{path} has format {version}; this program knows formats up to {len(MIGRATIONS)}: use a newer Sunwai"
        )
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """All steps that are missing, in one exclusive transaction: others wait, and a kill leaves the old format."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for step in MIGRATIONS[_version(connection, path) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
