"""The line to a mail server: TLS, time limits on every step, and every trouble in plain words."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from flows.mailbox_settings import MailboxSettings
from flows.sign_in import SignInRefused

_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}


class MailboxTrouble(Exception):
    """The mailbox cannot be used now; the message says why. ``lasting``: waiting alone will not mend it."""

    def __init__(self, said: str, lasting: bool = False) -> None:
        super().__init__(said)
        self.lasting = lasting


class NotGiven(Exception):
    """The server did not give out one mail; the others are not concerned."""


class Refused(MailboxTrouble):
    """The server understood and said no; the line is still good."""


def connected(settings: MailboxSettings) -> IMAPClient:
    """A fresh line to the server of the settings, over TLS, that notices when nobody is at the other end."""
    trusted = ssl.create_default_context(cafile=str(settings.certificates) if settings.certificates else None)
    limit = SocketTimeout(connect=min(30.0, settings.step_limit), read=settings.step_limit)
    client = IMAPClient(settings.host, settings.port, ssl=True, ssl_context=trusted, timeout=limit)
    # Else times of arrival come without their zone, and an hour of them twice when clocks change.
    client.normalise_times = False
    line = client.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return client


@contextmanager
def limited(client: IMAPClient, seconds: float) -> Iterator[None]:
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
def plain_troubles() -> Iterator[None]:
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
