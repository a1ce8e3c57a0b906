"""Filing as a stream: what the store refuses is a dead letter, and holds up nothing else."""

from collections.abc import Sequence
from pathlib import Path

from queues.filing import Filing
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.state import DocumentRefusedError
from schemas.case import MentionRecord
from streams.events import Received
from streams.filing import FilingStep
from streams.log import Position
from streams.topics import DEAD_LETTERS, TRIAGED
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_mention, make_triaged


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
