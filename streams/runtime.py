"""What the Faust apps run on, whichever transport it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SESSION_SECONDS", "Runtime"]

SESSION_SECONDS = 45.0
"""A worker that was not heard of for so long has its partitions given to others."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every app runs on. ``datadir`` is where Faust would keep tables; we have none, but it makes the folder.

    ``broker`` and ``credentials`` are Faust's. ``prefix`` stands before the names of topics and groups at the broker.
    ``session_seconds``: see SESSION_SECONDS. ``worker``: a name by which the broker knows this worker again when it
    comes back within a session, so that its partitions wait for it; empty: they are given to others at once when it
    stops, and after a session when it was killed.
    """

    broker: str | Sequence[str]
    datadir: Path
    patience_seconds: float
    credentials: Any = None
    prefix: str = ""
    session_seconds: float = SESSION_SECONDS
    worker: str = ""
