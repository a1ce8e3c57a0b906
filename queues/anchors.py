"""The daily anchor: one signed line a day in a file outside the store, over every case's history.

Whoever can write to the store can make a whole new history that holds in itself; it will not meet an anchor that lies
elsewhere. Copy the file to where the store's operators cannot write.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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
        if latest and latest[0].until.date() >= until.date():
            return None
        cases, root = root_of(all_cases(store), last_hashes(store, state), until)
        anchor = Anchor(until=until, cases=cases, root=root)
        signed = anchor.model_copy(update={"signature": self._key.sign(anchor.message()).hex()})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(signed.model_dump_json() + "\n")
        return signed

    def read(self) -> Iterator[Anchor]:
        if self._path.exists():
            with self._path.open(encoding="utf-8") as file:
                yield from (Anchor.model_validate_json(line) for line in file if line.strip())

    def faults(self, store: CaseStore, state: StateStore) -> Iterator[str]:
        """What is wrong with the newest anchor, or with the cases as they stood at it. Reads every case once."""
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
