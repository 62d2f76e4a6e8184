"""Files as a watcher sees them: how they look from outside, where they lie, and their bytes if they hold still."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from pipeline.messages import Place

_WHOLE = 2**63 - 1
Look = tuple[int, int, int]
"""Size, time of change in nanoseconds, inode: what must not change while a file rests."""


def _shown_path(path: Path) -> str:
    """The path as text, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def place_of(path: Path, look: Look) -> Place:
    """Where a file lies, in numbers that every database takes."""
    return Place(account="folder", folder=_shown_path(path), uidvalidity=look[1] // 1000, uid=look[2] & _WHOLE)


def look_at(path: Path) -> Look | None:
    """What a plain file looks like now; null if it is none, or gone. Raises ``OSError`` if nobody may look."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    return (state.st_size, state.st_mtime_ns, state.st_ino) if stat.S_ISREG(state.st_mode) else None


def bytes_of(path: Path, look: Look) -> bytes | None:
    """The bytes of a file, if it is still the one that was seen and does not change under our eyes. Raises ``OSError``
    for one that is there and cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        data = file.read(look[0] + 1)
        state = os.fstat(file.fileno())
    same = (state.st_size, state.st_mtime_ns, state.st_ino) == look and len(data) == look[0]
    return data if same else None


def changed_at(look: Look) -> datetime:
    """When the file was last changed; now, where that is no year of ours."""
    try:
        return datetime.fromtimestamp(look[1] / 1e9, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def free_name(folder: Path, name: str, digest: str) -> Path:
    """The file's own name, or with the beginning of its hash where that is taken."""
    place = folder / name
    return place if not place.exists() else folder / f"{digest[:12]}.{name}"[:200]
