"""An opened mail: who sent it, and every part in it with what became of it. Nothing in a mail is dropped unseen."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from pipeline.values import Value

PartFate = Literal["document", "ignored", "unreadable"]
"""``document``: a form or a supporting document; ``ignored``: with the reason; ``unreadable``: not to be unpacked."""
MailKind = Literal["letter", "auto_reply", "bounce", "list", "own"]
"""``own`` is a mail that this system drafted and that came back."""
Fate = Literal["request", "supporting", "ignored", "quarantined"]
"""What became of a part: a request of its own; a document beside one; passed over; shown to a person."""
OWN_MARK = "X-SOCIEUX-Letter"
"""The header every letter of this system carries, with the kind of the letter."""
_OWN_LETTER = re.compile(
    r"<(acknowledgement|completion|not_eligible)\.[0-9A-Z]{4}-[0-9A-Z]{4}\.(r-[0-9a-f]{20})@[^<>\s]+>"
)


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
    for display; ``data`` are its bytes as unpacked (where ``unreadable`` those of the thing that cannot be unpacked);
    ``reason`` says why it is ignored or unreadable, ``remedy`` what to do and ``code`` is the flag code of what is
    unreadable; ``envelope`` is that of the innermost message the part lay in."""

    filename: str
    container: tuple[str, ...] = ()
    data: bytes = b""
    media_type: str
    fate: PartFate = "document"
    reason: str = ""
    remedy: str = ""
    code: str = ""
    inline: bool = False
    envelope: Envelope | None = None


class OpenedMail(Value):
    """A mail (or an archive: then without envelope) with all its parts in the order they stand.

    ``kind`` tells letters of people from automatic mail; ``body`` is the readable text of the outermost message;
    ``links`` are the addresses of file-sharing services named in it, never followed; ``notices`` are sentences about
    what was odd (a broken end, a cap that was hit), for a person; ``form_in_body`` is true where the questions of a
    request form stand in the text of the mail itself."""

    envelope: Envelope | None = None
    kind: MailKind = "letter"
    body: str = ""
    parts: tuple[Part, ...] = ()
    links: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    form_in_body: bool = False

    def documents(self) -> Iterator[Part]:
        """The parts that may be a form or belong to one."""
        return (part for part in self.parts if part.fate == "document")

    def senders(self) -> tuple[str, ...]:
        """Outer sender first, then those of the messages inside: the forwarder, and who may have asked."""
        inner = (part.envelope for part in self.parts)
        told = [envelope.sender for envelope in (self.envelope, *inner) if envelope and envelope.sender]
        return tuple(dict.fromkeys(told))


def own_letters(text: str) -> dict[str, str]:
    """Message-IDs of our own letters that a text names, with the record each letter is about: how a notice of
    non-delivery, or an answer, is tied to its letter."""
    return {found.group(): found.group(2) for found in _OWN_LETTER.finditer(text)}


class PostOffice(Value):
    """What the office says about its own post: the name its mail server signs Authentication-Results with (null: none
    is believed), and the addresses that are its own and so never a requester's."""

    authserv_id: str | None = None
    own_addresses: tuple[str, ...] = ()


class PartOutcome(Value):
    """What became of one part, for the ledger: every part of a mail has exactly one. ``path`` are the containers from
    the outside in; ``record_id`` is the request the part became or belongs to, or the record that shows it to a person
    (null where it is ignored)."""

    path: tuple[str, ...] = ()
    filename: str
    sha256: str
    size: int
    media_type: str
    fate: Fate
    reason: str = ""
    record_id: str | None = None
