"""A message as Outlook saves it (``.msg``): its head, its text, the files in it and the messages inside."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.mail.body_text import html_text
from extractors.mail.charsets import decoded
from extractors.mail.heads import Head, shown_name, split_message

if TYPE_CHECKING:
    from oxmsg.properties import Properties
    from oxmsg.storage import Storage

_TOP, _INNER, _FILE = 32, 24, 8
"""Bytes before the properties of a message, of a message inside another, and of an attachment."""
_HEADERS, _SUBJECT, _BODY, _HTML, _HTML_TEXT, _MESSAGE_ID = 0x007D, 0x0037, 0x1000, 0x1013, 0x1013, 0x1035
_SENDER_ADDRESSES = (0x5D01, 0x5D02, 0x0C1F, 0x0065)
_SENDER_NAME, _TO = 0x0C1A, 0x0E04
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _DATA, _TYPE, _CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x3701, 0x370E, 0x3712
_INNER_MESSAGE = "__substg1.0_3701000D"


@dataclass(frozen=True)
class OutlookFile:
    """A file in the message; ``inner`` where it is itself a message."""

    name: str
    data: bytes
    media_type: str
    inline: bool
    inner: "OutlookMessage | None" = None


@dataclass(frozen=True)
class OutlookMessage:
    """A message: its head, its text, its files in order; ``lost`` counts the files that could not be taken out."""

    head: Head
    text: str
    files: tuple[OutlookFile, ...]
    lost: int = 0


def read_outlook(data: bytes) -> OutlookMessage:
    """The message in a ``.msg`` file. Raises ``ValueError`` if it is damaged."""
    import olefile
    from oxmsg.storage import Storage

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            return _message(Storage.from_ole(file), _TOP)
    except Exception as fault:  # Two libraries, and whatever a damaged file makes them run into.
        raise ValueError("the message is damaged") from fault


def _message(storage: "Storage", offset: int) -> OutlookMessage:
    from oxmsg.properties import Properties

    told = Properties(storage, properties_header_offset=offset)
    files, lost = [], 0
    for number, held in enumerate(storage.iter_attachment_storages(), start=1):
        try:
            files.append(_file(held, number))
        except Exception:  # One broken file must not cost us the others; it is counted and said.
            lost += 1
    return OutlookMessage(_head(told), _text(told), tuple(files), lost)


def _file(storage: "Storage", number: int) -> OutlookFile:
    from oxmsg.properties import Properties

    told = Properties(storage, properties_header_offset=_FILE)
    names = (_string(told, pid) for pid in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
    name = shown_name(next(filter(None, names), "")) or f"file {number}"
    inner = next((child for child in storage.storages if child.name == _INNER_MESSAGE), None)
    if inner is not None:
        return OutlookFile(name, b"", "application/vnd.ms-outlook", False, _message(inner, _INNER))
    content = told.binary_prop_value(_DATA)
    if content is None:
        raise ValueError("the file's bytes are not in the message")
    inline = bool(_string(told, _CONTENT_ID))
    return OutlookFile(name, content, _string(told, _TYPE).lower(), inline)


def _head(told: "Properties") -> Head:
    """The head as it travelled, or one made of what Outlook kept of it."""
    travelled = _string(told, _HEADERS)
    if ":" in travelled:
        return split_message(travelled.encode("utf-8", "replace") + b"\r\n\r\n")[0]
    addresses = (_string(told, pid) for pid in _SENDER_ADDRESSES)
    sender = next((address for address in addresses if "@" in address), "")
    made = (
        ("from", f'"{_string(told, _SENDER_NAME)}" <{sender}>' if sender else ""),
        ("subject", _string(told, _SUBJECT)),
        ("to", _string(told, _TO)),
        ("message-id", _string(told, _MESSAGE_ID)),
        ("date", _date(told)),
    )
    return Head(tuple((name, value.encode("utf-8", "replace")) for name, value in made if value))


def _date(told: "Properties") -> str:
    from email.utils import format_datetime

    sent = told.date_prop_value(0x0039)
    return format_datetime(sent) if sent else ""


def _text(told: "Properties") -> str:
    if plain := _string(told, _BODY):
        return plain
    try:
        page = told.binary_prop_value(_HTML)
    except Exception:
        page = None
    return html_text(decoded(page) if page else _string(told, _HTML_TEXT))


def _string(told: "Properties", pid: int) -> str:
    """A property as text, empty where it is missing or broken."""
    try:
        return (told.str_prop_value(pid) or "").replace("\0", "")
    except Exception:
        return ""
