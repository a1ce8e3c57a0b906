"""Posts from files: every form, broken input, and going on where a run stopped."""

import gzip
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from queues.state import StaleError
from streams.sources import json_values
from streams.sources.file import FileSource, Summary
from streams.sources.lines import RecordError
from tests.conftest import NOW
from tests.streams.intake_kit import IntakeKit, new_kit

POSTS: list[dict[str, Any]] = [
    {"id": "1", "text": "नल में पानी नहीं, तीन दिन से", "author_id": "7"},
    {"id": "2", "text": 'bijli gul, "kab aayegi"\nkoi bataye', "author_id": "8"},
    {"id": "3", "text": "Street light dark; pole 22", "author_id": "9"},
]


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[IntakeKit]:
    made = new_kit(tmp_path)
    yield made
    made.close()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def jsonl(posts: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(post, ensure_ascii=False).encode() + b"\n" for post in posts)


def numbered(first: int, last: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": str(number), "text": f"sadak kharab {number}", **fields} for number in range(first, last + 1)]


def read(kit: IntakeKit, path: Path, **options: Any) -> Summary:
    return FileSource(path, kit.publisher(), kit.state, sleep=kit.sleep, **options).run()


def as_csv(delimiter: str) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    rows = [delimiter.join(cell(str(post[name])) for name in ("id", "text", "author_id")) for post in POSTS]
    return ("\ufeff" + delimiter.join(("id", "text", "author_id")) + "\r\n" + "\r\n".join(rows) + "\r\n").encode()


FORMS: dict[str, bytes] = {
    "posts.jsonl": jsonl(POSTS),
    "posts.ndjson": jsonl(POSTS).rstrip(b"\n"),
    "windows.jsonl": b"\xef\xbb\xbf" + jsonl(POSTS).replace(b"\n", b"\r\n"),
    "array.json": json.dumps(POSTS, indent=2).encode(),
    "lines.json": jsonl(POSTS),
    "page.json": json.dumps({"data": POSTS, "meta": {"result_count": 3}}).encode(),
    "comma.csv": as_csv(","),
    "semicolon.csv": as_csv(";"),
    "tabs.tsv": as_csv("\t"),
    "no-ending-lines": jsonl(POSTS),
    "no-ending-array": b"\n " + json.dumps(POSTS).encode(),
    "no-ending-table": as_csv(","),
}


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_posts(kit: IntakeKit, tmp_path: Path, name: str, ending: str) -> None:
    summary = read(kit, write(tmp_path / f"{name}{ending}", FORMS[name]))
    assert [(post.id, post.text, post.author.id) for post in kit.mentions()] == [
        (post["id"], post["text"], post["author_id"]) for post in POSTS
    ]
    assert (summary.published, summary.dead_letters, summary.skipped) == (3, 0, 0)


def test_a_single_json_object_is_one_post(kit: IntakeKit, tmp_path: Path) -> None:
    read(kit, write(tmp_path / "one.json", json.dumps(POSTS[0], indent=1).encode()))
    assert kit.ids() == ["1"]


def test_an_empty_file_is_no_mistake(kit: IntakeKit, tmp_path: Path) -> None:
    for name in ("empty.jsonl", "empty.csv", "empty"):
        assert read(kit, write(tmp_path / name, b"")).published == 0


# -- what cannot be read

BROKEN: dict[str, tuple[bytes, str]] = {
    "random bytes": (bytes(range(11, 256)), "post: not"),
    "NUL": (b"\x00\x00", "post: not JSON"),
    "cut off": (b'{"id": "5", "text": "bij', "post: not JSON"),
    "no text": (b'{"id": "5"}', "text: Field required"),
    "a number": (b"17", "post: an object is needed, this is a number"),
    "300 kB": (b'{"id": "5", "text": "' + b"a" * 300_000 + b'"}', "post: more than the 262144 bytes"),
    "3 MB": (b'{"id": "5", "text": "' + b"b" * 3_000_000 + b'"}', "post: more than the 262144 bytes"),
    "deep": (b"[" * 50_000, "post: nested too deeply"),
    "a name that is no text": (b'{"id": "5", "text": "x", "metrics": {"\\ud800": "x"}}', "metrics."),
    "a list without end": (b"[" + b"0," * 5000 + b"0]", "post: more than 1000 of them"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_a_dead_letter_with_its_line_and_reason(kit: IntakeKit, tmp_path: Path, name: str) -> None:
    broken, reason = BROKEN[name]
    path = write(tmp_path / "posts.jsonl", jsonl(POSTS[:1]) + b"\n" + broken + b"\n" + jsonl(POSTS[1:2]))
    summary = read(kit, path)
    assert kit.ids() == ["1", "2"]
    (letter,) = kit.letters()
    assert letter.headers["reason"].decode().startswith(reason)
    assert (letter.headers["topic"], letter.headers["offset"]) == (b"posts.jsonl", b"3")
    assert (summary.published, summary.dead_letters) == (2, 1)


def test_a_dead_letter_keeps_the_bytes_or_else_their_hash_and_length(kit: IntakeKit, tmp_path: Path) -> None:
    medium, large = BROKEN["300 kB"][0], BROKEN["3 MB"][0]
    read(kit, write(tmp_path / "posts.jsonl", medium + b"\n" + large + b"\n"))
    kept, hashed = kit.letters()
    assert kept.value == medium
    assert "truncated" not in kept.headers
    assert json.loads(hashed.value or b"") == {"sha256": sha256(large).hexdigest(), "length": len(large)}
    assert hashed.headers["truncated"] == b"1"


def test_a_surrogate_cut_in_two_does_not_cost_the_post(kit: IntakeKit, tmp_path: Path) -> None:
    read(kit, write(tmp_path / "posts.jsonl", b'{"id": "1", "text": "paani \\ud83d"}\n'))
    assert kit.mentions()[0].text == "paani \ufffd"


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_memory_does_not_grow_with_a_line(kit: IntakeKit, tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"posts.jsonl{ending}", jsonl(POSTS) + b"x" * 60_000_000 + b"\n" + jsonl(POSTS))
    tracemalloc.start()
    try:
        read(kit, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000
    assert len(kit.letters()) == 1


def test_memory_does_not_grow_with_large_dead_letters(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", (b"x" * 1_900_000 + b"\n") * 20)
    tracemalloc.start()
    try:
        read(kit, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32_000_000
    assert len(kit.letters()) == 20


ROWS: dict[str, tuple[bytes, str]] = {
    "a comma too many": (b"5,paani, nahi, aaya", "row: 4 cells, the header names 2"),
    "not UTF-8": (b"5,\xff\xfe paani", "post: not UTF-8"),
    "no text": (b"5,", "text: Field required"),
    "no id": (b",paani", "id: Field required"),
    "a quote that is never closed": (b'5,"paani nahi', "row: "),
    "too long": (b'5,"' + b"a" * 300_000 + b'"', "post: more than the 262144 bytes"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_row_costs_no_other(kit: IntakeKit, tmp_path: Path, name: str) -> None:
    row, reason = ROWS[name]
    path = write(tmp_path / "posts.csv", b'id,text\n1,sadak\n2,"nali\njaam"\n' + row + b"\n3,light\n4,kachra\n")
    read(kit, path)
    assert kit.ids() == ["1", "2", "3", "4"]
    (letter,) = kit.letters()
    assert letter.headers["reason"].decode().startswith(reason)
    assert letter.headers["offset"] == b"5"


def test_a_row_that_is_refused_can_be_replayed_as_a_post(kit: IntakeKit, tmp_path: Path) -> None:
    read(kit, write(tmp_path / "posts.csv", b"id,text,created_at\n5,paani,yesterday\n"))
    (letter,) = kit.letters()
    assert json.loads(letter.value or b"") == {"id": "5", "text": "paani", "created_at": "yesterday"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeKit]:
    """One kit for all the examples of a property: each brings a file of its own content."""
    made = new_kit(tmp_path_factory.mktemp("shared"))
    yield made
    made.close()


@given(lines=st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b" ")), max_size=8))
@settings(max_examples=60)
def test_each_line_becomes_a_post_or_a_dead_letter(shared: IntakeKit, lines: list[bytes]) -> None:
    assume(not any(line.strip().startswith(b"[") for line in lines))  # a list may hold any number of posts
    assume(not b"\n".join(lines).startswith((b"\xff\xfe", b"\xfe\xff")))  # a whole file in UTF-16 is refused
    shared.log.appends.clear()
    summary = read(shared, write(shared.folder / "posts.jsonl", b"\n".join(lines)), again=True)
    spoken = len([line for line in lines if line.strip()])
    assert sum(shared.log.appends) == summary.published + summary.dead_letters == spoken


@given(rows=st.lists(st.binary(max_size=30), max_size=6))
@settings(max_examples=60)
def test_any_rows_cost_no_row_that_follows(shared: IntakeKit, rows: list[bytes]) -> None:
    broken = b"\n".join(row.replace(b'"', b"'") for row in rows)
    id = sha256(broken).hexdigest()
    read(shared, write(shared.folder / "posts.csv", b"id,text\n" + broken + b"\n" + f"{id},x\n".encode()), again=True)
    assert id in shared.ids()


FILES_REFUSED: dict[str, tuple[str, bytes, str]] = {
    "no columns": ("posts.csv", b"a,b\n1,2\n", "the first row must name the columns"),
    "a column twice": ("posts.csv", b"id,text,text\n1,2,3\n", "the first row must name the columns"),
    "not JSON": ("posts.json", b'[{"id": "1",', "not JSON"),
    "UTF-16": ("posts.csv", "id,text\n1,sadak\n".encode("utf-16"), "save it as UTF-8"),
    "not packed": ("posts.jsonl.gz", b"", "cannot be read further"),
}


@pytest.mark.parametrize("name", FILES_REFUSED)
def test_a_file_that_cannot_be_read_says_what_to_do(kit: IntakeKit, tmp_path: Path, name: str) -> None:
    file, content, said = FILES_REFUSED[name]
    path = tmp_path / file
    path.write_bytes(content or b"plain text, not packed")
    with pytest.raises(RecordError, match=said) as raised:
        read(kit, path)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_named(kit: IntakeKit, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="No such file"):
        read(kit, tmp_path / "nowhere.jsonl")


def test_a_json_value_too_large_to_be_read_whole_is_refused(
    kit: IntakeKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_values, "MAX_JSON_BYTES", 100)
    with pytest.raises(RecordError, match="write one post a line"):
        read(kit, write(tmp_path / "posts.json", json.dumps(numbered(1, 50)).encode()))


def test_what_comes_before_a_damage_is_published_once(kit: IntakeKit, tmp_path: Path) -> None:
    lines = b"".join(
        json.dumps({"id": str(number), "text": os.urandom(40).hex()}).encode() + b"\n" for number in range(2000)
    )
    path = tmp_path / "posts.jsonl.gz"
    path.write_bytes(gzip.compress(lines)[:-20_000])
    for _ in range(2):
        with pytest.raises(RecordError, match="cannot be read further"):
            read(kit, path, historic=False)
    assert len(kit.ids()) > 500
    assert len(set(kit.ids())) == len(kit.ids())


# -- going on where a run stopped


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.jsonl.gz", "posts.json", "posts.csv"])
def test_a_run_that_was_broken_off_goes_on(kit: IntakeKit, tmp_path: Path, name: str) -> None:
    posts = numbered(1, 1700)
    table = b"id,text\n" + b"".join(f"{post['id']},{post['text']}\n".encode() for post in posts)
    content = {"posts.json": json.dumps(posts).encode(), "posts.csv": table}.get(name, jsonl(posts))
    path = write(tmp_path / name, content)
    kit.log.break_at = 2
    with pytest.raises(KeyboardInterrupt):
        read(kit, path)
    assert len(kit.ids()) == 1000
    summary = read(kit, path)
    assert (summary.published, summary.skipped) == (700, 1000 if name != "posts.csv" else 1001)
    assert kit.ids() == [post["id"] for post in posts]


def test_a_second_run_publishes_only_what_is_new(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 10)))
    assert read(kit, path).published == 10
    assert read(kit, path).published == 0
    with path.open("ab") as file:
        file.write(jsonl(numbered(11, 12)))
    assert read(kit, path).published == 2
    assert kit.ids() == [str(number) for number in range(1, 13)]


def test_again_publishes_all_once_more(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 3)))
    read(kit, path)
    assert read(kit, path, again=True).published == 3
    assert read(kit, path).published == 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_another_file_under_the_same_name_is_read_from_its_start(kit: IntakeKit, tmp_path: Path, form: str) -> None:
    def content(first: int) -> bytes:
        posts = numbered(first, first + 4)
        table = b"id,text\n" + b"".join(f"{post['id']},{post['text']}\n".encode() for post in posts)
        return {"csv": table, "jsonl": jsonl(posts), "json": json.dumps(posts).encode()}[form]

    path = write(tmp_path / f"posts.{form}", content(10))
    read(kit, path)
    write(path, content(20))
    assert read(kit, path).published == 5
    write(path, content(20)[:-30].rpartition(b"\n")[0] if form != "json" else json.dumps(numbered(40, 41)).encode())
    read(kit, path)
    assert {"10", "14", "20", "24"} <= set(kit.ids())


def test_a_full_log_is_waited_for_and_nothing_is_lost(kit: IntakeKit, tmp_path: Path) -> None:
    kit.log.refusals = 9
    read(kit, write(tmp_path / "posts.jsonl", jsonl(numbered(1, 5))))
    assert kit.ids() == ["1", "2", "3", "4", "5"]
    assert len(kit.slept) == 9
    assert kit.slept == sorted(kit.slept)
    assert kit.slept[-1] == 5.0


def test_batches_are_bounded_in_number_and_bytes(kit: IntakeKit, tmp_path: Path) -> None:
    read(kit, write(tmp_path / "small.jsonl", jsonl(numbered(1, 1200))))
    assert kit.log.appends == [500, 500, 200]
    kit.log.appends.clear()
    large = [{"id": str(number), "text": "a" * 200_000} for number in range(60)]
    read(kit, write(tmp_path / "large.jsonl", jsonl(large)))
    assert sum(kit.log.appends) == 60
    assert max(kit.log.appends) <= 22


def test_two_runs_over_one_file_at_once_are_noticed(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 1200)))
    other = FileSource(path, kit.publisher(), kit.state, sleep=kit.sleep)
    with pytest.raises(StaleError):
        read(kit, path, progress=lambda done, posts: other.run() if posts == 500 else None)
    assert set(kit.ids()) == {str(number) for number in range(1, 1201)}


def test_progress_is_told_in_bytes_of_the_file(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.csv", b"id,text\n" + b"".join(b"%d,sadak\n" % number for number in range(700)))
    seen: list[tuple[int, int]] = []
    read(kit, path, progress=lambda done, posts: seen.append((done, posts)))
    assert [posts for _, posts in seen] == [500, 700]
    assert seen[-1][0] == path.stat().st_size


# -- age and pace


def aged(first: int, last: int, days: float) -> list[dict[str, Any]]:
    return numbered(first, last, created_at=(NOW - timedelta(days=days)).isoformat())


def test_a_file_of_old_posts_is_historic_as_a_whole(kit: IntakeKit, tmp_path: Path) -> None:
    summary = read(kit, write(tmp_path / "old.jsonl", jsonl([*aged(1, 4, 1), *aged(5, 10, 30)])))
    assert summary.historic
    assert all(post.historic for post in kit.mentions())


def test_a_file_of_fresh_posts_is_not(kit: IntakeKit, tmp_path: Path) -> None:
    summary = read(kit, write(tmp_path / "new.jsonl", jsonl([*aged(1, 6, 1), *aged(7, 10, 30), *numbered(11, 12)])))
    assert not summary.historic
    assert not any(post.historic for post in kit.mentions())


@pytest.mark.parametrize(("days", "historic"), [(1, True), (30, False)])
def test_what_is_asked_for_holds_against_the_age(kit: IntakeKit, tmp_path: Path, days: int, historic: bool) -> None:
    read(kit, write(tmp_path / "posts.jsonl", jsonl(aged(1, 3, days))), historic=historic)
    assert [post.historic for post in kit.mentions()] == [historic] * 3


def test_fresh_posts_at_the_end_of_an_old_file_get_clocks(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(aged(1, 3, 30)))
    read(kit, path)
    with path.open("ab") as file:
        file.write(jsonl(aged(4, 5, 0)))
    assert not read(kit, path).historic
    assert [post.historic for post in kit.mentions()] == [True, True, True, False, False]


def test_a_run_that_goes_on_stays_with_its_judgement(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl([*aged(1, 1600, 30), *aged(1601, 1700, 0)]))
    kit.log.break_at = 3
    with pytest.raises(KeyboardInterrupt):
        read(kit, path)
    assert read(kit, path).historic
    assert all(post.historic for post in kit.mentions())


def test_speed_keeps_the_gaps_between_posts(kit: IntakeKit, tmp_path: Path) -> None:
    moments = [NOW - timedelta(seconds=seconds) for seconds in (600, 540, 545, 245)]
    posts = [{"id": str(n), "text": "x", "created_at": at.isoformat()} for n, at in enumerate(moments)]
    read(kit, write(tmp_path / "posts.jsonl", jsonl(posts)), speed=60)
    assert kit.slept == [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert kit.log.appends == [1, 1, 1, 1]


def test_stop_ends_a_run_that_can_go_on_later(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 9)))
    looks = iter([False, False, True])
    assert read(kit, path, stop=lambda: next(looks)).published == 3
    assert read(kit, path).published == 6
    assert kit.ids() == [str(number) for number in range(1, 10)]


# -- following


class Following:
    """Does one step each time the source waits; stops it after the last."""

    def __init__(self, kit: IntakeKit, path: Path, steps: Sequence[Callable[[], object]]):
        self.kit, self.path = kit, path
        self.steps = list(steps)
        self.seen: list[list[str]] = []
        kit.on_sleep = self._step

    def _step(self) -> None:
        self.seen.append(self.kit.ids())
        if self.steps:
            self.steps.pop(0)()

    def run(self, **options: Any) -> Summary:
        waits = len(self.steps) + 1
        return read(self.kit, self.path, follow=True, stop=lambda: len(self.seen) >= waits, **options)


def append(path: Path, content: bytes) -> Callable[[], object]:
    def act() -> None:
        with path.open("ab") as file:
            file.write(content)

    return act


def test_a_growing_file_is_followed_line_by_line(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 2)))
    line = jsonl(numbered(3, 3))
    steps = [append(path, line[:10]), append(path, line[10:]), append(path, jsonl(numbered(4, 5)))]
    following = Following(kit, path, steps)
    following.run()
    assert following.seen == [["1", "2"], ["1", "2"], ["1", "2", "3"], ["1", "2", "3", "4", "5"]]
    assert kit.letters() == []


def test_a_file_that_is_not_there_yet_is_waited_for(kit: IntakeKit, tmp_path: Path) -> None:
    path = tmp_path / "later.jsonl"
    following = Following(kit, path, [lambda: None, append(path, jsonl(numbered(1, 1))), lambda: None])
    following.run()
    assert kit.ids() == ["1"]


def test_a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_start(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 2)))

    def rotate() -> None:
        append(path, jsonl(numbered(3, 3)).rstrip(b"\n"))()
        path.rename(tmp_path / "posts.jsonl.1")
        write(path, jsonl(numbered(4, 4)))

    Following(kit, path, [rotate, lambda: None, append(path, jsonl(numbered(5, 5))), lambda: None]).run()
    assert kit.ids() == ["1", "2", "3", "4", "5"]


def test_a_file_cut_short_is_read_from_its_start(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 3)))
    Following(kit, path, [lambda: write(path, jsonl(numbered(4, 4))), lambda: None, lambda: None]).run()
    assert kit.ids() == ["1", "2", "3", "4"]


def test_following_goes_on_where_it_stopped(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl(numbered(1, 3)))
    assert Following(kit, path, []).run().published == 3
    append(path, jsonl(numbered(4, 4)))()
    assert Following(kit, path, []).run().published == 1


def test_each_post_of_a_followed_file_has_its_own_age(kit: IntakeKit, tmp_path: Path) -> None:
    path = write(tmp_path / "posts.jsonl", jsonl([*aged(1, 5, 30), *aged(6, 6, 0)]))
    Following(kit, path, []).run()
    assert [post.historic for post in kit.mentions()] == [True] * 5 + [False]


@pytest.mark.parametrize("name", ["posts.csv", "posts.json", "posts.jsonl.gz"])
def test_only_lines_can_be_followed(kit: IntakeKit, tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, b"id,text\n" if name == "posts.csv" else b"[]")
    with pytest.raises(RecordError, match="leave out --follow"):
        Following(kit, path, []).run()


def archived(id: str, text: str, **more: Any) -> dict[str, Any]:
    plain = {"id_str": id, "id": id, "full_text": text, "created_at": "Mon Mar 02 08:00:00 +0000 2026"}
    mentions = [{"screen_name": "Asha_K", "id_str": "7"}]
    return {"tweet": plain | {"entities": {"user_mentions": mentions}, "in_reply_to_status_id_str": "11"} | more}


def test_an_archive_of_x_is_read_as_posts_of_its_account(kit: IntakeKit, tmp_path: Path) -> None:
    posts = [archived("1", "@Asha_K देख रहे हैं"), archived("2", "सूचना", in_reply_to_status_id_str=None), {"tweet": {}}]
    path = write(tmp_path / "tweets.js", b"window.YTD.tweets.part0 = " + json.dumps(posts).encode())
    account = [{"account": {"accountId": "55", "username": "JalSundarpur", "email": "x@y.example"}}]
    write(tmp_path / "account.js", b"window.YTD.account.part0 = " + json.dumps(account).encode())
    assert read(kit, path) == Summary(2, 1, 0, False)
    first, second = kit.mentions()
    assert (first.author.id, first.author.handle, first.handles) == ("55", "jalsundarpur", ("asha_k",))
    assert (first.in_reply_to, first.created_at) == ("11", NOW - timedelta(hours=1))
    assert (second.text, second.in_reply_to) == ("सूचना", None)
    assert read(kit, path).skipped == 3, "it goes on where it stopped"
    (tmp_path / "account.js").unlink()
    assert read(kit, path, again=True).published == 2, "also without the file that says whose it is"
