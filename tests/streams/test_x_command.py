"""``sunwai ingest x`` and ``sunwai sources`` as an operator uses them: real processes, X on this machine."""

import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.sources.standing import standings
from sunwai.settings import SettingsError
from sunwai.stores import open_stores
from sunwai.x_access import x_client
from tests.conftest import PROJECT
from tests.pipeline.office import OfficeUnderTest, wait_for
from tests.x_server import BEARER, StreamConnection, XWorld

pytestmark = pytest.mark.process


@pytest.fixture
def office(tmp_path: Path, living_world: XWorld) -> OfficeUnderTest:
    (tmp_path / "token").write_text(BEARER + "\n")
    settings = {"SUNWAI_X_BEARER_FILE": str(tmp_path / "token"), "SUNWAI_X_ADDRESS": living_world.address}
    return OfficeUnderTest(tmp_path / "data", settings)


def test_posts_come_in_and_a_stop_is_heeded(office: OfficeUnderTest, living_world: XWorld) -> None:
    left = threading.Event()

    def play(connection: StreamConnection) -> None:
        connection.send(living_world.write("@JalSundarpur तीन दिन से पानी नहीं"))
        while not left.wait(0.05):
            connection.keep_alive()

    living_world.on_stream = play
    command = [sys.executable, "-m", "sunwai", "ingest", "x"]
    process = subprocess.Popen(
        command, env=office._environment(), cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        wait_for(lambda: process.poll() is not None or has_come(office), "the post")
    finally:
        process.send_signal(signal.SIGTERM)
        out, log = process.communicate(timeout=15)
        left.set()
    assert process.returncode == 0, log
    assert "stopped" in out
    assert BEARER not in out + log + (office.data / "cases.db").read_bytes().decode("latin-1")
    [x] = json.loads(office.sunwai("sources", "--json"))
    assert (x["id"], x["connected"], x["today"], x["budget_left"]) == ("x", False, 1, 19_999)
    assert x["last_post_at"]
    assert x["checked_at"], "that nothing kept was deleted"
    assert "19999 left of the budget" in office.sunwai("sources")


def has_come(office: OfficeUnderTest) -> bool:
    if not (office.data / "cases.db").exists():
        return False
    stores = open_stores(office.settings)
    try:
        return any(each.today for each in standings(stores.state, datetime.now(UTC)))
    finally:
        stores.close()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SUNWAI_X_BEARER_FILE", "/nowhere", "cannot be read"),
        ("SUNWAI_X_ADDRESS", "http://api.example", "https:// is needed"),
        ("SUNWAI_X_BEARER", "given twice", "give one of them"),
    ],
)
def test_a_setting_that_cannot_be_is_named(office: OfficeUnderTest, name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as told:
        x_client(OfficeUnderTest(office.data, {**office.environment, name: value}).settings)
    assert "given twice" not in str(told.value)
