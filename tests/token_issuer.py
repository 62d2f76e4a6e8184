"""An issuer of access tokens on this machine: discovery and tokens over TLS, and its word on whether one is good."""

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

SECRET = "the client's secret"


@dataclass
class TokenIssuer:
    """``given`` are the tokens given out; those in ``good`` open the mailbox of ``user``; ``seconds`` they last."""

    user: str
    seconds: int = 3600
    refuse: bool = False
    given: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    def start(self) -> "TokenIssuer":
        """The side that Dovecot asks, without TLS."""
        self._servers.append(self._serve(None))
        return self

    def start_issuing(self, certificate: Path, key: Path) -> None:
        """The side that clients ask."""
        self._servers.append(self._serve((certificate, key)))

    @property
    def introspection(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}/introspect"

    @property
    def authority(self) -> str:
        return f"https://127.0.0.1:{self._servers[1].server_port}/office"

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def discovery(self) -> dict[str, str]:
        names = {"token_endpoint": "token", "authorization_endpoint": "authorize", "jwks_uri": "keys"}
        return {"issuer": self.authority} | {name: f"{self.authority}/{path}" for name, path in names.items()}

    def token(self, asked: dict[str, list[str]]) -> tuple[int, dict[str, object]]:
        if self.refuse or asked.get("client_secret") != [SECRET] or asked.get("grant_type") != ["client_credentials"]:
            return 401, {"error": "invalid_client", "error_description": "no"}
        token = f"token-{len(self.given)}"
        self.given.append(token)
        self.good.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.seconds}

    def introspect(self, token: str) -> dict[str, object]:
        return {"active": token in self.good, "username": self.user}

    def _serve(self, tls: tuple[Path, Path] | None) -> ThreadingHTTPServer:
        issuer = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, issuer.discovery())

            def do_POST(self) -> None:
                asked = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                if self.path.endswith("/token"):
                    self._answer(*issuer.token(asked))
                else:
                    self._answer(200, issuer.introspect(asked.get("token", [""])[0]))

            def _answer(self, status: int, told: dict[str, str] | dict[str, object]) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
