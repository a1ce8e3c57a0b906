"""What sources delivered, as it came: encrypted files in a folder, for a short time and up to a size.

A file holds an hour at most: a salt, then records, each its length (4 bytes) and AES-256-GCM (NIST SP 800-38D) over
moment, origin and bytes. A file's own key is made from the recording key and its salt (HKDF, RFC 5869), and a record's
nonce is its number: none is used twice, and a record that was changed, left out or moved is seen. Only that a file ends
too early is not, since a kill does that too.
"""

import os
import secrets
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["Recorded", "Recording", "RecordingError", "clear", "read_recording"]

_MAGIC = b"SUNWAI1\n"
_SALT_BYTES = 16
_LENGTH_BYTES = 4
_LONGEST = 16 * 1024 * 1024
_SUFFIX = ".rec"
_FILE_BYTES = 16 * 1024 * 1024
_FILE_LASTS = timedelta(hours=1)
_STAMP = "%Y%m%dT%H%M%S.%fZ"
"""When a file was begun is the start of its name; its number among those of its process comes next."""

_log = structlog.get_logger()


class RecordingError(Exception):
    """A recording that cannot be read; the message names the file."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came in one piece: ``origin`` says by which way (``x/stream``, ``ingest/{source}``)."""

    at: datetime
    origin: str
    raw: bytes


@dataclass
class Recording:
    """A ``Keeper``: writes to files of its own in ``folder``; may be used by several threads. Nothing is kept longer
    than ``hours``, nor more than ``most_bytes`` in all: the oldest files go first."""

    folder: Path
    key: bytes = field(repr=False)
    clock: Callable[[], datetime]
    hours: float
    most_bytes: int
    _file: "_File | None" = None
    _files: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, origin: str, pieces: Sequence[bytes]) -> None:
        """What cannot be written is logged: a full disk for recordings must not stop what is recorded."""
        try:
            with self._lock:
                self._current().write([Recorded(self.clock(), origin, raw) for raw in pieces])
        except OSError as error:
            _log.error("recording_failed", origin=origin, error=error.strerror)

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _current(self) -> "_File":
        now = self.clock()
        if self._file is not None and not self._file.is_full(now):
            return self._file
        if self._file is not None:
            self._file.close()
        clear(self.folder, now, self.hours, self.most_bytes)
        self._files += 1
        self._file = _File(self.folder, self.key, now, self._files)
        return self._file


class _File:
    """One file that is being written."""

    def __init__(self, folder: Path, key: bytes, now: datetime, number: int):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        salt = secrets.token_bytes(_SALT_BYTES)
        self._since, self._number, self._cipher = now, 0, _cipher(key, salt)
        name = f"{now:{_STAMP}}-{number:06}-{secrets.token_hex(4)}{_SUFFIX}"
        self._file = open(folder / name, "xb", opener=_private)  # noqa: SIM115 - closed when it is full
        self._write(_MAGIC + salt)

    def write(self, pieces: Sequence[Recorded]) -> None:
        self._write(b"".join(self._sealed(each) for each in pieces))

    def is_full(self, now: datetime) -> bool:
        return self._file.tell() >= _FILE_BYTES or now - self._since >= _FILE_LASTS

    def close(self) -> None:
        self._file.close()

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._file.flush()

    def _sealed(self, each: Recorded) -> bytes:
        plain = f"{each.at.isoformat()} {each.origin}\n".encode() + each.raw
        sealed = self._cipher.encrypt(_nonce(self._number), zlib.compress(plain, 1), None)
        self._number += 1
        return len(sealed).to_bytes(_LENGTH_BYTES) + sealed


def read_recording(folder: Path, key: bytes) -> Iterator[Recorded]:
    """All that is kept in ``folder``, in the order in which it came, also where several processes wrote at once; only
    files that overlap are open at the same time. Raises RecordingError."""
    waiting = deque(sorted(folder.glob(f"*{_SUFFIX}")))
    if not waiting:
        raise RecordingError(f"{folder}: there is no recording in it")
    going: list[tuple[datetime, str, Recorded, Iterator[Recorded]]] = []
    while waiting or going:
        if waiting and (not going or waiting[0].name <= f"{going[0][0]:{_STAMP}}~"):
            path = waiting.popleft()
            _push(going, path.name, _records(path, key))
        else:
            _, name, record, rest = heappop(going)
            yield record
            _push(going, name, rest)


def _push(going: list[tuple[datetime, str, Recorded, Iterator[Recorded]]], name: str, rest: Iterator[Recorded]) -> None:
    """``name`` decides between two of the same moment: no two are alike."""
    if (record := next(rest, None)) is not None:
        heappush(going, (record.at, name, record, rest))


def clear(folder: Path, now: datetime, hours: float, most_bytes: int = 0) -> int:
    """Removes files begun more than ``hours`` ago, then the oldest until one more fits into ``most_bytes`` (0: however
    many there are). Returns how many went."""
    oldest = f"{now - timedelta(hours=hours):{_STAMP}}"
    paths = sorted(folder.glob(f"*{_SUFFIX}"))
    gone = [path for path in paths if path.name < oldest]
    left = [(path, size) for path in paths if path.name >= oldest and (size := _size(path)) is not None]
    total = sum(size for _, size in left)
    for path, size in left if most_bytes else ():
        if total + _FILE_BYTES <= most_bytes:
            break
        gone.append(path)
        total -= size
    for path in gone:
        path.unlink(missing_ok=True)  # another process clears too
    return len(gone)


def _records(path: Path, key: bytes) -> Iterator[Recorded]:
    with path.open("rb") as file:
        start = file.read(len(_MAGIC) + _SALT_BYTES)
        if not start.startswith(_MAGIC):
            raise RecordingError(f"{path}: this is no recording")
        cipher = _cipher(key, start[len(_MAGIC) :])
        number = 0
        while length := int.from_bytes(file.read(_LENGTH_BYTES)):
            if length > _LONGEST:
                raise RecordingError(f"{path}: record {number + 1}: damaged")
            sealed = file.read(length)
            if len(sealed) < length:
                return  # a kill while it was written
            yield _opened(path, cipher, sealed, number)
            number += 1


def _opened(path: Path, cipher: AESGCM, sealed: bytes, number: int) -> Recorded:
    try:
        plain = zlib.decompress(cipher.decrypt(_nonce(number), sealed, None))
    except InvalidTag as error:
        raise RecordingError(f"{path}: record {number + 1}: made with another key, or changed since") from error
    head, _, raw = plain.partition(b"\n")
    at, _, origin = head.decode().partition(" ")
    return Recorded(datetime.fromisoformat(at), origin, raw)


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"sunwai recording").derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)


def _size(path: Path) -> int | None:
    """None when another process has removed it."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
