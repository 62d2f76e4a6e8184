"""One pass over a mailbox folder: what the ledger does not know is fetched, oldest first; what vanished is noted.

Every pass compares the whole folder with the ledger. Nothing is taken for granted: not the flags people's programs set,
not a date, not that the last pass came to its end.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flows.mail_folder import Head, Mailbox
from flows.mail_line import MailboxTrouble, NotGiven, Refused
from pipeline import ledger_parked, ledger_places
from pipeline.ledger import Ledger, utc_now
from pipeline.ledger_signs import notify, withdraw
from pipeline.messages import Incoming, Place
from pipeline.raw import is_remote

BATCH = 50
"""Mails whose size is asked for at once."""
MEGABYTE = 1_000_000


class DiskFull(Exception):
    """The disk has less free space than the reserve: nothing is fetched until there is more."""


@dataclass
class Pass:
    """What one pass found: mails in the folder, ``taken`` in (``known`` of them by their bytes), ``parked``,
    ``gone`` since the last pass. ``whole`` is false if it was broken off because we are asked to stop."""

    present: int = 0
    taken: int = 0
    known: int = 0
    parked: int = 0
    gone: int = 0
    whole: bool = True

    def sentence(self) -> str:
        """For the sign of life."""
        found = f"{self.taken} new, {self.known} known, {self.parked} parked, {self.gone} gone"
        return f"{self.present} in the folder, {found}"


@dataclass
class TakingIn:
    """The passes over one folder. ``arrived`` is called after every message that is safe; ``stopping`` is asked
    between mails; ``thorough``: mail that is known by its number is compared as well, for servers that give a number
    away twice."""

    ledger: Ledger
    mailbox: Mailbox
    arrived: Callable[[], None] = lambda: None
    stopping: Callable[[], bool] = lambda: False
    thorough: bool = False
    done: Pass = field(default_factory=Pass)
    _refused: set[int] = field(default_factory=set)

    def run(self) -> Pass:
        """One pass. Raises ``MailboxTrouble``, ``DiskFull``, ``OSError`` or ``SQLAlchemyError``; what was taken in
        until then stays, and the next pass goes on."""
        self.done = Pass()
        self._notice_rebuilt()
        uids = self.mailbox.uids()
        self.done.present = len(uids)
        known = self._known() - (self._other_than_known() if self.thorough else frozenset())
        new = [uid for uid in uids if uid not in known]
        for start in range(0, len(new), BATCH):
            self._take_batch(new[start : start + BATCH])
            if not self.done.whole:
                return self.done
        self.done.gone = ledger_places.missed(self.ledger, *self._folder(), self.mailbox.uidvalidity, uids)
        ledger_places.reconciled(self.ledger, *self._folder(), self.mailbox.uidvalidity, max(uids, default=0))
        return self.done

    def touch_finished(self) -> int:
        """Move or flag what is finished, if the settings say so; how many. Records are durable by then."""
        done = 0
        for mail in self._to_touch():
            if self.stopping():
                break
            done += self._touch(mail)
        return done

    def anything_to_touch(self) -> bool:
        """Whether ``touch_finished`` has something to do."""
        return bool(self._to_touch())

    def _to_touch(self) -> list[ledger_places.Untouched]:
        """What is finished and still lies there, but for what this server has refused to touch."""
        settings = self.mailbox.settings
        if not (settings.move_to or settings.flag):
            return []
        finished = ledger_places.untouched(self.ledger, *self._folder(), self.mailbox.uidvalidity)
        return [mail for mail in finished if mail.sighting not in self._refused]

    def _touch(self, mail: ledger_places.Untouched) -> bool:
        """A mail that cannot be moved or flagged is told of and stays; its record is safe, and the others go on."""
        account, folder = self._folder()
        try:
            self.mailbox.touch(mail.uid)
        except Refused as refusal:
            self._refused.add(mail.sighting)
            said = f"Mail in {folder} that is done with cannot be moved or flagged. {refusal}"
            notify(self.ledger, "not_touched", f"{account} {folder}", said)
            return False
        ledger_places.touched(self.ledger, [mail.sighting])
        if not self._refused:
            withdraw(self.ledger, "not_touched", f"{account} {folder}")
        return True

    def _other_than_known(self) -> frozenset[int]:
        """Known numbers under which another mail lies now: neither its size nor its time of arrival is the same."""
        seen = ledger_places.seen_as(self.ledger, *self._folder(), self.mailbox.uidvalidity)
        numbers, other = sorted(seen), set()
        for start in range(0, len(numbers), BATCH):
            for uid, head in self.mailbox.heads(numbers[start : start + BATCH]).items():
                size, arrived = seen[uid]
                if None not in (head.size, head.received_at) and head.size != size and head.received_at != arrived:
                    other.add(uid)
        return frozenset(other)

    def _known(self) -> frozenset[int]:
        return ledger_places.known_uids(self.ledger, *self._folder(), self.mailbox.uidvalidity)

    def _folder(self) -> tuple[str, str]:
        return self.mailbox.settings.account, self.mailbox.settings.folder

    def _notice_rebuilt(self) -> None:
        """A new UIDVALIDITY voids all UIDs: everything is fetched again and known by its bytes."""
        last = ledger_places.last_uidvalidity(self.ledger, *self._folder())
        now = self.mailbox.uidvalidity
        if last is not None and last != now:
            account, folder = self._folder()
            said = f"The server has numbered {folder} anew ({last} is now {now}); all its mail is compared again."
            notify(self.ledger, "mailbox_rebuilt", f"{account} {folder} {now}"[-200:], said)

    def _take_batch(self, uids: Sequence[int]) -> None:
        try:
            heads = self.mailbox.heads(uids)
        except Refused:
            # One mail may be at fault: ask for each by itself.
            heads = {uid: head for each in uids for uid, head in self._head_alone(each).items()}
        released = ledger_parked.released_uids(self.ledger, *self._folder(), self.mailbox.uidvalidity)
        for uid in uids:
            if self.stopping():
                self.done.whole = False
                return
            if head := heads.get(uid):
                self._take_one(head, uid in released)

    def _head_alone(self, uid: int) -> dict[int, Head]:
        try:
            return self.mailbox.heads([uid])
        except Refused as refusal:
            self._park(uid, None, "unfetchable", str(refusal))
            return {}

    def _take_one(self, head: Head, released: bool) -> None:
        """One mail, and never more than its own trouble."""
        size = head.size or 0
        if size > self.mailbox.settings.largest * MEGABYTE and not released:
            said = f"The mail has {size // MEGABYTE} MB, more than the {self.mailbox.settings.largest:g} MB taken in."
            self._park(head.uid, head, "too_large", said)
            return
        check_space(self.ledger, self.mailbox.settings.reserve)
        if not has_room(self.ledger, self.mailbox.settings.reserve, size):
            self._park(head.uid, head, "no_room", f"The mail has {size // MEGABYTE} MB; there is no room for it now.")
            return
        try:
            data = self.mailbox.fetch(head.uid)
        except NotGiven as fault:
            self._park(head.uid, head, "unfetchable", str(fault))
            return
        except MailboxTrouble as trouble:
            # Should the line break at this mail each time, it waits longer and longer, and the others go first.
            self._park(head.uid, head, "cut_off", str(trouble))
            raise
        if data is not None:
            self._keep(data, head)

    def _keep(self, data: bytes, head: Head) -> None:
        news = Incoming(
            channel="mail",
            received_at=head.received_at or utc_now(),
            received_by="internaldate" if head.received_at else "own_clock",
            place=self._place(head.uid),
        )
        accepted = self.ledger.accept(data, news)
        ledger_parked.unparked(self.ledger, self._place(head.uid), accepted.message)
        self.done.taken += accepted.new
        self.done.known += not accepted.new
        self.arrived()

    def _park(self, uid: int, head: Head | None, code: str, said: str) -> None:
        size, arrived = (head.size, head.received_at) if head else (None, None)
        ledger_parked.park(self.ledger, self._place(uid), code, said, size, arrived)
        self.done.parked += 1

    def _place(self, uid: int) -> Place:
        account, folder = self._folder()
        return Place(account=account, folder=folder, uidvalidity=self.mailbox.uidvalidity, uid=uid)


def check_space(ledger: Ledger, reserve: float, wanted: int = 0) -> None:
    """Before anything is taken in: is there room for it, and for the reserve (megabytes)? Raises ``DiskFull``."""
    folder = ledger.raw_folder
    if has_room(ledger, reserve, wanted):
        return
    free = shutil.disk_usage(folder).free
    said = f"The disk of {folder} has {free // MEGABYTE} MB left; nothing is taken in until there is more."
    notify(ledger, "disk_full", str(folder), said)
    raise DiskFull(said)


def has_room(ledger: Ledger, reserve: float, wanted: int = 0) -> bool:
    """Whether there is room for so many bytes, unpacked and with their records, and for the reserve besides."""
    folder = ledger.raw_folder
    if is_remote(folder):
        # An object store has no free space to ask about; it refuses where it is full, and nothing is touched then.
        return True
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free >= reserve * MEGABYTE + 4 * wanted
