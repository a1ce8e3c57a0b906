"""The embedded log: the contract, and what only it promises."""

import multiprocessing
import os
import random
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from streams.log import Event, EventLog, LogDownError, LogFullError
from streams.topics import DEAD_LETTERS, MENTIONS, OBSERVED, TRIAGED
from streams.transports.sqlite_log import SqliteLog
from streams.transports.sqlite_seals import load_seals
from tests.contracts.event_log import EventLogContract, event, read_all

DAY = 86400.0
MEGABYTE = 1024 * 1024


class Clock:
    def __init__(self) -> None:
        self.now = 1_770_000_000.0

    def __call__(self) -> float:
        return self.now


def make(path: Path, clock: Clock, *, partitions: int = 4, max_bytes: int = 1024 * MEGABYTE) -> SqliteLog:
    log = SqliteLog(path, partitions=partitions, retention=timedelta(days=7), max_bytes=max_bytes, clock=clock)
    log.prepare()
    return log


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> Iterator[SqliteLog]:
    opened = make(tmp_path / "log.db", clock)
    yield opened
    opened.close()


def values(log: EventLog, topic: str, partition: int) -> list[bytes | None]:
    return [found.value for found in read_all(log, topic, partition)]


def all_bytes(log: SqliteLog) -> bytes:
    """Everything that lies in the log's files, free pages and the write-ahead log too.

    Closes the log, for whoever opens a file past SQLite drops its locks.
    """
    log.close()
    return b"".join(file.read_bytes() for file in sorted(log.path.parent.glob(f"{log.path.name}*")))


class TestSqliteLog(EventLogContract):
    @pytest.fixture
    def log(self, tmp_path: Path, clock: Clock) -> Iterator[EventLog]:
        opened = make(tmp_path / "log.db", clock, partitions=self.partitions)
        yield opened
        opened.close()

    def commit(self, log: EventLog, group: str, topic: str, partition: int, offset: int) -> None:
        assert isinstance(log, SqliteLog)
        log.commit(group, {(topic, partition): offset})


class TestFile:
    def test_only_its_owner_can_read_it(self, log: SqliteLog) -> None:
        log.append([event()])
        for file in log.path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file

    def test_it_is_there_after_opening_again(self, tmp_path: Path, clock: Clock) -> None:
        first = make(tmp_path / "log.db", clock)
        (position,) = first.append([event(b"kept", refs="x:1")])
        first.close()
        second = make(tmp_path / "log.db", clock)
        assert second.read(position.topic, position.partition, position.offset)[0].value == b"kept"
        assert second.append([event()])[0].offset == position.offset + 1
        second.close()

    def test_a_newer_file_is_refused_with_what_to_do(self, tmp_path: Path, clock: Clock) -> None:
        path = tmp_path / "log.db"
        make(path, clock).close()
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version=99")
        db.close()
        with pytest.raises(ValueError, match=r"log\.db has schema version 99.*newer program"):
            make(path, clock)

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path, clock: Clock) -> None:
        with pytest.raises(LogDownError, match=r"missing/log\.db: No such file"):
            make(tmp_path / "missing" / "log.db", clock)

    def test_a_file_that_is_no_log_is_named(self, tmp_path: Path, clock: Clock) -> None:
        path = tmp_path / "log.db"
        path.write_bytes(b"this is a letter, not a database " * 50)
        with pytest.raises(LogDownError, match=r"log\.db: file is not a database"):
            make(path, clock)

    def test_fewer_partitions_than_asked_for_are_refused(self, tmp_path: Path, clock: Clock) -> None:
        make(tmp_path / "log.db", clock, partitions=2).close()
        more = SqliteLog(tmp_path / "log.db", partitions=4, retention=timedelta(days=7), max_bytes=MEGABYTE)
        with pytest.raises(ValueError, match="topic mentions in 2 partitions, 4 are asked for: ask for 2"):
            more.prepare()
        more.close()

    def test_more_partitions_than_asked_for_are_used(self, tmp_path: Path, clock: Clock) -> None:
        make(tmp_path / "log.db", clock, partitions=4).close()
        fewer = make(tmp_path / "log.db", clock, partitions=2)
        positions = fewer.append([event(key=str(n).encode()) for n in range(100)])
        assert {position.partition for position in positions} == {0, 1, 2, 3}
        fewer.close()

    def test_settings_without_sense_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="partitions"):
            SqliteLog(tmp_path / "log.db", partitions=0, retention=timedelta(days=7), max_bytes=1)

    def test_an_unknown_topic_or_partition_is_named(self, log: SqliteLog) -> None:
        with pytest.raises(ValueError, match=r"no topic 'mention'"):
            log.append([event(topic="mention")])
        with pytest.raises(ValueError, match="mentions has no partition 4, only 0 to 3"):
            log.read(MENTIONS.name, 4, 0)

    def test_a_header_that_is_not_bytes_is_refused(self, log: SqliteLog) -> None:
        with pytest.raises(ValueError, match="topic mentions has a key, value or header that is not bytes"):
            log.append([Event(MENTIONS.name, b"k", b"v", {"n": 1})])  # type: ignore[dict-item]

    def test_a_lock_that_stays_is_a_log_that_is_down(
        self, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("streams.transports.sqlite_file.BUSY_SECONDS", 0.05)
        log = make(tmp_path / "log.db", clock)
        other = sqlite3.connect(log.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogDownError, match=r"log\.db: database is locked"):
            log.append([event()])
        other.execute("ROLLBACK")
        other.close()
        assert log.append([event()])
        log.close()

    def test_a_full_disk_is_a_full_log(self, log: SqliteLog) -> None:
        with log._file.transaction() as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
        log._file.rows(f"PRAGMA max_page_count={pages + 10}")  # SQLite's own way to run out of room
        with pytest.raises(LogFullError, match=r"log\.db: database or disk is full"):
            log.append([event(bytes(MEGABYTE))])
        assert log.append([event(b"small")])

    def test_a_damaged_event_is_named(self, log: SqliteLog) -> None:
        (position,) = log.append([event(b"v")])
        log._file.rows("UPDATE log SET sealed=zeroblob(20)")
        with pytest.raises(LogDownError, match=rf"mentions.*partition={position.partition}.*damaged on the disk"):
            log.read(position.topic, position.partition, position.offset)


class TestManyWriters:
    def test_threads_get_dense_offsets(self, log: SqliteLog) -> None:
        def write(name: int) -> None:
            for n in range(20):
                log.append([event(f"{name}-{n}-{m}".encode(), key=b"k") for m in range(5)])

        threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        partition = log.append([event(key=b"k")])[0].partition
        found = list(read_all(log, MENTIONS.name, partition))
        assert [stored.position.offset for stored in found] == list(range(401))
        for name in range(4):
            mine = [stored.value for stored in found if stored.value and stored.value.startswith(f"{name}-".encode())]
            assert mine == [f"{name}-{n}-{m}".encode() for n in range(20) for m in range(5)]

    @pytest.mark.process
    def test_processes_get_dense_offsets(self, log: SqliteLog) -> None:
        context = multiprocessing.get_context("spawn")
        processes = [context.Process(target=write_some, args=(log.path, name)) for name in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(30)
            assert process.exitcode == 0
        found = list(read_all(log, OBSERVED.name, 0))
        assert [stored.position.offset for stored in found] == list(range(300))
        for name in range(3):
            mine = [stored.value for stored in found if stored.value and stored.value.startswith(f"{name}-".encode())]
            assert mine == [f"{name}-{n}".encode() for n in range(100)]

    @pytest.mark.process
    def test_opening_it_twice_does_not_lose_it_to_another_process(self, log: SqliteLog, clock: Clock) -> None:
        """A process that opens a database past SQLite drops its own locks; the next one would think itself alone."""
        second = make(log.path, clock)
        process = multiprocessing.get_context("spawn").Process(target=write_some, args=(log.path, 1))
        process.start()
        process.join(30)
        assert process.exitcode == 0
        log.append([event(b"after", topic=OBSERVED.name)])
        process = multiprocessing.get_context("spawn").Process(target=write_some, args=(log.path, 2))
        process.start()
        process.join(30)
        found = values(second, OBSERVED.name, 0)
        assert len(found) == 201
        assert found[100] == b"after"
        second.close()


def write_some(path: Path, name: int) -> None:
    log = SqliteLog(path, retention=timedelta(days=7), max_bytes=1024 * MEGABYTE)
    for n in range(0, 100, 5):
        log.append([event(f"{name}-{m}".encode(), topic=OBSERVED.name) for m in range(n, n + 5)])
    log.close()


class TestGroups:
    def test_a_commit_never_goes_back(self, log: SqliteLog) -> None:
        assert log.committed("triage", MENTIONS.name, 1) is None
        log.commit("triage", {(MENTIONS.name, 1): 5, (MENTIONS.name, 2): 7})
        log.commit("triage", {(MENTIONS.name, 1): 3, (MENTIONS.name, 2): 8})
        assert log.committed("triage", MENTIONS.name, 1) == 5
        assert log.committed("triage", MENTIONS.name, 2) == 8
        assert log.committed("watch", MENTIONS.name, 1) is None

    def test_an_operator_can_rewind(self, log: SqliteLog) -> None:
        log.commit("triage", {(MENTIONS.name, 0): 5})
        log.rewind("triage", MENTIONS.name, 0, 2)
        assert log.committed("triage", MENTIONS.name, 0) == 2

    def test_a_registered_group_has_a_lag_before_its_first_commit(self, log: SqliteLog) -> None:
        log.append([event(topic=OBSERVED.name) for _ in range(3)])
        log.register("watch", [OBSERVED.name])
        assert [(lag.group, lag.lag) for lag in log.lags()] == [("watch", 3)]

    def test_a_forgotten_group_is_gone(self, log: SqliteLog) -> None:
        log.commit("watch", {(OBSERVED.name, 0): 0})
        log.forget("watch")
        assert not log.lags()

    def test_lag_does_not_count_what_was_dropped(self, log: SqliteLog, clock: Clock) -> None:
        log.append([event(topic=OBSERVED.name) for _ in range(3)])
        clock.now += 8 * DAY
        log.append([event(topic=OBSERVED.name)])
        log.compact()
        log.register("late", [OBSERVED.name])
        assert [lag.lag for lag in log.lags()] == [1]


class TestRetention:
    def test_what_is_old_and_read_goes_and_what_is_unread_stays(self, log: SqliteLog, clock: Clock) -> None:
        log.append([event(str(n).encode(), topic=OBSERVED.name) for n in range(10)])
        log.register("slow", [OBSERVED.name])
        log.commit("watch", {(OBSERVED.name, 0): 9})
        log.commit("slow", {(OBSERVED.name, 0): 4})
        clock.now += 8 * DAY
        log.append([event(b"young", topic=OBSERVED.name)])
        assert log.overdue() == 6
        assert log.compact()
        assert values(log, OBSERVED.name, 0) == [b"4", b"5", b"6", b"7", b"8", b"9", b"young"]
        log.commit("slow", {(OBSERVED.name, 0): 11})
        log.commit("watch", {(OBSERVED.name, 0): 11})
        assert log.overdue() == 0
        assert log.compact()
        assert values(log, OBSERVED.name, 0) == [b"young"]

    def test_a_registered_group_that_never_read_keeps_everything(self, log: SqliteLog, clock: Clock) -> None:
        log.register("watch", [OBSERVED.name])
        log.append([event(topic=OBSERVED.name)])
        clock.now += 30 * DAY
        log.compact()
        assert log.overdue() == 1
        assert len(values(log, OBSERVED.name, 0)) == 1

    def test_a_topic_without_a_group_goes_by_age(self, log: SqliteLog, clock: Clock) -> None:
        log.append([event(topic=DEAD_LETTERS.name)])
        clock.now += 8 * DAY
        assert log.overdue() == 0
        log.compact()
        assert not values(log, DEAD_LETTERS.name, 0)

    def test_offsets_never_start_again(self, log: SqliteLog, clock: Clock, tmp_path: Path) -> None:
        log.append([event(topic=OBSERVED.name) for _ in range(5)])
        clock.now += 8 * DAY
        log.compact()
        again = make(tmp_path / "log.db", clock)
        assert again.append([event(topic=OBSERVED.name)])[0].offset == 5
        assert again.start(OBSERVED.name, 0) == 5
        again.close()

    def test_the_file_shrinks(self, log: SqliteLog, clock: Clock) -> None:
        for _ in range(4):
            log.append([event(bytes(10_000), key=str(n).encode(), refs=f"x:{n}") for n in range(300)])
        clock.now += 8 * DAY
        assert log.compact()
        assert log.path.stat().st_size < 300_000
        assert Path(f"{log.path}-wal").stat().st_size == 0

    def test_compact_says_when_somebody_reads_an_old_snapshot(self, log: SqliteLog) -> None:
        log.append([event(topic=OBSERVED.name)])
        reader = sqlite3.connect(log.path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM log").fetchone()
        log.append([event(topic=OBSERVED.name)])
        assert not log.compact()
        reader.execute("COMMIT")
        reader.close()
        assert log.compact()


class TestFull:
    def fill(self, log: SqliteLog, topic: str, size: int = 50_000) -> int:
        """Appends to one partition until it is full; returns how many went in."""
        for count in range(1000):
            try:
                log.append([event(bytes(size), topic=topic)])
            except LogFullError:
                return count
        raise AssertionError("never full")

    def test_mentions_are_refused_first_and_the_others_may_go_on(self, tmp_path: Path, clock: Clock) -> None:
        log = make(tmp_path / "log.db", clock, max_bytes=10 * MEGABYTE)
        log.register("triage", [MENTIONS.name])
        log.register("filing", [TRIAGED.name])
        count = self.fill(log, MENTIONS.name)
        assert count * 50_000 > 9 * MEGABYTE
        with pytest.raises(LogFullError, match="not read yet"):
            log.append([event(b"small")])
        assert 1 <= self.fill(log, TRIAGED.name) < 40
        assert log.path.stat().st_size < 12 * MEGABYTE
        log.close()

    def test_there_is_room_again_once_it_is_read(self, tmp_path: Path, clock: Clock) -> None:
        log = make(tmp_path / "log.db", clock, max_bytes=5 * MEGABYTE)
        log.register("triage", [MENTIONS.name])
        log.append([event(b"oldest", refs="x:1")])
        count = self.fill(log, MENTIONS.name)
        partition = next(n for n in range(4) if log.end(MENTIONS.name, n))
        log.commit("triage", {(MENTIONS.name, partition): count // 2})
        assert log.append([event(b"new")])
        assert log.start(MENTIONS.name, partition) > 0
        assert log.start(MENTIONS.name, partition) <= count // 2
        log.close()

    def test_dead_letters_are_never_dropped_for_room(self, tmp_path: Path, clock: Clock) -> None:
        log = make(tmp_path / "log.db", clock, max_bytes=3 * MEGABYTE)
        log.append([event(b"broken", topic=DEAD_LETTERS.name)])
        self.fill(log, DEAD_LETTERS.name)
        assert next(read_all(log, DEAD_LETTERS.name, 0)).value == b"broken"
        log.close()

    def test_another_process_sees_the_limit_too(self, tmp_path: Path, clock: Clock) -> None:
        log = make(tmp_path / "log.db", clock, max_bytes=3 * MEGABYTE)
        log.register("triage", [MENTIONS.name])
        self.fill(log, MENTIONS.name)
        other = make(tmp_path / "log.db", clock, max_bytes=3 * MEGABYTE)
        with pytest.raises(LogFullError):
            other.append([event()])
        other.close()
        log.close()


class TestErasure:
    def test_erased_events_lose_value_and_headers_and_keep_their_place(self, log: SqliteLog) -> None:
        positions = log.append([event(b"gone", refs="x:1 fb:7"), event(b"next", refs="x:2")])
        assert log.erase(["fb:7"]) == 1
        gone, left = log.read(MENTIONS.name, positions[0].partition, positions[0].offset)
        assert (gone.position, gone.value, dict(gone.headers)) == (positions[0], None, {})
        assert left.value == b"next"
        assert log.erase(["x:1", "fb:7"]) == 0

    def test_many_refs_at_once(self, log: SqliteLog) -> None:
        for start in range(0, 1200, 300):
            log.append([event(key=str(n).encode(), refs=f"x:{n} x:author") for n in range(start, start + 300)])
        assert log.erase([f"x:{n}" for n in range(1000)]) == 1000
        assert log.erase(["x:author"]) == 200

    @pytest.mark.parametrize(
        ("raw", "erased"),
        [
            (b'{"id": "1234567", broken', 1),
            (b"\xff\xfe" + '{"id": 1234567'.encode("utf-16-le"), 1),
            (b'{"id": "12345678", another post', 0),
            (b'{"in_reply_to": "post-ab12"', 1),
        ],
    )
    def test_dead_letters_are_found_by_their_bytes(self, log: SqliteLog, raw: bytes, erased: int) -> None:
        log.append([event(b'{"id": "99"}', topic=DEAD_LETTERS.name), event(raw, topic=DEAD_LETTERS.name)])
        log.append([event(raw, topic=TRIAGED.name)])
        assert log.erase(["x:1234567", "fb:post-ab12"]) == erased

    def test_not_a_byte_is_left_after_compact(self, log: SqliteLog, clock: Clock) -> None:
        """Pages split and merge while events come, go and are erased; no page may keep a copy."""
        chance = random.Random(5)
        written: dict[int, bytes] = {}
        erased: set[int] = set()
        log.register("triage", [MENTIONS.name])
        for batch in range(40):
            events = []
            for n in range(batch * 40, batch * 40 + 40):
                written[n] = b"<post %d>" % n
                value = written[n] * chance.choice([2, 10, 80, 400, 2000])
                topic = chance.choice([MENTIONS, TRIAGED, OBSERVED, DEAD_LETTERS]).name
                events.append(event(value, topic=topic, key=os.urandom(2), refs=f"x:{n}"))
            log.append(events)
            victims = set(chance.sample(sorted(written.keys() - erased), 12))
            log.erase([f"x:{n}" for n in victims])
            erased |= victims
            clock.now += 0.5 * DAY
            if batch % 8 == 7:
                log.commit("triage", {(MENTIONS.name, p): log.end(MENTIONS.name, p) // 2 for p in range(4)})
                assert log.compact()
        left = {
            stored.value
            for topic in (MENTIONS, TRIAGED, OBSERVED, DEAD_LETTERS)
            for partition in range(topic.partitions(4))
            for stored in read_all(log, topic.name, partition)
            if stored.value is not None
        }
        assert log.compact()
        assert left
        assert erased
        found = all_bytes(log)
        assert [n for n, mark in written.items() if mark in found] == []

    def test_an_erased_key_is_nowhere(self, log: SqliteLog) -> None:
        """The value lies encrypted; what must go is the key."""
        positions = log.append([event(b"secret %d" % n, key=b"k", refs=f"x:{n}") for n in range(600)])
        with log._file.snapshot() as db:
            row = db.execute("SELECT min(id), max(id) FROM log").fetchone()
            keys = load_seals(db, *row)
        assert len(set(keys.values())) == 600
        offsets = {position.offset: n for n, position in enumerate(positions)}
        log.erase([f"x:{n}" for n in range(0, 600, 2)])
        assert log.compact()
        found = all_bytes(log)
        kept = {row: key for row, key in keys.items() if offsets[row & ((1 << 40) - 1)] % 2}
        assert sum(key in found for key in kept.values()) >= len(kept) - 2  # one may cross from page to page
        assert not any(key in found for row, key in keys.items() if row not in kept)
