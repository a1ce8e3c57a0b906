"""How a source signs what it sends over HTTP.

HMAC-SHA-256 (RFC 2104) under the source's key over ``timestamp.nonce.body``: the timestamp in whole seconds since 1970,
a nonce that is never used again, and the body's bytes as they are sent.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

__all__ = ["Stamp", "signature"]

_SECONDS = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[!-~]{8,128}")


def signature(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """What the header ``X-Sunwai-Signature`` must hold."""
    return "v1=" + hmac.new(key, f"{timestamp}.{nonce}.".encode() + body, sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Stamp:
    """The signed headers of one request; each is as it came."""

    timestamp: str
    nonce: str
    signature: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Stamp":
        names = ("x-sunwai-timestamp", "x-sunwai-nonce", "x-sunwai-signature")
        return cls(*(headers.get(name, "") for name in names))

    @property
    def seconds(self) -> int | None:
        """The timestamp; None when it, or the nonce, has not its form."""
        formed = _SECONDS.fullmatch(self.timestamp) and _NONCE.fullmatch(self.nonce)
        return int(self.timestamp) if formed else None

    def fits(self, key: bytes | None, body: bytes) -> bool:
        """Whether the signature is the key's; without a key never, and that takes as long."""
        expected = signature(key or b"\0", self.timestamp, self.nonce, body)
        return hmac.compare_digest(self.signature.encode(), expected.encode()) and bool(key)
