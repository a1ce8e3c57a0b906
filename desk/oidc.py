"""Sign-in by the office's own provider: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636).

The provider says who somebody is; which accounts there are, and what they may do, stays the desk's. Authlib speaks to
the provider, joserfc reads the token. What must survive the way there and back (state, nonce, PKCE verifier) lies
sealed in a cookie of the browser that went.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from queues.seal import Sealer, SealError

__all__ = ["MINUTES", "Journey", "OidcError", "OidcProvider", "OidcSettings"]

MINUTES = 10
"""Within which somebody must come back from the provider."""

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures that only the provider can make: neither none, nor one made with a secret that we have, too."""
_SECONDS = 5.0
_LEEWAY_SECONDS = 60
_KEPT_SECONDS = 3600.0
_AGAIN_SECONDS = 60.0
"""How soon a provider is asked again for its keys when a token names one that is not known."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OidcError(Exception):
    """Nobody can be signed in so; ``reason`` is unreachable, refused or token. The message is for the log, and holds
    nothing of a token."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """``claim`` of the ID token is the name of the account. ``secret`` empty: a public client, by PKCE alone."""

    issuer: str
    client: str
    secret: str
    claim: str = "preferred_username"
    name: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for an issuer that anybody on the way could play."""
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError(f"the issuer must be an https address, not {self.issuer!r}")

    @property
    def shown_name(self) -> str:
        return self.name or str(urlsplit(self.issuer).hostname)


@dataclass(frozen=True, slots=True)
class Journey:
    """What was agreed when somebody was sent to the provider. ``next``: where they wanted to go."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: float

    def sealed(self, sealer: Sealer) -> str:
        return sealer.seal(json.dumps([self.state, self.nonce, self.verifier, self.next, self.until]))

    @classmethod
    def opened(cls, sealer: Sealer, sealed: str, state: str, now: datetime) -> "Journey | None":
        """The journey that ends with ``state``; None when there is none, it took too long, or is another's."""
        try:
            found = cls(*json.loads(sealer.open(sealed)))
        except (SealError, ValueError, TypeError):
            return None
        same = hmac.compare_digest(found.state.encode(), state.encode("utf-8", "surrogatepass"))
        return found if same and now.timestamp() < found.until else None


class OidcProvider:
    def __init__(self, settings: OidcSettings, clock: Callable[[], datetime]):
        self.settings = settings
        self._clock = clock
        self._lock = Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, redirect: str, next: str) -> tuple[str, Journey]:
        """(the provider's address for the browser, what to keep until it is back). Raises OidcError."""
        until = self._clock().timestamp() + MINUTES * 60
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._session(redirect) as session:
            address, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"), state=state, code_verifier=verifier, nonce=nonce
            )
        return str(address), Journey(state, nonce, verifier, next, until)

    def finish(self, redirect: str, code: str, journey: Journey) -> str:
        """What the claim says of who has come back. Raises OidcError."""
        claims = self._claims(self._id_token(redirect, code, journey.verifier), journey.nonce)
        said = claims.get(self.settings.claim)
        if not isinstance(said, str) or not said:
            raise OidcError("token", f"the token has no {self.settings.claim}")
        return said

    def way_out(self, back: str) -> str | None:
        """Where a browser ends the provider's own session; None when it has no such place, or was not asked lately."""
        known = self._metadata
        address = None if known is None else known[1].get("end_session_endpoint")
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            return None
        asked = urlencode({"client_id": self.settings.client, "post_logout_redirect_uri": back})
        return f"{address}{'&' if '?' in address else '?'}{asked}"

    def _id_token(self, redirect: str, code: str, verifier: str) -> str:
        try:
            with self._session(redirect) as session:
                answer = session.fetch_token(
                    self._endpoint("token_endpoint"), code=code, code_verifier=verifier, timeout=_SECONDS
                )
        except OAuthError as error:
            raise OidcError("refused", f"the provider has refused the code: {error.error}") from error
        except (requests.RequestException, ValueError) as error:
            raise OidcError("unreachable", f"no token: {type(error).__name__}") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcError("token", "the provider has sent no ID token")
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of a token of this provider, for this desk, for this journey (Core 1.0, 3.1.3.7)."""
        settings = self.settings
        rules = JWTClaimsRegistry(
            now=lambda: int(self._clock().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.client},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = self._decoded(token)
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise OidcError("token", f"the token is not good: {type(error).__name__}") from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != settings.client:
            raise OidcError("token", "the token was made for somebody else")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        """With the keys that are known; a provider changes its keys now and then, so they are asked for once more."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            if not self._keys_are_old():
                raise
        return jwt.decode(token, self._key_set(anew=True), algorithms=_ALGORITHMS).claims

    def _keys_are_old(self) -> bool:
        return self._keys is not None and self._age(self._keys[0]) > _AGAIN_SECONDS

    def _key_set(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            if anew or self._keys is None or self._age(self._keys[0]) > _KEPT_SECONDS:
                try:
                    keys = KeySet.import_key_set(self._asked(self._endpoint("jwks_uri")))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise OidcError("unreachable", "the provider's keys cannot be read") from error
                self._keys = (self._clock().timestamp(), keys)
            return self._keys[1]

    def _endpoint(self, name: str) -> str:
        address = self._described().get(name)
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            raise OidcError("unreachable", f"the provider names no {name}")
        return address

    def _described(self) -> Mapping[str, Any]:
        """What the provider says of itself (Discovery 1.0), kept for an hour."""
        known = self._metadata
        if known is None or self._age(known[0]) > _KEPT_SECONDS:
            found = self._asked(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise OidcError("unreachable", "the provider calls itself by another name than the setting does")
            known = self._metadata = (self._clock().timestamp(), found)
        return known[1]

    def _asked(self, address: str) -> dict[str, Any]:
        try:
            answer = requests.get(address, timeout=_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise OidcError("unreachable", f"{address}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise OidcError("unreachable", f"{address}: no JSON object")
        return found

    def _session(self, redirect: str) -> OAuth2Session:
        session = OAuth2Session(
            self.settings.client,
            self.settings.secret or None,
            token_endpoint_auth_method=self._method(),
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
        )
        session.max_redirects = 0
        return session

    def _method(self) -> str:
        """How the secret is shown: as the provider says, else by the standard's default."""
        if not self.settings.secret:
            return "none"
        taken = self._described().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"

    def _age(self, since: float) -> float:
        return self._clock().timestamp() - since
