"""Who sent a mail, and what about it a person should see. A mail is never dropped for its sender."""

import contextlib
from collections.abc import Iterator

from pipeline.mail import Envelope, OpenedMail, Part, PostOffice
from pipeline.records import Flag, Record

FREE_MAIL = frozenset("gmail.com mail.com ymail.com email.com gmx.com gmx.net hotmail.com hotmail.fr mail.ru".split())
"""Providers of free mail whose names are near to each other; a difference between them says nothing."""
NAMED_KINDS = {"auto_reply": "an automatic answer", "bounce": "a notice of non-delivery", "list": "a mail to a list"}


def sender_flags(opened: OpenedMail, part: Part | None, reading: Record | None, office: PostOffice) -> tuple[Flag, ...]:
    """The flags that a mail gives to a record made from it; ``part`` is the file (null: the mail as a whole)."""
    head = opened.envelope
    if head is None:
        return ()
    flags = [
        *_proof(head),
        *_addresses(head, reading, office),
        *_forwarded(head, part),
        *_circumstances(opened),
    ]
    return tuple(flags)


def _proof(head: Envelope) -> Iterator[Flag]:
    """What the configured server says about the sender's address; many offices have nothing to prove it with."""
    verdict = head.authentication.get("dmarc")
    if verdict == "fail":
        message = f"The mail server could not confirm that this mail comes from {head.sender}; ask back by another way."
        yield Flag(code="sender_not_verified", severity="warning", message=message)
    elif verdict != "pass" and head.sender:
        message = f"Nothing proves that this mail comes from {head.sender}; many offices' mail has no such proof."
        yield Flag(code="sender_unproven", severity="info", message=message)


def _addresses(head: Envelope, reading: Record | None, office: PostOffice) -> Iterator[Flag]:
    if head.sender is None:
        yield Flag(code="sender_unknown", severity="warning", message="The mail does not say readably who sent it.")
        return
    if head.sender in office.own_addresses:
        message = f"The mail gives our own address {head.sender} as its sender; find out who asks."
        yield Flag(code="sender_is_us", severity="warning", message=message)
    on_form = contact_address(reading)
    if looks_alike(head.sender, on_form):
        message = f"The sender's address {head.sender} looks like the form's {on_form} and is another one."
        yield Flag(code="sender_looks_alike", severity="warning", message=message)
    if head.reply_to and domain(head.reply_to) != domain(head.sender):
        known = head.reply_to == on_form
        message = f"Answers to this mail would go to {head.reply_to}, not to its sender {head.sender}."
        yield Flag(code="reply_elsewhere", severity="info" if known else "warning", message=message)


def _forwarded(head: Envelope, part: Part | None) -> Iterator[Flag]:
    inner = part.envelope if part else None
    if inner and inner != head and inner.sender != head.sender:
        message = f"The form lay in a message of {inner.sender or 'an unnamed sender'}, sent on by {head.sender}."
        yield Flag(code="forwarded", severity="info", message=message)


def _circumstances(opened: OpenedMail) -> Iterator[Flag]:
    if opened.kind in NAMED_KINDS:
        message = f"The file came with {NAMED_KINDS[opened.kind]}."
        yield Flag(code="came_with_automatic_mail", severity="info", message=message)
    if opened.links:
        message = f"The mail also names files on a sharing service, not fetched: {', '.join(opened.links[:5])}."
        yield Flag(code="links_not_followed", severity="info", message=message)
    if opened.form_in_body:
        message = "The questions of a request form seem to be answered in the text of the mail itself."
        yield Flag(code="form_in_mail_text", severity="info", message=message)
    for notice in opened.notices:
        yield Flag(code="mail_notice", severity="info", message=notice)


def contact_address(reading: Record | None) -> str | None:
    """The e-mail address on the form, null where there is none."""
    answer = reading.fields.get("contact_email") if reading else None
    return answer.value if answer and isinstance(answer.value, str) else None


def domain(address: str) -> str:
    """The part behind the @."""
    return address.rpartition("@")[2].lower()


def looks_alike(sender: str, on_form: str | None) -> bool:
    """True where the two domains differ and yet look the same: one or two characters, or letters of another script."""
    if on_form is None or domain(sender) == domain(on_form) or {domain(sender), domain(on_form)} <= FREE_MAIL:
        return False
    from rapidfuzz.distance import DamerauLevenshtein

    first, second = _drawn(domain(sender)), _drawn(domain(on_form))
    return DamerauLevenshtein.distance(first, second) <= (1 if len(second) < 12 else 2)


_TWINS = str.maketrans("аеіорсухѕјһԁӏ01", "aeiopcyxsjhdlol")


def _drawn(name: str) -> str:
    """A domain as the eye sees it: Cyrillic twins as Latin letters, ``rn`` as ``m``."""
    if "xn--" in name:
        with contextlib.suppress(UnicodeError):
            name = name.encode("ascii").decode("idna")
    return name.translate(_TWINS).replace("rn", "m").replace("vv", "w")
