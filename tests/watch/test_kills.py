"""kill -9 of the watch around each write of its protocol: no alert is lost, none is there twice."""

import json
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from queues.watching import ALERT_KIND
from schemas.alert import SpikeAlert
from streams.groups import WATCH
from tests.pipeline.feed import make_feed
from tests.pipeline.office import OfficeUnderTest, wait_for

pytestmark = pytest.mark.process

RUMOUR = "WhatsApp par forward: Sundarpur ki tanki mein zahar mila diya gaya hai, paani mat peena, sabko batao"
EXPECTED = ["x:r0:0", "x:r0:1", "x:r0:2"]


def write_posts(path: Path) -> Path:
    """A rumour told by 40 accounts among 400 other posts."""
    start = datetime.now(UTC) - timedelta(hours=3)
    told = [{"id": f"r{number}", "author_id": f"teller{number}", "text": RUMOUR} for number in range(40)]
    rows = [
        post
        for number, other in enumerate(make_feed(400))
        for post in (other, *told[number // 10 : number // 10 + 1][: number % 10 == 0])
    ]
    moments = (start + timedelta(seconds=10 * number) for number in range(len(rows)))
    lines = (json.dumps(row | {"created_at": at.isoformat()}) for row, at in zip(rows, moments, strict=True))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def told(office: OfficeUnderTest) -> list[SpikeAlert]:
    """What went to the topic of alerts."""
    with office.parts() as parts:
        return [SpikeAlert.model_validate_json(event.value) for event in parts.log.read("alerts", 0, 0) if event.value]


def alerts_of(office: OfficeUnderTest) -> list[str]:
    with office.parts() as parts:
        return [record.id for record in parts.state.scan(ALERT_KIND) if record.value["kind"] == "rumour"]


def lag(office: OfficeUnderTest) -> int | None:
    with office.parts() as parts:
        lags = [entry.lag for entry in parts.log.lags() if entry.group == WATCH and entry.topic == "observed"]
    return sum(lags) if lags else None


def dead_or_done(process: "subprocess.Popen[bytes]", office: OfficeUnderTest) -> bool:
    return process.poll() is not None or lag(office) == 0


def test_kills_around_every_write_lose_no_alert_and_tell_none_twice(office: OfficeUnderTest, tmp_path: Path) -> None:
    office.ingest(write_posts(tmp_path / "posts.jsonl"))
    with office.running("sunwai.step", "triage"):
        for when, nth in (("before", 1), ("after", 1), ("after", 2), ("before", 4), ("after", 4)):
            with office.running("tests.pipeline.dying_step", "create", when, str(nth), "watch") as watch:
                wait_for(partial(dead_or_done, watch, office), "the watch to die or to finish")
    office.work_off()
    assert alerts_of(office) == EXPECTED
    sent = Counter(alert.id for alert in told(office) if alert.kind == "rumour")
    assert sorted(sent) == EXPECTED
