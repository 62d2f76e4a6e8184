"""A watched folder: files that somebody puts there go into the ledger once they rest. Names are only ever shown."""

import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flows.mailbox_settings import FolderSettings
from flows.owners import hold_lease, this_owner
from flows.taking_in import MEGABYTE, DiskFull, check_space
from flows.walking import shown_name
from flows.working_off import told_shortly
from pipeline import ledger_places
from pipeline.ledger import Incoming, Ledger, Place
from pipeline.ledger_signs import beat, give_up_lease, notify

PASSED_OVER = (".", "~$")
"""Beginnings of names that programs use for files in the making; they are not taken."""

Look = tuple[int, int, int]
"""Size, time of change in nanoseconds, inode: what must not change while a file rests."""


@dataclass
class FolderWatcher:
    """The watcher of one folder, the folders in it included; links and devices are never opened.

    A file lies at a place as a mail does: its inode is the UID, the time of its change the UIDVALIDITY."""

    ledger: Ledger
    settings: FolderSettings
    stop: threading.Event
    arrived: Callable[[], None] = lambda: None
    _resting: dict[Path, tuple[Look, float]] = field(default_factory=dict)
    _taken: dict[Path, tuple[Look, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Under which it gives signs of life and holds its lease."""
        return f"watch {self.settings.path}"[:200]

    def run(self) -> None:
        """Look until asked to stop. No trouble ends it."""
        owner = this_owner("folder")
        while not self.stop.is_set():
            try:
                if hold_lease(self.ledger, self.name, owner):
                    self.look()
            except (OSError, SQLAlchemyError, DiskFull) as fault:
                said = str(fault) if isinstance(fault, DiskFull) else told_shortly(fault)
                self._tell(said)
            self.stop.wait(self.settings.look)
        self._leave(owner)

    def run_once(self) -> str:
        """Everything that lies there and rests, in one go; what was found, in a sentence."""
        self.look()
        self.stop.wait(self.settings.settle)
        return f"{self.look()} new in {self.settings.path}"

    def look(self) -> int:
        """One look at the folder; how many files went into the ledger."""
        found = dict(self._files())
        taken = 0
        for path, look in found.items():
            if self.stop.is_set():
                break
            if self._rests(path, look) and self._taken.get(path, (None, 0))[0] != look:
                taken += self._take(path, look)
        self._resting = {path: seen for path, seen in self._resting.items() if path in found}
        self._taken = {path: seen for path, seen in self._taken.items() if path in found}
        self._move_finished()
        beat(self.ledger, self.name, f"{len(found)} files there, {taken} new", good=True)
        return taken

    def _files(self) -> Iterator[tuple[Path, Look]]:
        """Every plain file, oldest first, but for those in the making and those that were moved aside."""
        found = []
        for root, folders, names in os.walk(self.settings.path, onerror=_raised):
            aside = self.settings.move_to if Path(root) == self.settings.path else None
            folders[:] = [name for name in folders if not name.startswith(".") and name != aside]
            for name in names:
                path = Path(root) / name
                if not name.startswith(PASSED_OVER) and (look := _look(path)):
                    found.append((look[1], path, look))
        yield from ((path, look) for _, path, look in sorted(found))

    def _rests(self, path: Path, look: Look) -> bool:
        """Whether the file has not changed for the time asked for, by our own clock."""
        now = time.monotonic()
        before = self._resting.get(path)
        if before is None or before[0] != look:
            self._resting[path] = (look, now)
            return self.settings.settle <= 0
        return now - before[1] >= self.settings.settle

    def _take(self, path: Path, look: Look) -> int:
        place = Place(account="folder", folder=_shown_path(path), uidvalidity=look[1] // 1000, uid=look[2])
        if look[0] > self.settings.largest * MEGABYTE:
            said = f"The file has {look[0] // MEGABYTE} MB, more than the {self.settings.largest:g} MB taken in."
            ledger_places.park(self.ledger, place, "too_large", said, look[0], _when(look))
            self._taken[path] = (look, 0)
            return 0
        check_space(self.ledger, self.settings.reserve, look[0])
        data = _bytes_of(path, look)
        if data is None:
            return 0
        news = Incoming(
            channel="folder",
            received_at=_when(look),
            received_by="file_time",
            filename=shown_name(path),
            place=place,
        )
        accepted = self.ledger.accept(data, news)
        self._taken[path] = (look, accepted.message)
        self.arrived()
        return 1

    def _move_finished(self) -> None:
        """Files whose records are durable go aside, if the settings say so, and never over one another."""
        if not self.settings.move_to:
            return
        for path, (look, number) in tuple(self._taken.items()):
            message = self.ledger.message(number) if number else None
            if message and message.state in ("processed", "quarantined", "ignored") and _look(path) == look:
                aside = self.settings.path / self.settings.move_to
                aside.mkdir(exist_ok=True)
                path.rename(_free_name(aside, path.name, message.sha256))
                del self._taken[path]

    def _tell(self, said: str) -> None:
        print(f"{self.name}: {said}", file=sys.stderr, flush=True)
        try:
            beat(self.ledger, self.name, said)
            notify(self.ledger, "folder_trouble", self.name, said)
        except (OSError, SQLAlchemyError):
            # Nobody can be told but the log, which has it.
            pass

    def _leave(self, owner: str) -> None:
        try:
            beat(self.ledger, self.name, "stopped")
            give_up_lease(self.ledger, self.name, owner)
        except (OSError, SQLAlchemyError) as fault:
            self._tell(told_shortly(fault))


def _shown_path(path: Path) -> str:
    """The path as text, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _raised(fault: OSError) -> None:
    raise fault


def _look(path: Path) -> Look | None:
    """What a plain file looks like now; null if it is none, or gone."""
    try:
        state = path.lstat()
    except OSError:
        return None
    return (state.st_size, state.st_mtime_ns, state.st_ino) if stat.S_ISREG(state.st_mode) else None


def _bytes_of(path: Path, look: Look) -> bytes | None:
    """The bytes of a file, if it is still the one that was seen and does not change under our eyes."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        data = file.read(look[0] + 1)
        state = os.fstat(file.fileno())
    same = (state.st_size, state.st_mtime_ns, state.st_ino) == look and len(data) == look[0]
    return data if same else None


def _when(look: Look) -> datetime:
    return datetime.fromtimestamp(look[1] / 1e9, UTC)


def _free_name(folder: Path, name: str, digest: str) -> Path:
    """The file's own name, or with the beginning of its hash where that is taken."""
    place = folder / name
    return place if not place.exists() else folder / f"{digest[:12]}.{name}"[:200]
