"""How the words of a Word file look: bold, italic, hidden, size, and which paragraphs are headings."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from extractors.word_names import Element, W, number, switch, value
from extractors.word_ticks import is_symbol_font

BUILT_IN_HEADING = re.compile(r"(heading \d|title)", re.IGNORECASE)


class Face(NamedTuple):
    """How a stretch of text looks; ``size`` in points, ``font`` only for symbol fonts, ``prompt`` for a field's prompt."""

    bold: bool = False
    italic: bool = False
    hidden: bool = False
    size: float | None = None
    font: str | None = None
    prompt: bool = False


class Wish(NamedTuple):
    """What one place says about a face; None where it says nothing."""

    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None
    size: float | None = None
    font: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """One style, its ancestors already folded in. ``list_id`` and ``list_level`` are those of its numbering."""

    name: str = ""
    wish: Wish = Wish()
    outline: int | None = None
    list_id: str | None = None
    list_level: int | None = None


@dataclass
class Styles:
    """The styles of one file by id, with the face a paragraph has when nothing else is said."""

    by_id: dict[str, Style] = field(default_factory=dict)
    plain: Wish = Wish()
    default_paragraph: str = ""

    def paragraph(self, properties: Element | None) -> Style:
        """The style of a paragraph."""
        named = value(properties.find(f"{W}pStyle")) if properties is not None else ""
        return self.by_id.get(named or self.default_paragraph, Style())

    def is_heading(self, style: Style, properties: Element | None) -> bool:
        """True if the paragraph has an outline level, its own or its style's, or a built-in heading style."""
        own = properties.find(f"{W}outlineLvl") if properties is not None else None
        level = style.outline if own is None else number(own, 9)
        return (level is not None and 0 <= level < 9) or bool(BUILT_IN_HEADING.fullmatch(style.name))

    def face(self, style: Style, properties: Element | None) -> Face:
        """The face of a run in a paragraph of the given style."""
        own = wish_of(properties)
        marked = self.by_id.get(value(properties.find(f"{W}rStyle")), Style()) if properties is not None else Style()
        under, over, plain = style.wish, marked.wish, self.plain
        return Face(
            _toggled(own.bold, over.bold, under.bold, plain.bold),
            _toggled(own.italic, over.italic, under.italic, plain.italic),
            _toggled(own.hidden, over.hidden, under.hidden, plain.hidden),
            own.size or over.size or under.size or plain.size,
            own.font or over.font or under.font,
            marked.name.lower() == "placeholder text",
        )


def _toggled(own: bool | None, over: bool | None, under: bool | None, plain: bool | None) -> bool:
    """Bold in a bold style is not bold: styles switch each other over, the run's own word is final."""
    return own if own is not None else bool(plain) or bool(over) != bool(under)


def wish_of(properties: Element | None) -> Wish:
    """What a ``w:rPr`` says about the face."""
    if properties is None:
        return Wish()
    said = {child.tag: child for child in properties}
    size, fonts = number(said.get(f"{W}sz"), 0), said.get(f"{W}rFonts")
    font = "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""
    return Wish(
        switch(said.get(f"{W}b")),
        switch(said.get(f"{W}i")),
        switch(said.get(f"{W}vanish")),
        size / 2 if size > 0 else None,
        font if is_symbol_font(font) else None,
    )


def read_styles(root: Element | None) -> Styles:
    """The styles of a file from its ``styles.xml``; a file without one has none."""
    if root is None:
        return Styles()
    raw = {style.get(f"{W}styleId", ""): style for style in root.findall(f"{W}style")}
    resolving: set[str] = set()

    @cache
    def resolved(name: str) -> Style:
        element = raw.get(name)
        if element is None or name in resolving:  # a style based on itself, by whatever detour
            return Style()
        resolving.add(name)
        style = _over(resolved(value(element.find(f"{W}basedOn"))), element)
        resolving.discard(name)
        return style

    default = next((n for n, s in raw.items() if s.get(f"{W}type") == "paragraph" and s.get(f"{W}default") in ("1", "true")), "")
    plain = wish_of(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
    return Styles({name: resolved(name) for name in raw}, plain, default)


def _over(parent: Style, element: Element) -> Style:
    """A style laid over the one it is based on."""
    wish = wish_of(element.find(f"{W}rPr"))
    mixed = Wish(*(old if new is None else new for new, old in zip(wish, parent.wish, strict=True)))
    paragraph = element.find(f"{W}pPr")
    outline = paragraph.find(f"{W}outlineLvl") if paragraph is not None else None
    listed = paragraph.find(f"{W}numPr") if paragraph is not None else None
    own_id = value(listed.find(f"{W}numId")) if listed is not None else ""
    level = listed.find(f"{W}ilvl") if listed is not None else None
    return Style(
        value(element.find(f"{W}name")),
        mixed,
        parent.outline if outline is None else number(outline, 9),
        own_id or parent.list_id,
        parent.list_level if level is None else number(level, 0),
    )
