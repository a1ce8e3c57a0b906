"""The daily anchor: one signed line a day in a file outside the store, over every case's history.

Whoever can write to the store can make a whole new history that holds in itself; it will not meet an anchor that lies
elsewhere. Copy the file to where the store's operators cannot write.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from queues.audit import all_cases, root_of
from queues.case_retention import last_hashes
from queues.state import StateStore
from queues.store import CaseStore
from schemas.base import Utc, Value

__all__ = ["Anchor", "Anchors"]

SETTLING = timedelta(minutes=10)
"""An anchor is of what was written so long ago: no write from before is still on its way."""


class Anchor(Value):
    """``root`` over ``cases`` histories as they stood at ``until``; the signature (Ed25519, hex) is over the rest."""

    until: Utc
    cases: int
    root: str
    signature: str = ""

    def message(self) -> bytes:
        return json.dumps([self.until.isoformat(), self.cases, self.root]).encode()


class Anchors:
    """``path`` is the file of anchors, ``key`` what signs them."""

    def __init__(self, path: Path, key: Ed25519PrivateKey):
        self._path = path
        self._key = key

    def add_daily(self, store: CaseStore, state: StateStore, now: datetime) -> Anchor | None:
        """Writes today's anchor (UTC) unless it is there; reads every case once. May raise StoreDownError."""
        until = now - SETTLING
        latest = [*self.read()][-1:]
        if latest and latest[0].until.date() == until.date():  # not >=: a clock that was ahead for once stops none
            return None
        cases, root = root_of(all_cases(store), last_hashes(store, state), until)
        anchor = Anchor(until=until, cases=cases, root=root)
        signed = anchor.model_copy(update={"signature": self._key.sign(anchor.message()).hex()})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{self._unended()}{signed.model_dump_json()}\n")
            file.flush()
            os.fsync(file.fileno())
        return signed

    def read(self) -> Iterator[Anchor]:
        """Those that are whole: a line may have been cut off by a full disk or a kill."""
        yield from (anchor for line in self._lines() if (anchor := _anchor(line)) is not None)

    def _lines(self) -> Iterator[str]:
        if self._path.exists():
            with self._path.open(encoding="utf-8", errors="replace") as file:
                yield from (line for line in file if line.strip())

    def _unended(self) -> str:
        """What ends a line that was cut off, so that it spoils no other."""
        last = [*self._lines()][-1:]
        return "\n" if last and not last[0].endswith("\n") else ""

    def faults(self, store: CaseStore, state: StateStore) -> Iterator[str]:
        """What is wrong with the newest anchor, or with the cases as they stood at it. Reads every case once."""
        for number, line in enumerate(self._lines(), start=1):
            if _anchor(line) is None:
                yield f"anchors: entry {number} is none: it was cut off while it was written, or changed"
        latest = [*self.read()][-1:]
        for anchor in latest:
            where = f"anchor of {anchor.until.isoformat()}"
            try:
                self._key.public_key().verify(bytes.fromhex(anchor.signature), anchor.message())
            except (InvalidSignature, ValueError):
                yield f"{where}: its signature is not ours"
                return
            cases, root = root_of(all_cases(store), last_hashes(store, state), anchor.until)
            if cases != anchor.cases:
                yield f"{where}: it is over {anchor.cases} cases, now {cases} have a history from then"
            elif root != anchor.root:
                yield f"{where}: the histories are not those of then"


def _anchor(line: str) -> Anchor | None:
    try:
        return Anchor.model_validate_json(line)
    except ValidationError:
        return None
