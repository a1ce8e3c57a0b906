"""Keeps a text that may be read only by a recorded act: each under a key of its own, wrapped by the office's key.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces. Whoever removes the sealed string has removed its key too, so
nothing else has to be destroyed for an erasure.
"""

import base64
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["SealError", "Sealer", "read_key", "read_or_make_key"]

_KEY_BYTES = 32
_NONCE_BYTES = 12
_WRAPPED_BYTES = _NONCE_BYTES + _KEY_BYTES + 16


class SealError(Exception):
    """A sealed text cannot be opened: another office key, or it was changed."""


class Sealer:
    """Seals and opens texts under one office key of 32 bytes; also makes keyed hashes of identities and signs."""

    def __init__(self, office_key: bytes):
        if len(office_key) != _KEY_BYTES:
            raise ValueError(f"an office key has {_KEY_BYTES} bytes, this one has {len(office_key)}")
        self._wrap = AESGCM(_derived(office_key, b"wrap"))
        self._identity = _derived(office_key, b"identity")
        self._signing = _derived(office_key, b"anchors")
        self._pages = _derived(office_key, b"pages")

    @property
    def signer(self) -> Ed25519PrivateKey:
        """The office's key for signing anchors."""
        return Ed25519PrivateKey.from_private_bytes(self._signing)

    def seal(self, text: str) -> str:
        return self.seal_bytes(text.encode("utf-8"))

    def open(self, sealed: str) -> str:
        """Raises SealError."""
        return self.open_bytes(sealed).decode("utf-8")

    def seal_bytes(self, data: bytes) -> str:
        own = AESGCM.generate_key(bit_length=256)
        sealed = _encrypt(self._wrap, own) + _encrypt(AESGCM(own), data)
        return base64.b64encode(sealed).decode("ascii")

    def open_bytes(self, sealed: str) -> bytes:
        """Raises SealError."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            own = _decrypt(self._wrap, raw[:_WRAPPED_BYTES])
            return _decrypt(AESGCM(own), raw[_WRAPPED_BYTES:])
        except (ValueError, InvalidTag) as error:
            raise SealError("this was sealed under another key, or was changed since") from error

    def page_mark(self, id: str) -> str:
        """128 bits of HMAC-SHA-256 of a case's id as base 32: the part of its public address that nobody can guess."""
        digest = hmac.new(self._pages, id.encode("utf-8"), sha256).digest()[:16]
        return base64.b32encode(digest).decode("ascii").rstrip("=").lower()

    def identity_hash(self, identity: str) -> str:
        """HMAC-SHA-256 of an account, 128 bits as hex: the same account is recognised, but not named."""
        return hmac.new(self._identity, identity.encode("utf-8"), sha256).hexdigest()[:32]


def read_or_make_key(path: Path) -> bytes:
    """The office key in a file that only its owner may read; made at the first start. Raises ValueError."""
    try:
        with open(path, "xb", opener=_private) as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)))
    except FileExistsError:
        pass
    return read_key(path)


def read_key(path: Path) -> bytes:
    """A key that is there. Raises ValueError, OSError."""
    try:
        key = base64.b64decode(path.read_bytes(), validate=True)
    except ValueError as error:
        raise ValueError(f"{path}: not a key: 32 bytes in base 64 are needed") from error
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{path}: a key has {_KEY_BYTES} bytes, this one has {len(key)}")
    return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"sunwai " + purpose, sha256).digest()


def _encrypt(cipher: AESGCM, data: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, None)


def _decrypt(cipher: AESGCM, data: bytes) -> bytes:
    return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None)
