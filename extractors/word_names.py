"""The XML names of a Word file, and small questions every part of the reader asks of an element."""

from collections.abc import Iterator, Mapping

from lxml import etree

Element = etree._Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"

VAL = f"{W}val"
OFF = frozenset({"0", "false", "off", "no", "none"})


def child(element: Element | None, tag: str) -> Element | None:
    """The first child of that name, or None; asked thousands of times a form, and mostly the very first child is it,
    which a plain loop finds sooner than ``find`` or ``iterchildren``."""
    if element is not None:
        for part in element:
            if part.tag == tag:
                return part
    return None


Said = Mapping[str, Element]
"""The children of an element by their names, the first of each name."""


def said_in(element: Element | None) -> Said:
    """What an element says: its children by name, in one walk where several are asked for; empty for None."""
    said: dict[str, Element] = {}
    for part in element if element is not None else ():
        said.setdefault(part.tag, part)
    return said


def value(element: Element | None, default: str = "") -> str:
    """The ``w:val`` of an element, or the default where there is no element or no value."""
    return default if element is None else element.get(VAL, default)


def switch(element: Element | None) -> bool | None:
    """On, off, or None where the switch is not there; a switch without a value is on."""
    return None if element is None else element.get(VAL, "1").lower() not in OFF


def number(element: Element | None, default: int) -> int:
    """The ``w:val`` of an element as a whole number, or the default."""
    try:
        return int(value(element, str(default)))
    except ValueError:
        return default


def chosen(alternatives: Element) -> Element | None:
    """The branch of ``mc:AlternateContent`` that is read: the choice, and the fallback only where there is none."""
    choice = alternatives.find(f"{MC}Choice")
    return choice if choice is not None else alternatives.find(f"{MC}Fallback")


def drawn(element: Element) -> Iterator[Element]:
    """An element and what is drawn in it, without fallbacks and without the insides of text boxes."""
    yield element
    if element.tag == f"{W}txbxContent":
        return
    for child in element:
        if child.tag != f"{MC}Fallback" or element.find(f"{MC}Choice") is None:
            yield from drawn(child)
