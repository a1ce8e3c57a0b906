"""How sources and steps stand, from the real log and the real records."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from desk.intake import StepState
from queues.state import StoreDownError
from streams.dead_letters import Origin
from streams.log import EventLog, LogDownError, PartitionLag
from streams.sources.meter import Meter
from streams.sources.publish import Publisher
from sunwai.assembly import Office
from sunwai.desk_intake import LogIntake
from sunwai.settings import Settings


def test_what_waits_and_what_came_is_said(tmp_path: Path) -> None:
    parts = Office(Settings(data=tmp_path))
    parts.log.prepare()
    intake = LogIntake(parts.state, parts.clock, lambda: parts.log)
    assert (intake.sources(), intake.steps()) == ([], [])
    Meter(parts.state, parts.clock).took("portal", 3)
    publisher = Publisher(parts.log, parts.clock, source="portal", platform="portal")
    taken = publisher.take_parsed(b"{}", {"id": "1", "text": "paani", "author": {"id": "a"}}, Origin("t", 0, 0))
    publisher.append(taken.events)
    (source,) = intake.sources()
    assert (source.id, source.connected, source.today) == ("portal", True, 3)
    parts.close()


class Lagging:
    """A log whose groups are behind, or that is gone."""

    def __init__(self, *, gone: bool = False):
        self._gone = gone

    def lags(self) -> Sequence[PartitionLag]:
        if self._gone:
            raise LogDownError("no broker")
        return [PartitionLag("sunwai-filing", "triaged", n, 5, 5 + n) for n in range(3)] + [
            PartitionLag("sunwai-watch", "observed", 0, 7, 7)
        ]

    def live_groups(self) -> Sequence[str]:
        return ["sunwai-filing"]


def test_what_waits_is_summed_over_partitions_and_a_log_that_is_down_is_said(tmp_path: Path) -> None:
    parts = Office(Settings(data=tmp_path))
    found = LogIntake(parts.state, parts.clock, lambda: cast(EventLog, Lagging())).steps()
    assert found == [
        StepState("sunwai-filing", "triaged", 3, running=True),
        StepState("sunwai-watch", "observed", 0, running=False),
    ]
    with pytest.raises(StoreDownError):
        LogIntake(parts.state, parts.clock, lambda: cast(EventLog, Lagging(gone=True))).steps()
    parts.close()
