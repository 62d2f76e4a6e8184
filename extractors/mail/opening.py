"""Opening a mail or an archive: every file in it, however deep, with what it lay in and whether it may be a document.

Pure functions over bytes, for a worker process. Nothing is written, no link is followed, no name is used as a path.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from extractors import media
from extractors.mail.archives import is_archive, members
from extractors.mail.automatic import kind_of
from extractors.mail.body_text import holds_form, html_text, shared_links
from extractors.mail.budget import ARCHIVE_DEPTH, BODY, DEPTH, Budget
from extractors.mail.heads import Head, read_envelope, shown_name, split_message
from extractors.mail.outlook import OutlookMessage, read_outlook
from extractors.mail.sections import Section, sections
from extractors.mail.sifting import ignored_because
from extractors.mail.signed import unwrapped
from extractors.mail.winmail import NotUnpacked, unpack_winmail
from pipeline.mail import Envelope, MailKind, OpenedMail, Part, own_letters
from pipeline.trouble import Unreadable

_AGAIN = "Ask the sender to attach the request form itself, as a signed PDF or as a Word file."
_NOT_LOCKED = "Ask the sender for the form without encryption; a password belongs in another message."
_PGP = b"-----BEGIN PGP MESSAGE-----"
_BEGINS_LIKE_A_MESSAGE = re.compile(rb"\s*(content-[a-z-]+|mime-version|from|received|subject)[ \t]*:", re.IGNORECASE)
_LOCKED_NAMES = re.compile(r".*\.(pgp|gpg)", re.IGNORECASE)
_ENDINGS = {media.PDF: ".pdf", media.DOCX: ".docx", media.DOC: ".doc", media.JPEG: ".jpg", media.PNG: ".png"}


def is_post(data: bytes) -> bool:
    """True for a file that others lie in: a mail (.eml, .msg, winmail.dat) or an archive."""
    kind = media.sniff(data)
    return kind in (media.EML, media.MSG, media.TNEF) or (kind == media.ZIP and is_archive(data))


def open_mail(data: bytes, name: str, authserv_id: str | None = None) -> OpenedMail:
    """Open a mail or an archive; bytes that are neither are read as a mail, for a mailbox holds nothing else.

    ``name`` is the first container of every part; ``authserv_id`` is the name of the one mail server whose
    Authentication-Results are believed. Raises ``Unreadable`` if the whole cannot be opened."""
    opening = _Opening(Budget(), authserv_id)
    item = _Item(name=name, data=data, container=())
    kind = media.sniff(data)
    if kind == media.OLE:
        raise Unreadable("damaged", "The file is an Office file or an Outlook message, and damaged.", _AGAIN)
    if kind == media.ZIP and is_archive(data):
        opening.archive(item)
    elif kind in (media.MSG, media.TNEF):
        opening.known(item, kind)
    else:
        opening.message(item)
    return opening.result(item)


@dataclass(frozen=True)
class _Item:
    """Something on its way to being opened: its name for display, its bytes, what it lies in, and how it came.

    ``depth`` counts messages, ``archives`` the archives around it."""

    name: str
    data: bytes
    container: tuple[str, ...]
    declared: str = ""
    inline: bool = False
    envelope: Envelope | None = None
    depth: int = 0
    archives: int = 0

    def inside(self, name: str, data: bytes, **changed: str | bool) -> "_Item":
        """An item that lies in this one."""
        item = _Item(name, data, (*self.container, self.name), "", False, self.envelope, self.depth, self.archives)
        return replace(item, **changed)  # type: ignore[arg-type]


@dataclass
class _Opening:
    """The work on one mail; what is found goes into the budget's lists."""

    budget: Budget
    authserv_id: str | None
    envelope: Envelope | None = None
    kind: MailKind = "letter"
    body: str = ""
    in_body: bool = False

    def result(self, whole: _Item) -> OpenedMail:
        """All that was found; a cap that was hit puts the whole before a person as well."""
        budget = self.budget
        if budget.overrun:
            budget.note(budget.overrun)
            part = _unreadable(whole, "too_large", budget.overrun, "Open it by hand and look for the request form.")
            budget.parts.append(part)
        if self.kind == "bounce" and self.envelope:
            # The letter that came back stands in the notice, most often as its head alone.
            named = own_letters(whole.data.decode("ascii", "replace"))
            references = tuple(dict.fromkeys((*self.envelope.references, *named)))
            self.envelope = self.envelope.model_copy(update={"references": references})
        return OpenedMail(
            envelope=self.envelope,
            kind=self.kind,
            body=self.body,
            parts=tuple(budget.parts),
            links=tuple(dict.fromkeys(budget.links))[:20],
            notices=tuple(budget.notices),
            form_in_body=self.in_body,
        )

    def open(self, item: _Item) -> None:
        """Whatever it is: a message or an archive is opened in turn, any other file is listed."""
        kind = media.sniff(item.data)
        if item.declared in ("message/rfc822", "message/global", "message/news") or kind == media.EML:
            self.message(item)
        elif item.declared == "message/partial":
            self._fail(item, "not_supported_yet", "The message came in pieces, and this is one of them.", _AGAIN)
        elif kind in (media.MSG, media.TNEF):
            self.known(item, kind)
        elif kind == media.ZIP and is_archive(item.data):
            self.archive(item)
        elif not self._locked(item, kind):
            self._list(item, kind)

    def known(self, item: _Item, kind: str) -> None:
        """A message that Outlook saved or packed."""
        if item.depth >= DEPTH:
            self._too_deep(item)
            return
        step: Callable[[_Item], None] = self._outlook if kind == media.MSG else self._winmail
        step(item)

    def message(self, item: _Item) -> None:
        """A message: its head, its text, and every section that is a file."""
        if item.depth >= DEPTH:
            self._too_deep(item)
            return
        head, body = split_message(item.data)
        inside = self._enter(item, head)
        for number, section in enumerate(sections(head, body, self.budget), start=1):
            if section.is_text and "report" not in section.within[-1:]:
                self._text(section, inside)
            else:
                self._section(section, inside, number)

    def archive(self, item: _Item) -> None:
        """An archive: every file in it; what is locked or damaged is said of the archive as a whole."""
        if item.archives >= ARCHIVE_DEPTH:
            message = f"Archives lie in each other more than {ARCHIVE_DEPTH} deep."
            self._fail(item, "too_large", message, _AGAIN)
            return
        inside = replace(item, archives=item.archives + 1)
        locked: list[str] = []
        damaged: list[str] = []
        try:
            for member in members(item.data):
                if member.data is None:
                    (locked if member.locked else damaged).append(member.name)
                else:
                    self.open(inside.inside(member.name, member.data))
        except Unreadable as trouble:
            self._fail(item, trouble.code, trouble.message, trouble.remedy)
        if locked:
            message = f"Files in the archive can only be opened with a password: {_listed(locked)}."
            self._fail(item, "encrypted", message, _NOT_LOCKED)
        elif damaged:
            self._fail(item, "damaged", f"Files in the archive are damaged: {_listed(damaged)}.", _AGAIN)

    def _enter(self, item: _Item, head: Head) -> _Item:
        """The message as the container of what lies in it; the outermost one gives the mail its head and kind."""
        envelope = read_envelope(head, self.authserv_id if self.envelope is None else None)
        if head.cut:
            self.budget.note("The head of the mail is far too long; only what matters in it was read.")
        if self.envelope is None and not item.container:
            self.envelope, self.kind = envelope, kind_of(head, envelope)
        name = item.name or shown_name(f"{envelope.subject[:80] or 'message'}.eml".replace("/", " "))
        return replace(item, name=name, envelope=envelope, depth=item.depth + 1)

    def _text(self, section: Section, item: _Item) -> None:
        """Text of a message: kept for the outermost, searched for links and for a form in all."""
        if section.data.lstrip().startswith(_PGP):
            self._fail(
                item.inside("message.asc", section.data), "encrypted", "The mail is encrypted (PGP).", _NOT_LOCKED
            )
            return
        shown = section.text()[:BODY]
        self._words(html_text(shown) if section.head.media_type == "text/html" else shown, item)

    def _words(self, text: str, item: _Item) -> None:
        """The words of a message; of a text and its web page the first is kept."""
        self.budget.links += shared_links(text)
        self.in_body = self.in_body or holds_form(text)
        if item.depth == 1 and not self.body.strip():
            self.body = text.strip()

    def _section(self, section: Section, item: _Item, number: int) -> None:
        """A section that is a file, or wrapped."""
        declared = section.head.media_type
        inline = section.head.disposition == "inline" or (
            bool(section.head.raw("content-id")) and section.head.disposition != "attachment"
        )
        name = section.name or ("" if declared.startswith("message/rfc") else _made_up(section.data, number))
        found = replace(item.inside(name, section.data), declared=declared, inline=inline)
        if "pkcs7-mime" in declared or name.lower().endswith(".p7m"):
            self._wrapped(found)
        else:
            self.open(found)

    def _wrapped(self, item: _Item) -> None:
        """A mail wrapped for signing is unwrapped; one locked for a certificate is named as such."""
        kind, content = unwrapped(item.data) or ("", b"")
        if content and item.depth < DEPTH:
            self.budget.note("Something in the mail is wrapped for signing (S/MIME); that signature was not checked.")
            self._unwrapped(content, item)
        elif kind == "enveloped_data":
            self._fail(item, "encrypted", "The mail is encrypted (S/MIME).", _NOT_LOCKED)
        else:
            self._fail(item, "damaged", "The mail is wrapped for signing (S/MIME) and cannot be unwrapped.", _AGAIN)

    def _unwrapped(self, content: bytes, item: _Item) -> None:
        """What was wrapped: the mail's own sections, or a file such as ``form.pdf.p7m``."""
        if not _BEGINS_LIKE_A_MESSAGE.match(content):
            name = item.name[:-4] if item.name.lower().endswith(".p7m") else item.name
            self.open(replace(item, name=name, data=content, declared=""))
            return
        head, body = split_message(content)
        inside = replace(item, depth=item.depth + 1, name=item.container[-1], container=item.container[:-1])
        for number, section in enumerate(sections(head, body, self.budget), start=1):
            if section.is_text:
                self._text(section, replace(inside, depth=item.depth))
            else:
                self._section(section, inside, number)

    def _outlook(self, item: _Item) -> None:
        try:
            message = read_outlook(item.data)
        except ValueError:
            self._fail(item, "damaged", "The Outlook message (.msg) is damaged.", _AGAIN)
            return
        self._outlook_message(message, item)

    def _outlook_message(self, message: OutlookMessage, item: _Item) -> None:
        inside = self._enter(item, message.head)
        self._words(message.text[:BODY], inside)
        if message.lost:
            self._fail(item, "damaged", f"{message.lost} file(s) in the Outlook message cannot be taken out.", _AGAIN)
        for file in message.files:
            found = inside.inside(file.name, file.data, declared=file.media_type, inline=file.inline)
            if not self.budget.may_open():
                return
            if file.inner is None:
                self.open(found)
            elif found.depth >= DEPTH:
                self._too_deep(found)
            else:
                self._outlook_message(file.inner, found)

    def _winmail(self, item: _Item) -> None:
        try:
            files, text, whole = unpack_winmail(item.data)
        except NotUnpacked as trouble:
            message = f"The file is a mail as Outlook packs it (winmail.dat), and {trouble}."
            self._fail(item, "damaged", message, f"{_AGAIN} The sender's Outlook should send as HTML or plain text.")
            return
        inside = replace(item, depth=item.depth + 1)
        self._words(text[:BODY], inside)
        for file in files:
            if self.budget.may_open():
                self.open(inside.inside(file.name, file.data))
        if not whole:
            self._fail(item, "damaged", "The mail as Outlook packs it (winmail.dat) breaks off.", _AGAIN)

    def _locked(self, item: _Item, kind: str) -> bool:
        """A file locked by PGP is named as such."""
        armoured = item.data[:200].lstrip().startswith(_PGP)
        if armoured or (kind == media.UNKNOWN and _LOCKED_NAMES.fullmatch(item.name)):
            self._fail(item, "encrypted", "The file is encrypted (PGP).", _NOT_LOCKED)
            return True
        return False

    def _list(self, item: _Item, kind: str) -> None:
        """A file: a document, or ignored with the reason."""
        reason = ignored_because(item.name, item.data, item.declared, item.inline)
        picture = item.inline and kind in media.PICTURES
        self.budget.add(_part(item, kind, picture, reason))

    def _too_deep(self, item: _Item) -> None:
        self._fail(item, "too_large", f"Messages lie in each other more than {DEPTH} deep.", _AGAIN)

    def _fail(self, item: _Item, code: str, reason: str, remedy: str) -> None:
        """List what cannot be unpacked. Where it is the whole of what came in, there is nothing else to say."""
        if not item.container and not self.budget.parts and self.envelope is None:
            raise Unreadable(code, reason, remedy)
        self.budget.add(_unreadable(item, code, reason, remedy))


def _part(item: _Item, kind: str, picture: bool, reason: str | None) -> Part:
    return Part(
        filename=item.name,
        container=item.container,
        data=item.data,
        media_type=kind,
        fate="ignored" if reason else "document",
        reason=reason or "",
        inline=picture,
        envelope=item.envelope,
    )


def _unreadable(item: _Item, code: str, reason: str, remedy: str) -> Part:
    return Part(
        filename=item.name,
        container=item.container,
        data=item.data,
        media_type=media.sniff(item.data),
        fate="unreadable",
        reason=reason,
        remedy=remedy,
        code=code,
        envelope=item.envelope,
    )


def _made_up(data: bytes, number: int) -> str:
    """A name for a file that came without one."""
    return f"file {number}{_ENDINGS.get(media.sniff(data), '')}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
