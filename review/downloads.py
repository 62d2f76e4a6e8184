"""Files that strangers sent, handed out safely: always as an attachment, under an address that carries no session."""

import hashlib
import hmac
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import quote

from fastapi.responses import Response

VALID = timedelta(minutes=5)
SANDBOX = "default-src 'none'; sandbox"


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """Bytes to be saved, never shown; the name as RFC 5987 writes it, with a plain one for old programs."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    disposition = f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"content-disposition": disposition, "content-security-policy": SANDBOX}
    return Response(data, media_type=media_type, headers=headers)


def safe_name(name: str) -> str:
    """The last part of a name that came from outside, without signs that turn or hide it."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"/|?*')
    return kept[-180:] or "file"


def signed(key: bytes, sha256: str, name: str, now: datetime) -> str:
    """An address under which a file can be fetched for a few minutes, without a session."""
    until = str(int((now + VALID).timestamp()))
    return f"/files/{until}/{_mark(key, sha256, name, until)}/{sha256}/{quote(name, safe='')}"


def is_signed(key: bytes, sha256: str, name: str, until: str, mark: str, now: datetime) -> bool:
    """True if the desk itself made this address, and not too long ago."""
    good = hmac.compare_digest(_mark(key, sha256, name, until).encode(), mark.encode())
    return good and until.isdigit() and int(until) >= now.timestamp()


def _mark(key: bytes, sha256: str, name: str, until: str) -> str:
    told = "\n".join((sha256, name, until)).encode("utf-8", "surrogatepass")
    return hmac.new(key, told, hashlib.sha256).hexdigest()
