"""From X to a case and back: all processes, as an office runs them."""

import json
import threading
from pathlib import Path

import pytest

from queues.acts.working import FIRST_ANSWER
from schemas.case import Case
from tests.conftest import PROJECT
from tests.pipeline.office import OfficeUnderTest, wait_for
from tests.x_server import BEARER, StreamConnection, XWorld

pytestmark = pytest.mark.process


@pytest.fixture
def office(tmp_path: Path, living_world: XWorld) -> OfficeUnderTest:
    example = (PROJECT / "departments.yaml").read_text(encoding="utf-8")
    assert "undo: 0.0167" in example
    assert "replies: {" in example
    quick = example.replace("undo: 0.0167", "undo: 0.0001").replace("replies: {", "replies: {acknowledge: true, ")
    (tmp_path / "departments.yaml").write_text(quick, encoding="utf-8")
    (tmp_path / "token").write_text(BEARER)
    accounts = {"jalsundarpur": {"id": "55", "token": "token55", "secret": "s"}}
    keys = {"app_key": "k", "app_secret": "s", "accounts": accounts}
    (tmp_path / "accounts.json").write_text(json.dumps(keys))
    settings = {
        "SUNWAI_DIRECTORY": str(tmp_path / "departments.yaml"),
        "SUNWAI_X_ADDRESS": living_world.address,
        "SUNWAI_X_BEARER_FILE": str(tmp_path / "token"),
        "SUNWAI_X_ACCOUNTS_FILE": str(tmp_path / "accounts.json"),
        "SUNWAI_X_SEND": "true",
    }
    return OfficeUnderTest(tmp_path / "data", settings)


def test_a_complaint_is_acknowledged_once_and_a_reply_in_the_app_answers_it(
    office: OfficeUnderTest, living_world: XWorld
) -> None:
    left, sent = threading.Event(), set[str]()
    complaint = living_world.write("@JalSundarpur रामपुरा कलां में तीन दिन से पानी नहीं आ रहा, कोई सुनने वाला नहीं")

    def play(connection: StreamConnection) -> None:
        """Whatever is on X and has not come yet, our own replies too."""
        while not left.wait(0.05):
            connection.keep_alive()
            for post in [post for post in living_world.posts.values() if post["id"] not in sent]:
                sent.add(post["id"])
                connection.send(post | ({"author_handle": "JalSundarpur"} if post["author_id"] == "55" else {}))

    def replies() -> list[str]:
        return [post["text"] for post in living_world.posts.values() if post["author_id"] == "55"]

    def case() -> Case:
        with office.parts() as parts:
            return next(iter(parts.store.every_case()))

    living_world.on_stream = play
    with office.running("sunwai", "worker"), office.running("sunwai", "ingest", "x"):
        wait_for(lambda: bool(replies()), "the acknowledgement")
        wait_for(lambda: office.filed() == 2, "the acknowledgement to come back")
        acknowledged = case()
        assert acknowledged.docket is not None
        assert acknowledged.docket in replies()[0]
        assert acknowledged.answered_at is None, "a machine's acknowledgement is no answer"
        typed = {"referenced_tweets": [{"type": "replied_to", "id": complaint["id"]}]}
        living_world.write("@user7 टैंकर भेज दिया गया है", by="55", **typed)
        wait_for(lambda: case().answered_at is not None, "the answer typed in the app")
        left.set()
    assert len(replies()) == 2, "nothing is said twice"
    assert not any(clock.kind in FIRST_ANSWER and clock.is_running for clock in case().clocks)
    assert [entry.act for entry in case().history].count("answered") == 1
