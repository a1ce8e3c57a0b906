"""A small OpenID Connect provider on loopback: discovery, keys, the authorization code flow with PKCE, as Core 1.0 and
RFC 7636 have them. It is as strict as a real one, and answers wrongly where a test asks for that."""

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

__all__ = ["Provider", "running_provider"]

CLIENT, SECRET = "desk", "a secret of the desk"


@dataclass
class Provider:
    """``claims`` replace what a token says (None leaves a claim out); ``now`` is its clock."""

    issuer: str = ""
    person: str = "sita"
    now: float = 0.0
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    signing: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    published: RSAKey | None = None
    """None: the key that signs."""
    calls_itself: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redirects: tuple[str, ...] = ("http://desk.example/sign-in/oidc/callback",)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.calls_itself or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/out",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        assert path == "/keys", path
        return {"keys": [(self.published or self.signing).as_dict(private=False)]}

    def approve(self, address: str) -> str:
        """What the browser does there: the person agrees and is sent back. Returns where to."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["redirect_uri"] in self.redirects
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        assert len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, headers: Any, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if headers["Authorization"] != basic:
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(given.get("code", ""), None)
        digest = _coded(sha256(given.get("code_verifier", "").encode()).digest())
        good = asked is not None and digest == asked["code_challenge"]
        if not good or asked is None or given.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        id_token = self.signed(asked["nonce"])
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": id_token}

    def signed(self, nonce: str) -> str:
        usual = {"iss": self.issuer, "aud": CLIENT, "sub": "17", "nonce": nonce, "iat": self.now, "exp": self.now + 300}
        claims = {k: v for k, v in {**usual, "preferred_username": self.person, **self.claims}.items() if v is not None}
        if self.algorithm == "none":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if self.algorithm == "HS256":  # signed with the public key, as an old attack has it
            said = f"{_part({'alg': 'HS256'})}.{_part(claims)}"
            mark = hmac.digest(self.signing.as_pem(private=False), said.encode(), "sha256")
            return f"{said}.{_coded(mark)}"
        header = {"alg": self.algorithm, "kid": self.signing.kid}
        return jwt.encode(header, claims, KeySet([self.signing]), algorithms=[self.algorithm])


def _part(value: dict[str, Any]) -> str:
    return _coded(json.dumps(value).encode())


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def running_provider(now: float) -> Iterator[Provider]:
    provider = Provider(now=now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            self._say(200, provider.answer(self.path))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*provider.token(self.headers, given))

        def _say(self, status: int, value: dict[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
