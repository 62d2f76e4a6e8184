"""What every answer carries and every call must satisfy: headers, a largest size, no call from another site."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.body_limit import TooMuch, limited

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
"""A page may say otherwise about any of these."""
_TOO_MUCH = "This is more than the desk takes at once."
_SAFE = ("GET", "HEAD", "OPTIONS")


class Defence:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, largest_body: int) -> None:
        self.app, self.largest_body = app, largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too large or comes from another site; let the rest pass, with headers on the way out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] not in _SAFE and _from_elsewhere(headers):
            await _refuse(send, 403, "This call came from another site.")
            return
        told = headers.get("content-length", "0")
        if not told.isdigit() or int(told) > self.largest_body:
            await _refuse(send, 413, _TOO_MUCH)
            return
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, limited(receive, self.largest_body), sent)
        except TooMuch:
            if not started:
                await _refuse(send, 413, _TOO_MUCH)


def _from_elsewhere(headers: Headers) -> bool:
    """Browsers say where a call comes from; other programs have no session to abuse."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


async def _refuse(send: Send, status: int, words: str) -> None:
    headers = {"content-type": "text/plain; charset=utf-8", **HEADERS, "connection": "close"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": words.encode()})
