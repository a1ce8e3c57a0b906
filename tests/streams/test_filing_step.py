"""Filing as a stream: what the store refuses is a dead letter, and holds up nothing else."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from queues import claim_holds, tombstones
from queues.filing import Filing
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import DocumentRefusedError, StateRecord, StateStore
from queues.store import CaseStore
from schemas.case import MentionRecord
from schemas.events import Deletion, DeletionTarget
from schemas.handling import Hold
from streams.erasure import sweep
from streams.events import Received
from streams.filing import FilingStep
from streams.log import Position
from streams.topics import DEAD_LETTERS, TRIAGED
from streams.transports.sqlite_log import SqliteLog
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_mention, make_triaged
from tests.queues.test_filing import DIRECTORY, ORIGINAL
from tests.queues.test_filing import Office as FilingOffice


class Choosy(SqliteCaseStore):
    """A real store that never takes the post 2, as an index does whose mapping a document does not fit."""

    def create_mentions(self, records: Sequence[MentionRecord]) -> Sequence[MentionRecord]:
        if any(record.key == "x:2" for record in records):
            raise DocumentRefusedError("mentions refused a document: 400 document_parsing_exception")
        return super().create_mentions(records)


def test_a_post_that_the_store_refuses_is_a_dead_letter_and_the_others_are_filed(tmp_path: Path) -> None:
    store, state = Choosy(tmp_path / "cases.db"), SqliteStateStore(tmp_path / "cases.db")
    step = FilingStep(Filing(store, state, small_directory(), lambda: NOW), state, lambda: NOW)
    posts = [make_triaged(make_mention(str(number))) for number in (1, 2, 3)]
    events = [
        Received(Position(TRIAGED.name, 0, offset), b"", post.model_dump_json().encode(), {}, NOW)
        for offset, post in enumerate(posts)
    ]
    unreadable = Received(Position(TRIAGED.name, 0, 3), b"", b"junk", {}, NOW)
    letters = step.file([*events, unreadable])
    assert [letter.topic for letter in letters] == [DEAD_LETTERS.name] * 2
    assert [letter.headers["offset"] for letter in letters] == [b"1", b"3"]
    assert b"refused a document" in letters[0].headers["reason"]
    assert set(store.mentions(["x:1", "x:2", "x:3"])) == {"x:1", "x:3"}
    assert step.file(events[:1]) == []
    store.close()
    state.close()


class Meanwhile:
    """A case store in which something happens when it is compacted: between a sweep's looking and its closing."""

    def __init__(self, store: CaseStore, happens: Callable[[], object]):
        self._store = store
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def compact(self) -> bool:
        self._happens()
        return self._store.compact()


def test_a_post_that_is_filed_while_its_deletion_is_swept_is_swept_again(tmp_path: Path) -> None:
    """Filing has looked for a tombstone before there was one; the sweep has looked for the post before it was there."""
    office = FilingOffice(tmp_path)
    log = SqliteLog(tmp_path / "log.db", retention=timedelta(days=7), max_bytes=1 << 30)
    log.prepare()

    class Late:
        def __init__(self) -> None:
            self.asked = 0

        def get_many(self, kind: str, ids: Sequence[str]) -> dict[str, StateRecord]:
            self.asked += kind == tombstones.KIND
            return {} if self.asked == 1 else office.state.get_many(kind, ids)

        def __getattr__(self, name: str) -> Any:
            return getattr(office.state, name)

    tombstones.bury(office.state, Deletion(target=DeletionTarget.POST, id=ORIGINAL.mention.id, at=NOW))
    filing = Filing(office.store, cast(StateStore, Late()), DIRECTORY, lambda: NOW)
    between = cast(CaseStore, Meanwhile(office.store, lambda: filing.file([ORIGINAL])))
    assert sweep(office.state, between, log) == 1, "not closed: the post has come in"
    assert sweep(office.state, office.store, log) == 0
    assert office.store.mentions([ORIGINAL.mention.key])[ORIGINAL.mention.key].mention is None
    assert office.case_of(ORIGINAL).posts[0].text == ""
    log.close()
    office.close()


def test_a_hold_that_is_lifted_while_a_deletion_is_swept_keeps_nothing(tmp_path: Path) -> None:
    office = FilingOffice(tmp_path)
    log = SqliteLog(tmp_path / "log.db", retention=timedelta(days=7), max_bytes=1 << 30)
    log.prepare()
    office.file(ORIGINAL)
    key = ORIGINAL.mention.key
    hold = Hold(why="for the court", by="asha", at=NOW, review_at=NOW + timedelta(days=30), order="12/2026")
    claim_holds.hold(office.state, "claim", hold, [key])
    tombstones.bury(office.state, Deletion(target=DeletionTarget.POST, id=ORIGINAL.mention.id, at=NOW))
    between = cast(CaseStore, Meanwhile(office.store, lambda: claim_holds.lift(office.state, "claim")))
    sweep(office.state, between, log)
    sweep(office.state, office.store, log)
    assert office.store.mentions([key])[key].mention is None
    log.close()
    office.close()
