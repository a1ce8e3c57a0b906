"""A deletion before, between and after its post: not a byte of the text is left once the sweep is done."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queues import tombstones
from queues.elastic import Cluster, ClusterOptions
from queues.elastic.everything import every_document
from queues.elastic.mappings import INDICES
from schemas.events import Deletion, DeletionTarget
from streams.log import Event
from streams.topics import DELETIONS
from tests.pipeline.office import OfficeUnderTest
from text.skeleton import skeleton

pytestmark = pytest.mark.process

SECRETS = {"501": "zqxsecretwordq", "502": "vwkhiddenwordv"}
"""A word of each post, and the handle of its author. 501 is deleted as a post, 502 with its author."""


def _ingest(office: OfficeUnderTest, tmp_path: Path, secrets: dict[str, str]) -> None:
    file = tmp_path / "posts.jsonl"
    posts = (
        {
            "id": id,
            "text": f"@SundarpurPolice hamare ghar ke samne {secret} roz raat ko hangama hota hai koi sunta nahi",
            "author_id": f"77{id}",
            "author_handle": secret,
        }
        for id, secret in secrets.items()
    )
    file.write_text("".join(json.dumps(post) + "\n" for post in posts))
    office.ingest(file)


def _delete(office: OfficeUnderTest, *targets: tuple[DeletionTarget, str]) -> None:
    with office.parts() as parts:
        parts.log.prepare()
        deletions = (Deletion(target=target, id=id, at=datetime.now(UTC)) for target, id in targets)
        parts.log.append([Event(DELETIONS.name, b"", deletion.model_dump_json().encode()) for deletion in deletions])


def _left(office: OfficeUnderTest) -> list[str]:
    """What still holds a secret, or its skeleton: files of the embedded office, documents of the distributed one."""
    needles = {word.encode() for secret in SECRETS.values() for word in (secret, skeleton(secret))}
    return [name for name, content in _kept(office) if any(needle in content.lower() for needle in needles)]


def _kept(office: OfficeUnderTest) -> Iterator[tuple[str, bytes]]:
    for path in office.data.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    if "SUNWAI_STORE" in office.environment:
        options = ClusterOptions(office.environment["SUNWAI_STORE"], office.environment["SUNWAI_NAMESPACE"])
        with closing(Cluster(options)) as cluster:
            for index in INDICES:
                for source in every_document(cluster, index):
                    yield index.name, json.dumps(source, ensure_ascii=False).encode()


BOTH = ((DeletionTarget.POST, "501"), (DeletionTarget.AUTHOR, "77502"))


WHEN = ("before", "between", "after")


@pytest.mark.parametrize("when", WHEN)
def test_nothing_is_left_of_a_deleted_post(tmp_path: Path, when: str) -> None:
    deleted(OfficeUnderTest(tmp_path / "office"), tmp_path, when)


@pytest.mark.kafka
@pytest.mark.elasticsearch
@pytest.mark.parametrize(
    "when", [when if when == "after" else pytest.param(when, marks=pytest.mark.soak) for when in WHEN]
)
def test_the_same_on_kafka_and_elasticsearch(distributed_office: OfficeUnderTest, tmp_path: Path, when: str) -> None:
    """Each waits for the last file of Elasticsearch to let go of the text: two of them are for ``make soak``."""
    deleted(distributed_office, tmp_path, when)


def deleted(office: OfficeUnderTest, tmp_path: Path, when: str) -> None:
    if when == "before":
        _delete(office, *BOTH)
        office.work_off()
        _ingest(office, tmp_path, SECRETS)
    elif when == "between":
        _ingest(office, tmp_path, SECRETS)
        _delete(office, *BOTH)
    else:
        _ingest(office, tmp_path, SECRETS)
        office.work_off()
        assert _left(office)
        _delete(office, *BOTH)
    assert office.work_off()["received"] == 2
    assert _left(office) == []
    office.sunwai("reindex")
    assert "no cases" in office.sunwai("search", SECRETS["501"])
    assert _left(office) == []


def test_what_is_erased_before_anybody_has_read_it_is_counted(tmp_path: Path) -> None:
    """On the embedded log: Kafka cannot empty what nobody has read."""
    office = OfficeUnderTest(tmp_path / "office")
    _ingest(office, tmp_path, SECRETS)
    with office.parts() as parts:
        for target, id in BOTH:
            tombstones.bury(parts.state, Deletion(target=target, id=id, at=datetime.now(UTC)))
        parts.sweep()
    assert office.work_off()["received"] == 2
    assert _left(office) == []


def test_the_other_posts_of_a_case_stay(tmp_path: Path) -> None:
    office = OfficeUnderTest(tmp_path / "office")
    _ingest(office, tmp_path, {"601": "wahi", "602": "wahi"})
    office.work_off()
    _delete(office, (DeletionTarget.POST, "601"))
    office.work_off()
    [case] = office.json("cases")
    assert [(post["erased"], post["text"] == "") for post in case["posts"]] == [(True, True), (False, False)]
    assert case["post_count"] == 2
