"""An opened mail: who sent it, and every part in it with what became of it. Nothing in a mail is dropped unseen."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from pipeline.values import Value

PartFate = Literal["document", "ignored", "unreadable"]
"""``document``: a form or a supporting document; ``ignored``: with the reason; ``unreadable``: not to be unpacked."""
MailKind = Literal["letter", "auto_reply", "bounce", "list", "own"]
"""``own`` is a mail that this system drafted and that came back."""


class Envelope(Value):
    """The head of one message, outer or inner; what a header does not say, or not readably, is null.

    ``sent_at`` is the Date header as ISO 8601. ``message_id`` and ``references`` are clues to a thread, no identity.
    ``authentication`` holds the verdicts (``dmarc``, ``spf``, ``dkim``) of the configured server only."""

    sender: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    to: tuple[str, ...] = ()
    subject: str = ""
    sent_at: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    authentication: dict[str, str] = Field(default_factory=dict)


class Part(Value):
    """One file in a mail or an archive. ``container`` names what it lay in, from the outside in; ``filename`` is only
    for display; ``data`` are its bytes as unpacked (empty where ``unreadable``); ``reason`` says why it is ignored or
    unreadable; ``envelope`` is that of the innermost message the part lay in."""

    filename: str
    container: tuple[str, ...] = ()
    data: bytes = b""
    media_type: str
    fate: PartFate = "document"
    reason: str = ""
    inline: bool = False
    envelope: Envelope | None = None


class OpenedMail(Value):
    """A mail (or an archive: then without envelope) with all its parts in the order they stand.

    ``kind`` tells letters of people from automatic mail; ``body`` is the readable text of the outermost message;
    ``links`` are the addresses of file-sharing services named in it, never followed; ``notices`` are sentences about
    what was odd (a broken end, a cap that was hit), for a person."""

    envelope: Envelope | None = None
    kind: MailKind = "letter"
    body: str = ""
    parts: tuple[Part, ...] = ()
    links: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def documents(self) -> Iterator[Part]:
        """The parts that may be a form or belong to one."""
        return (part for part in self.parts if part.fate == "document")

    def senders(self) -> tuple[str, ...]:
        """Outer sender first, then those of the messages inside: the forwarder, and who may have asked."""
        inner = (part.envelope for part in self.parts)
        told = [envelope.sender for envelope in (self.envelope, *inner) if envelope and envelope.sender]
        return tuple(dict.fromkeys(told))
