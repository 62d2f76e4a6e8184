"""Writes a sheet as a digital PDF, printed or with places for form fields."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, PageBreak, SimpleDocTemplate, Spacer
from reportlab.platypus import Paragraph as Printed
from reportlab.platypus import Table as Grid

from tests.construct.page import (
    Answer,
    AnswerBlock,
    Block,
    Box,
    Cell,
    NewPage,
    Paragraph,
    Picture,
    Sheet,
    Table,
    Tick,
    Words,
)

FONTS = Path("/usr/share/fonts/truetype")
SIZES = {"title": 15.0, "subtitle": 11.0, "heading": 11.5, "note": 8.0, "small": 8.0, "label": 9.0}
MARKS = {True: "☒", False: "☐"}


@dataclass(frozen=True)
class Place:
    """Where a form field goes: page from 0, rectangle in points from the lower left corner."""

    page: int
    rect: tuple[float, float, float, float]
    item: Tick | Answer
    multiline: bool = False


@cache
def fonts() -> None:
    """Registers the fonts, Cyrillic included."""
    for family, stem in (("Sans", "LiberationSans"), ("Serif", "LiberationSerif")):
        for look, name in (("", "Regular"), ("B", "Bold"), ("I", "Italic"), ("BI", "BoldItalic")):
            pdfmetrics.registerFont(TTFont(family + look, str(FONTS / f"liberation2/{stem}-{name}.ttf")))
        pdfmetrics.registerFontFamily(family, family, family + "B", family + "I", family + "BI")
    pdfmetrics.registerFont(TTFont("Marks", str(FONTS / "dejavu/DejaVuSans.ttf")))


class FieldLine(Flowable):  # type: ignore[misc]
    """A line (or lines) of words, tick boxes and answer fields, whose places are noted for the form fields."""

    def __init__(self, block: Paragraph, writer: "PdfWriter") -> None:
        super().__init__()
        self.block, self.writer = block, writer
        self.size = SIZES.get(block.style, 9.5)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Sets the pieces into lines of the given width."""
        self.width = width
        self.pieces = list(self.set_pieces(width - self.block.indent * cm))
        self.height = (max((p[1] for p in self.pieces), default=0) + 1) * self.size * 1.55 + 2
        return width, self.height

    def set_pieces(self, width: float) -> list[tuple[float, int, float, Words | Tick | Answer]]:
        """Pieces as (x, line, width, item)."""
        found: list[tuple[float, int, float, Words | Tick | Answer]] = []
        x, row = 0.0, 0
        for item in self.block.items:
            for piece, need in self.measured(item, width):
                room = width - x
                if isinstance(piece, Answer):
                    if room < min(need, width):
                        x, row = (x, row) if room > need else (0.0, row + 1)
                    need = min(need, width - x)
                elif x and room < need:
                    x, row = 0.0, row + 1
                    if isinstance(piece, Words) and not piece.text.strip():
                        continue
                found.append((x, row, need, piece))
                x += need
        return found

    def measured(self, item: object, width: float) -> list[tuple[Words | Tick | Answer, float]]:
        """An item broken into pieces that stay together, with their widths."""
        if isinstance(item, Tick):
            return self.tick_pieces(item, width)
        if isinstance(item, Answer):
            return [(item, min(width, max(70.0, self.length(item.text) + 16)))]
        if isinstance(item, Words):
            words = [w + " " for w in item.text.rstrip().split(" ")] if item.text.strip() else [item.text]
            return [(Words(w, item.bold, item.italic), self.length(w, item.bold)) for w in words]
        return []

    def tick_pieces(self, item: Tick, width: float) -> list[tuple[Words | Tick | Answer, float]]:
        """A tick with its option; an option too long for one line is broken into words."""
        box = self.size * 1.4
        if box + self.length(item.text) <= width:
            return [(item, box + self.length(item.text))]
        return [(item, box), *self.measured(Words(item.text), width)]

    def length(self, text: str, bold: bool = False) -> float:
        """Width of words in points."""
        return float(pdfmetrics.stringWidth(text, self.writer.face + ("B" if bold else ""), self.size))

    def draw(self) -> None:
        """Prints the words and notes the places of fields."""
        for x, row, width, item in self.pieces:
            self.piece(x + self.block.indent * cm, self.height - (row + 1) * self.size * 1.55 + 3, width, item)

    def piece(self, x: float, y: float, width: float, item: Words | Tick | Answer) -> None:
        """Prints one piece."""
        if isinstance(item, Words):
            self.canv.setFont(self.writer.face + ("B" if item.bold else "I" if item.italic else ""), self.size)
            self.canv.drawString(x, y, item.text)
        elif isinstance(item, Tick):
            self.canv.setFont(self.writer.face, self.size)
            if width > self.size * 1.5:
                self.canv.drawString(x + self.size * 1.3, y, item.text)
            self.writer.note(self.canv, (x, y - 1, x + self.size, y + self.size - 1), item)
        elif item.state == "dotted":
            self.canv.setFont(self.writer.face, self.size)
            self.canv.drawString(x, y, item.text)
        else:
            self.writer.note(self.canv, (x, y - 3, x + width - 4, y + self.size + 1), item)


class FieldArea(Flowable):  # type: ignore[misc]
    """A place for a long answer, as high as the answer needs."""

    def __init__(self, block: AnswerBlock, writer: "PdfWriter") -> None:
        super().__init__()
        self.block, self.writer = block, writer

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Measures the answer."""
        self.width = width
        lines = wrapped(self.block.text, self.writer.face, 9, width - 10 - self.block.indent * cm)
        self.height = max(1, len(lines)) * 11.5 + 7
        return width, self.height

    def draw(self) -> None:
        """Notes the place."""
        item = Answer(self.block.key, self.block.text, self.block.state)
        many = self.height > 24
        self.writer.note(self.canv, (self.block.indent * cm, 1, self.width - 2, self.height - 2), item, many)


def wrapped(text: str, face: str, size: float, width: float) -> list[str]:
    """Text broken into lines of at most ``width`` points."""
    found: list[str] = []
    for part in text.strip().splitlines():
        row = ""
        for word in part.split():
            longer = f"{row} {word}".strip()
            if row and pdfmetrics.stringWidth(longer, face, size) > width:
                found.append(row)
                longer = word
            row = longer
        if row:
            found.append(row)
    return found


class PdfWriter:
    """Draws blocks with Platypus; with ``fillable`` answers and ticks become noted places instead of print."""

    def __init__(self, sheet: Sheet, fillable: bool = False) -> None:
        fonts()
        self.sheet, self.fillable = sheet, fillable
        self.face = "Serif" if sheet.serif else "Sans"
        self.places: list[Place] = []

    def save(self, path: Path) -> list[Place]:
        """Writes the file and gives the places of its fields."""
        file = SimpleDocTemplate(
            str(path), pagesize=A4, leftMargin=1.8 * cm, rightMargin=1.8 * cm, topMargin=1.9 * cm,
            bottomMargin=1.7 * cm, title=self.sheet.title, subject="Constructed test form", lang=self.sheet.language,
        )  # fmt: skip
        file.build(self.flow(self.sheet.blocks), onFirstPage=self.margins, onLaterPages=self.margins)
        return self.places

    def margins(self, canvas: Canvas, _: object) -> None:
        """Header and footer of a page."""
        canvas.setFont(self.face, 7.5)
        canvas.setFillGray(0.4)
        canvas.drawString(1.8 * cm, A4[1] - 1.2 * cm, self.sheet.header)
        canvas.drawString(1.8 * cm, 0.9 * cm, self.sheet.footer)
        canvas.drawRightString(A4[0] - 1.8 * cm, 0.9 * cm, str(canvas.getPageNumber()))
        canvas.setFillGray(0)

    def note(self, canvas: Canvas, box: tuple[float, float, float, float], item: Tick | Answer,
             multiline: bool = False) -> None:  # fmt: skip
        """Remembers where a field goes."""
        x0, y0 = canvas.absolutePosition(box[0], box[1])
        x1, y1 = canvas.absolutePosition(box[2], box[3])
        self.places.append(Place(canvas.getPageNumber() - 1, (x0, y0, x1, y1), item, multiline))

    def flow(self, blocks: list[Block]) -> list[Flowable]:
        """Blocks as Platypus parts."""
        found: list[Flowable] = []
        for block in blocks:
            if isinstance(block, Paragraph):
                found += self.paragraph(block)
            elif isinstance(block, AnswerBlock):
                found += self.answer(block)
            elif isinstance(block, Table):
                found += [self.table(block), Spacer(1, 3)]
            elif isinstance(block, Box):
                found += [self.table(Table([[Cell(block.blocks)]], [block.width])), Spacer(1, 5)]
            elif isinstance(block, NewPage):
                found.append(PageBreak())
        return found

    def paragraph(self, block: Paragraph) -> list[Flowable]:
        """A paragraph, or the line of fields in its place."""
        pictures = [i for i in block.items if isinstance(i, Picture)]
        if pictures:
            return [Image(str(pictures[0].path), width=4.8 * cm, height=1.7 * cm, hAlign="LEFT")]
        if self.fillable and any(isinstance(i, (Tick, Answer)) for i in block.items):
            return [FieldLine(block, self)]
        text = "".join(self.markup(i) for i in block.items)
        return [Printed(text.replace("\n", "<br/>") or "&nbsp;", self.style(block.style, block.indent))]

    def answer(self, block: AnswerBlock) -> list[Flowable]:
        """A long answer, printed or as the place of a field."""
        if self.fillable and block.state != "dotted":
            return [FieldArea(block, self)]
        parts = [" ".join(p.split()) for p in block.text.strip().splitlines() if p.strip()] or ["\u00a0"]
        return [Printed(escape(p), self.style("body", block.indent)) for p in parts]

    def markup(self, item: object) -> str:
        """An item in Platypus markup."""
        if isinstance(item, Tick):
            return f'<font name="Marks">{MARKS[item.on]}</font>\u00a0{escape(item.text)}'
        if isinstance(item, Answer):
            return escape(item.text)
        if not isinstance(item, Words):
            return ""
        text = escape(item.text).replace("    ", " \u00a0\u00a0 ")
        text = f"<b>{text}</b>" if item.bold else text
        text = f"<i>{text}</i>" if item.italic else text
        text = f'<font color="#{item.colour}">{text}</font>' if item.colour else text
        return f'<font size="{item.size}">{text}</font>' if item.size else text

    def style(self, name: str, indent: float) -> ParagraphStyle:
        """The look of a paragraph style."""
        size = SIZES.get(name, 9.5)
        strong = name in ("title", "heading")
        return ParagraphStyle(
            name, fontName=self.face + ("B" if strong else ""), fontSize=size, leading=size * 1.24,
            spaceBefore=6 if name == "heading" else 0, spaceAfter=1 if name in ("label", "tick") else 3,
            alignment=1 if name in ("title", "subtitle") else 0, leftIndent=indent * cm,
            keepWithNext=name in ("heading", "label"),
        )  # fmt: skip

    def table(self, block: Table) -> Grid:
        """A table that breaks between rows."""
        data: list[list[list[Flowable] | str]] = []
        look: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
        if block.ruled:
            look.append(("GRID", (0, 0), (-1, -1), 0.6, colors.Color(0.35, 0.35, 0.35)))
        for number, row in enumerate(block.rows):
            cells: list[list[Flowable] | str] = []
            for cell in row:
                at = (len(cells), number)
                end = (len(cells) + cell.span - 1, number)
                if cell.span > 1:
                    look.append(("SPAN", at, end))
                if cell.shade:
                    look.append(("BACKGROUND", at, end, colors.HexColor("#" + cell.shade)))
                cells += [self.flow(cell.blocks), *[""] * (cell.span - 1)]
            data.append(cells)
        pad = [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
        widths = [w * cm for w in block.widths]
        return Grid(data, colWidths=widths, style=[*look, *pad], hAlign="LEFT")


def write_pdf(sheet: Sheet, path: Path) -> None:
    """Writes the sheet to ``path`` as a printed PDF."""
    PdfWriter(sheet).save(path)
