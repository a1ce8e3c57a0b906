"""Deletions on X: within a day, everything that is kept is looked for, and what is gone gets a tombstone."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.events import Deletion
from streams.sources.publish import Publisher
from streams.sources.x.client import XClient, XLostError, XRefusedError
from streams.sources.x.recheck import EVERY, JOBS, RECHECK, Recheck
from streams.sources.x.waiting import Waiting
from streams.topics import DELETIONS
from tests.streams.intake_kit import IntakeKit, new_kit
from tests.x_server import BEARER, Fault, XWorld


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


class Office:
    def __init__(self, kit: IntakeKit, world: XWorld):
        self.kit, self.world = kit, world
        self.client = XClient(BEARER, base=world.address)
        self.kept = [world.write("@JalSundarpur paani nahi")["id"] for _ in range(300)]
        self.checked: list[str] = []
        waiting = Waiting(threading.Event(), world.clock, world.clock.advance)
        publisher = Publisher(kit.log, world.clock, source="x", sleep=kit.sleep)
        self.recheck = Recheck(
            self.client,
            kit.state,
            publisher,
            lambda: self.kept,
            waiting,
            lambda at: self.checked.append(at.isoformat()),
        )

    def tombstones(self) -> list[str]:
        events = self.kit.events(DELETIONS.name)
        return [Deletion.model_validate_json(event.value or b"").tombstone_id for event in events]


@pytest.fixture
def office(kit: IntakeKit, world: XWorld) -> Iterator[Office]:
    made = Office(kit, world)
    yield made
    made.client.close()


def test_what_is_gone_gets_a_tombstone_and_the_rest_stays(office: Office) -> None:
    first, second, third = office.kept[3], office.kept[100], office.kept[299]
    office.world.gone = {first: "deleted", second: "suspended", third: "protected", "1": "of somebody else"}
    office.recheck.step()
    assert office.checked == []
    office.recheck.step()
    assert office.tombstones() == [f"post:x:{id}" for id in (first, second, third)]
    assert office.checked
    office.recheck.step()
    assert len(office.world.jobs) == 1, "the next one is due in a day"
    office.world.clock.advance(EVERY.total_seconds())
    office.recheck.step()
    assert len(office.world.jobs) == 2


def test_nothing_kept_asks_nothing(office: Office) -> None:
    office.kept = []
    office.recheck.step()
    assert (office.world.jobs, len(office.checked)) == ({}, 1)


def test_a_job_that_is_not_done_yet_is_waited_for_and_a_failed_one_made_again(office: Office) -> None:
    office.recheck.step()
    [job] = office.world.jobs.values()
    job["status"] = "in_progress"
    office.recheck.step()
    assert office.checked == []
    job["status"] = "failed"
    with pytest.raises(XLostError, match="failed"):
        office.recheck.step()
    office.world.clock.advance(3 * 3600)
    office.recheck.step()
    office.recheck.step()
    assert len(office.world.jobs) == 2
    assert office.checked


@pytest.mark.parametrize("place", ["upload_url", "download_url"])
def test_a_file_that_cannot_be_moved_is_tried_again(office: Office, place: str) -> None:
    office.world.gone = {office.kept[0]: "deleted"}
    office.world.fail(f"/storage/{office.world.next_number}/{place}", Fault(503))
    with pytest.raises(XLostError):
        for _ in range(2):
            office.recheck.step()
    for _ in range(2):
        office.recheck.step()
    assert office.tombstones() == [f"post:x:{office.kept[0]}"]


def test_ids_go_to_no_unsafe_address_and_the_address_is_not_kept(office: Office) -> None:
    office.world.address = "http://files.example"
    with pytest.raises(XRefusedError, match="unsafe-address"):
        office.recheck.step()
    office.world.address = office.client.base
    office.recheck.step()
    assert "storage" not in str(office.kit.state.scan(RECHECK)[0].value)
    assert office.world.requests(JOBS)
