"""Open watch desks are told of claims as they are told and judged, whatever process did it; over a real socket."""

from collections.abc import Iterator

import pytest

from desk.claim_changes import ClaimChanges, edition
from queues import watching
from queues.watching import ClaimAct, Verb
from tests.desk.office import PEOPLE, Office
from tests.desk.test_events import Reader, Served, serving, until
from tests.desk.test_watch import READERS, tell
from tests.queues.factories import NOW

CLAIMS = "/api/v1/events/claims"


@pytest.fixture
def served(office: Office) -> Iterator[Served]:
    with serving(office) as found:
        yield found


def act(office: Office, claim: str = "x:1") -> None:
    """As another process does it."""
    watching.append_act(office.state, ClaimAct(verb=Verb.VERIFYING, claim=claim, by="mina", at=NOW))


def test_a_claim_is_told_when_it_grows_and_when_somebody_acts_without_its_words(served: Served) -> None:
    tell(served.office)
    reader = Reader(served, "watcher", path=CLAIMS)
    tell(served.office, doubling=1)
    tell(served.office, id="x:5:0", claim="x:5")
    until(lambda: len(reader.events) == 2)
    act(served.office)
    until(lambda: len(reader.events) == 3)
    assert [type for type, _, _ in reader.events] == ["claim"] * 3
    assert [data for _, data, _ in reader.events] == [
        {"id": "x:1", "doubling": 1, "act": 0},
        {"id": "x:5", "doubling": 0, "act": 0},
        {"id": "x:1", "doubling": 1, "act": 1},
    ]
    assert reader.events[-1][2] == edition(served.office.state)


@pytest.mark.parametrize("name", PEOPLE)
def test_claims_are_told_to_those_who_may_see_the_watch(served: Served, name: str) -> None:
    assert Reader(served, name, path=CLAIMS).status == (200 if name in READERS else 403)


def test_who_knows_another_edition_is_told_to_look_again(served: Served) -> None:
    tell(served.office)
    before = edition(served.office.state)
    same = Reader(served, "watcher", f"?after={before}", path=CLAIMS)
    act(served.office)
    until(lambda: same.events)
    assert same.ids == []
    assert [type for type, _, _ in same.events] == ["claim"], "nothing was missed before"
    late = [
        Reader(served, "watcher", f"?after={before}", path=CLAIMS),
        Reader(served, "watcher", last=before, path=CLAIMS),
    ]
    until(lambda: all(reader.events for reader in late))
    for reader in late:
        assert [(type, id) for type, _, id in reader.events] == [("missed", edition(served.office.state))]
    assert Reader(served, "watcher", "?after=now", path=CLAIMS).status == 422


def test_more_than_can_be_told_one_by_one_is_told_in_one(office: Office) -> None:
    changes = ClaimChanges(office.state)
    changes.begin()
    assert changes.find() is None, "what was there before is no news"
    for number in range(201):
        tell(office, id=f"x:{number}:0", claim=f"x:{number}")
    assert changes.find() is None
    tell(office, id="x:201:0", claim="x:201")
    found = changes.find()
    assert found is not None
    assert [b'"x:201"' in told.message for told in found] == [True]


def test_pages_of_the_watch_name_their_edition(office: Office) -> None:
    tell(office, doubling=1)
    act(office)
    visitor = office.visitor("watcher")
    for path in ("/watch", "/watch/x:1"):
        page = visitor.get(path).text
        assert f'data-events="{CLAIMS}" data-after="1-1"' in page
        assert 'data-claim="x:1" data-doubling="1" data-act="1"' in page
