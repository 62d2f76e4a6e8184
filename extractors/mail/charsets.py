"""Bytes of a mail as text, whatever the mail says about their character set, and words encoded for headers."""

import binascii
import re

_NO_CHARSETS = frozenset("idna punycode undefined unicode_escape raw_unicode_escape".split())
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,40}\?[bBqQ]\?)")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_CYRILLIC = re.compile("[а-яё]{3}")


def decoded(data: bytes, charset: str | None = None) -> str:
    """The bytes in the character set they claim; where that is none or wrong, in UTF-8 or the likeliest old one."""
    for name in (charset, "utf-8"):
        text = _in(data, name) if name else None
        if text is not None:
            return text.lstrip("\ufeff")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return _in_an_old_charset(data)


def _in(data: bytes, charset: str) -> str | None:
    name = charset.strip(" \"'").split("*")[0]
    if name.lower().replace("-", "_") in _NO_CHARSETS:
        return None
    try:
        return data.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _in_an_old_charset(data: bytes) -> str:
    """Windows-1251 or KOI8-R where lower-case Cyrillic words come out, else Windows-1252."""
    tried = {name: data.decode(name, "replace") for name in ("cp1251", "koi8-r")}
    found = {name: len(_CYRILLIC.findall(text)) for name, text in tried.items()}
    best = max(found, key=lambda name: found[name])
    high = sum(byte > 127 for byte in data)
    return tried[best] if found[best] * 6 > high else data.decode("cp1252", "replace")


def header_text(value: bytes, charset: str | None = None) -> str:
    """The value of a header as people read it: encoded words decoded, folding and control characters gone."""
    text = _BETWEEN.sub(r"\1", decoded(value, charset))
    pieces: list[str] = []
    waiting, of = b"", ""
    at = 0
    for word in _WORD.finditer(text):
        between, name = text[at : word.start()], word.group(1).split("*")[0].lower()
        if waiting and (between or name != of):
            pieces.append(decoded(waiting, of))
            waiting = b""
        pieces.append(between)
        # Words that touch are decoded together: senders divide letters of two bytes between them.
        waiting, of, at = waiting + _word_bytes(word.group(2), word.group(3)), name, word.end()
    pieces += [decoded(waiting, of) if waiting else "", text[at:]]
    return one_line("".join(pieces))


def _word_bytes(kind: str, content: str) -> bytes:
    raw = content.encode("utf-8", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return base64_bytes(raw)[0]


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_OTHERS = bytes(byte for byte in range(256) if byte not in _ALPHABET)


def base64_bytes(raw: bytes) -> tuple[bytes, bool]:
    """What base64 says, strange characters passed over; and whether it is whole."""
    kept = raw.translate(None, _OTHERS)
    whole = len(kept) % 4 == 0
    if b"=" in kept.rstrip(b"="):
        pieces = [piece for piece in re.split(rb"=+", kept) if piece]
        return b"".join(_base64_run(piece) for piece in pieces), whole
    return _base64_run(kept.rstrip(b"=")), whole


def _base64_run(kept: bytes) -> bytes:
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def one_line(text: str) -> str:
    """Text for display in one line: no control characters, none that turn the direction of writing."""
    cleaned = _CONTROLS.sub(" ", text.replace("\r", " ").replace("\n", " ").replace("\t", " "))
    return " ".join(cleaned.encode("utf-8", "replace").decode("utf-8").split())
