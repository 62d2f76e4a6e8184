"""The walk through a part of a Word file: paragraphs, tables, controls and text boxes in reading order."""

from collections.abc import Mapping
from dataclasses import dataclass

from extractors.word_controls import content_of, entry_of, is_picture_prompt
from extractors.word_guards import hostile
from extractors.word_lines import Story
from extractors.word_names import MC, Element, Said, W, child, chosen, said_in, value
from extractors.word_numbering import Numbering
from extractors.word_package import Relation
from extractors.word_runs import Runs
from extractors.word_styles import Styles
from extractors.word_tables import Placed, placed_cells
from pipeline.document import Cell

MAX_CELLS = 50_000
PARAGRAPH, PROPERTIES, TABLE, CONTROL, STYLE = f"{W}p", f"{W}pPr", f"{W}tbl", f"{W}sdt", f"{W}pStyle"
MARK, GONE = f"{W}rPr", frozenset({f"{W}del", f"{W}moveFrom"})
ALTERNATIVES, EMBEDDED = f"{MC}AlternateContent", frozenset({f"{W}altChunk", f"{W}subDoc"})
WRAPPERS = frozenset({f"{W}{name}" for name in ("customXml", "ins", "moveTo", "smartTag")})


@dataclass
class Place:
    """Where the walk is: the path so far, the cell, and how many paragraphs and tables it has met there."""

    path: str = ""
    cell: Cell | None = None
    paragraphs: int = 0
    tables: int = 0


class Walk:
    """Reads the blocks of one part into its story."""

    def __init__(
        self,
        story: Story,
        styles: Styles,
        numbering: Numbering,
        relations: Mapping[str, Relation],
        noticed: set[str],
        fields_balanced: bool = True,
    ) -> None:
        self.story, self.styles, self.numbering, self.noticed = story, styles, numbering, noticed
        self.runs = Runs(story, styles, relations, noticed)
        self.fields_balanced = fields_balanced
        self._tables = self._cells = 0

    def read(self, container: Element, place: Place) -> None:
        """Read a body, cell, text box, running head or note to its end."""
        self._blocks(container, place)
        self.story.close()

    def _blocks(self, container: Element, place: Place) -> None:
        for block in container:
            tag = block.tag
            if tag == PARAGRAPH:
                self._paragraph(block, place)
            elif tag == TABLE:
                self._table(block, place)
            elif tag == CONTROL:
                self._control(block, place)
            elif tag in WRAPPERS:
                self._blocks(block, place)
            elif tag == ALTERNATIVES:
                branch = chosen(block)
                if branch is not None:
                    self._blocks(branch, place)
            elif tag in EMBEDDED:
                self.noticed.add("embedded_part")

    def _paragraph(self, paragraph: Element, place: Place) -> None:
        """One paragraph, then the text boxes anchored in it."""
        place.paragraphs += 1
        path = f"{place.path}p[{place.paragraphs}]"
        said = said_in(child(paragraph, PROPERTIES))
        style_id = value(said.get(STYLE))
        style = self.styles.paragraph(style_id)
        lead = self.numbering.prefix(said, style, style_id)
        self.story.begin(path, place.cell, self.styles.is_heading(style, said), lead)
        self.runs.read(paragraph, style)
        if not self.fields_balanced:
            self.runs.abandon_fields()
        boxes, self.runs.boxes = self.runs.boxes, []
        if boxes or not self._goes_on(said):
            self.story.end(self.runs.page_broken)
        for count, box in enumerate(boxes, start=1):
            self.read(box, Place(f"{path}/textbox[{count}]/", place.cell))

    def _goes_on(self, said: Said) -> bool:
        """True if the paragraph's end mark was deleted, so that the next one continues it."""
        mark = said.get(MARK)
        if mark is None or all(part.tag not in GONE for part in mark):
            return False
        self.noticed.add("tracked_changes")
        return True

    def _control(self, control: Element, place: Place) -> None:
        """A content control around blocks: a form field, or only a wrapper of a part of the form."""
        content = content_of(control)
        if content is None or is_picture_prompt(control):
            return
        entry = entry_of(control, place.cell is not None)
        entered = entry is not None and self.story.enter(entry)
        self._blocks(content, place)
        if entered:
            self.story.leave()

    def _table(self, table: Element, place: Place) -> None:
        self.story.close()
        place.tables += 1
        number, self._tables = self._tables, self._tables + 1
        for placed in placed_cells(table):
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise hostile("The file holds more table cells than any form")
            path = f"{place.path}table[{place.tables}]/row[{placed.row + 1}]/cell[{placed.number}]/"
            cell = Cell(number, placed.row, placed.column, placed.rows, placed.columns, inside=place.cell)
            self._cell(placed, Place(path, cell))

    def _cell(self, placed: Placed, place: Place) -> None:
        """One cell; an empty one gives one empty line, so that an empty answer box can be seen."""
        first, marks = len(self.story.lines), len(self.story.marks)
        entry = entry_of(placed.control, in_cell=True) if placed.control is not None else None
        entered = entry is not None and self.story.enter(entry)
        self.read(placed.element, place)
        if len(self.story.lines) == first:
            self.story.begin(f"{place.path}p[1]", place.cell, False, "")
            self.story.end()
        if entered:
            self.story.leave()
        if len(self.story.marks) == marks:
            self._fold_empty(first, place.cell)

    def _fold_empty(self, first: int, cell: Cell | None) -> None:
        """Keep one line of a cell that holds only empty paragraphs."""
        lines = self.story.lines[first:]
        if len(lines) > 1 and all(line.cell is cell and not line.text.strip() for line in lines):
            self.story.lines[first:] = [next((line for line in lines if line.pieces), lines[0])]
