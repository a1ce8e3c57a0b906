"""Ways out for alerts and notices: a signed webhook, and whatever apprise reaches (e-mail, Telegram, …)."""

import secrets
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from streams.sources.signing import signature

__all__ = ["Channel", "ChannelDownError", "Message", "Messenger", "Webhook", "channel_of"]

_TIMEOUT_SECONDS = 10.0


class ChannelDownError(Exception):
    """It could not be said now; trying again may help. The message holds no address: those may hold passwords."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: ``id`` is the same whenever it is tried; ``content`` is JSON for machines, the rest for people."""

    id: str
    title: str
    body: str
    content: bytes


class Channel(Protocol):
    @property
    def name(self) -> str:
        """What logs call it: kind and host, never the whole address."""
        ...

    def send(self, message: Message) -> None:
        """Says it at least once; its id lets a receiver drop what it has. Raises ChannelDownError."""
        ...


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """What is signed for one address goes to no other."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """The content, signed as sources sign what they send (streams/sources/signing.py)."""

    name: str
    url: str
    key: bytes

    def send(self, message: Message) -> None:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        headers = {
            "Content-Type": "application/json",
            "X-Sunwai-Id": message.id,
            "X-Sunwai-Timestamp": stamp,
            "X-Sunwai-Nonce": nonce,
            "X-Sunwai-Signature": signature(self.key, stamp, nonce, message.content),
        }
        request = Request(self.url, message.content, headers, method="POST")  # noqa: S310 - http(s), checked by channel_of
        try:
            with build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_SECONDS):
                return
        except (URLError, OSError, ValueError) as error:
            raise ChannelDownError(f"{self.name}: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class Messenger:
    """One apprise address."""

    name: str
    url: str

    def send(self, message: Message) -> None:
        import apprise  # noqa: PLC0415 - only where it is used

        sender = apprise.Apprise()
        if not sender.add(self.url) or not sender.notify(body=message.body, title=message.title):
            raise ChannelDownError(f"{self.name}: not sent")


def channel_of(url: str, key: bytes | None) -> Channel:
    """``http(s)://…`` is a webhook and needs a key, all else is apprise's. Raises ValueError, without the address."""
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    name = f"{scheme}:{host}"
    if scheme in ("http", "https"):
        if not key:
            raise ValueError("a webhook needs SUNWAI_NOTIFY_KEY to be signed with")
        return Webhook(name, url, key)
    import apprise  # noqa: PLC0415

    if not apprise.Apprise().add(url):
        raise ValueError(f"{scheme or 'an address'}: apprise does not know this kind of address")
    return Messenger(name, url)
