"""A Word file as it is to be printed: tracked changes accepted, as the reader takes them."""

import io
import zipfile

from lxml import etree

from extractors.word_guards import parse_part
from extractors.word_names import Element, W
from extractors.word_package import Package, open_package

_GONE = tuple(f"{W}{name}" for name in ("del", "moveFrom", "delText", "delInstrText"))
_KEPT = tuple(f"{W}{name}" for name in ("ins", "moveTo"))
_CHANGED = tuple(
    f"{W}{name}Change" for name in ("rPr", "pPr", "sectPr", "tblPr", "tcPr", "trPr", "tblGrid", "numbering")
)
_STORIES = ("document", "header", "footer", "footnotes", "endnotes")


def accepted(data: bytes) -> tuple[bytes, str]:
    """The file with its tracked changes accepted, and the ending of its name. Raises Unreadable as ``open_package``."""
    package = open_package(data)
    if package.archive is None:
        return _accepted_part("the file", data), "xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in package.sizes:
            held = package.read(name) or b""
            archive.writestr(name, _accepted_part(name, held) if _is_story(package, name) else held)
    return out.getvalue(), "docx"


def _is_story(package: Package, name: str) -> bool:
    stem = name.rpartition("/")[2].lower()
    return name == package.main_part or stem.endswith(".xml") and stem.startswith(_STORIES)


def _accepted_part(name: str, held: bytes) -> bytes:
    try:
        root = parse_part(name, held)
    except etree.XMLSyntaxError:
        return held
    _accept(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _accept(root: Element) -> None:
    for row in [r for r in root.iter(f"{W}tr") if r.find(f"{W}trPr/{W}del") is not None]:
        _drop(row)
    for element in list(root.iter(*_GONE, *_CHANGED)):
        _drop(element)
    for element in list(root.iter(*_KEPT)):
        _unwrap(element)


def _drop(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _unwrap(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        place = parent.index(element)
        parent[place : place + 1] = list(element)
