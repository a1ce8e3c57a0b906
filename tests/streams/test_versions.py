"""Posts that were edited: a case shows what was said first and what it is now, and a deletion takes every version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.shapes import excerpt
from queues import tombstones
from queues.filing import Filing
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.store import EVERYTHING, CaseQuery
from schemas.base import Value
from schemas.case import MAX_POSTS, Case, Disposition
from schemas.events import Deletion, DeletionTarget
from schemas.triage import TriagedMention
from streams.events import Received
from streams.filing import FilingStep
from streams.log import Position
from streams.topics import DELETIONS, TRIAGED
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_author, make_mention, make_triage, make_triaged

WORDS = "Gandhi chowk me {} din se paani nahi aa raha, koi sunta nahi"
FIRST_GONE = Deletion(target=DeletionTarget.POST, platform="facebook", id="5_77", at=NOW)


def version(number: int) -> TriagedMention:
    """What the comment 5_77 became ``number`` minutes after it was written; 0: as it was first."""
    words = WORDS.format(number + 3)
    first = number == 0
    mention = make_mention(
        "5_77" if first else f"5_77.edited-{number:02}",
        words,
        platform="facebook",
        conversation_id="1001_5",
        in_reply_to="1001_5" if first else "5_77",
        version_of=None if first else "5_77",
        created_at=NOW + timedelta(minutes=number),
    )
    return make_triaged(mention, make_triage(words))


def of_somebody_else(number: int) -> TriagedMention:
    mention = make_mention(
        f"x-{number}",
        platform="facebook",
        author=make_author(f"other-{number}"),
        repost_of="5_77",
        created_at=NOW + timedelta(seconds=number),
    )
    return make_triaged(mention)


VERSIONS = [version(number) for number in range(4)]
DELETED = "deleted"


class Office:
    """Filing over embedded stores, which gets back what it publishes, as from the topic of deletions."""

    def __init__(self, folder: Path):
        self.store, self.state = SqliteCaseStore(folder / "cases.db"), SqliteStateStore(folder / "cases.db")
        filing = Filing(self.store, self.state, small_directory(), lambda: NOW)
        self.step = FilingStep(filing, self.state, lambda: NOW)
        self.deleted: list[str] = []
        """What the watch is told of."""

    def file(self, *items: TriagedMention) -> None:
        self._told(
            [Deletion.model_validate_json(event.value) for event in self.step.file(_received(TRIAGED.name, items))]
        )

    def delete(self, *deletions: Deletion) -> None:
        self._told(deletions)

    def _told(self, deletions: Sequence[Deletion]) -> None:
        while deletions:
            self.deleted += [each.id for each in deletions]
            events = self.step.bury(_received(DELETIONS.name, deletions))
            deletions = [Deletion.model_validate_json(event.value) for event in events]

    def cases(self) -> list[Case]:
        return [found.case for found in self.store.search(CaseQuery(limit=500), EVERYTHING).cases]

    def close(self) -> None:
        self.store.close()
        self.state.close()


def _received(topic: str, values: Sequence[Value]) -> list[Received]:
    return [
        Received(Position(topic, 0, offset), b"", value.model_dump_json().encode(), {}, NOW)
        for offset, value in enumerate(values)
    ]


@contextmanager
def new_office() -> Iterator[Office]:
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            yield office
        finally:
            office.close()


@settings(max_examples=15)
@given(order=st.permutations(VERSIONS))
def test_whatever_comes_first_the_case_shows_the_first_and_the_last_version(order: Sequence[TriagedMention]) -> None:
    with new_office() as office:
        for item in order:
            office.file(item)
        [case] = office.cases()
        assert [post.text for post in case.posts] == [VERSIONS[0].triage.text, VERSIONS[-1].triage.text]
        assert [post.version_of for post in case.posts] == [None, "facebook:5_77"]
        assert excerpt(case) == VERSIONS[-1].triage.text
        assert (case.post_count, case.complainants) == (4, 1)


def test_the_last_version_stands_beside_the_first_however_many_have_joined() -> None:
    with new_office() as office:
        office.file(VERSIONS[0], *(of_somebody_else(number) for number in range(1, MAX_POSTS + 5)))
        for item in VERSIONS[1:]:
            office.file(item)
        [case] = office.cases()
        assert [post.key for post in case.posts][:3] == ["facebook:5_77", "facebook:5_77.edited-03", "facebook:x-1"]
        assert len(case.posts) == MAX_POSTS


@settings(max_examples=25)
@given(order=st.permutations([*VERSIONS, DELETED]))
def test_what_deletes_a_post_deletes_every_version_whichever_comes_first(
    order: Sequence[TriagedMention | str],
) -> None:
    with new_office() as office:
        for item in order:
            if isinstance(item, TriagedMention):
                office.file(item)
            else:
                office.delete(FIRST_GONE)
        ids = {item.mention.id for item in VERSIONS}
        graves = office.state.get_many(tombstones.KIND, [f"post:facebook:{id}" for id in ids])
        assert len(graves) == len(ids)
        assert {*office.deleted} == ids, "the watch is told of each"
        late = order[order.index(DELETED) + 1 :]
        records = office.store.mentions([item.mention.key for item in late if isinstance(item, TriagedMention)])
        assert all(record.disposition is Disposition.DELETED for record in records.values())


def test_the_deletion_of_one_version_or_of_another_post_leaves_the_others() -> None:
    with new_office() as office:
        office.file(*VERSIONS)
        office.delete(FIRST_GONE.model_copy(update={"id": "5_7"}))
        office.delete(FIRST_GONE.model_copy(update={"id": VERSIONS[1].mention.id}))
        assert office.deleted == ["5_7", "5_77.edited-01"]
