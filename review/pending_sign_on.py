"""A sign-in under way at the sign-on service: what must come back, kept by the browser under the desk's seal."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from pydantic import ValidationError

from pipeline.values import Value

COOKIE = "socieux_sign_on"
LASTS = timedelta(minutes=10)
"""Time to sign in at the sign-on service."""


class Pending(Value):
    """``state`` ties the way back to this browser, ``nonce`` the ID token, ``verifier`` the code (PKCE).

    ``after`` is the page to go to, ``begun`` when it was begun."""

    state: str
    nonce: str
    verifier: str
    after: str
    begun: datetime


def sealed(key: bytes, pending: Pending) -> str:
    """What is under way, as text for a cookie that nobody else can write."""
    told = pending.model_dump_json().encode()
    return urlsafe_b64encode(_mark(key, told) + told).decode("ascii")


def unsealed(key: bytes, held: str, now: datetime) -> Pending | None:
    """What is under way; null if the cookie is not of this desk, or too old."""
    try:
        data = urlsafe_b64decode(held.encode("ascii"))
        mark, told = data[:32], data[32:]
        if not hmac.compare_digest(mark, _mark(key, told)):
            return None
        pending = Pending.model_validate_json(told)
    except (ValueError, ValidationError):
        return None
    return pending if now - pending.begun <= LASTS else None


def _mark(key: bytes, told: bytes) -> bytes:
    return hmac.new(key, b"sign-on\n" + told, hashlib.sha256).digest()
