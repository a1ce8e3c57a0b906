"""A backup is brought back whole, into stores of either kind, with what came in since and without what was deleted."""

import gzip
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from desk.accounts import Role, add_user, find_account
from queues import tombstones
from queues.elastic import Cluster
from queues.filing import Filing
from schemas.events import Deletion, DeletionTarget
from schemas.triage import TriagedMention
from streams import topics
from streams.dead_letter_list import open_letters, replay
from streams.dead_letters import Origin, make_dead_letter
from streams.groups import FILING
from streams.log import Event
from streams.transports.sqlite_log import SqliteLog
from sunwai.assembly import Office
from sunwai.backup import Backup, BackupError, make_backup, restore
from sunwai.settings import Settings
from tests.queues.elastic_office import options_for, remove
from tests.queues.test_filing import CAMPAIGN, DIRECTORY, ORIGINAL, STRANGER, post
from tests.services import elasticsearch_url

__all__ = ["elasticsearch_url"]

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATE = post("80", "vimla", text="sadak par gaddha hai, do din se")


class Worked:
    """An office whose filing has read what it filed from the log."""

    def __init__(self, settings: Settings):
        self.office = Office(settings, clock=lambda: NOW)
        self.office.log.prepare()
        self.filing = Filing(self.office.store, self.office.state, DIRECTORY, lambda: NOW)

    @property
    def log(self) -> SqliteLog:
        log = self.office.log
        assert isinstance(log, SqliteLog)
        return log

    @property
    def mark(self) -> str:
        return self.office.sealer.identity_hash("office")

    def file(self, *items: TriagedMention) -> None:
        topic = topics.TRIAGED.name
        self.log.register(FILING, [topic])
        ends = {}
        for item in items:
            value = item.model_dump_json().encode()
            [at] = self.log.append([Event(topic, item.mention.conversation_id.encode(), value)])
            ends[topic, at.partition] = at.offset + 1
        self.log.commit(FILING, ends)
        self.filing.file(items)

    def backup(self, path: Path, now: datetime = NOW + timedelta(hours=1)) -> dict[str, int]:
        return dict(make_backup(path, self.mark, self.office.store, self.office.state, now))

    def restore(self, path: Path) -> dict[str, int]:
        office = self.office
        return dict(restore(Backup.open(path), self.mark, office.store, office.state, office.log))

    def everything(self) -> tuple[dict[str, object], ...]:
        store = self.office.store
        return (
            dict(store.every_claim()),
            {record.key: record for record in store.every_mention()},
            {case.id: case for case in store.every_case()},
            {f"{each.case_id} {each.author_key}": each for each in store.every_complainant()},
        )


def key_of(folder: Path) -> Path:
    return folder / "office.key"


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Worked]:
    worked = Worked(Settings(data=tmp_path / "one", key_file=key_of(tmp_path)))
    add_user(worked.office.state, "asha", "a long password", Role.OFFICER, ["water"], known_queues=["water"])
    worked.file(*CAMPAIGN, STRANGER)
    yield worked
    worked.office.close()


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Worked]:
    """An empty office over the log of the first one, whose stores are lost."""
    data = tmp_path / "two"
    data.mkdir()
    if request.param == "sqlite":
        worked = Worked(Settings(data=data, key_file=key_of(tmp_path)))
        yield worked
        worked.office.close()
        return
    url = request.getfixturevalue("elasticsearch_url")
    namespace = f"test-{uuid4().hex[:12]}"
    worked = Worked(Settings(data=data, key_file=key_of(tmp_path), store=url, namespace=namespace, store_replicas=0))
    yield worked
    cluster = Cluster(options_for(url, namespace))
    remove(cluster)
    cluster.close()
    worked.office.close()


def test_what_was_backed_up_is_all_there_again(worked: Worked, empty: Worked, tmp_path: Path) -> None:
    path = tmp_path / "office.gz"
    counts = worked.backup(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.unfinished"))
    assert counts["mentions"] == len(CAMPAIGN) + 1
    restored = empty.restore(path)
    assert {part: restored[part] for part in counts} == counts
    assert empty.everything() == worked.everything()
    account = find_account(empty.office.state, "asha")
    assert account is not None and account == find_account(worked.office.state, "asha")
    before = empty.everything()
    empty.filing.file([*CAMPAIGN, STRANGER])
    assert empty.everything() == before, "filing goes on where it was"
    with pytest.raises(BackupError, match="hold an office already"):
        empty.restore(path)


def test_what_was_filed_and_deleted_since_is_not_lost_and_not_brought_back(worked: Worked, tmp_path: Path) -> None:
    path = tmp_path / "office.gz"
    worked.backup(path)
    worked.file(LATE)
    deletion = Deletion(target=DeletionTarget.POST, id=ORIGINAL.mention.id, at=NOW)
    worked.log.append([Event(topics.DELETIONS.name, b"1", deletion.model_dump_json().encode())])
    worked.office.close()
    for name in ("cases.db", "cases.db-wal", "cases.db-shm"):
        (tmp_path / "one" / name).unlink(missing_ok=True)
    again = Worked(Settings(data=tmp_path / "one", key_file=key_of(tmp_path)))
    restored = again.restore(path)
    assert (restored["posts to be filed"], restored["deletions"]) == (1, 1)
    assert again.office.state.count(tombstones.KIND, state=tombstones.PENDING) == 1
    assert again.office.sweep() == 0
    assert again.office.store.mentions([ORIGINAL.mention.key])[ORIGINAL.mention.key].mention is None
    unread = [lag for lag in again.log.lags() if lag.group == FILING and lag.lag]
    assert sum(lag.lag for lag in unread) == 1, "the worker files it when it starts"
    again.office.close()


def test_a_file_that_is_not_whole_or_not_ours_is_refused(worked: Worked, empty: Worked, tmp_path: Path) -> None:
    path = tmp_path / "office.gz"
    worked.backup(path)
    content = gzip.decompress(path.read_bytes())
    for wrong in (
        path.read_bytes()[:-100],
        gzip.compress(content.replace(b"ramu", b"ranu").replace(b"paani", b"panii")),
        gzip.compress(b"\n".join(content.splitlines()[:-1])),
        gzip.compress(b'{"some": "file"}\n'),
        b"",
        b"no gzip",
    ):
        broken = tmp_path / "broken.gz"
        broken.write_bytes(wrong)
        with pytest.raises(BackupError, match=r"broken\.gz"):
            empty.restore(broken)
    assert empty.office.state.kinds() == []
    with pytest.raises(BackupError, match="another key"):
        [*restore(Backup.open(path), "other", empty.office.store, empty.office.state, empty.log)]


def test_a_restore_that_was_cut_off_is_begun_again(worked: Worked, empty: Worked, tmp_path: Path) -> None:
    path = tmp_path / "office.gz"
    counts = worked.backup(path)
    office = empty.office
    assert len([*islice(restore(Backup.open(path), empty.mark, office.store, office.state, office.log), 2)]) == 2
    restored = empty.restore(path)
    assert {part: restored[part] for part in counts} == counts
    assert empty.everything() == worked.everything()


@pytest.mark.parametrize("step", ["create_complainants", "write_cases"])
def test_a_copy_made_while_a_post_is_being_filed_brings_back_its_case(
    worked: Worked, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy has the record of the post and not yet its case; filing ends, and the stores are lost later."""
    path = tmp_path / "office.gz"
    store = worked.office.store
    real = getattr(store, step)

    def copied_first(items: Any) -> Any:
        monkeypatch.undo()
        worked.backup(path, NOW)
        return real(items)

    monkeypatch.setattr(store, step, copied_first)
    worked.file(LATE)
    again = lost(worked, tmp_path)
    again.restore(path)
    read_on(again)
    record = again.office.store.mentions([LATE.mention.key])[LATE.mention.key]
    assert record.case_id is not None
    assert again.office.store.cases([record.case_id])[record.case_id].case.post_count == 1
    again.filing.file([post("81", "salim", text="abhi bhi", repost_of="80")])
    repost = again.office.store.mentions(["x:81"])["x:81"]
    assert repost.case_id == record.case_id, "its join keys are there, too"
    again.office.close()


def test_join_keys_claimed_while_the_copy_is_made_are_in_it(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "office.gz"
    store = worked.office.store
    real = store.every_mention

    def late_mentions() -> Any:
        monkeypatch.undo()
        worked.file(LATE)  # after its join keys would have been copied, were they copied first
        return real()

    monkeypatch.setattr(store, "every_mention", late_mentions)
    worked.backup(path)
    again = lost(worked, tmp_path)
    again.restore(path)
    assert dict(again.office.store.every_claim()).keys() >= {"post:x:80"}
    again.office.close()


def test_dead_letters_since_the_copy_can_still_be_replayed(worked: Worked, tmp_path: Path) -> None:
    path = tmp_path / "office.gz"
    worked.backup(path)
    letter = make_dead_letter("file", b"junk", "post: no JSON", Origin("posts.jsonl", 0, 7), NOW)
    worked.log.append([letter])
    again = lost(worked, tmp_path)
    assert again.restore(path)["dead letters"] == 1
    (listed,) = open_letters(again.office.state)
    assert replay(again.office.state, again.log, [listed]).replayed == 1
    again.office.close()


def lost(worked: Worked, tmp_path: Path) -> Worked:
    """The office with its log, and without its stores."""
    worked.office.close()
    for name in ("cases.db", "cases.db-wal", "cases.db-shm"):
        (tmp_path / "one" / name).unlink(missing_ok=True)
    return Worked(Settings(data=tmp_path / "one", key_file=key_of(tmp_path)))


def read_on(worked: Worked) -> None:
    """Filing works off what is unread."""
    for lag in worked.log.lags():
        if (lag.group, lag.topic) == (FILING, topics.TRIAGED.name):
            unread = worked.log.read(lag.topic, lag.partition, lag.committed)
            worked.filing.file([TriagedMention.model_validate_json(stored.value or b"") for stored in unread])
