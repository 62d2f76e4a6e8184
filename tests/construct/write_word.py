"""Writes a sheet as a Word file: plain words, content controls or legacy form fields."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from tests.construct.page import Answer, AnswerBlock, Block, Box, NewPage, Paragraph, Picture, Sheet, Table, Tick, Words

Place = WordFile | _Cell
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
SIZES = {"title": 16.0, "subtitle": 11.0, "heading": 12.0, "note": 8.5, "small": 8.5, "label": 9.5, "tick": 10.0}
DATES = {"start_date", "event_date", "signature_date"}


class WordWriter:
    """Draws blocks into a Word file; ``fields`` is plain, controls or legacy."""

    def __init__(self, sheet: Sheet, fields: str, countries: list[str]) -> None:
        self.sheet, self.fields, self.countries = sheet, fields, countries
        self.ids = count(4100)
        self.file = Document()
        self.draw: dict[str, Callable[[WordParagraph, str, str], None]] = {
            "plain": self.plain,
            "controls": self.control,
            "legacy": self.legacy,
        }
        self.page()

    def page(self) -> None:
        """Paper, fonts, header, footer and properties."""
        section = self.file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(1.8)
        section.top_margin, section.bottom_margin = Cm(1.9), Cm(1.7)
        style = self.file.styles["Normal"]
        style.font.name = "Liberation Serif" if self.sheet.serif else "Liberation Sans"
        style.font.size = Pt(10)
        style.paragraph_format.space_after = Pt(3)
        for part, text in ((section.header, self.sheet.header), (section.footer, self.sheet.footer)):
            run = part.paragraphs[0].add_run(text)
            run.font.size, run.font.color.rgb = Pt(7.5), RGBColor(0x60, 0x60, 0x60)
        self.file.core_properties.comments = "Constructed test form"
        self.file.core_properties.title = self.sheet.title
        self.file.core_properties.author = ""

    def save(self, path: Path) -> None:
        """Draws everything and writes the file."""
        self.blocks(self.file, self.sheet.blocks)
        self.file.save(str(path))

    def blocks(self, place: Place, blocks: list[Block]) -> None:
        """Draws blocks one after the other."""
        for block in blocks:
            if isinstance(block, Paragraph):
                self.paragraph(place.add_paragraph(), block)
            elif isinstance(block, AnswerBlock):
                self.answer_block(place, block)
            elif isinstance(block, Table):
                self.table(place, block)
            elif isinstance(block, Box):
                self.box(place, block)
            elif isinstance(block, NewPage):
                place.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def paragraph(self, target: WordParagraph, block: Paragraph) -> None:
        """Draws one paragraph with its ticks, answers and pictures."""
        if block.style in ("title", "subtitle"):
            target.alignment = WD_ALIGN_PARAGRAPH.CENTER
        target.paragraph_format.left_indent = Cm(block.indent)
        target.paragraph_format.keep_with_next = block.style == "heading"
        if block.style == "heading":
            target.paragraph_format.space_before = Pt(8)
        if block.style in ("label", "tick"):
            target.paragraph_format.space_after = Pt(1)
        for item in block.items:
            if isinstance(item, Words):
                self.words(target, item, block.style)
            elif isinstance(item, Tick):
                self.tick(target, item, block.style)
            elif isinstance(item, Answer):
                self.answer(target, item.key, item.text, item.state)
            elif isinstance(item, Picture):
                target.add_run().add_picture(str(item.path), height=Cm(1.7))

    def words(self, target: WordParagraph, item: Words, style: str) -> None:
        """A run in the size and weight of its style."""
        run = target.add_run(item.text)
        run.bold = item.bold or style in ("title", "heading") or None
        run.italic = item.italic or style == "subtitle" or None
        size = item.size or SIZES.get(style)
        if size:
            run.font.size = Pt(size)
        if item.colour:
            run.font.color.rgb = RGBColor.from_string(item.colour)

    def answer(self, target: WordParagraph, key: str, text: str, state: str) -> None:
        """An answer on the line, in the way of this file."""
        if state == "dotted" or (self.fields == "controls" and state == "blank"):
            self.plain(target, key, text)
        elif state == "placeholder" and self.fields == "controls":
            self.sdt(target, text, "<w:showingPlcHdr/><w:text/>", '<w:color w:val="808080"/>')
        else:
            self.draw[self.fields](target, key, text)

    def answer_block(self, place: Place, block: AnswerBlock) -> None:
        """Paragraphs of an answer; in a file of content controls a rich text control holds them."""
        parts = [" ".join(p.split()) for p in block.text.strip().splitlines() if p.strip()] or [""]
        drawn = []
        for part in parts:
            target = place.add_paragraph()
            target.paragraph_format.left_indent = Cm(block.indent)
            if self.fields == "controls" and len(parts) > 1:
                target.add_run(part)
            else:
                self.answer(target, block.key, part, block.state)
            drawn.append(target)
        if self.fields == "controls" and len(parts) > 1:
            self.wrap(drawn)

    def wrap(self, paragraphs: list[WordParagraph]) -> None:
        """Puts paragraphs into one block-level content control."""
        control = parse_xml(
            f'<w:sdt {nsdecls("w")}><w:sdtPr><w:id w:val="{next(self.ids)}"/></w:sdtPr><w:sdtContent/></w:sdt>'
        )
        paragraphs[0]._p.addprevious(control)
        for paragraph in paragraphs:
            control[-1].append(paragraph._p)

    def plain(self, target: WordParagraph, key: str, text: str) -> None:
        """Typed words."""
        target.add_run(text)

    def control(self, target: WordParagraph, key: str, text: str) -> None:
        """A content control: drop-down for the country, date picker for dates, else text."""
        kind = "<w:text/>"
        if key == "institution_country":
            names = dict.fromkeys([*self.countries, text])
            items = "".join(f"<w:listItem w:displayText={quoted(n)} w:value={quoted(n)}/>" for n in names)
            kind = f"<w:dropDownList>{items}</w:dropDownList>"
        elif key in DATES:
            kind = '<w:date><w:dateFormat w:val="dd/MM/yyyy"/><w:lid w:val="en-GB"/></w:date>'
        self.sdt(target, text, kind)

    def sdt(self, target: WordParagraph, text: str, kind: str, look: str = "") -> None:
        """An inline content control."""
        target._p.append(
            parse_xml(
                f'<w:sdt {nsdecls("w")}><w:sdtPr><w:id w:val="{next(self.ids)}"/>{kind}</w:sdtPr><w:sdtContent><w:r>'
                f'<w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:sdtContent></w:sdt>'
            )
        )

    def legacy(self, target: WordParagraph, key: str, text: str) -> None:
        """A legacy text field."""
        self.field(target, "FORMTEXT", "<w:textInput/>", text or "\u2002" * 5)

    def tick(self, target: WordParagraph, item: Tick, style: str) -> None:
        """A tick box and its option."""
        mark = "☒" if item.on else "☐"
        if self.fields == "controls":
            target._p.append(parse_xml(check_control(next(self.ids), item.on, mark)))
        elif self.fields == "legacy":
            on = "<w:checked/>" if item.on else ""
            box = f'<w:checkBox><w:sizeAuto/><w:default w:val="0"/>{on}</w:checkBox>'
            self.field(target, "FORMCHECKBOX", box, "")
        else:
            run = target.add_run(mark)
            run.font.name = "DejaVu Sans"
        run = target.add_run("\u00a0" + item.text.replace(" ", "\u00a0" if len(item.text) < 30 else " "))
        if style in SIZES:
            run.font.size = Pt(SIZES[style])

    def field(self, target: WordParagraph, code: str, data: str, shown: str) -> None:
        """A legacy form field with its instruction and result."""
        run = f"<w:r {nsdecls('w')}>"
        name = f'<w:name w:val="Field{next(self.ids)}"/><w:enabled/><w:calcOnExit w:val="0"/>'
        parts = [
            f'{run}<w:fldChar w:fldCharType="begin"><w:ffData>{name}{data}</w:ffData></w:fldChar></w:r>',
            f'{run}<w:instrText xml:space="preserve"> {code} </w:instrText></w:r>',
            f'{run}<w:fldChar w:fldCharType="separate"/></w:r>',
            f'{run}<w:t xml:space="preserve">{escape(shown)}</w:t></w:r>' if shown else "",
            f'{run}<w:fldChar w:fldCharType="end"/></w:r>',
        ]
        for part in filter(None, parts):
            target._p.append(parse_xml(part))

    def table(self, place: Place, block: Table) -> None:
        """A table with merged cells where a cell spans several grid columns."""
        table = place.add_table(rows=len(block.rows), cols=len(block.widths))
        if block.ruled:
            table.style = "Table Grid"
        table.autofit = False
        for column, width in zip(table.columns, block.widths, strict=True):
            column.width = Cm(width)
        for row, cells in zip(table.rows, block.rows, strict=True):
            slots, at = row.cells, 0
            for cell in cells:
                target = slots[at]
                if cell.span > 1:
                    target = target.merge(slots[at + cell.span - 1])
                target.width = Cm(sum(block.widths[at : at + cell.span]))
                self.fill(target, cell.blocks, cell.shade)
                at += cell.span
        if isinstance(place, WordFile):
            place.add_paragraph().paragraph_format.space_after = Pt(0)

    def fill(self, target: _Cell, blocks: list[Block], shade: str) -> None:
        """Draws blocks into a cell, which must end with a paragraph."""
        for spare in list(target.paragraphs):
            target._tc.remove(spare._p)
        self.blocks(target, blocks)
        last = target._tc[-1]
        if last.tag != qn("w:p"):
            target.add_paragraph()
        if shade:
            look = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{shade}"/>'
            target._tc.get_or_add_tcPr().append(parse_xml(look))

    def box(self, place: Place, block: Box) -> None:
        """A text box: the drawing and, as Word writes it, the same again for old readers."""
        before = len(place.paragraphs)
        self.blocks(place, block.blocks)
        inside = place.paragraphs[before:]
        content = "".join(part._p.xml.split("?>", 1)[-1] for part in inside)
        for part in inside:
            part._p.getparent().remove(part._p)  # type: ignore[union-attr]
        target = place.add_paragraph()
        target._p.append(parse_xml(text_box(next(self.ids), content, block.width, block.height)))


def quoted(text: str) -> str:
    """An XML attribute value."""
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def check_control(number: int, on: bool, mark: str) -> str:
    """A check box content control."""
    return (
        f'<w:sdt {nsdecls("w")} {W14}><w:sdtPr><w:id w:val="{number}"/><w14:checkbox>'
        f'<w14:checked w14:val="{int(on)}"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        f'<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r>'
        f'<w:rPr><w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic" w:eastAsia="MS Gothic" w:hint="eastAsia"/></w:rPr>'
        f"<w:t>{mark}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def text_box(number: int, content: str, width: float, height: float) -> str:
    """A run with a text box ``width`` by ``height`` cm."""
    cx, cy = int(width * 360000), int(height * 360000)
    office = "http://schemas.openxmlformats.org"
    shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    return (
        f'<w:r {nsdecls("w")} xmlns:mc="{office}/markup-compatibility/2006" xmlns:wps="{shape}" '
        f'xmlns:wp="{office}/drawingml/2006/wordprocessingDrawing" xmlns:a="{office}/drawingml/2006/main" '
        f'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/>'
        f'<wp:docPr id="{number}" name="Text Box {number}"/><wp:cNvGraphicFramePr/><a:graphic>'
        f'<a:graphicData uri="{shape}"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="9525">'
        f'<a:solidFill><a:srgbClr val="548235"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>{content}'
        f"</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        f'</mc:Choice><mc:Fallback><w:pict><v:shape type="#_x0000_t202" style="width:{width * 28.35:.0f}pt;'
        f'height:{height * 28.35:.0f}pt"><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape>'
        f"</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def write_word(sheet: Sheet, path: Path, fields: str, countries: list[str]) -> None:
    """Writes the sheet to ``path``; ``countries`` are the options of a drop-down."""
    WordWriter(sheet, fields, countries).save(path)
