"""How the words of a Word file look: bold, italic, hidden, size, and which paragraphs are headings."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from extractors.grey_print import is_grey
from extractors.word_emphasis import is_set_off
from extractors.word_names import Element, Said, W, child, number, switch, value
from extractors.word_ticks import is_symbol_font

RUN_STYLE, OUTLINE = f"{W}rStyle", f"{W}outlineLvl"
BOLD, ITALIC, HIDDEN, SIZE, FONTS = f"{W}b", f"{W}i", f"{W}vanish", f"{W}sz", f"{W}rFonts"
STRUCK, STRUCK_TWICE, COLOUR = f"{W}strike", f"{W}dstrike", f"{W}color"
ASCII, ANSI = f"{W}ascii", f"{W}hAnsi"
STYLE_END = b"</w:style>"
_RGB = re.compile(r"[0-9A-Fa-f]{6}")
BUILT_IN_HEADING = re.compile(r"(heading \d|title)", re.IGNORECASE)


class Face(NamedTuple):
    """How a stretch of text looks; ``size`` in points, ``font`` for symbol fonts only, ``prompt``: a field's prompt."""

    bold: bool = False
    italic: bool = False
    hidden: bool = False
    size: float | None = None
    font: str | None = None
    prompt: bool = False
    struck: bool = False
    grey: bool = False


class Wish(NamedTuple):
    """What one place says about a face; None where it says nothing."""

    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None
    size: float | None = None
    font: str | None = None
    struck: bool | None = None
    grey: bool | None = None


NOTHING = Wish()


@dataclass(frozen=True, slots=True)
class Style:
    """One style, its ancestors already folded in. ``list_id`` and ``list_level`` are those of its numbering."""

    name: str = ""
    wish: Wish = NOTHING
    outline: int | None = None
    list_id: str | None = None
    list_level: int | None = None


UNNAMED = Style()


@dataclass
class Styles:
    """The styles of one file, worked out when first asked for; ``plain`` is the face where nothing else is said,
    ``emphasis`` what counts as bold in this file (``word_emphasis``)."""

    raw: dict[str, Element] = field(default_factory=dict)
    plain: Wish = NOTHING
    default_paragraph: str = ""
    emphasis: tuple[str, ...] = ()
    _known: dict[str, Style] = field(default_factory=dict)

    def get(self, name: str) -> Style:
        """The style of that id with its ancestors folded in; an unknown one says nothing."""
        if name not in self._known:
            self._known[name] = Style()  # what a style based on itself, by whatever detour, finds
            element = self.raw.get(name)
            if element is not None:
                self._known[name] = _over(self.get(value(element.find(f"{W}basedOn"))), element)
        return self._known[name]

    def paragraph(self, style_id: str) -> Style:
        """The style of a paragraph that names ``style_id``, or none."""
        return self.get(style_id or self.default_paragraph)

    def is_heading(self, style: Style, said: Said) -> bool:
        """True if the paragraph has an outline level, its own or its style's, or a built-in heading style."""
        own = said.get(OUTLINE)
        level = style.outline if own is None else number(own, 9)
        return (level is not None and 0 <= level < 9) or bool(BUILT_IN_HEADING.fullmatch(style.name))

    def face(self, style: Style, properties: Element | None) -> Face:
        """The face of a run in a paragraph of the given style."""
        own = wish_of(properties)
        marked = self.get(value(child(properties, RUN_STYLE))) if properties is not None else UNNAMED
        under, over, plain = style.wish, marked.wish, self.plain
        set_off = bool(self.emphasis) and properties is not None and is_set_off(properties, self.emphasis)
        return Face(
            set_off or _toggled(own.bold, over.bold, under.bold, plain.bold),
            _toggled(own.italic, over.italic, under.italic, plain.italic),
            _toggled(own.hidden, over.hidden, under.hidden, plain.hidden),
            own.size or over.size or under.size or plain.size,
            own.font or over.font or under.font,
            marked.name.lower() == "placeholder text",
            _toggled(own.struck, over.struck, under.struck, plain.struck),
            bool(next((said for said in (own.grey, over.grey, under.grey, plain.grey) if said is not None), False)),
        )


def _toggled(own: bool | None, over: bool | None, under: bool | None, plain: bool | None) -> bool:
    """Bold in a bold style is not bold: styles switch each other over, the run's own word is final."""
    return own if own is not None else bool(plain) or bool(over) != bool(under)


def wish_of(properties: Element | None) -> Wish:
    """What a ``w:rPr`` says about the face."""
    if properties is None or not len(properties):
        return NOTHING
    said = {part.tag: part for part in properties}
    size, fonts = number(said.get(SIZE), 0), said.get(FONTS)
    font = "" if fonts is None else fonts.get(ASCII) or fonts.get(ANSI) or ""
    return Wish(
        switch(said.get(BOLD)),
        switch(said.get(ITALIC)),
        switch(said.get(HIDDEN)),
        size / 2 if size > 0 else None,
        font if is_symbol_font(font) else None,
        switch(said.get(STRUCK)) or switch(said.get(STRUCK_TWICE)),
        _in_grey(value(said[COLOUR])) if COLOUR in said else None,
    )


def _in_grey(colour: str) -> bool:
    """True for a hexadecimal RGB colour that is grey; other names ("auto") are none."""
    return bool(_RGB.fullmatch(colour)) and is_grey([part / 0xFF for part in bytes.fromhex(colour)])


def read_styles(root: Element | None) -> Styles:
    """The styles of a file from its ``styles.xml``; a file without one has none."""
    if root is None:
        return Styles()
    raw = {style.get(f"{W}styleId", ""): style for style in root.findall(f"{W}style")}
    paragraphs = [name for name, style in raw.items() if style.get(f"{W}type") == "paragraph"]
    default = next((name for name in paragraphs if raw[name].get(f"{W}default") in ("1", "true")), "")
    return Styles(raw, wish_of(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")), default)


def without_table_styles(data: bytes) -> bytes:
    """The bytes of ``styles.xml`` without the styles of tables, which are most of it and say nothing asked for here."""
    first, *chunks = data.split(STYLE_END)
    kept = [chunk for chunk in chunks if b' w:type="table"' not in chunk.lstrip().partition(b">")[0]]
    return STYLE_END.join([first, *kept])


def _over(parent: Style, element: Element) -> Style:
    """A style laid over the one it is based on."""
    wish = wish_of(element.find(f"{W}rPr"))
    over = parent.wish
    mixed = Wish(
        over.bold if wish.bold is None else wish.bold,
        over.italic if wish.italic is None else wish.italic,
        over.hidden if wish.hidden is None else wish.hidden,
        wish.size or over.size,
        wish.font or over.font,
        grey=over.grey if wish.grey is None else wish.grey,
    )
    paragraph = element.find(f"{W}pPr")
    outline = child(paragraph, OUTLINE)
    listed = child(paragraph, f"{W}numPr")
    own_id = value(child(listed, f"{W}numId"))
    level = child(listed, f"{W}ilvl")
    return Style(
        value(element.find(f"{W}name")),
        mixed,
        parent.outline if outline is None else number(outline, 9),
        own_id or parent.list_id,
        parent.list_level if level is None else number(level, 0),
    )
