"""One folder of a mailbox, step by step, each step with a time limit."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from flows.mail_line import MailboxTrouble, NotGiven, Refused, connected, limited, plain_troubles
from flows.mailbox_settings import MailboxSettings
from flows.sign_in import SignIn


@dataclass(frozen=True)
class Head:
    """What the server says of a mail before it is fetched: its size in bytes and when it arrived there (INTERNALDATE),
    in UTC; null where it does not say."""

    uid: int
    size: int | None
    received_at: datetime | None


@dataclass
class Mailbox:
    """An opened folder. Every method raises ``MailboxTrouble`` when the line or the server fails."""

    settings: MailboxSettings
    client: IMAPClient
    uidvalidity: int
    readable_only: bool = False

    def uids(self) -> tuple[int, ...]:
        """The UIDs of all mail in the folder, ascending; no pages, no offsets, and nobody's flags."""
        self.told_of_new()
        with self._step():
            return tuple(sorted(self.client.search(["ALL"])))

    def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        """Size and arrival of some mail; what is no longer there, or not readably told, is missing."""
        with self._step():
            told = self.client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
        found = {}
        for uid, items in told.items():
            size, arrived = items.get(b"RFC822.SIZE"), items.get(b"INTERNALDATE")
            when = arrived.astimezone(UTC) if isinstance(arrived, datetime) else None
            found[uid] = Head(uid, size if isinstance(size, int) else None, when)
        return found

    def fetch(self, uid: int) -> bytes | None:
        """A mail as it stands there, byte by byte, without marking it as seen; null if it is gone.

        Raises ``NotGiven`` if the server refuses this one."""
        try:
            with self._step():
                told = self.client.fetch([uid], ["BODY.PEEK[]"])
        except Refused as refusal:
            raise NotGiven(str(refusal)) from refusal
        items = told.get(uid)
        if items is None:
            return None
        data = items.get(b"BODY[]")
        if not isinstance(data, bytes):
            raise NotGiven("The server gave an answer without the mail.")
        return data

    def told_of_new(self) -> bool:
        """Whether the server has spoken of new mail beside its other answers since this was last asked. An IDLE that
        begins afterwards would not say it again."""
        told: list[bytes | None] = self.client._imap.response("EXISTS")[1]
        return told != [None]

    def wait(self, seconds: float) -> bool:
        """Wait for a sign of new mail; true if there was one. A sign may be missed: list anyway."""
        with self._step(self.settings.step_limit + seconds):
            if not self.client.has_capability("IDLE"):
                threading.Event().wait(seconds)
                return _speaks_of_mail(self.client.noop()[1])
            return _speaks_of_mail(self.client.idle_check(timeout=seconds))

    def begin_idle(self) -> None:
        """Ask the server to call."""
        if self.client.has_capability("IDLE"):
            with self._step():
                self.client.idle()

    def end_idle(self) -> bool:
        """Stop waiting; true if the server had called in the meantime. A line that is dead shows itself here."""
        if not self.client.has_capability("IDLE"):
            return False
        with self._step():
            return _speaks_of_mail(self.client.idle_done()[1])

    def touch(self, uid: int) -> None:
        """Move or flag a mail as the settings say. One that is gone already is no trouble."""
        with self._step():
            if self.settings.flag:
                self.client.add_flags([uid], [self.settings.flag.encode()], silent=True)
            if self.settings.move_to:
                self._move(uid, self.settings.move_to)

    def append_draft(self, letter: bytes) -> None:
        """Put a letter into the Drafts folder, marked as a draft, for a person to send."""
        assert self.settings.drafts is not None
        with self._step():
            self.client.append(self.settings.drafts, letter, flags=[b"\\Draft"])

    def has_draft(self, message_id: str) -> bool:
        """Whether a letter with this Message-ID lies among the drafts already."""
        assert self.settings.drafts is not None
        with self._step():
            try:
                self.client.select_folder(self.settings.drafts, readonly=True)
                return bool(self.client.search(["HEADER", "Message-ID", message_id]))
            finally:
                self._select()

    def _move(self, uid: int, folder: str) -> None:
        if not self.client.folder_exists(folder):
            self.client.create_folder(folder)
        if self.client.has_capability("MOVE"):
            self.client.move([uid], folder)
            return
        self.client.copy([uid], folder)
        self.client.delete_messages([uid], silent=True)
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge([uid])

    def _select(self) -> None:
        told = self.client.select_folder(self.settings.folder, readonly=self.readable_only)
        self.uidvalidity = int(told[b"UIDVALIDITY"])

    @contextmanager
    def _step(self, seconds: float | None = None) -> Iterator[None]:
        with limited(self.client, seconds or self.settings.step_limit), plain_troubles():
            yield


def _speaks_of_mail(told: Sequence[tuple[object, ...]]) -> bool:
    """Servers also say that they are still there, and what others do with flags."""
    return any(len(line) > 1 and line[1] in (b"EXISTS", b"RECENT") for line in told)


@contextmanager
def open_mailbox(settings: MailboxSettings, sign_in: SignIn) -> Iterator[Mailbox]:
    """The folder of the settings, signed in and selected; logged out afterwards. Raises ``MailboxTrouble``."""
    with plain_troubles():
        client = connected(settings)
    try:
        with limited(client, settings.step_limit), plain_troubles():
            sign_in.into(client)
            mailbox = Mailbox(settings, client, 0, not (settings.move_to or settings.flag))
            _open_folder(mailbox)
        yield mailbox
    finally:
        with contextlib.suppress(Exception), limited(client, 5.0):
            client.logout()
        with contextlib.suppress(Exception):
            client.shutdown()


def _open_folder(mailbox: Mailbox) -> None:
    """Select the folder; where it is missing, say what there is."""
    try:
        mailbox._select()
    except IMAPClientError as fault:
        there = ", ".join(sorted(str(name) for _, _, name in mailbox.client.list_folders()))
        said = f"The mailbox has no folder {mailbox.settings.folder} that can be opened; it has: {there}."
        raise MailboxTrouble(said, lasting=True) from fault
