"""Posts in every form in which they come. The forms of X follow its public documentation of posts and streams."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.intake import IntakeError, read_bytes, read_mention, split_page
from schemas.mention import EARLIEST, MAX_MENTION_BYTES, Author, Media, Mention

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

X_POST: dict[str, Any] = {
    "id": "1346889436626259968",
    "edit_history_tweet_ids": ["1346889436626259968"],
    "text": "@SundarpurPolice bijli ke khambhe se chingari",
    "author_id": "2244994945",
    "conversation_id": "1346889436626259968",
    "created_at": "2026-03-02T08:30:12.000Z",
    "lang": "hi",
    "entities": {"mentions": [{"start": 0, "end": 16, "username": "SundarpurPolice", "id": "11"}]},
    "public_metrics": {"retweet_count": 3, "reply_count": 1, "like_count": 9, "quote_count": 0},
    "geo": {"place_id": "01a9a39529b27f36"},
    "attachments": {"media_keys": ["3_11", "7_12", "3_99"]},
}
INCLUDES: dict[str, Any] = {
    "users": [{"id": "2244994945", "name": "Ramu Mistri", "username": "Ramu_Mistri"}],
    "media": [
        {"media_key": "3_11", "type": "photo", "url": "https://media.example/11.jpg"},
        {"media_key": "7_12", "type": "video", "preview_image_url": "https://media.example/12.jpg"},
    ],
    "places": [{"id": "01a9a39529b27f36", "full_name": "Sundarpur"}],
    "tweets": [
        {
            "id": "500",
            "text": "@DMSundarpur तीन दिन से पानी नहीं, और …",
            "note_tweet": {"text": "@DMSundarpur तीन दिन से पानी नहीं, और टंकी भी सूखी"},
            "entities": {"mentions": [{"username": "DMSundarpur"}]},
        }
    ],
}


def read(payload: Any, **options: Any) -> Mention:
    (post,) = split_page(payload)
    return read_mention(post, received_at=NOW, **options)


def refused(payload: Any) -> str:
    with pytest.raises(IntakeError) as raised:
        read_mention(payload, received_at=NOW)
    return str(raised.value)


# -- X


@pytest.mark.parametrize(
    "payload",
    [
        {"data": X_POST, "includes": INCLUDES},
        {"data": [X_POST], "includes": INCLUDES, "meta": {"result_count": 1, "newest_id": X_POST["id"]}},
        {"data": X_POST, "includes": INCLUDES, "matching_rules": [{"id": "1", "tag": "sundarpur"}]},
    ],
    ids=["single", "page", "stream"],
)
def test_an_x_post_brings_what_its_includes_say(payload: Any) -> None:
    post = read(payload)
    assert post.key == "x:1346889436626259968"
    assert post.author == Author(id="2244994945", handle="ramu_mistri", name="Ramu Mistri")
    assert post.handles == ("sundarpurpolice",)
    assert post.created_at == datetime(2026, 3, 2, 8, 30, 12, tzinfo=UTC)
    assert not post.created_at_assumed
    assert post.place == "Sundarpur"
    assert post.metrics == {"retweet_count": 3, "reply_count": 1, "like_count": 9, "quote_count": 0}
    assert post.media == (
        Media(kind="photo", url="https://media.example/11.jpg"),
        Media(kind="video", url="https://media.example/12.jpg"),
        Media(kind="unknown", url=""),
    )


def test_an_x_post_without_includes_is_a_post() -> None:
    post = read({"data": X_POST})
    assert (post.author.id, post.author.handle) == ("2244994945", None)


def test_an_x_post_with_the_default_fields_only() -> None:
    post = read({"data": {"id": "5", "text": "nali jaam @SundarpurNagarNigam", "edit_history_tweet_ids": ["5"]}})
    assert post.handles == ("sundarpurnagarnigam",)
    assert post.author.id == "unknown-5"
    assert (post.created_at, post.created_at_assumed) == (NOW, True)
    assert post.conversation_id == "5"


def test_an_x_post_outside_an_envelope() -> None:
    assert read(X_POST).author.id == "2244994945"


def test_a_long_post_is_read_whole() -> None:
    whole = "सड़क " * 200
    assert read({"data": {**X_POST, "text": "सड़क …", "note_tweet": {"text": whole}}}).text == whole


@pytest.mark.parametrize(
    ("kind", "field"), [("replied_to", "in_reply_to"), ("quoted", "quote_of"), ("retweeted", "repost_of")]
)
def test_references_say_what_a_post_answers(kind: str, field: str) -> None:
    post = read({"data": {**X_POST, "referenced_tweets": [{"type": kind, "id": "400"}]}})
    assert getattr(post, field) == "400"


def test_a_reply_without_conversation_belongs_to_what_it_answers() -> None:
    fields = {name: value for name, value in X_POST.items() if name != "conversation_id"}
    post = read({"data": {**fields, "referenced_tweets": [{"type": "replied_to", "id": "400"}]}})
    assert post.conversation_id == "400"


def test_a_repost_has_the_whole_text_and_the_handles_of_its_original() -> None:
    cut = {**X_POST, "text": "RT @x: @DMSundarpur तीन दिन…", "referenced_tweets": [{"type": "retweeted", "id": "500"}]}
    post = read({"data": cut, "includes": INCLUDES})
    assert post.repost_of == "500"
    assert post.text == "@DMSundarpur तीन दिन से पानी नहीं, और टंकी भी सूखी"
    assert post.handles == ("sundarpurpolice", "dmsundarpur")


def test_a_quote_keeps_its_own_text() -> None:
    quote = {**X_POST, "referenced_tweets": [{"type": "quoted", "id": "500"}]}
    assert read({"data": quote, "includes": INCLUDES}).text == X_POST["text"]


def test_a_page_is_split_with_its_includes() -> None:
    page = {"data": [X_POST, {**X_POST, "id": "6"}], "includes": INCLUDES}
    posts = [read_mention(post, received_at=NOW) for post in split_page(page)]
    assert [(post.id, post.author.handle) for post in posts] == [(X_POST["id"], "ramu_mistri"), ("6", "ramu_mistri")]


def test_an_empty_page_has_no_posts() -> None:
    assert [*split_page({"data": [], "meta": {"result_count": 0}})] == []


STRANGE_X: list[dict[str, Any]] = [
    {"entities": []},
    {"entities": {"mentions": {"username": "x"}}},
    {"entities": {"mentions": ["x", None]}},
    {"attachments": {"media_keys": "3_11"}},
    {"attachments": {"media_keys": [None, 5]}},
    {"public_metrics": [1]},
    {"public_metrics": {"like_count": "many"}},
    {"geo": "here"},
    {"referenced_tweets": {"type": "quoted"}},
    {"referenced_tweets": [{"type": ["quoted"], "id": "1"}]},
    {"note_tweet": "long"},
    {"attachments": {"media_keys": [{}, []]}},
]


@pytest.mark.parametrize("part", STRANGE_X, ids=json.dumps)
def test_a_side_of_a_post_in_a_strange_form_does_not_cost_the_post(part: dict[str, Any]) -> None:
    assert read({"data": {**X_POST, **part}, "includes": INCLUDES}).text == X_POST["text"]


STRANGE_INCLUDES: list[Any] = [
    [],
    {"users": [None, {"id": []}, {"id": "2244994945"}], "tweets": "none", "places": [{}]},
    {"media": [5, {"media_key": []}]},
]


@pytest.mark.parametrize("includes", STRANGE_INCLUDES, ids=json.dumps)
def test_includes_in_a_strange_form_do_not_cost_the_post(includes: Any) -> None:
    assert read({"data": X_POST, "includes": includes}).text == X_POST["text"]


# -- flat


def test_a_flat_post_needs_only_id_and_text() -> None:
    post = read({"id": "9", "text": "पानी नहीं @JalNigamSPR"})
    assert (post.id, post.platform, post.conversation_id, post.handles) == ("9", "x", "9", ("jalnigamspr",))
    assert (post.received_at, post.created_at_assumed) == (NOW, True)


def test_a_flat_post_may_say_all() -> None:
    post = read(
        {
            "id": 9,
            "text": "sadak kharab",
            "platform": "facebook",
            "author_id": 77,
            "author_handle": "@Gudiya.Devi",
            "author_name": "गुड़िया",
            "to": "@SundarpurPolice, DMSundarpur",
            "in_reply_to_id": 8,
            "ts": 1_772_438_400,
            "url": "https://posts.example/9",
            "media": ["https://media.example/9.jpg"],
            "place": "Lal Bagh",
            "metrics": {"likes": 4},
        },
    )
    assert post.author == Author(id="77", handle="gudiya.devi", name="गुड़िया")
    assert post.handles == ("sundarpurpolice", "dmsundarpur")
    assert (post.id, post.in_reply_to, post.conversation_id) == ("9", "8", "8")
    assert post.key == "facebook:9"
    assert post.created_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert post.media == (Media(kind="unknown", url="https://media.example/9.jpg"),)


def test_the_platform_of_the_source_holds_where_a_post_names_none() -> None:
    assert read({"id": "9", "text": "x"}, platform="portal").key == "portal:9"
    assert read({"id": "9", "text": "x", "platform": "x"}, platform="portal").key == "x:9"


def test_two_unknown_authors_are_not_taken_for_one() -> None:
    assert read({"id": "1", "text": "x"}).author != read({"id": "2", "text": "x"}).author


def test_an_author_known_by_handle_is_the_same_each_time() -> None:
    first, second = (read({"id": id, "text": "x", "author": handle}) for id, handle in (("1", "@Ramu"), ("2", "ramu")))
    assert first.author.id == second.author.id


def test_handles_are_clean_and_each_once() -> None:
    assert read({"id": "1", "text": "@A_b hello @a_B, mail me at x@y.in @c"}).handles == ("a_b", "c")
    assert read({"id": "1", "text": "@A", "handles": []}).handles == ()


DATES: dict[Any, datetime] = {
    "2026-03-02T14:00:00+05:30": datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    "2026-03-02 08:30": datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    "Mon Mar 02 08:30:00 +0000 2026": datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    "Mon, 02 Mar 2026 08:30:00 GMT": datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    1_772_440_200: datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    1_772_440_200_000: datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
}


@pytest.mark.parametrize("value", DATES)
def test_dates_are_read_in_the_forms_of_exports(value: Any) -> None:
    assert read({"id": "1", "text": "x", "created_at": value}).created_at == DATES[value]


@pytest.mark.parametrize(
    "value", ["2005-12-31T00:00:00Z", "2026-03-03T09:00:01Z", "9999-12-31", "soon", True, [], {}, 1e300, "0000-00-00"]
)
def test_a_date_that_cannot_be_is_refused(value: Any) -> None:
    said = refused({"id": "1", "text": "x", "created_at": value})
    assert "created_at" in said


def test_an_emoji_cut_in_two_does_not_cost_the_post() -> None:
    assert read(json.loads('{"id": "1", "text": "paani \\ud83d nahi"}')).text == "paani \ufffd nahi"


# -- what cannot be read

REFUSED: dict[str, tuple[Any, str]] = {
    "null": (None, "null"),
    "a number": (5, "a number"),
    "a text": ("paani", "a string"),
    "a truth": (True, "true or false"),
    "nothing in it": ({}, "id: Field required"),
    "no text": ({"id": "1"}, "text: Field required"),
    "no id": ({"text": "x"}, "id: Field required"),
    "an empty id": ({"id": "", "text": "x"}, "id: Field required"),
    "an id that is a truth": ({"id": True, "text": "x"}, "id: "),
    "an id with blanks": ({"id": "1 2", "text": "x"}, "id: "),
    "an endless id": ({"id": "1" * 129, "text": "x"}, "id: "),
    "text that is a number": ({"id": "1", "text": 5}, "text: "),
    "handles that are numbers": ({"id": "1", "text": "x", "handles": [5]}, "handles.0: "),
    "an author without name": ({"id": "1", "text": "x", "author": {"id": ["7"]}}, "author.id: "),
    "a platform with blanks": ({"id": "1", "text": "x", "platform": "the X"}, "platform: "),
    "an endless address": ({"id": "1", "text": "x", "url": "h" * 3000}, "url: "),
    "counts that are words": ({"id": "1", "text": "x", "metrics": {"likes": "many"}}, "metrics.likes: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_post_is_refused_by_field(name: str) -> None:
    payload, said = REFUSED[name]
    assert said in refused(payload)


def test_a_reason_never_repeats_what_was_written() -> None:
    secret = "9000000199 is my number"
    for field in ("id", "created_at", "platform", "url", "place", "author", "handles", "media", "metrics", "historic"):
        try:
            read_mention({"id": "1", "text": "x", field: [secret, {"a": secret}]}, received_at=NOW)
        except IntakeError as error:
            assert "9000000199" not in str(error)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe\xfd", "not UTF-8"),
        (b"", "not JSON"),
        (b"{'id': 1}", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "not JSON"),
        (b'"' + b"a" * MAX_MENTION_BYTES + b'"', "more than the 262144"),
    ],
)
def test_bytes_that_are_no_json_say_why(raw: bytes, said: str) -> None:
    with pytest.raises(IntakeError, match=said):
        read_bytes(raw)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [*X_POST, "data", "includes", "handles", "media", "author", "created_at", "metrics", "referenced_tweets", "place"]
)


@given(fields=st.dictionaries(FIELDS, JSON_VALUES, max_size=5), includes=JSON_VALUES)
def test_any_json_is_a_mention_or_an_intake_error(fields: dict[str, Any], includes: Any) -> None:
    for payload in (fields, {"id": "1", "text": "x", **fields}, {"data": {**X_POST, **fields}, "includes": includes}):
        for post in split_page(payload):
            try:
                mention = read_mention(post, received_at=NOW)
            except IntakeError:
                continue
            assert Mention.model_validate_json(mention.model_dump_json()) == mention


IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
HANDLES = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=15)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
MOMENTS = st.datetimes(
    (EARLIEST + timedelta(days=1)).replace(tzinfo=None),
    NOW.replace(tzinfo=None),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    created = draw(MOMENTS)
    return Mention(
        id=draw(IDS),
        platform=draw(st.sampled_from(["x", "facebook", "portal_2"])),
        text=draw(TEXTS),
        author=Author(id=draw(IDS), handle=draw(st.none() | HANDLES), name=draw(st.none() | TEXTS)),
        handles=tuple(draw(st.lists(HANDLES, max_size=4, unique=True))),
        conversation_id=draw(IDS),
        in_reply_to=draw(st.none() | IDS),
        repost_of=draw(st.none() | IDS),
        quote_of=draw(st.none() | IDS),
        created_at=created,
        created_at_assumed=draw(st.booleans()),
        received_at=created + draw(st.timedeltas(timedelta(hours=-20), timedelta(days=30))),
        url=draw(st.none() | TEXTS),
        media=tuple(draw(st.lists(st.builds(Media, kind=TEXTS.map(lambda text: text[:32]), url=TEXTS), max_size=2))),
        place=draw(st.none() | TEXTS),
        metrics=draw(st.dictionaries(TEXTS, st.integers(), max_size=3)),
        historic=draw(st.booleans()),
    )


@given(mention=mentions())
def test_a_mention_written_as_json_is_read_back_the_same(mention: Mention) -> None:
    raw = mention.model_dump_json().encode()
    (post,) = split_page(read_bytes(raw))
    assert read_mention(post, received_at=NOW + timedelta(days=99), platform="other") == mention


def test_a_mention_is_frozen() -> None:
    with pytest.raises(ValidationError):
        read({"id": "1", "text": "x"}).text = "y"  # type: ignore[misc]
