"""What leaves the embedded log when: by age once it was read, or earlier when the file is full."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streams.transports.sqlite_file import LogFile
from streams.transports.sqlite_records import first_row, offset_of, refs_of, row_of, unpack
from streams.transports.sqlite_seals import break_seals, drop_seals, load_seals, open_seal

__all__ = ["checkpoint", "drop_expired", "drop_oldest_read", "live_bytes", "overdue", "release_pages", "stored_refs"]

BATCH_EVENTS = 500
BATCH_BYTES = 16 * 1024 * 1024
BATCH_PAGES = 2000
"""A transaction holds up the writers for as long as one batch takes: some 20 ms."""

Stored = tuple[int, float, bytes | None]


@dataclass(frozen=True, slots=True)
class Readable:
    """A partition, and the offset before which every group that reads the topic has read it."""

    id: int
    groups: int
    floor: int


def drop_expired(file: LogFile, before: float) -> None:
    """Drops events from before this time that every group has read; of a topic without groups, all of them."""
    for partition in _partitions(file):
        while _drop_batch(file, partition, before):
            pass


def drop_oldest_read(file: LogFile) -> bool:
    """Drops a batch of the oldest events that were read, whatever their age; False when there is none.

    Of a topic without groups, such as the dead letters, nothing was read.
    """
    heads = [(head[1], partition) for partition, head in _heads(file) if partition.groups]
    if not heads:
        return False
    _, oldest = min(heads, key=lambda head: head[0])
    return _drop_batch(file, oldest, None) > 0


def overdue(file: LogFile, before: float) -> int:
    """How many events from before this time are kept only because a group has not read them."""
    return sum(_older(file, partition, before) for partition in _partitions(file) if partition.groups)


def live_bytes(file: LogFile) -> int:
    """The size of the file without its free pages."""
    with file.snapshot() as db:
        pages, free, size = (
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def release_pages(file: LogFile) -> None:
    """Gives free pages back to the file system."""
    free = file.number("PRAGMA freelist_count") or 0
    while free:
        file.rows(f"PRAGMA incremental_vacuum({BATCH_PAGES})")
        left = file.number("PRAGMA freelist_count") or 0
        if left >= free:  # others free pages as quickly: next time
            return
        free = left


def checkpoint(file: LogFile) -> bool:
    """Copies the write-ahead log into the file and empties it; False while somebody reads an old snapshot."""
    with file.impatient():
        return file.number("PRAGMA wal_checkpoint(TRUNCATE)") == 0


def stored_refs(row: int, sealed: bytes | None, keys: dict[int, bytes]) -> set[str]:
    """The refs of a stored event; none when it is erased or damaged."""
    if sealed is None or row not in keys:
        return set()
    try:
        return refs_of(unpack(open_seal(keys[row], sealed))[0])
    except ValueError:
        return set()


def _partitions(file: LogFile) -> list[Readable]:
    rows = file.rows(
        "SELECT p.id, count(s.grp), CASE WHEN s.grp IS NULL THEN p.next ELSE min(coalesce(c.next, 0)) END "
        "FROM partitions p LEFT JOIN subscriptions s ON s.topic=p.topic "
        "LEFT JOIN commits c ON c.grp=s.grp AND c.partition=p.id GROUP BY p.id"
    )
    return [Readable(*row) for row in rows]


def _heads(file: LogFile) -> Iterator[tuple[Readable, tuple[int, float]]]:
    """Each partition's oldest event that was read: its row and its time."""
    for partition in _partitions(file):
        rows = file.rows(
            "SELECT id, ts FROM log WHERE id>=? AND id<? ORDER BY id LIMIT 1",
            (first_row(partition.id), row_of(partition.id, partition.floor)),
        )
        if rows:
            yield partition, (rows[0][0], rows[0][1])


def _drop_batch(file: LogFile, partition: Readable, before: float | None) -> int:
    start, end = first_row(partition.id), row_of(partition.id, partition.floor)
    with file.transaction() as db:
        found = _prefix(
            db.execute("SELECT id, ts, sealed FROM log WHERE id>=? AND id<? ORDER BY id", (start, end)), before
        )
        if not found:
            return 0
        first, last = found[0][0], found[-1][0]
        keys = load_seals(db, first, last)
        refs = [(ref, row) for row, _, sealed in found for ref in stored_refs(row, sealed, keys)]
        db.executemany("DELETE FROM refs WHERE ref=? AND event=?", refs)
        break_seals(db, (row for row, _, _ in found))
        db.execute("DELETE FROM log WHERE id BETWEEN ? AND ?", (first, last))
        drop_seals(db, start, last + 1)
    return len(found)


def _prefix(rows: Iterator[Stored], before: float | None) -> Sequence[Stored]:
    found: list[Stored] = []
    size = 0
    for row in rows:
        if (before is not None and row[1] >= before) or len(found) == BATCH_EVENTS or size > BATCH_BYTES:
            break
        found.append(row)
        size += len(row[2] or b"")
    return found


def _older(file: LogFile, partition: Readable, before: float) -> int:
    """Times rise with offsets, so a binary search counts the unread events from before ``before``."""
    ids = file.rows(
        "SELECT min(id), max(id) FROM log WHERE id>=? AND id<?",
        (row_of(partition.id, partition.floor), first_row(partition.id + 1)),
    )[0]
    if ids[0] is None:
        return 0
    low, high = offset_of(ids[0]), offset_of(ids[1]) + 1
    first = low
    while low < high:
        middle = (low + high) // 2
        rows = file.rows("SELECT ts FROM log WHERE id>=? ORDER BY id LIMIT 1", (row_of(partition.id, middle),))
        if rows[0][0] < before:
            low = middle + 1
        else:
            high = middle
    return low - first
