"""A small X: the parts of its API v2 that Sunwai speaks, with the shapes of its documentation.

Pages of docs.x.com: "Filtered stream" (rules, stream, "Handling disconnections"), "Search Posts" (recent, "Paginate"),
"Rate limits", "Response codes", "Create Post", "User Posts timeline", "Batch compliance",
"Manage Direct Messages". A test says what goes wrong.
"""

import json
import re
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from streams.sources.x.snowflake import id_at
from tests.conftest import NOW

__all__ = ["BEARER", "Clock", "Fault", "StreamConnection", "SystemClock", "XWorld", "living_world", "world", "x_server"]

BEARER = "the-token-of-the-app"
LOOPBACK = "127.0.0.1"
Json = dict[str, Any]


class Clock:
    """Moves when told to, and when somebody waits: to the earliest moment for which anybody does."""

    def __init__(self) -> None:
        self.now = NOW
        self._lock = threading.Lock()
        self._awaited: list[datetime] = []

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.now += timedelta(seconds=seconds)

    def pause(self, seconds: float, over: threading.Event) -> None:
        with self._lock:
            moment = self.now + timedelta(seconds=seconds)
            self._awaited.append(moment)
        while not over.wait(0.002) and self.now < moment:
            with self._lock:
                self.now = max(self.now, min(self._awaited))
        with self._lock:
            self._awaited.remove(moment)


class SystemClock(Clock):
    """The real one, for real processes."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Fault:
    """An answer in place of the right one; status 0: the connection is cut without one. ``after``: what was asked is
    done all the same."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    after: bool = False


@dataclass
class StreamConnection:
    """One connection to the stream; every method raises OSError once the reader has gone."""

    handler: BaseHTTPRequestHandler

    def send(self, post: Json) -> None:
        self.raw(line_of(post))

    def keep_alive(self) -> None:
        self.raw(b"\r\n")

    def raw(self, content: bytes) -> None:
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.handler.wfile.flush()

    def end(self) -> None:
        """As a server does that restarts in good order."""
        self.handler.wfile.write(b"0\r\n\r\n")
        self.handler.wfile.flush()

    def cut(self) -> None:
        self.handler.connection.shutdown(socket.SHUT_RDWR)


def line_of(post: Json) -> bytes:
    return json.dumps(whole(post), ensure_ascii=False).encode() + b"\r\n"


def whole(post: Json) -> Json:
    """A post as a single answer or a line has it, with what it refers to."""
    users = [{"id": post["author_id"], "username": handle_of(post), "name": "A citizen"}]
    return {"data": post, "includes": {"users": users}, "matching_rules": [{"id": "1", "tag": "sunwai"}]}


def handle_of(post: Json) -> str:
    return str(post.get("author_handle") or f"user{post['author_id']}")


@dataclass
class XWorld:
    """What there is on X. ``on_stream`` plays one connection; ``faults`` by path, each used once; ``asked`` is every
    request, with the moment on ``clock``. ``clients_may_reply`` says for which posts a reply is allowed."""

    clock: Clock = field(default_factory=Clock)
    posts: dict[int, Json] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Json] = field(default_factory=dict)
    faults: dict[str, "deque[Fault]"] = field(default_factory=dict)
    asked: list[tuple[datetime, str, str, Json]] = field(default_factory=list)
    on_stream: Callable[[StreamConnection], None] = lambda connection: connection.keep_alive()
    refuses_replies: bool = False
    refuses_messages: bool = False
    messages: list[Json] = field(default_factory=list)
    jobs: dict[str, Json] = field(default_factory=dict)
    address: str = ""
    _number: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def write(self, text: str, *, by: str = "7", **more: Any) -> Json:
        """Somebody posts."""
        with self._lock:
            self._number += 1
            id = id_at(self.clock()) + self._number % (1 << 22)
            handles = re.findall(r"@(\w+)", text)
            post: Json = {
                "id": str(id),
                "text": text,
                "author_id": by,
                "conversation_id": str(id),
                "edit_history_tweet_ids": [str(id)],
                "created_at": self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "entities": {"mentions": [{"username": handle} for handle in handles]},
            } | more
            self.posts[int(post["id"])] = post
            return post

    def found(self, query: str) -> list[Json]:
        """Posts that fit one of Sunwai's queries, newest first."""
        with self._lock:
            return [post for _, post in sorted(self.posts.items(), reverse=True) if fits(query, post)]

    @property
    def next_number(self) -> int:
        return self._number + 1

    def requests(self, path: str) -> list[tuple[datetime, Json]]:
        return [(at, asked) for at, _, where, asked in self.asked if where == path]

    def fail(self, path: str, *faults: Fault) -> None:
        self.faults.setdefault(path, deque()).extend(faults)


def fits(query: str, post: Json) -> bool:
    kinds = {reference["type"] for reference in post.get("referenced_tweets", ())}
    author = handle_of(post).lower()
    if re.search(r"(?<!-)is:retweet", query) and "retweeted" not in kinds:
        return False
    if "-is:retweet" in query and "retweeted" in kinds:
        return False
    if "is:reply" in query and "replied_to" not in kinds:
        return False
    if '"' in query:
        return all(_says_one_of(group, post["text"]) for group in re.findall(r"\(([^()]*)\)", query))
    named = {mention["username"].lower() for mention in post["entities"]["mentions"]}
    wanted = set(re.findall(r"@(\w+)", query)) & named
    return bool(wanted) or author in re.findall(r"from:(\w+)", query)


def _says_one_of(group: str, text: str) -> bool:
    return any(phrase.lower() in text.lower() for phrase in re.findall(r'"([^"]+)"', group))


@contextmanager
def x_server(world: XWorld) -> Iterator[str]:
    """The address of a running X."""
    server = ThreadingHTTPServer((LOOPBACK, 0), _handler_of(world))
    server.daemon_threads = True
    world.address = f"http://{LOOPBACK}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield world.address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def world() -> Iterator[XWorld]:
    """An X whose time the test moves."""
    made = XWorld()
    with x_server(made):
        yield made


@pytest.fixture
def living_world() -> Iterator[XWorld]:
    """An X in our own time, for processes."""
    made = XWorld(clock=SystemClock())
    with x_server(made):
        yield made


def _handler_of(world: XWorld) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        x = world

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    x: XWorld

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.x.clock(), usegmt=True)

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - named by the library

    def _serve(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(content) if self.headers.get("Content-Type") == "application/json" else {"raw": content}
        with self.x._lock:
            self.x.asked.append((self.x.clock(), self.command, url.path, asked | body | {"auth": self._auth()}))
            fault = self.x.faults[url.path].popleft() if self.x.faults.get(url.path) else None
        if fault is not None and not fault.after:
            return self._answer_fault(fault)
        answer = self._answer(url.path, asked, body)
        if fault is not None:
            return self._answer_fault(fault)
        if answer is not None:
            self._send(*answer)
        return None

    def _auth(self) -> str:
        return str(self.headers.get("Authorization", ""))

    def _answer_fault(self, fault: Fault) -> None:
        if fault.status == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(fault.status, fault.body, fault.headers)

    def _answer(self, path: str, asked: Mapping[str, str], body: Json) -> tuple[int, Any] | None:
        if path.startswith("/storage/"):
            return self._storage(path, body)
        if self._auth() != f"Bearer {BEARER}" and not self._auth().startswith("OAuth "):
            return 401, {"title": "Unauthorized", "status": 401, "detail": "Unauthorized", "type": "about:blank"}
        doors: dict[str, Callable[[], tuple[int, Any] | None]] = {
            "/2/tweets/search/stream/rules": lambda: self._rules(body),
            "/2/tweets/search/stream": self._stream,
            "/2/tweets/search/recent": lambda: (200, self._search(asked)),
            "/2/tweets": lambda: self._create(body),
            "/2/dm_conversations/with/": lambda: self._messages(path, body),
            "/2/users/": lambda: (200, self._timeline(path.split("/")[3], asked)),
            "/2/compliance/jobs": lambda: (200, self._compliance(path, body)),
        }
        door = next((door for start, door in doors.items() if path.startswith(start)), None)
        return door() if door else (404, {"title": "Not Found", "type": "about:blank"})

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        try:
            self.x.on_stream(StreamConnection(self))
        except OSError:
            return  # the reader has gone

    def _rules(self, body: Json) -> tuple[int, Json]:
        with self.x._lock:
            for id in body.get("delete", {}).get("ids", ()):
                del self.x.rules[id]
            added, errors = [], []
            for rule in body.get("add", ()):
                if rule["value"] in {standing["value"] for standing in self.x.rules.values()}:
                    errors.append({"title": "DuplicateRule", "value": rule["value"]})
                    continue
                assert len(rule["value"]) <= 1024
                self.x._number += 1
                self.x.rules[str(self.x._number)] = made = rule | {"id": str(self.x._number)}
                added.append(made)
            listed = added if body.get("add") else [*self.x.rules.values()]
            answer: Json = {"data": listed, "meta": {"sent": self.x.clock().isoformat()}}
            return (201 if added else 200), answer | ({"errors": errors} if errors else {})

    def _search(self, asked: Mapping[str, str]) -> Json:
        assert len(asked["query"]) <= 512
        most = int(asked["max_results"])
        assert 10 <= most <= 100
        since, until = int(asked["since_id"]), int(asked["until_id"])
        assert id_at(self.x.clock() - timedelta(days=7)) <= since, "X answers 400 for what is out of its reach"
        found = [post for post in self.x.found(asked["query"]) if since < int(post["id"]) < until]
        start = int(asked.get("next_token", "b0")[1:])
        page = found[start : start + most]
        meta: Json = {"result_count": len(page)}
        if start + most < len(found):
            meta["next_token"] = f"b{start + most}"
        users = [{"id": post["author_id"], "username": handle_of(post), "name": "A"} for post in page]
        return {"meta": meta} | ({"data": page, "includes": {"users": users}} if page else {})

    def _create(self, body: Json) -> tuple[int, Json]:
        if self.x.refuses_replies:
            detail = "You can only reply to posts in which you are mentioned or quoted by the author."
            return 403, {"title": "Forbidden", "status": 403, "detail": detail, "type": "about:blank"}
        reply = body.get("reply", {}).get("in_reply_to_tweet_id")
        more = {"referenced_tweets": [{"type": "replied_to", "id": reply}]} if reply else {}
        account = re.search(r'oauth_token="(\w+)"', self._auth())
        post = self.x.write(body["text"], by=account[1].removeprefix("token") if account else "0", **more)
        return 201, {"data": {"id": post["id"], "text": post["text"], "edit_history_tweet_ids": [post["id"]]}}

    def _messages(self, path: str, body: Json) -> tuple[int, Json]:
        """One-to-one: sending, and what was sent, newest first ("Manage Direct Messages", "Direct Messages lookup")."""
        account = re.search(r'oauth_token="(\w+)"', self._auth())
        assert account is not None, "the app alone may not"
        sender, to = account[1].removeprefix("token"), path.split("/")[4]
        if self.command == "GET":
            found = [each for each in reversed(self.x.messages) if {each["sender_id"], each["to"]} == {sender, to}]
            return 200, {"data": found, "meta": {"result_count": len(found)}}
        if self.x.refuses_messages:
            detail = "You do not have permission to DM one or more participants."
            return 403, {"title": "Forbidden", "status": 403, "detail": detail, "type": "about:blank"}
        id = str(len(self.x.messages) + 1)
        self.x.messages.append({"id": id, "text": body["text"], "sender_id": sender, "to": to})
        return 201, {"data": {"dm_conversation_id": f"{sender}-{to}", "dm_event_id": id}}

    def _timeline(self, user: str, asked: Mapping[str, str]) -> Json:
        since = int(asked.get("since_id", 0))
        with self.x._lock:
            mine = [post for id, post in sorted(self.x.posts.items(), reverse=True) if post["author_id"] == user]
        found = [post for post in mine if int(post["id"]) > since][: int(asked.get("max_results", 10))]
        return {"meta": {"result_count": len(found)}} | ({"data": found} if found else {})

    def _compliance(self, path: str, body: Json) -> Json:
        with self.x._lock:
            if self.command == "POST":
                self.x._number += 1
                id = str(self.x._number)
                places = {name: f"{self.x.address}/storage/{id}/{name}" for name in ("upload_url", "download_url")}
                self.x.jobs[id] = {"id": id, "type": body["type"], "status": "created", **places}
                return {"data": self.x.jobs[id]}
            return {"data": self.x.jobs[path.rsplit("/", 1)[-1]]}

    def _storage(self, path: str, body: Json) -> tuple[int, Any]:
        assert not self._auth(), "the token goes to X alone"
        job = self.x.jobs[path.split("/")[2]]
        if self.command == "PUT":
            job["ids"] = body["raw"].decode().split()
            job["status"] = "complete"
            return 200, {}
        gone = ((id, self.x.gone[id]) for id in job["ids"] if id in self.x.gone)
        return 200, "\n".join(json.dumps({"id": id, "action": "delete", "reason": why}) for id, why in gone)

    def _send(self, status: int, content: Any, headers: Mapping[str, str] | None = None) -> None:
        raw = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
