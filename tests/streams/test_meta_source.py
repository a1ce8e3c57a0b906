"""Facebook and Instagram: verified and signed, never twice, each change as what it is."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from queues.directory_file import load_directory
from schemas.directory import Directory, Source
from schemas.events import Deletion
from streams.senders.meta import graph_client
from streams.sources.http import MAX_BODY_BYTES
from streams.sources.meta import OLDEST_SECONDS, MetaKeys, meta_router, meta_signature
from streams.sources.meta_changes import LookUp, no_look_up
from streams.sources.meta_mentions import MentionLookUp
from streams.sources.publish import Publisher
from streams.topics import DELETIONS
from tests.conftest import NOW, PROJECT
from tests.streams.intake_kit import IntakeKit, new_kit

SECRET, TOKEN = b"the secret of the app", b"the verify token"
PAGE, ACCOUNT = "1001", "2002"
AT = int(NOW.timestamp())


@pytest.fixture(scope="module")
def directory() -> Directory:
    plain = load_directory(PROJECT / "departments.yaml")
    pages = Source(code="fb", name=plain.name, platform="facebook", form="meta", pages={PAGE: "JalSundarpur"})
    photos = Source(code="ig", name=plain.name, platform="instagram", form="meta", pages={ACCOUNT: "JalSundarpur"})
    return plain.model_copy(update={"sources": (*plain.sources, pages, photos)})


class Meta:
    def __init__(self, kit: IntakeKit, directory: Directory, look_up: LookUp = no_look_up):
        def publisher_for(source: Source) -> Publisher:
            return kit.publisher(source.code, source.platform)

        def keys_of(code: str) -> MetaKeys:
            return MetaKeys(SECRET, TOKEN) if code in ("fb", "ig", "demo-portal") else MetaKeys()

        app = FastAPI()
        app.include_router(meta_router(publisher_for, directory, keys_of, kit.state, kit.clock, look_up))
        self.kit = kit
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")

    async def tell(self, payload: Any, *, source: str = "fb", key: bytes = SECRET) -> httpx.Response:
        body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
        headers = {"X-Hub-Signature-256": meta_signature(key, body)}
        return await self.client.post(f"/meta/{source}", content=body, headers=headers)

    def deletions(self) -> list[str]:
        events = self.kit.events(DELETIONS.name)
        return [Deletion.model_validate_json(event.value or b"").tombstone_id for event in events]


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


@pytest.fixture
def meta(kit: IntakeKit, directory: Directory) -> Meta:
    return Meta(kit, directory)


def feed(value: dict[str, Any] | None = None, *, time: int = AT, **more: Any) -> dict[str, Any]:
    value = (value or {}) | more
    plain = {"item": "comment", "verb": "add", "post_id": "1001_5", "comment_id": "5_77", "created_time": AT - 60}
    plain |= {"from": {"id": "900", "name": "Asha"}, "message": "नल सूखा है", "parent_id": "1001_5"}
    change = {"field": value.pop("field", "feed"), "value": plain | value}
    return {"object": "page", "entry": [{"id": PAGE, "time": time, "changes": [change]}]}


def comment(**value: Any) -> dict[str, Any]:
    plain = {"id": "880", "text": "paani nahi", "from": {"id": "901", "username": "asha.k"}, "media": {"id": "55"}}
    entry = {"id": ACCOUNT, "time": AT, "changes": [{"field": value.pop("field", "comments"), "value": plain | value}]}
    return {"object": "instagram", "entry": [entry]}


async def test_a_comment_on_a_page_addresses_its_office(meta: Meta) -> None:
    answer = await meta.tell(feed())
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "known": False})
    [mention] = meta.kit.mentions()
    assert (mention.key, mention.conversation_id, mention.in_reply_to) == ("facebook:5_77", "1001_5", "1001_5")
    assert (mention.handles, mention.author.id, mention.author.name) == (("jalsundarpur",), "900", "Asha")
    assert (mention.text, mention.created_at) == ("नल सूखा है", NOW - timedelta(seconds=60))


async def test_what_the_page_answers_is_the_offices_own(meta: Meta) -> None:
    await meta.tell(feed({"from": {"id": PAGE, "name": "Water"}, "comment_id": "5_78", "parent_id": "5_77"}))
    [mention] = meta.kit.mentions()
    assert (mention.author.handle, mention.in_reply_to) == ("jalsundarpur", "5_77")


async def test_a_comment_on_instagram(meta: Meta) -> None:
    await meta.tell(comment(parent_id="879"), source="ig")
    [mention] = meta.kit.mentions()
    assert (mention.key, mention.author.handle, mention.conversation_id) == ("instagram:880", "asha.k", "55")
    assert (mention.in_reply_to, mention.handles) == ("879", ("jalsundarpur",))


async def test_a_mention_of_a_page_elsewhere(meta: Meta) -> None:
    await meta.tell(feed(field="mention", item="post", comment_id=None, parent_id=None, post_id="7_8"))
    assert [mention.key for mention in meta.kit.mentions()] == ["facebook:7_8"]


async def test_a_mention_of_which_only_ids_are_told_is_kept_for_the_operator(meta: Meta) -> None:
    await meta.tell(comment(field="mentions"), source="ig")
    assert meta.kit.mentions() == []
    assert "ids of a mention" in meta.kit.reasons()[0]


async def test_what_was_removed_gets_a_tombstone(meta: Meta) -> None:
    await meta.tell(feed(verb="remove", message=None))
    assert meta.deletions() == ["post:facebook:5_77"]


EDITED = ("नल सूखा है, अब तीन दिन से", "नल सूखा है, अब चार दिन से")


async def test_an_edited_comment_keeps_what_came_first_and_adds_what_it_became_each_time(meta: Meta) -> None:
    await meta.tell(feed())
    for number, words in enumerate(EDITED, start=1):
        await meta.tell(feed(verb="edited", message=words, time=AT + 60 * number))
    first, *edited = sorted(meta.kit.mentions(), key=lambda mention: mention.created_at)
    assert (first.key, first.version_of) == ("facebook:5_77", None)
    assert [each.text for each in edited] == [*EDITED]
    assert [each.created_at for each in edited] == [NOW + timedelta(seconds=60), NOW + timedelta(seconds=120)]
    assert len({each.key for each in (first, *edited)}) == 3
    for each in edited:
        assert (each.version_of, each.in_reply_to) == ("5_77", "5_77")
        assert (each.conversation_id, each.author) == (first.conversation_id, first.author)


async def test_edits_told_at_once_keep_their_order_and_one_told_again_is_the_same(meta: Meta) -> None:
    both = feed(verb="edited", message=EDITED[0])
    both["entry"][0]["changes"] += feed(verb="edited", message=EDITED[1])["entry"][0]["changes"]
    await meta.tell(both)
    assert [each.text for each in sorted(meta.kit.mentions(), key=lambda mention: mention.created_at)] == [*EDITED]
    await meta.tell(feed(verb="edited", message=EDITED[1]))
    told = [mention.key for mention in meta.kit.mentions()]
    assert (len(told), len({*told})) == (3, 2)


class Instagram:
    """What "Mentions" answers for a comment and for a caption."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fields = request.url.params["fields"]
        self.asked.append(fields)
        assert request.url.path.endswith(f"/{ACCOUNT}")
        assert request.headers["authorization"] == "Bearer token"
        if self.status != 200:
            return httpx.Response(self.status, json={"error": {"code": 10}})
        words = {"id": "770", "timestamp": "2026-03-02T08:55:00+0000", "username": "Asha.K"}
        if fields.startswith("mentioned_comment.comment_id(770){"):
            return httpx.Response(200, json={"mentioned_comment": words | {"text": "@jal paani nahi"}, "id": ACCOUNT})
        assert fields.startswith("mentioned_media.media_id(55){")
        return httpx.Response(200, json={"mentioned_media": words | {"caption": "@jal nal sookha"}, "id": ACCOUNT})


@pytest.mark.parametrize(
    ("ids", "key", "text"),
    [
        ({"comment_id": "770", "media_id": "55"}, "instagram:770", "@jal paani nahi"),
        ({"media_id": "55"}, "instagram:55", "@jal nal sookha"),
    ],
)
async def test_the_words_of_a_mention_are_asked_for(
    kit: IntakeKit, directory: Directory, ids: dict[str, str], key: str, text: str
) -> None:
    graph = Instagram()
    with graph_client("token", transport=httpx.MockTransport(graph)) as client:
        meta = Meta(kit, directory, MentionLookUp({ACCOUNT: client}.get))
        change = {"field": "mentions", "value": ids}
        told = {"object": "instagram", "entry": [{"id": ACCOUNT, "time": AT, "changes": [change]}]}
        assert (await meta.tell(told, source="ig")).json() == {"accepted": 1, "known": False}
        [mention] = kit.mentions()
        assert (mention.key, mention.text, mention.author.handle) == (key, text, "asha.k")
        assert (mention.handles, mention.created_at) == (("jalsundarpur",), NOW - timedelta(minutes=5))
        graph.status = 400
        await meta.tell(told | {"entry": [{"id": ACCOUNT, "time": AT + 1, "changes": [change]}]}, source="ig")
        assert "does not tell the words of a mention (400)" in kit.reasons()[0]


async def test_ids_that_are_none_are_not_put_into_an_address(kit: IntakeKit, directory: Directory) -> None:
    graph = Instagram()
    with graph_client("token", transport=httpx.MockTransport(graph)) as client:
        meta = Meta(kit, directory, MentionLookUp({ACCOUNT: client}.get))
        change = {"field": "mentions", "value": {"media_id": "55){id},me{", "comment_id": "1"}}
        await meta.tell(
            {"object": "instagram", "entry": [{"id": ACCOUNT, "time": AT, "changes": [change]}]}, source="ig"
        )
    assert graph.asked == []
    assert "no ids" in kit.reasons()[0]


@pytest.mark.parametrize(
    "payload",
    [
        feed(item="like"),
        feed(item="reaction"),
        feed(field="ratings"),
        feed(message=""),
        feed(item=["comment"]),
        {"object": "page", "entry": [{"id": PAGE, "time": AT * 1000, "messaging": [{"message": {"text": "private"}}]}]},
    ],
)
async def test_what_nobody_wrote_in_public_is_not_taken(meta: Meta, payload: dict[str, Any]) -> None:
    answer = await meta.tell(payload)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 0)
    assert meta.kit.mentions() == []
    assert meta.kit.letters() == []


async def test_a_change_that_cannot_be_read_is_a_dead_letter_and_the_others_are_taken(meta: Meta) -> None:
    both = feed(comment_id="5_1", message={"no": "text"})
    both["entry"] += feed(comment_id="5_2")["entry"]
    await meta.tell(both)
    assert meta.kit.ids() == ["5_2"]
    assert meta.kit.reasons()[0].startswith("text: ")


# -- who may tell


async def test_meta_is_shown_that_the_endpoint_is_ours(meta: Meta) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": TOKEN.decode()}
    assert (await meta.client.get("/meta/fb", params=asked)).text == "1158201444"
    wrong = [{"hub.verify_token": "no"}, {"hub.verify_token": ""}, {"hub.mode": "x"}, {"hub.challenge": "<b>1</b>"}]
    for change in wrong:
        assert (await meta.client.get("/meta/fb", params=asked | change)).status_code == 403
    assert (await meta.client.get("/meta/nobody", params=asked)).status_code == 403


async def test_a_wrong_signature_and_an_unknown_source_get_the_same_answer(meta: Meta) -> None:
    wrong, unknown = await meta.tell(feed(), key=b"another"), await meta.tell(feed(), source="nobody")
    signed = await meta.tell(feed(), source="demo-portal")
    assert wrong.status_code == unknown.status_code == signed.status_code == 401
    assert wrong.content == unknown.content == signed.content
    none = await meta.client.post("/meta/fb", content=b"{}")
    assert none.status_code == 401
    assert meta.kit.mentions() == []


async def test_a_replayed_one_is_not_taken_again_however_late(meta: Meta) -> None:
    await meta.tell(feed())
    for _ in range(40):
        assert (await meta.tell(feed())).json() == {"accepted": 0, "known": True}
        meta.kit.now += timedelta(minutes=50)
        await meta.tell(feed(time=int(meta.kit.now.timestamp()), comment_id=f"6_{meta.kit.now.timestamp():.0f}"))
    assert meta.kit.ids().count("5_77") == 1


@pytest.mark.parametrize("off", [-OLDEST_SECONDS - 2, 302])
async def test_an_old_one_is_refused(meta: Meta, off: int) -> None:
    answer = await meta.tell(feed(time=AT + off))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_fresh")


async def test_a_huge_one_is_refused(meta: Meta) -> None:
    assert (await meta.tell(b" " * (MAX_BODY_BYTES + 1))).status_code == 413


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"object": "user"}', b'{"object": "instagram"}', b'{"object": ["page"]}']
)
async def test_junk_under_a_good_signature_is_refused(meta: Meta, body: bytes) -> None:
    assert (await meta.tell(body)).status_code == 400


async def test_what_cannot_be_stored_now_is_asked_for_again(meta: Meta) -> None:
    meta.kit.log.refusals = 1
    assert (await meta.tell(feed())).status_code == 503
    assert (await meta.tell(feed())).json() == {"accepted": 1, "known": False}


def test_the_directory_names_the_pages(directory: Directory) -> None:
    for wrong in (
        {"form": "meta", "platform": "facebook"},
        {"form": "meta", "pages": {"1": "a"}},
        {"pages": {"1": "a"}},
    ):
        with pytest.raises(ValidationError, match="form meta"):
            Source.model_validate({"code": "fb", "name": {"en": "x"}} | wrong)
    source = Source(code="fb", name=directory.name, platform="facebook", form="meta", pages={"1": "nobody"})
    with pytest.raises(ValidationError, match="no department or queue has the handle nobody"):
        Directory.model_validate(directory.model_dump() | {"sources": [source.model_dump()]})
