"""An HTTP server on loopback that passes requests on to a real one, or does to them what a fault would."""

import http.client
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

__all__ = ["Fault", "HttpProxy", "http_proxy"]


class Fault(Enum):
    BUSY = "429 in place of the answer; the server sees nothing"
    UNAVAILABLE = "503 in place of the answer; the server sees nothing"
    DROPPED = "the connection closes; the server sees nothing"
    ANSWER_LOST = "the server does it, and the connection closes before the answer"
    CUT = "half of the answer, and the connection closes"


_STATUS = {Fault.BUSY: 429, Fault.UNAVAILABLE: 503}


class HttpProxy(ThreadingHTTPServer):
    """``faults`` happen to the next requests that ``chosen`` picks, one each; ``always`` to each when there are none.

    ``credentials`` (user, password): who comes without them gets 401.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, url: str, credentials: tuple[str, str] | None = None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(url).netloc
        self.faults: deque[Fault] = deque()
        self.always: Fault | None = None
        self.chosen: Callable[[str], bool] = lambda path: True
        self.authorization = None
        if credentials is not None:
            self.authorization = f"Basic {b64encode(':'.join(credentials).encode()).decode()}"

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fault_for(self, path: str) -> Fault | None:
        if not self.chosen(path):
            return None
        return self.faults.popleft() if self.faults else self.always

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients of faulty connections hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpProxy

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.server.authorization not in (None, self.headers.get("authorization")):
            self._answer(401, b'{"error":{"type":"security_exception"},"status":401}')
            return
        fault = self.server.fault_for(self.path)
        if fault in _STATUS:
            self._answer(_STATUS[fault], b'{"error":{"type":"injected"}}')
            return
        if fault is Fault.DROPPED:
            self.close_connection = True
            return
        status, answer = self._pass_on(body)
        if fault is Fault.ANSWER_LOST:
            self.close_connection = True
            return
        self._answer(status, answer, cut=fault is Fault.CUT)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do  # noqa: N815 - names that the standard library looks for

    def _pass_on(self, body: bytes) -> tuple[int, bytes]:
        kept = {name: self.headers[name] for name in ("content-type", "accept") if name in self.headers}
        connection = http.client.HTTPConnection(self.server.upstream, timeout=60)
        try:
            connection.request(self.command, self.path, body, kept)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, answer: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/vnd.elasticsearch+json;compatible-with=8")
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2] if cut else answer)
        self.close_connection = self.close_connection or cut

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def http_proxy(url: str, credentials: tuple[str, str] | None = None) -> Iterator[HttpProxy]:
    with HttpProxy(url, credentials) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
