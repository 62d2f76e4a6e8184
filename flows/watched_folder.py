"""A watched folder: files that somebody puts there go into the ledger once they rest. Names are only ever shown."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flows.files_seen import Look, bytes_of, changed_at, free_name, look_at, place_of
from flows.mailbox_settings import FolderSettings
from flows.owners import hold_lease, this_owner
from flows.taking_in import MEGABYTE, DiskFull, check_space, has_room
from flows.walking import shown_name
from flows.working_off import bug_of, told_shortly
from pipeline import ledger_parked
from pipeline.ledger import Ledger
from pipeline.ledger_signs import beat, give_up_lease, notify, withdraw
from pipeline.messages import Incoming

PASSED_OVER = (".", "~$")
"""Beginnings of names that programs use for files in the making; they are not taken."""


@dataclass
class FolderWatcher:
    """The watcher of one folder, the folders in it included; links and devices are never opened.

    A file lies at a place as a mail does: its inode is the UID, the time of its change the UIDVALIDITY. Its name is
    no part of the place: names may be those of persons, and places are kept for longer."""

    ledger: Ledger
    settings: FolderSettings
    stop: threading.Event
    arrived: Callable[[], None] = lambda: None
    _resting: dict[Path, tuple[Look, float]] = field(default_factory=dict)
    _taken: dict[Path, tuple[Look, int]] = field(default_factory=dict)
    _unreadable: int = 0

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
            except DiskFull as full:
                self._tell(str(full))
            except (OSError, SQLAlchemyError) as fault:
                self._tell(told_shortly(fault))
            except Exception as fault:
                # A bug of ours: it must not end the watcher in silence, and it is said where it is.
                self._tell(bug_of(fault))
            self.stop.wait(self.settings.look)
        self._leave(owner)

    def run_once(self) -> str:
        """Everything that lies there and rests, in one go; what was found, in a sentence."""
        self.look()
        self.stop.wait(self.settings.settle)
        return f"{self.look()} new in {self.settings.path}"

    def look(self) -> int:
        """One look at the folder; how many files are new in the ledger. Raises ``OSError`` where it is away."""
        self._unreadable = 0
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
        self._tell_unreadable()
        beat(self.ledger, self.name, f"{len(found)} files there, {taken} new", good=not self._unreadable)
        return taken

    def _files(self) -> Iterator[tuple[Path, Look]]:
        """Every plain file, oldest first, but for those in the making and those that were moved aside."""
        found = []
        for root, folders, names in os.walk(self.settings.path, onerror=self._passed_over):
            aside = self.settings.move_to if Path(root) == self.settings.path else None
            folders[:] = [name for name in folders if not name.startswith(".") and name != aside]
            for name in names:
                path = Path(root) / name
                if not name.startswith(PASSED_OVER) and (look := self._looked_at(path)):
                    found.append((look[1], path, look))
        yield from ((path, look) for _, path, look in sorted(found))

    def _looked_at(self, path: Path) -> Look | None:
        try:
            return look_at(path)
        except OSError:
            self._unreadable += 1
            return None

    def _passed_over(self, fault: OSError) -> None:
        """The folder itself must be readable; one inside it that is not keeps nobody from the others."""
        if fault.filename is None or Path(os.fsdecode(fault.filename)) == self.settings.path:
            raise fault
        self._unreadable += 1

    def _tell_unreadable(self) -> None:
        """What cannot be read is told of until it can be; then everything else that was told is over as well."""
        if self._unreadable:
            said = f"Files or folders in {self.settings.path} cannot be read; see to the permissions."
            notify(self.ledger, "folder_unreadable", self.name, said)
            return
        for code, subject in (
            ("folder_unreadable", self.name),
            ("folder_trouble", self.name),
            ("disk_full", str(self.ledger.raw_folder)),
        ):
            withdraw(self.ledger, code, subject)

    def _rests(self, path: Path, look: Look) -> bool:
        """Whether the file has not changed for the time asked for, by our own clock."""
        now = time.monotonic()
        before = self._resting.get(path)
        if before is None or before[0] != look:
            self._resting[path] = (look, now)
            return self.settings.settle <= 0
        return now - before[1] >= self.settings.settle

    def _take(self, path: Path, look: Look) -> int:
        """One file into the ledger; 1 if it is new there."""
        if self._parked(path, look):
            return 0
        check_space(self.ledger, self.settings.reserve)
        try:
            data = bytes_of(path, look)
        except OSError:
            self._unreadable += 1
            return 0
        if data is None:
            return 0
        news = Incoming(
            channel="folder",
            received_at=changed_at(look),
            received_by="file_time",
            filename=shown_name(path),
            place=place_of(self.settings.path, look),
        )
        accepted = self.ledger.accept(data, news)
        ledger_parked.unparked(self.ledger, place_of(path, look), accepted.message)
        self._taken[path] = (look, accepted.message)
        self.arrived()
        return int(accepted.new)

    def _parked(self, path: Path, look: Look) -> bool:
        """Whether it is too large and no person has asked for it, or there is no room for it now."""
        place = place_of(path, look)
        released = place.uid in ledger_parked.released_uids(self.ledger, "folder", place.folder, place.uidvalidity)
        too_large = look[0] > self.settings.largest * MEGABYTE and not released
        if not too_large and has_room(self.ledger, self.settings.reserve, look[0]):
            return False
        if place.uid not in ledger_parked.waiting_uids(self.ledger, "folder", place.folder, place.uidvalidity):
            said = f"more than the {self.settings.largest:g} MB taken in" if too_large else "for which there is no room"
            code = "too_large" if too_large else "no_room"
            said = f"The file has {look[0] // MEGABYTE} MB, {said}."
            ledger_parked.park(self.ledger, place, code, said, look[0], changed_at(look))
        return True

    def _move_finished(self) -> None:
        """Files whose records are durable go aside, if the settings say so, and never over one another."""
        if not self.settings.move_to:
            return
        for path, (look, number) in tuple(self._taken.items()):
            message = self.ledger.message(number) if number else None
            if message and message.state in ("processed", "quarantined", "ignored") and look_at(path) == look:
                aside = self.settings.path / self.settings.move_to
                aside.mkdir(exist_ok=True)
                path.rename(free_name(aside, path.name, message.sha256))
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
