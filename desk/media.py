"""Pictures of posts through the desk itself, so that no reader's browser calls a stranger's server.

Whoever writes a post chooses the address, so an address is fetched only when it is https, on the usual port, of a host
that the office allows, and when every address of that host is public; the connection goes to the very address that was
looked at, so that a name which changes its mind in between leads nowhere. Redirects are not followed. What comes back
is bounded in bytes and time, must call itself a picture, be one, and is written anew (queues/photographs.py).
"""

import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.parse import urlsplit

import httpcore

from queues.photographs import PhotographError, read_photograph

__all__ = ["MediaError", "MediaProxy", "is_public", "public_resolver"]

MOST_BYTES = 8 * 1024 * 1024
MOST_SECONDS = 8.0
"""From the connection to the last byte. How long a name may take to resolve is the system's to say."""
_STEP_SECONDS = 4.0
_AT_ONCE = 4
_LONGEST_SIDE = 1200
_CACHE_BYTES = 32 * 1024 * 1024
_CACHE_SECONDS = 3600.0
_FAILED_SECONDS = 60.0
_FORMS = frozenset({"image/jpeg", "image/png", "image/webp"})
_HEADERS = (
    (b"Accept", b"image/jpeg, image/png, image/webp"),
    (b"Accept-Encoding", b"identity"),
    (b"User-Agent", b"sunwai"),
)
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones behind a gateway (RFC 6052)."""

Resolve = Callable[[str, int], Sequence[str]]


class MediaError(Exception):
    """There is no picture to show; the message says why and holds nothing of the address."""


def is_public(address: str) -> bool:
    """Whether an address is of the public internet, and no other way to write one that is not."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _TRANSLATED):
        return False
    return ip.is_global and not ip.is_multicast


def public_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the system knows them. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _Bounded(httpcore.NetworkStream):
    """A connection that ends at a moment, however slowly anything comes: each step alone has a timeout, and a server
    could make any number of steps."""

    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[], float]):
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._least(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._least(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, self._least(timeout)), self._left)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _least(self, timeout: float | None) -> float:
        left = self._left()
        if left <= 0:
            raise httpcore.ReadTimeout("it comes too slowly")
        return left if timeout is None else min(timeout, left)


class _PublicOnly(httpcore.NetworkBackend):
    """Connects to the address that was looked at, never to a name."""

    def __init__(self, resolve: Resolve, inner: httpcore.NetworkBackend, most_seconds: float):
        self._resolve = resolve
        self._inner = inner
        self._most_seconds = most_seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError("the host has no address") from error
        if not addresses or not all(map(is_public, addresses)):
            raise httpcore.ConnectError("the host is not a public one")
        until = time.monotonic() + self._most_seconds
        stream = self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)
        return _Bounded(stream, lambda: until - time.monotonic())

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("only hosts are connected to")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class MediaProxy:
    """``hosts`` are whole names. Pictures are kept in memory for an hour, within a bound; what failed, for a minute."""

    def __init__(  # noqa: PLR0913 - what a test puts in place of the internet
        self,
        hosts: Iterable[str],
        *,
        resolve: Resolve = public_resolver,
        backend: httpcore.NetworkBackend | None = None,
        trusted: ssl.SSLContext | None = None,
        most_seconds: float = MOST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._hosts = frozenset(host.lower() for host in hosts)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted or ssl.create_default_context(),
            network_backend=_PublicOnly(resolve, backend or httpcore.SyncBackend(), most_seconds),
            max_connections=_AT_ONCE,
            max_keepalive_connections=0,
        )
        self._clock = clock
        self._turn = BoundedSemaphore(_AT_ONCE)
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, bytes | None]] = OrderedDict()
        self._bytes = 0

    def takes(self, url: str) -> bool:
        """Whether an address may be fetched, as far as it can be told without asking anybody."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
        own = parts.username is None and parts.password is None and port in {None, 443}
        return plain and own and parts.scheme == "https" and (parts.hostname or "") in self._hosts

    def picture(self, url: str) -> bytes:
        """A JPEG. Raises MediaError."""
        if not self.takes(url):
            raise MediaError("its host is not one from which pictures are shown")
        kept = self._find(url)
        if kept is not None:
            return self._shown(kept[1])
        if not self._turn.acquire(timeout=1):
            raise MediaError("too many pictures are asked for at the moment")
        try:
            data = self._fetched(url)
        except MediaError:
            self._keep(url, None, _FAILED_SECONDS)
            raise
        finally:
            self._turn.release()
        self._keep(url, data, _CACHE_SECONDS)
        return data

    def close(self) -> None:
        self._pool.close()

    def _shown(self, data: bytes | None) -> bytes:
        if data is None:
            raise MediaError("it could not be fetched a moment ago")
        return data

    def _fetched(self, url: str) -> bytes:
        try:
            return read_photograph(self._body(url), longest_side=_LONGEST_SIDE).data
        except PhotographError as error:
            raise MediaError("it is no picture that can be shown") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            httpcore.UnsupportedProtocol,
        ) as error:
            raise MediaError(f"its server cannot be asked ({type(error).__name__})") from error

    def _body(self, url: str) -> bytes:
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _STEP_SECONDS)
        with self._pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": timeouts}) as answer:
            headers = {name.lower(): value for name, value in answer.headers}
            form = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
            if answer.status != 200 or form not in _FORMS or b"content-encoding" in headers:
                raise MediaError("its server has answered with something else")
            body = bytearray()
            for chunk in answer.iter_stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise MediaError("it is too large")
            return bytes(body)

    def _find(self, url: str) -> tuple[float, bytes | None] | None:
        with self._lock:
            kept = self._kept.get(url)
            if kept is None or kept[0] < self._clock():
                return None
            self._kept.move_to_end(url)
            return kept

    def _keep(self, url: str, data: bytes | None, seconds: float) -> None:
        with self._lock:
            self._forget(url)
            self._kept[url] = (self._clock() + seconds, data)
            self._bytes += _size(url, data)
            while self._bytes > _CACHE_BYTES:
                self._forget(next(iter(self._kept)))

    def _forget(self, url: str) -> None:
        old = self._kept.pop(url, None)
        if old is not None:
            self._bytes -= _size(url, old[1])


def _size(url: str, data: bytes | None) -> int:
    """What an entry takes, about: an address with nothing behind it takes room, too."""
    return 1000 + len(url) + len(data or b"")
