"""An identity provider on this machine: discovery, keys, authorization code with PKCE, signed ID tokens, userinfo.

It plays by the rules of OpenID Connect and refuses what they refuse; ``spoil`` and ``sign`` make it break them.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "socieux-desk", "the desk's own secret, long enough for a mark"
Claims = dict[str, object]


@cache
def made_key(name: str) -> RSAKey:
    """A key to sign with; making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class Grant:
    """What a code stands for."""

    nonce: str
    challenge: str
    back: str
    claims: Claims


@dataclass
class IdentityIssuer:
    """``person`` are the claims of whoever is signed in there; ``beside`` those told at the userinfo address only.

    ``sign``: the right key, ``another`` key, ``none`` at all, the client's ``secret``. ``asks``: a page with a button
    stands between, as in life. ``seen`` are the paths that were asked for."""

    clock: Callable[[], datetime]
    person: Claims = field(default_factory=lambda: {"sub": "248289", "preferred_username": "eva", "name": "Eva Nowak"})
    beside: Claims = field(default_factory=dict)
    spoil: Callable[[Claims], None] = lambda claims: None
    sign: str = "right"
    refuse: str = ""
    asks: bool = False
    host: str = "127.0.0.1"
    changes: dict[str, object] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: made_key("first"))
    seen: list[str] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Claims] = field(default_factory=dict)
    server: ThreadingHTTPServer | None = None

    def start(self) -> "IdentityIssuer":
        issuer = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                issuer.answer(self, {name: values[0] for name, values in parse_qs(body).items()})

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        assert self.server
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        assert self.server
        return f"http://{self.host}:{self.server.server_port}/office"

    def answer(self, call: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        parts = urlsplit(call.path)
        path = parts.path.removeprefix("/office")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | form
        self.seen.append(path)
        if path == "/authorize":
            self._authorize(call, asked)
        elif path == "/token":
            self._json(call, *self._token(call, asked))
        elif path == "/me":
            held = self.tokens.get(call.headers.get("Authorization", "").removeprefix("Bearer "))
            self._json(call, 200 if held else 401, held or {"error": "invalid_token"})
        elif path == "/end":
            self._go(call, asked["post_logout_redirect_uri"])
        elif path == "/keys":
            self._json(call, 200, {"keys": [self.key.as_dict(private=False)]})
        else:
            self._json(call, 200, self._configuration())

    def _configuration(self) -> Claims:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "me", "end_session": "end"}
        told: Claims = {f"{name}_endpoint": f"{self.address}/{path}" for name, path in paths.items()}
        told |= {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        return told | {"authorization_response_iss_parameter_supported": True} | self.changes

    def _authorize(self, call: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        right = asked["client_id"] == CLIENT and asked["response_type"] == "code" and "openid" in asked["scope"].split()
        assert right and asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        assert len(asked["state"]) >= 22 and len(asked["nonce"]) >= 22
        if self.asks and call.command == "GET":
            hidden = "".join(f'<input type="hidden" name="{n}" value="{escape(v)}">' for n, v in asked.items())
            self._send(call, 200, f'<title>Office</title><form method="post">{hidden}<button>I am Eva</button></form>')
            return
        told = {"state": asked["state"], "iss": self.address}
        if self.refuse:
            told["error"] = self.refuse
        else:
            told["code"] = secrets.token_urlsafe(16)
            grant = Grant(asked["nonce"], asked["code_challenge"], asked["redirect_uri"], dict(self.person))
            self.grants[told["code"]] = grant
        self._go(call, f"{asked['redirect_uri']}?{urlencode(told)}")

    def _token(self, call: BaseHTTPRequestHandler, asked: dict[str, str]) -> tuple[int, Claims]:
        _, _, shown = call.headers.get("Authorization", "").partition(" ")
        name, _, secret = base64.b64decode(shown).decode().partition(":")
        if (name, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": "never shown to people"}
        grant = self.grants.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if grant is None or grant.challenge != challenge or grant.back != asked.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens[access] = {"sub": grant.claims["sub"]} | self.beside
        token = self._id_token(grant)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _id_token(self, grant: Grant) -> str:
        now = int(self.clock().timestamp())
        claims: Claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant.nonce}
        claims |= grant.claims
        self.spoil(claims)
        header = {"alg": "RS256", "kid": self.key.kid or ""}
        if self.sign == "none":
            parts = [json.dumps(each).encode() for each in ({"alg": "none"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        if self.sign == "secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        key = self.key if self.sign == "right" else made_key("another")
        return jwt.encode(header, claims, key)

    def _go(self, call: BaseHTTPRequestHandler, there: str) -> None:
        call.send_response(303)
        call.send_header("Location", there)
        call.send_header("Content-Length", "0")
        call.end_headers()

    def _json(self, call: BaseHTTPRequestHandler, status: int, told: Claims) -> None:
        self._send(call, status, json.dumps(told), "application/json")

    def _send(self, call: BaseHTTPRequestHandler, status: int, text: str, kind: str = "text/html") -> None:
        body = text.encode()
        call.send_response(status)
        call.send_header("Content-Type", kind)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)
