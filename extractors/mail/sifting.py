"""Which parts of a mail are documents and which are only furniture: logos, signatures, calendars. Nothing is dropped:
what is ignored is listed with the reason. A photograph of a form may lie in the text like a logo; size tells them."""

import io
import re
import warnings

from extractors import media

PIXEL = 16
"""Pixels; a picture of which one side is smaller is a tracking pixel or a line."""
ICON = 200
"""Pixels of the longer side up to which an attached picture is an icon."""
PAGE_SHORT, PAGE_LONG, PAGE_RATIO, PAGE_BYTES = 500, 700, 2.4, 25_000
"""What a photographed page has at least (sides in pixels; bytes), and how much longer than wide it is at most."""
FOOTER_BYTES = 2_000

_BY_TYPE = {
    "application/pkcs7-signature": "The sender's digital signature of the mail.",
    "application/x-pkcs7-signature": "The sender's digital signature of the mail.",
    "application/pgp-signature": "The sender's digital signature of the mail.",
    "application/pgp-encrypted": "The note that the mail is encrypted.",
    "application/pgp-keys": "The sender's public key.",
    "text/calendar": "A calendar entry.",
    "application/ics": "A calendar entry.",
    "text/vcard": "A business card.",
    "text/x-vcard": "A business card.",
    "application/applefile": "A Macintosh resource, without content.",
    "message/delivery-status": "The report of a mail server.",
    "message/disposition-notification": "The report of a mail program.",
    "text/rfc822-headers": "The head of another mail.",
    "message/external-body": "A link to a file; it was not fetched.",
}
_BY_START: tuple[tuple[bytes, str], ...] = (
    (b"BEGIN:VCALENDAR", "A calendar entry."),
    (b"BEGIN:VCARD", "A business card."),
    (b"-----BEGIN PGP SIGNATURE", "The sender's digital signature of the mail."),
    (b"-----BEGIN PGP PUBLIC KEY", "The sender's public key."),
)
_BY_NAME: tuple[tuple[str, str], ...] = (
    (r".*\.p7s", "The sender's digital signature of the mail."),
    (r"~\$.*\.(docx?|docm|dotx?|xlsx?|pptx?)", "The lock that Word leaves beside an open file; no document."),
    (r"\._.*|\.ds_store|thumbs\.db|desktop\.ini", "A file of the operating system, without content."),
    (r"oledata\.mso|image\d+\.(wmz|emz)|filelist\.xml|themedata\.thmx|colorschememapping\.xml", "A part of the text."),
)
_FOOTER = re.compile(r"att\d+\.(txt|html?)|mailfooter\.txt|disclaimer\.txt|smime\.txt|version\.txt", re.IGNORECASE)


def ignored_because(name: str, data: bytes, declared: str, inline: bool) -> str | None:
    """Why a part is no document, as a sentence; null if it may be one. ``declared`` is the type the mail gives it."""
    if not data.strip(b"\0 \t\r\n"):
        return "The file is empty."
    if declared in _BY_TYPE:
        return _BY_TYPE[declared]
    start = data[:100].lstrip(b"\xef\xbb\xbf \t\r\n")
    for beginning, reason in _BY_START:
        if start.upper().startswith(beginning):
            return reason
    for pattern, reason in _BY_NAME:
        if re.fullmatch(pattern, name.lower()):
            return reason
    if _FOOTER.fullmatch(name) and len(data) <= FOOTER_BYTES:
        return "A footer that a mail server added."
    return _no_page(data, inline) if media.sniff(data) in media.PICTURES else None


def _no_page(data: bytes, inline: bool) -> str | None:
    """Why a picture is not the photograph of a page, or null if it may be one."""
    size = picture_size(data)
    where, weight = ("inline picture" if inline else "picture"), f"{max(1, len(data) // 1000)} kB"
    if size is None:
        return f"A small {where} ({weight})." if len(data) < PAGE_BYTES else None
    short, long = sorted(size)
    told = f"{size[0]} × {size[1]} pixels, {weight}"
    if short < PIXEL:
        return f"A tracking pixel or a line ({told})."
    if inline and (short < PAGE_SHORT or long < PAGE_LONG or long > PAGE_RATIO * short or len(data) < PAGE_BYTES):
        return f"An inline picture such as a logo ({told})."
    return f"An icon ({told})." if long <= ICON else None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the picture's head gives them; nothing is decoded. Null if it does not."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")) as picture:
                return picture.size
    except Exception:  # The library raises many types; a picture that cannot be measured is judged by its bytes.
        return None
