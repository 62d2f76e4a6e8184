"""What a form field shows on the page, and whether that is what it holds (D8)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from pdfminer.layout import LAParams, LTChar, LTComponent, LTContainer, LTPage, LTTextContainer
from pdfminer.pdfinterp import PDFContentParser
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psexceptions import PSEOF
from pdfminer.psparser import PSKeyword

from extractors.page_limits import layout_of_drawing
from extractors.page_values import data_of, dict_of, name_of, text_of

Annotation = Mapping[str, object]
"""A note of a page by the names of its entries; a field is one with what its parents say."""
_CUT_OFF = 25
"""Letters and signs from which a part of a longer value is what fits into the box, and no other value."""
_UNTOLD = re.compile(r"\(cid:|[\ufffd\ue000-\uf8ff]")


def is_on(annotation: Annotation, field: Annotation) -> bool:
    """Ticked: the shown state, else the value, else what the only picture of the box shows. Never a named "Yes"."""
    normal = resolve1(dict_of(annotation.get("AP")).get("N"))
    states = [k for k in normal if k != "Off"] if isinstance(normal, dict) else []
    state = name_of(annotation.get("AS"))
    if state and (state == "Off" or not states or state in states):
        return state != "Off"
    value = name_of(field.get("V")) or text_of(field.get("V"))
    if value:
        return value != "Off" and (not states or value in states)
    if isinstance(normal, PDFStream):
        return b"Tj" in data_of(normal)
    return False


def differing_tick(annotation: Annotation, field: Annotation) -> Iterator[tuple[str, str]]:
    """What a tick box holds and shows, where its state and its field's value contradict each other."""
    normal = resolve1(dict_of(annotation.get("AP")).get("N"))
    states = {key for key in normal if key != "Off"} if isinstance(normal, dict) else set()
    state, value = name_of(annotation.get("AS")), name_of(field.get("V")) or text_of(field.get("V"))
    if value in states and state == "Off":
        yield "a tick", "none"
    elif value == "Off" and state in states:
        yield "no tick", "one"


def shown_text(annotation: Annotation, resources: object, field: Annotation) -> str:
    """The text of the field's own picture, for files that keep the value only there."""
    normal = resolve1(dict_of(annotation.get("AP")).get("N"))
    if not isinstance(normal, PDFStream) or b"T" not in data_of(normal):
        return text_of(field.get("DV")) if normal is None else ""
    page = _drawn(normal, resources)
    page.analyze(LAParams())
    return "\n".join(item.get_text().strip() for item in page if isinstance(item, LTTextContainer)).strip()


def differing_text(
    annotation: Annotation, resources: object, field: Annotation, held: str
) -> Iterator[tuple[str, str]]:
    """What a field holds and what its picture shows, where these differ.

    A field without a picture is drawn from what it holds; one with a script that writes its value otherwise, and one
    whose picture is in letters without meaning, cannot be judged."""
    normal = resolve1(dict_of(annotation.get("AP")).get("N"))
    if not held or not isinstance(normal, PDFStream) or "F" in dict_of(field.get("AA")):
        return
    if _is_plainly(held, data_of(normal)):
        return
    shown = "".join(_letters(_drawn(normal, resources)))
    if not _UNTOLD.search(shown) and not _says_the_same(_plain(held), _plain(shown)):
        yield " ".join(held.split()), " ".join(shown_text(annotation, resources, field).split())


def _is_plainly(held: str, orders: bytes) -> bool:
    """True if the orders print what the field holds: each letter of plain Latin as itself, any other as one code that
    is none of these. Quick, for no font is looked into; where it is not so, the picture is drawn."""
    if len(orders) > _LONG:
        return False
    printed, letters = b"".join(_printed(orders)).translate(None, b" \t\r\n"), _plain(held)
    codes = (chr(code) if 32 < code < 127 else "" for code in printed)
    return len(printed) == len(letters) and all(
        one == other if other else not one.isascii() for one, other in zip(letters, codes, strict=True)
    )


_LONG = 20_000
"""Bytes; the orders of a field's picture are far shorter."""


def _printed(orders: bytes) -> Iterator[bytes]:
    """The strings that the orders print with ink."""
    parser, waiting, inkless = PDFContentParser([PDFStream({}, orders)]), [], False
    while True:
        try:
            _, token = parser.nextobject()
        except PSEOF:
            return
        if not isinstance(token, PSKeyword):
            waiting.append(token)
            continue
        if token.name == b"Tr":
            inkless = waiting[-1:] != [0]
        elif token.name in (b"Tj", b"TJ", b"'", b'"') and not inkless:
            last = waiting[-1] if waiting else b""
            yield from (part for part in (last if isinstance(last, list) else [last]) if isinstance(part, bytes))
        waiting = []


def _drawn(picture: PDFStream, resources: object) -> LTPage:
    own: dict[object, object] = dict((dict_of(picture.get("Resources")) or dict_of(resources)).items())
    return layout_of_drawing(picture, own)


def _letters(drawing: Iterable[LTComponent]) -> Iterator[str]:
    """The letters in the order in which they are drawn."""
    for item in drawing:
        if isinstance(item, LTChar):
            yield item._text
        elif isinstance(item, LTContainer):
            yield from _letters(item)


def _says_the_same(held: str, shown: str) -> bool:
    """Alike but for letters that the font does not have; or as much of it as fits into the box."""
    if len(held) == len(shown):
        return all(other in (one, "?", "\u25a1") for one, other in zip(held, shown, strict=True))
    return len(shown) >= _CUT_OFF and shown in held


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
