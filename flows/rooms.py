"""The private folders of the workers: one room for a pool, a corner in it for each worker, and nothing left behind.

A room belongs to the process that holds the lock of its file ``owner``. The system lets go of the lock when that
process ends, however it ends, so the next one that opens a room knows which are left over and clears them away.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PREFIX = "socieux-worker-"
_OWNER = "owner"
_BEING_MADE = 60.0
"""Seconds after which a room without an owner's file is no longer one that is just being made."""


@dataclass(frozen=True)
class Room:
    """A folder with our lock on it; ``close`` removes it with everything in it."""

    folder: Path
    lock: IO[bytes]

    def corner(self) -> Path:
        """A new empty folder in the room, for one worker."""
        return Path(tempfile.mkdtemp(prefix="at-", dir=self.folder))

    def close(self) -> None:
        """Leave nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


def open_room() -> Room:
    """A room of our own; those of processes that are gone are cleared away first. Raises ``OSError`` (full disk)."""
    clear_left_over()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = (folder / _OWNER).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return Room(folder, lock)


def clear_left_over() -> int:
    """Remove the rooms whose owner no longer lives; how many. Other users' rooms are left alone."""
    found = (each for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _is_left_over(each))
    return sum(_removed(room) for room in found)


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
