"""One folder of a mailbox, step by step, each step with a time limit: the only module that speaks IMAP."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from flows.mailbox_settings import MailboxSettings
from flows.sign_in import SignIn, SignInRefused

Given = TypeVar("Given")
_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}


class MailboxTrouble(Exception):
    """The mailbox cannot be used now; the message says why. ``lasting``: waiting alone will not mend it."""

    def __init__(self, said: str, lasting: bool = False) -> None:
        super().__init__(said)
        self.lasting = lasting


class NotGiven(Exception):
    """The server did not give out one mail; the others are not concerned."""


@dataclass(frozen=True)
class Head:
    """What the server says of a mail before it is fetched: its size in bytes, null where it does not say, and when it
    arrived there (INTERNALDATE), in UTC."""

    uid: int
    size: int | None
    received_at: datetime


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
            when = arrived.astimezone(UTC) if isinstance(arrived, datetime) else datetime.now(UTC)
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
                self.client.noop()
                return False
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
            self.client.select_folder(self.settings.drafts, readonly=True)
            found = self.client.search(["HEADER", "Message-ID", message_id])
            self._select()
        return bool(found)

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
        with _limited(self.client, seconds or self.settings.step_limit), _plain_troubles():
            yield


def _speaks_of_mail(told: Sequence[tuple[object, ...]]) -> bool:
    """Servers also say that they are still there, and what others do with flags."""
    return any(len(line) > 1 and line[1] in (b"EXISTS", b"RECENT") for line in told)


class Refused(MailboxTrouble):
    """The server understood and said no; the line is still good."""


@contextmanager
def open_mailbox(settings: MailboxSettings, sign_in: SignIn) -> Iterator[Mailbox]:
    """The folder of the settings, signed in and selected; logged out afterwards. Raises ``MailboxTrouble``."""
    with _plain_troubles():
        client = _connect(settings)
    try:
        with _limited(client, settings.step_limit), _plain_troubles():
            sign_in.into(client)
            mailbox = Mailbox(settings, client, 0, not (settings.move_to or settings.flag))
            _open_folder(mailbox)
        yield mailbox
    finally:
        with contextlib.suppress(Exception), _limited(client, 5.0):
            client.logout()
        with contextlib.suppress(Exception):
            client.shutdown()


def _connect(settings: MailboxSettings) -> IMAPClient:
    trusted = ssl.create_default_context(cafile=str(settings.certificates) if settings.certificates else None)
    limit = SocketTimeout(connect=min(30.0, settings.step_limit), read=settings.step_limit)
    client = IMAPClient(settings.host, settings.port, ssl=True, ssl_context=trusted, timeout=limit)
    line = client.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return client


def _open_folder(mailbox: Mailbox) -> None:
    """Select the folder; where it is missing, say what there is."""
    try:
        mailbox._select()
    except IMAPClientError as fault:
        there = ", ".join(sorted(str(name) for _, _, name in mailbox.client.list_folders()))
        said = f"The mailbox has no folder {mailbox.settings.folder} that can be opened; it has: {there}."
        raise MailboxTrouble(said, lasting=True) from fault


@contextmanager
def _limited(client: IMAPClient, seconds: float) -> Iterator[None]:
    """Cut the line when a step takes too long, also where the server answers drop by drop."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            client.socket().shutdown(socket.SHUT_RDWR)

    clock = threading.Timer(seconds, cut)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


@contextmanager
def _plain_troubles() -> Iterator[None]:
    """Whatever goes wrong with line and server, as one kind of trouble without anybody's data in it."""
    try:
        yield
    except SignInRefused as refusal:
        raise MailboxTrouble(str(refusal), lasting=True) from refusal
    except LoginError as fault:
        raise MailboxTrouble("The server refuses the sign-in; check user and password or token.", True) from fault
    except ssl.SSLCertVerificationError as fault:
        raise MailboxTrouble(f"The server's certificate is not trusted: {fault.verify_message}.", True) from fault
    except IMAPClient.AbortError as fault:
        raise MailboxTrouble("The connection broke off.") from fault
    except IMAPClientError as fault:
        raise Refused(f"The server refused: {_first_words(fault)}") from fault
    except (OSError, EOFError) as fault:
        raise MailboxTrouble(f"The connection failed ({type(fault).__name__}).") from fault
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError) as fault:
        # A server that answers nonsense makes the parser stumble in ways of its own; the line is of no more use.
        raise MailboxTrouble(f"The server's answer was not understood ({type(fault).__name__}).") from fault


def _first_words(fault: Exception) -> str:
    return str(fault).splitlines()[0][:200] if str(fault) else "without a reason"
