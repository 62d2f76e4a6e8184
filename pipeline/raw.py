"""The original bytes, kept under their hash and never changed."""

import hashlib
import os
import tempfile
import time
from pathlib import Path


def keep_raw(folder: Path, data: bytes) -> str:
    """Write the bytes under their SHA-256 unless they are there; durable when this returns. Gives the hash."""
    digest = hashlib.sha256(data).hexdigest()
    place = raw_path(folder, digest)
    if place.exists():
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o440)
        os.replace(unfinished, place)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)
    return digest


def remove_unfinished(folder: Path, seconds: float = 3600.0) -> int:
    """Remove what a crash left half written; how many. Nothing younger than ``seconds``: somebody may be writing it."""
    removed = 0
    for path in folder.glob("*/.*.part"):
        try:
            if time.time() - path.stat().st_mtime >= seconds:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def read_raw(folder: Path, digest: str) -> bytes:
    """The bytes of a hash. Raises ``ValueError`` if they are not what was kept."""
    data = raw_path(folder, digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"The kept file {digest} was changed on the disk.")
    return data


def raw_path(folder: Path, digest: str) -> Path:
    """Where the bytes of a hash lie: 256 subfolders by its first two digits."""
    return folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    """Without this a power cut may forget the new name, though not the bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
