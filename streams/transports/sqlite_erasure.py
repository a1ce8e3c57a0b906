"""Emptying the events that speak of a post or an author that was removed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from streams.log import StoredEvent
from streams.transports.sqlite_file import LogFile
from streams.transports.sqlite_reader import LogReader
from streams.transports.sqlite_records import row_of
from streams.transports.sqlite_retention import stored_refs
from streams.transports.sqlite_seals import break_seals, load_seals

__all__ = ["empty", "refs_beside", "rows_naming", "rows_with_bare_id"]

BATCH_EVENTS = 200
SCAN_BYTES = 16 * 1024 * 1024
DIGITS = re.compile(rb"[0-9]+")


def rows_naming(file: LogFile, refs: Iterable[str]) -> set[int]:
    """The rows of events whose header ``refs`` names one of these."""
    return {row for ref in refs for (row,) in file.rows("SELECT event FROM refs WHERE ref=?", (ref,))}


def refs_beside(file: LogFile, refs: Iterable[str]) -> Iterator[tuple[int, set[str]]]:
    """The rows of events whose header ``refs`` names one of these, each with all that its header names."""
    for row in sorted(rows_naming(file, refs)):
        with file.transaction() as db:
            (sealed,) = db.execute("SELECT sealed FROM log WHERE id=?", (row,)).fetchone() or (None,)
            named = stored_refs(row, sealed, load_seals(db, row, row))
        yield row, named


def rows_with_bare_id(reader: LogReader, topic: str, partition: int, id: int, refs: Iterable[str]) -> set[int]:
    """The rows of a partition whose bytes hold the id of one of these: what follows the first colon.

    For dead letters, which may be too broken to have refs. A number must stand there as that whole number.
    """
    ids = {ref.partition(":")[2].encode() for ref in refs} - {b""}
    numbers = {bare for bare in ids if DIGITS.fullmatch(bare)}
    found: set[int] = set()
    offset = 0
    while events := reader.read(topic, partition, offset, max_bytes=SCAN_BYTES):
        found.update(row_of(id, event.position.offset) for event in events if _holds(event, numbers, ids - numbers))
        offset = events[-1].position.offset + 1
    return found


def empty(file: LogFile, rows: Iterable[int]) -> int:
    """Erases the values and headers of these rows, in batches; returns how many were not erased before."""
    waiting = iter(sorted(rows))
    emptied = 0
    while batch := list(islice(waiting, BATCH_EVENTS)):
        emptied += _empty_batch(file, batch)
    return emptied


def _empty_batch(file: LogFile, batch: Sequence[int]) -> int:
    with file.transaction() as db:
        found = []
        for row in batch:
            for (sealed,) in db.execute("SELECT sealed FROM log WHERE id=? AND sealed IS NOT NULL", (row,)):
                refs = stored_refs(row, sealed, load_seals(db, row, row))
                db.executemany("DELETE FROM refs WHERE ref=? AND event=?", [(ref, row) for ref in refs])
                found.append(row)
        break_seals(db, found)
        db.executemany("UPDATE log SET sealed=NULL WHERE id=?", [(row,) for row in found])
    return len(found)


def _holds(event: StoredEvent, numbers: set[bytes], others: set[bytes]) -> bool:
    if event.value is None:
        return False
    plain = event.value.replace(b"\0", b"")  # UTF-16 is a usual reason to be unreadable
    return not numbers.isdisjoint(DIGITS.findall(plain)) or any(bare in plain for bare in others)
