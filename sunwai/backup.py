"""A copy of an office's stores in one file, made while the office works, and brought back into empty stores of either
kind.

The file is gzip of JSON lines: what it is, then every mention, complainant, case, join key and record of state, then
how many there are and SHA-256 over all before. What is filed while the copy is made may be in it in part: bringing it
back puts every triaged post of the log that has no record, or was filed just before or during the copy, on the log once
more, and filing mends the rest, since each of its steps can be done again. Join keys are copied after mentions: those
of every mention in the file are there. Deletions that the log still has are done again, too, so that no backup brings
back what was deleted since, and dead letters are listed again.

The office key is not in it: without the key sealed originals stay sealed.
"""

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desk.accounts import SESSION
from queues import tombstones
from queues.state import StateRecord, StateStore, every_record
from queues.store import CaseStore
from schemas.case import Case, Complainant, MentionRecord
from schemas.events import Deletion
from schemas.mention import post_key
from streams import topics
from streams.dead_letter_list import KIND as DEAD_LETTER
from streams.dead_letter_list import enlist
from streams.events import Received
from streams.groups import FILING
from streams.log import EventLog, StoredEvent
from sunwai.copying import (
    RECORDS_PAGE,
    ChangedMeanwhileError,
    again,
    count,
    pages,
    put_cases,
    put_claims,
    put_complainants,
    put_mentions,
    put_records,
)

__all__ = ["Backup", "BackupError", "make_backup", "restore"]

FORMAT = 1
MARK = "restore"
"""The kind of the one record by which stores know that a backup is being brought back into them."""
_MOVING, _DONE = "moving", "done"
_LEFT_OUT = frozenset({SESSION, MARK})
"""A sign-in ends with the office that it was made in."""
_TRIAGED = topics.TRIAGED.name
_PARTS = ("mentions", "complainants", "cases", "claims", "state")
_FILING = timedelta(minutes=10)
"""Longer than a batch takes from its records to its cases, however long it waits for a store."""


class BackupError(Exception):
    """The file is no backup, or not whole, or does not fit; the message says what to do."""


def make_backup(
    path: Path, office: str, store: CaseStore, state: StateStore, now: datetime
) -> Iterator[tuple[str, int]]:
    """Writes the file; yields (part, items so far) now and then. Readable by its owner only, and there only when it is
    whole. ``office`` is the same for two offices exactly when they have the same key. Raises StoreDownError, OSError.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    digest, counts = sha256(), dict.fromkeys(_PARTS, 0)
    with open(unfinished, "wb", opener=_private) as raw:
        file = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1)

        def write(value: object) -> None:
            line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
            digest.update(line)
            file.write(line)

        write({"sunwai_backup": FORMAT, "office": office, "started_at": now.isoformat()})
        for part, item in _items(store, state):
            write([part, item])
            counts[part] += 1
            if counts[part] % 1000 == 0:
                yield part, counts[part]
        file.write(json.dumps({"counts": counts, "sha256": digest.hexdigest()}).encode() + b"\n")
        file.close()
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.replace(path)
    yield from counts.items()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _items(store: CaseStore, state: StateStore) -> Iterator[tuple[str, Any]]:
    yield from (("mentions", record.model_dump(mode="json")) for record in store.every_mention())
    yield from (("complainants", each.model_dump(mode="json")) for each in store.every_complainant())
    yield from (("cases", case.model_dump(mode="json")) for case in store.every_case())
    yield from (("claims", [*claim]) for claim in store.every_claim())
    for kind in state.kinds():
        if kind not in _LEFT_OUT:
            for record in every_record(state, kind, page=RECORDS_PAGE):
                yield "state", [record.kind, record.id, record.state, dict(record.value)]


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was found whole. ``counts`` are items by part."""

    path: Path
    office: str
    started_at: datetime
    counts: dict[str, int]

    @classmethod
    def open(cls, path: Path) -> "Backup":
        """Reads the file once, from end to end. Raises BackupError."""
        digest = sha256()
        last = b""
        head: dict[str, Any] | None = None
        try:
            with gzip.open(path, "rb") as file:
                for line in file:
                    head = json.loads(line) if head is None else head
                    digest.update(last)
                    last = line
            tail = json.loads(last or b"{}")
        except (OSError, EOFError, ValueError) as error:
            raise BackupError(f"{path}: it cannot be read as a whole backup ({type(error).__name__})") from error
        if not isinstance(head, dict) or head.get("sunwai_backup") != FORMAT:
            raise BackupError(f"{path}: this is no backup that this version can read")
        if not isinstance(tail, dict) or tail.get("sha256") != digest.hexdigest():
            raise BackupError(f"{path}: the file is not whole, or was changed: use another backup")
        return cls(path, head["office"], datetime.fromisoformat(head["started_at"]), tail["counts"])

    def items(self, part: str) -> Iterator[Any]:
        """What the file holds of one part."""
        begins = f'["{part}",'.encode()
        with gzip.open(self.path, "rb") as file:
            yield from (json.loads(line)[1] for line in file if line.startswith(begins))

    def records(self) -> Iterator[StateRecord]:
        for kind, id, state, value in self.items("state"):
            yield StateRecord(kind, id, 1, value, state)


def restore(
    backup: Backup, office: str, store: CaseStore, state: StateStore, log: EventLog
) -> Iterator[tuple[str, int]]:
    """Brings a backup back into empty stores; yields (part, items) once each is there and was counted. What was cut off
    is begun again. At last dead letters in all, which deletions are to be done again, what is put on the log again.

    Raises BackupError when a worker runs, the key is another, the stores are not empty or do not come out even.
    """
    mark = _begin(backup, office, store, state, log)
    for part, put, there in _puts(backup, store):
        yield _even(part, put(), there())
    done = sum(put_records(group, state) for group in _by_kind(backup.records()))
    yield _even("state", done, sum(state.count(kind) for kind in state.kinds() if kind not in _LEFT_OUT))
    yield "dead letters", _list_again(state, log)
    yield "deletions", _bury_again(state, log)
    unfiled = _unfiled(store, log, backup.started_at - _FILING)
    yield "posts to be filed", sum(len(log.append([*map(again, page)])) for page in unfiled)
    state.replace(mark, mark.value, state=_DONE)


def _puts(backup: Backup, store: CaseStore) -> Iterator[tuple[str, Callable[[], int], Callable[[], int]]]:
    claims = ((key, case) for key, case in backup.items("claims"))
    mentions = map(MentionRecord.model_validate, backup.items("mentions"))
    complainants = map(Complainant.model_validate, backup.items("complainants"))
    cases = map(Case.model_validate, backup.items("cases"))
    yield "claims", lambda: put_claims(claims, store), lambda: count(store.every_claim())
    yield "mentions", lambda: put_mentions(mentions, store), lambda: count(store.every_mention())
    yield "complainants", lambda: put_complainants(complainants, store), lambda: count(store.every_complainant())
    yield "cases", lambda: _put_cases(cases, store), lambda: count(store.every_case())


def _put_cases(cases: Iterable[Case], store: CaseStore) -> int:
    try:
        return put_cases(cases, store)
    except ChangedMeanwhileError as error:
        raise BackupError("the cases change meanwhile: stop desk and workers and begin again") from error


def _begin(backup: Backup, office: str, store: CaseStore, state: StateStore, log: EventLog) -> StateRecord:
    if backup.office != office:
        raise BackupError(
            "the backup is of an office with another key: put that office's key file into place first (SUNWAI_KEY_FILE)"
        )
    if groups := log.live_groups():
        raise BackupError(f"a worker runs ({', '.join(groups)}): stop it, and sources and desk")
    mark = state.get(MARK, "in")
    if mark is not None and mark.state == _MOVING:
        return mark
    if state.kinds() or any(store.dispositions().values()):
        raise BackupError("the stores hold an office already: name empty ones, or move these away first")
    return state.create(MARK, "in", {}, state=_MOVING)


def _even(part: str, put: int, there: int) -> tuple[str, int]:
    if put != there:
        raise BackupError(f"{part}: {put} in the backup, but {there} there: stop desk and workers and begin again")
    return part, put


def _by_kind(records: Iterable[StateRecord]) -> Iterator[list[StateRecord]]:
    """Pages of records of one kind each, in their order."""
    for page in pages(records, RECORDS_PAGE):
        kinds = dict.fromkeys(record.kind for record in page)
        yield from ([record for record in page if record.kind == kind] for kind in kinds)


def _bury_again(state: StateStore, log: EventLog) -> int:
    """Every tombstone is to be swept again, and what was deleted since the backup gets one."""
    known = [record.id for record in every_record(state, tombstones.KIND)]
    for page in pages(known):
        tombstones.dig_up(state, page)
    for stored in _stored(log, topics.DELETIONS.name):
        try:
            deletion = Deletion.model_validate_json(stored.value or b"")
        except ValidationError:
            continue  # a dead letter, listed when it was first read
        tombstones.bury(state, deletion)
    return state.count(tombstones.KIND)


def _list_again(state: StateStore, log: EventLog) -> int:
    """Those that came since the backup; one that was replayed since is open again, and replaying it changes nothing."""
    for stored in _stored(log, topics.DEAD_LETTERS.name):
        at = datetime.fromtimestamp(stored.timestamp, UTC)
        enlist(state, Received(stored.position, stored.key or b"", stored.value, dict(stored.headers), at))
    return state.count(DEAD_LETTER)


def _unfiled(store: CaseStore, log: EventLog, since: datetime) -> Iterator[list[StoredEvent]]:
    """Triaged posts that filing had worked off, in their order: those that the stores have no record of, and those
    recorded after ``since``, of which the case may not have been there yet when cases were copied."""
    worked_off = {lag.partition: lag.committed for lag in log.lags() if (lag.group, lag.topic) == (FILING, _TRIAGED)}
    for page in pages(_stored(log, _TRIAGED, worked_off)):
        keyed = [(key, stored) for stored in page if (key := _key(stored)) is not None]
        standing = store.mentions([key for key, _ in keyed])
        missing = [stored for key, stored in keyed if key not in standing or standing[key].recorded_at >= since]
        if missing:
            yield missing


def _key(stored: StoredEvent) -> str | None:
    try:
        mention = json.loads(stored.value or b"")["mention"]
        return post_key(mention["platform"], mention["id"])
    except (ValueError, KeyError, TypeError):
        return None


def _stored(log: EventLog, topic: str, ends: Mapping[int, int] | None = None) -> Iterator[StoredEvent]:
    """What the log has of a topic, of each partition up to its end where ``ends`` are given."""
    for partition in range(log.partitions(topic)):
        offset, end = 0, None if ends is None else ends.get(partition, 0)
        while (end is None or offset < end) and (page := log.read(topic, partition, offset)):
            found = (stored for stored in page if end is None or stored.position.offset < end)
            yield from (stored for stored in found if stored.value is not None)
            offset = page[-1].position.offset + 1
