"""One live member for each consumer group: a lock on a file, which the kernel frees when its process dies."""

import fcntl
import os
import weakref
from pathlib import Path
from urllib.parse import quote

__all__ = ["GroupLock"]


class GroupLock:
    """The right to be the member of ``group`` that reads the log at ``path``."""

    def __init__(self, path: Path, group: str) -> None:
        self._path = Path(f"{path}.{quote(group, safe='')}.lock")
        self._file: int | None = None

    def acquire(self) -> bool:
        """Takes the lock if nobody has it; does not wait. Raises OSError when the file cannot be made."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file).st_ino != self._path.stat().st_ino:  # somebody deleted the file we had opened
                raise BlockingIOError
        except (BlockingIOError, FileNotFoundError):
            os.close(file)
            return False
        self._file = file
        _HELD.add(self)
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


_HELD: weakref.WeakSet[GroupLock] = weakref.WeakSet()


def _forget_in_child() -> None:
    """A forked child would keep its parent's lock alive after the parent was killed."""
    for lock in list(_HELD):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)
