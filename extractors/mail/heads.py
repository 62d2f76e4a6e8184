"""The head of a message, read so that no header however bad costs us the mail.

The standard library's newer policy is not used: a long Subject makes it ask for gigabytes, a bad date or address makes
it raise. Headers are cut into names and values here, within caps, and each is read on its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime

from extractors.mail.budget import HEAD, VALUE
from extractors.mail.charsets import decoded, header_text, one_line
from pipeline.mail import Envelope

_HEADER = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_BLANK = re.compile(rb"\r?\n\r?\n")
_NEEDED = frozenset(
    b"""from sender reply-to to cc subject date message-id in-reply-to references return-path mime-version content-type
    content-transfer-encoding content-disposition content-id auto-submitted precedence list-id authentication-results
    x-socieux-letter x-failed-recipients""".split()
)
_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[\w-]+(?:\.[\w-]+)*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}>")
_RESULT = re.compile(r"(?:^|;)\s*(dmarc|spf|dkim)\s*=\s*([a-z]+)([^;]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The headers of one message or part, in order, names in lower case, values as bytes; ``cut`` if some were left
    out because the head is too long."""

    headers: tuple[tuple[str, bytes], ...]
    cut: bool = False

    def raw(self, name: str) -> bytes:
        """The first value of a header, or nothing."""
        return next((value for known, value in self.headers if known == name), b"")

    def every(self, name: str) -> list[str]:
        """All values of a header, as text."""
        return [header_text(value) for known, value in self.headers if known == name]

    def text(self, name: str) -> str:
        """The first value of a header as people read it, or an empty text."""
        return header_text(self.raw(name), self.charset if self.charset != "us-ascii" else None)

    @property
    def charset(self) -> str | None:
        """The character set the content claims."""
        return self.parameter("content-type", "charset")

    @property
    def media_type(self) -> str:
        """The declared type such as ``text/plain``, in lower case; empty where none is declared readably."""
        kind = decoded(self.raw("content-type")).split(";")[0].strip().lower()
        return kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else ""

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline``, or empty."""
        return decoded(self.raw("content-disposition")).split(";")[0].strip().lower()

    @property
    def filename(self) -> str:
        """The name the sender gave the file, for display only; empty where there is none."""
        named = self.parameter("content-disposition", "filename") or self.parameter("content-type", "name") or ""
        return shown_name(header_text(named.encode("utf-8", "replace")))

    def parameter(self, header: str, name: str) -> str | None:
        """A parameter of a header, also one in several pieces or with its own character set (RFC 2231)."""
        value = self.raw(header)
        if name.encode() not in value.lower():
            return None
        try:
            holder = Message()
            holder[header] = decoded(value).replace("\r", "").replace("\n", "")
            found = holder.get_param(name, header=header)
            return None if found is None else collapse_rfc2231_value(found, "replace").strip()
        except (ValueError, LookupError, AttributeError, IndexError, TypeError, RecursionError):
            loose = re.search(rb"\b" + name.encode() + rb'\*?\d?\*?=\s*"?([^";\r\n]+)', value, re.IGNORECASE)
            return decoded(loose.group(1)).strip() if loose else None


def shown_name(name: str) -> str:
    """A file's name for display: its last component, at most 150 characters, nothing that hides what it is."""
    last = one_line(name.replace("\\", "/")).rstrip("/").rpartition("/")[2].strip()
    if len(last) <= 150:
        return last
    stem, dot, ending = last.rpartition(".")
    return f"{stem[:130]}….{ending}" if dot and len(ending) <= 8 else f"{last[:149]}…"


def split_message(raw: bytes) -> tuple[Head, bytes]:
    """The head and the body of a message or part. Where the empty line between them is missing, the body begins with
    the first line that is no header."""
    raw = raw.lstrip(b"\xef\xbb\xbf") if raw.startswith(b"\xef\xbb\xbf") else raw
    if raw.startswith((b"\n", b"\r\n")):
        return Head(()), raw.split(b"\n", 1)[1]
    found = _BLANK.search(raw)
    block, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    lines = block.split(b"\n")
    wrong = [at for at, line in enumerate(lines) if line.strip() and not _is_header_line(line)]
    if wrong and (len(wrong) * 2 >= len(lines) or not found):
        body = b"\n".join([*lines[wrong[0] :], b"", body])
        lines = lines[: wrong[0]]
    return _head(lines), body


def _is_header_line(line: bytes) -> bool:
    return line[:1] in (b" ", b"\t") or line.startswith((b"From ", b">From ")) or bool(_HEADER.match(line))


def _head(lines: list[bytes]) -> Head:
    """The headers of some lines; of a head that is too long only those that matter, each cut."""
    long = sum(len(line) for line in lines) > HEAD
    kept: list[tuple[str, bytes]] = []
    for name, value in _unfolded(lines):
        if (not long or name in _NEEDED) and len(kept) < 1000:
            kept.append((name.decode("ascii", "replace"), value[:VALUE]))
    return Head(tuple(kept), long)


def _unfolded(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Names in lower case and values; a line that is no header goes on with the one before."""
    name, value = b"", bytearray()
    for line in lines:
        header = None if line[:1] in (b" ", b"\t") or line.startswith(b"From ") else _HEADER.match(line)
        if header:
            if name:
                yield name, bytes(value)
            name, value = header.group(1).lower(), bytearray(header.group(2).strip())
        elif len(value) < VALUE:
            value += b"\n" + line.rstrip()
    if name:
        yield name, bytes(value)


def read_envelope(head: Head, authserv_id: str | None) -> Envelope:
    """What a head says; ``authserv_id`` names the only server whose Authentication-Results are believed."""
    sender, name = _mailbox(head.text("from") or head.text("sender"))
    reply_to = _mailbox(head.text("reply-to"))[0]
    to = [found.lower() for line in (head.text("to"), head.text("cc")) for found in _ADDRESS.findall(line)[:50]]
    threads = _MESSAGE_ID.findall(f"{head.text('references')} {head.text('in-reply-to')}")
    ids = _MESSAGE_ID.findall(head.text("message-id"))
    return Envelope(
        sender=sender,
        sender_name=name or None,
        reply_to=reply_to,
        to=tuple(dict.fromkeys(to)),
        subject=head.text("subject")[:500],
        sent_at=_date(head.text("date")),
        message_id=ids[0] if ids else None,
        references=tuple(dict.fromkeys(threads))[-50:],
        authentication=_authentication(head, sender, authserv_id),
    )


def _mailbox(line: str) -> tuple[str | None, str]:
    """Address (lower case) and name of a line such as ``Name <address>``; an address inside a name is no address."""
    bare = _QUOTED.sub(" ", line)
    angled = re.findall(r"<([^<>]*)>", bare)
    found = [address for piece in [*angled, bare] for address in _ADDRESS.findall(piece)]
    name = re.sub(r"<[^<>]*>", " ", line).replace('"', " ")
    shown = " ".join(name.split())
    return (found[0].lower(), shown if shown.lower() != found[0].lower() else "") if found else (None, shown)


def _date(line: str) -> str | None:
    try:
        return parsedate_to_datetime(line).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def _authentication(head: Head, sender: str | None, authserv_id: str | None) -> dict[str, str]:
    """The verdicts of the configured server: its topmost header, for a sender may have written others below it."""
    for line in head.every("authentication-results") if authserv_id else ():
        signed_by, _, told = re.sub(r"\([^()]*\)", " ", line).partition(";")
        if signed_by.split()[:1] == [] or signed_by.split()[0].casefold() != (authserv_id or "").casefold():
            continue
        verdicts: dict[str, str] = {}
        for method, verdict, properties in _RESULT.findall(";" + told):
            of = re.search(r"header\.from\s*=\s*\"?@?([^\s;\"]+)", properties)
            domain = (sender or "").rpartition("@")[2]
            if method.lower() == "dmarc" and of and of.group(1).rpartition("@")[2].lower() != domain:
                continue
            verdicts.setdefault(method.lower(), verdict.lower())
        return verdicts
    return {}
