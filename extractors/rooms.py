"""Private folders for work on strangers' files: a room that is gone afterwards, also when its owner was killed.

A room belongs to the process that holds the lock of its file ``owner``. The system lets go of the lock when that
process ends, however it ends, so the next one that opens a room knows which are left over and clears them away.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_OWNER = "owner"
_BEING_MADE = 60.0
"""Seconds after which a room without an owner's file is no longer one that is just being made."""


@dataclass(frozen=True)
class Room:
    """A folder with our lock on it; ``close`` removes it with everything in it."""

    folder: Path
    lock: IO[bytes]

    def corner(self) -> Path:
        """A new empty folder in the room."""
        return Path(tempfile.mkdtemp(prefix="at-", dir=self.folder))

    def close(self) -> None:
        """Leave nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


def open_room(prefix: str, within: Path | None = None) -> Room:
    """A room of our own, among the temporary files or ``within`` a folder; those of this prefix whose owners are gone
    are cleared away first. Raises ``OSError`` (full disk)."""
    place = within or Path(tempfile.gettempdir())
    clear_left_over(prefix, place)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    # Locked before it bears its name: without a lock it would look left over to everybody who clears up just now.
    unnamed = folder / f"{_OWNER}.new"
    lock = unnamed.open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(folder / _OWNER)
    return Room(folder, lock)


@contextlib.contextmanager
def own_folder(prefix: str, within: Path | None = None) -> Iterator[Path]:
    """An empty folder that is gone afterwards. One whose maker was killed before it could clear up goes with the next
    of the same prefix."""
    room = open_room(prefix, within)
    try:
        yield room.corner()
    finally:
        room.close()


def clear_left_over(prefix: str, place: Path) -> int:
    """Remove the rooms whose owner no longer lives; how many. Other users' rooms are left alone."""
    return sum(_removed(room) for room in place.glob(f"{prefix}*") if _is_left_over(room))


def _removed(room: Path) -> bool:
    shutil.rmtree(room, ignore_errors=True)
    return not room.exists()


def _is_left_over(room: Path) -> bool:
    try:
        told = room.lstat()
        if told.st_uid != os.getuid() or room.is_symlink() or not room.is_dir():
            return False
        with (room / _OWNER).open("rb") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return room.exists() and time.time() - told.st_mtime > _BEING_MADE
    except OSError:
        return False


def empty(folder: Path) -> None:
    """Nothing of one file is left for the next."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)
