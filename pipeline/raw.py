"""The original bytes, kept under their hash and never changed: in a folder, or in an object store.

A folder written ``s3://bucket/prefix`` is an object store that several machines share (any that fsspec knows; its
address and keys come from its own environment variables, such as ``AWS_ENDPOINT_URL``). There an object appears whole
or not at all, as a file does here by its renaming.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


def keep_raw(folder: Path, data: bytes) -> str:
    """Write the bytes under their SHA-256 unless they are there; durable when this returns. Gives the hash."""
    digest = hashlib.sha256(data).hexdigest()
    if is_remote(folder):
        with _reached(folder) as system:
            if not system.exists(_object(folder, digest)):
                system.pipe_file(_object(folder, digest), data)
        return digest
    place = raw_path(folder, digest)
    if place.exists():
        # Whoever wrote it may have been cut off before its name was safe.
        sync_folder(place.parent)
        return digest
    if not place.parent.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(folder)
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
    sync_folder(place.parent)
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
    """The bytes of a hash. Raises ``ValueError`` if they are not what was kept, ``OSError`` if they are not there."""
    if is_remote(folder):
        with _reached(folder) as system:
            data = bytes(system.cat_file(_object(folder, digest)))
    else:
        data = raw_path(folder, digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"The kept file {digest} was changed on the disk.")
    return data


def is_kept(folder: Path, digest: str) -> bool:
    """Whether the bytes of a hash are there."""
    if not is_remote(folder):
        return raw_path(folder, digest).exists()
    with _reached(folder) as system:
        return bool(system.exists(_object(folder, digest)))


def remove_raw(folder: Path, digest: str) -> bool:
    """Remove the bytes of a hash for good; false if they were gone already."""
    if not is_kept(folder, digest):
        return False
    if is_remote(folder):
        with _reached(folder) as system:
            system.rm_file(_object(folder, digest))
    else:
        raw_path(folder, digest).unlink(missing_ok=True)
    return True


def kept_hashes(folder: Path) -> Iterator[str]:
    """The hashes of everything that is kept, ascending; names that are none are passed over."""
    if is_remote(folder):
        with _reached(folder) as system:
            found = system.find("/".join(folder.parts[1:]))
        names = [str(each).rpartition("/")[2] for each in found]
    else:
        names = [path.name for path in folder.glob("[0-9a-f][0-9a-f]/*") if path.is_file()]
    yield from sorted(name for name in names if len(name) == 64 and set(name) <= set("0123456789abcdef"))


def raw_path(folder: Path, digest: str) -> Path:
    """Where the bytes of a hash lie: 256 subfolders by its first two digits."""
    return folder / digest[:2] / digest


def is_remote(folder: Path) -> bool:
    """Whether the bytes lie in an object store; its ``s3://`` is a folder ``s3:`` in the words of ``Path``."""
    return bool(folder.parts) and len(folder.parts[0]) > 2 and folder.parts[0].endswith(":")


def _object(folder: Path, digest: str) -> str:
    return "/".join(raw_path(folder, digest).parts[1:])


@contextmanager
def _reached(folder: Path) -> "Iterator[AbstractFileSystem]":
    """The object store of a folder; whatever it raises is an ``OSError``, as a disk's trouble is."""
    try:
        yield _system(folder.parts[0].removesuffix(":"))
    except OSError:
        raise
    except Exception as fault:
        raise OSError(f"The store of the originals cannot be used ({type(fault).__name__}).") from fault


@cache
def _system(protocol: str) -> "AbstractFileSystem":
    """Listings are never remembered: other machines write there too."""
    import fsspec

    return fsspec.filesystem(protocol, use_listings_cache=False)


def sync_folder(folder: Path) -> None:
    """Without this a power cut may forget the new name, though not the bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
