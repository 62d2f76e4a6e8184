"""Where the answer to a question stands: behind its label, beside it, below it, or in the paragraphs that follow."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import dropwhile, takewhile

from extractors.form_speech import FormSpeech, is_apart
from extractors.label_continuation import MARKS
from extractors.label_ends import BRACKET_OF_LABEL, HINT_BEHIND
from extractors.labels import lexicon
from extractors.layout import DOTTED, CellBox, CellKey, Layout, Span, Unit, key_of
from extractors.looks import CHOICES
from extractors.numbering import NUMBER
from extractors.search import UNKEPT, Asked, Found
from pipeline.document import Cell
from pipeline.folding import tidy
from pipeline.questions import questions

HABITUAL = 3
"""Labels with a bracket alone behind them, from which such brackets are the form's hints."""


class AnswerPlaces:
    """Finds the place for the answer to each question of one form."""

    def __init__(self, layout: Layout, found: Found, speech: FormSpeech, language: str) -> None:
        self.layout, self.found, self._speech, self._language = layout, found, speech, language
        self._labels = {u: bid for bid in found.asked for u in range(bid.label.first, bid.label.last + 1)}
        self._label_cells = self._cells_with_labels()
        signs = (layout.units[bid.label.first].cell for bid in found.asked if bid.key == "signature")
        self._signed = {cell.table for cell in signs if cell is not None and layout.headings_of(cell.table)}
        self._regions: dict[int, tuple[list[Unit], Span | None]] = {}

    def forget(self) -> None:
        """Look everything up anew: what is an instruction is told otherwise now."""
        self._regions.clear()

    def region(self, bid: Asked) -> tuple[list[Unit], Span | None]:
        """The units that may hold the answer, and what stands behind the label in its own line."""
        known = self._regions.get(id(bid))
        if known is None:
            known = self._regions[id(bid)] = self._region(bid)
        return known

    def _region(self, bid: Asked) -> tuple[list[Unit], Span | None]:
        label = bid.label
        last = self.layout.units[label.last]
        bracket = BRACKET_OF_LABEL.match(last.line.text, label.cut, last.end)
        cut = bracket.end() if bracket else label.cut
        behind = Span(last.line, cut, last.end)
        has_rest = cut < last.end and bool(behind.text.strip()) or self._has_piece_behind(last, cut)
        rest = behind if has_rest and not self._speech.is_remark(behind.text) else None
        if rest is not None and HINT_BEHIND.fullmatch(rest.text):
            return self._place(last, bid, None)
        return self._place(last, bid, rest)

    def bracket_behind(self, bid: Asked) -> str:
        """The words in brackets behind a label, if nothing else stands in its line and the form has few of the kind."""
        return self._brackets[bid.key] if bid.key in self._brackets and len(self._brackets) < HABITUAL else ""

    @cached_property
    def _brackets(self) -> dict[str, str]:
        ends = ((bid.key, self.layout.units[bid.label.last], bid.label.cut) for bid in self.found.asked)
        found = ((key, HINT_BEHIND.fullmatch(unit.line.text, cut, unit.end)) for key, unit, cut in ends)
        return {key: tidy(bracket.group()) for key, bracket in found if bracket}

    def _place(self, last: Unit, bid: Asked, rest: Span | None) -> tuple[list[Unit], Span | None]:
        if last.cell is None:
            return self._flow(last.index + 1, bid, rest), rest
        return self._in_table(last, bid, rest)

    @staticmethod
    def _has_piece_behind(unit: Unit, cut: int) -> bool:
        return any(p.kind != "text" and p.start >= cut for p in unit.pieces)

    def _flow(self, start: int, bid: Asked, rest: Span | None) -> list[Unit]:
        """Units behind a label in running text, until something else begins."""
        short = bid.key == "signature" or self._is_short(bid.key)
        units: list[Unit] = []
        bounds = self._column(self.layout.units[start - 1]) if start else None
        for unit in self.layout.units[start:]:
            framed = unit.cell is not None and len(self.layout.tables[unit.cell.table]) == 1
            if bounds is not None and not (_within(unit, bounds) and (framed or unit.cell is None)):
                if self._below_column(unit, start):
                    break
                continue
            if unit.index in self.found.stops or not self._is_free(unit):
                break
            if short and self._enough(units, rest, unit):
                break
            units.append(unit)
        return units

    def _column(self, unit: Unit) -> tuple[float, float] | None:
        """Left and right bound of a field that stands beside others in its line; None if it has the line to itself."""
        if unit.line.box is None or unit.cell is not None:
            return None
        mates = [
            u
            for u in self.layout.units[max(0, unit.index - 4) : unit.index + 5]
            if u.line is not unit.line
            and u.cell is None
            and (u.line.page, u.line.band) == (unit.line.page, unit.line.band)
        ]
        if not mates:
            return None
        left = unit.line.box[0]
        if _wraps_to_margin(unit, mates):
            return None
        asked = [u for u in mates if u.index in self._labels or u.index in self.found.stops]
        rights = [u.line.box[0] for u in asked if u.line.box and u.line.box[0] > left + 5]
        return left - 6, min(rights, default=10_000.0) - 6

    def _below_column(self, unit: Unit, start: int) -> bool:
        """True once the reading is well past the line of fields: there the field cannot go on."""
        return unit.index > start + 6 or unit.cell is not None

    def _is_free(self, unit: Unit) -> bool:
        """A table without any label of its own may hold the answer to the question above it."""
        return unit.cell is None or not any(cell[0] == unit.cell.table for cell in self._label_cells)

    @staticmethod
    def _enough(units: list[Unit], rest: Span | None, unit: Unit) -> bool:
        has_rest = rest is not None and tidy(DOTTED.sub(" ", rest.text)) != ""
        has_text = has_rest or any(u.text.strip() and not is_apart(u) for u in units)
        return has_text and (unit.line.new_paragraph or unit.start > 0)

    @staticmethod
    def _is_short(key: str) -> bool:
        return (
            key == UNKEPT
            or key in questions()
            and questions()[key].kind in ("line", "country", "email", "phone", "date", "months")
        )

    def _in_table(self, last: Unit, bid: Asked, rest: Span | None) -> tuple[list[Unit], Span | None]:
        assert last.cell is not None
        own = self.layout.cells[key_of(last.cell)]
        within = list(self._rest_of_cell(own, last))
        open_ended = not last.text.rstrip().endswith((")", ":", "?", "*"))
        if rest is None and open_ended and self.layout.right(last.cell) is not None:
            within = list(dropwhile(lambda unit: _carries_on(last, unit), within))  # the label itself wraps
        says = any(
            not self._speech.is_instruction(Span(u.line, u.start, u.end)) and (u.text.strip() or u.pieces)
            for u in within
        )
        ways = (self._under, self._beside) if self.found.over else (self._beside, self._under)
        if bid.key in CHOICES and rest is None and not any(u.has("tick") for u in within):
            for way in ways:  # “both may be ticked” below the label is none of the options
                if (units := way(own)) and any(unit.has("tick") for unit in units):
                    return units, None
        if rest is not None or says:
            return within + self._cut_by_page(own), rest
        places = [units for way in ways if (units := way(own))]
        if places:
            first, *others = places
            plain = (units for units in others if last.all_bold and not any(unit.all_bold for unit in units))
            units = first if _says_something(first) else next(filter(_says_something, plain), first)
            empty = bid.key in CHOICES and not _says_something(units)
            return (self._options_below(own, units[0].index) or units) if empty else units, None
        if bid.key in CHOICES and (units := self._in_narrow_cells(own)):
            return units, None
        if self._is_lone(own):
            return within + self._flow(own.units[-1].index + 1, bid, None), None
        return within, None

    def _cut_by_page(self, own: CellBox) -> list[Unit]:
        """What carries an answer in its label's own cell on in the box that opens the next page."""
        box = self._over_page(own.cell)
        if box is None or key_of(box.cell) in self._label_cells:
            return []
        if box.units[0].line.new_paragraph and not (box.units[0].item and any(u.item for u in own.units)):
            return []  # neither a line nor a list goes on
        return [unit for unit in box.units if unit.index not in self.layout.explained]

    def _options_below(self, own: CellBox, behind: int) -> list[Unit]:
        """Where the place beside a question is empty, its options may stand in the rows below it, or in a table of
        their own inside that place or after it: ``behind`` is the unit behind which it would begin."""
        place = self.layout.units[behind].cell
        held = self.layout.inner.get(place, []) if place is not None else []
        below = held or self._under(own)
        if any(unit.has("tick") for unit in below) or any(unit.text.strip() for unit in held):
            return below
        following = dropwhile(lambda u: u.cell is None and not u.text.strip(), self.layout.units[behind + 1 :])
        units = list(takewhile(lambda u: u.cell is not None and u.index not in self.found.stops, following))
        table = units[0].cell.table if units and units[0].cell is not None else own.cell.table
        if table == own.cell.table:
            return []
        return list(takewhile(lambda u: u.cell is not None and u.cell.table == table, units))

    def _rest_of_cell(self, own: CellBox, last: Unit) -> Iterator[Unit]:
        """What stands behind the label in its cell, also in a table inside it."""
        for unit in self.layout.units[last.index + 1 : own.units[-1].index + 1]:
            within = unit.cell == own.cell or unit.cell is not None and unit.cell.inside == own.cell
            if within and unit.index not in self.layout.explained:
                if unit.index in self.found.stops:
                    return
                yield unit

    def _beside(self, own: CellBox) -> list[Unit]:
        """The cells to the right, over all rows the label spans, and the rows that carry them on."""
        units: list[Unit] = []
        boxes: list[CellBox] = []
        for row in self._rows_of(own):
            box = self.layout.at(own.cell.table, row, own.cell.column + max(1, own.cell.columns))
            if box is None:  # on paper a shadow of a line may stand between
                box = self.layout.right(replace(own.cell, row=row))
            while box is not None and key_of(box.cell) not in self._label_cells:
                if box not in boxes:
                    boxes.append(box)
                box = self.layout.right(replace(box.cell, row=row))
        if len(boxes) > 1 and own.cell.table in self._signed:
            boxes = [self._who_signs(boxes)]
        for box in boxes:
            units += box.units
        if boxes:
            units += self._carried_on(own, boxes[0])
        return units

    def _rows_of(self, own: CellBox) -> Iterator[int]:
        """The rows of a label: those it spans, and those below that have cells, but none under it."""
        yield from range(own.cell.row, own.cell.row + max(1, own.cell.rows))
        filled = {box.cell.row for box in self.layout.tables[own.cell.table] if box.text}
        for row in range(own.cell.row + max(1, own.cell.rows), max(filled, default=0) + 1):
            here = [box for box in self.layout.tables[own.cell.table] if box.cell.row == row]
            if not here or any(box.cell.column <= own.cell.column for box in here):
                return
            yield row

    def signs_beside(self, unit: Unit) -> bool:
        """True for the words of a person who signs beside the head of the institution."""
        return unit.cell is not None and unit.cell.table in self._signed

    def _who_signs(self, boxes: list[CellBox]) -> CellBox:
        """The place of the head of the institution, where the contact signs beside: the first, unless its heading says
        that it is the contact's."""
        headings = self.layout.headings_of(boxes[0].cell.table)
        for box in boxes:
            heading = next((each for each in headings if each.cell.column == box.cell.column), None)
            if heading is not None and not self._is_of_contact(heading.text):
                return box
        return boxes[0]

    def _is_of_contact(self, heading: str) -> bool:
        first = next(iter(lexicon(self._language).hits(heading)), None)
        return first is not None and first.key in ("contact", "contact_name")

    def _carried_on(self, own: CellBox, answer: CellBox) -> list[Unit]:
        """Rows below, also behind a page break, whose label cell is empty go on with the answer."""
        units: list[Unit] = []
        table, row = own.cell.table, own.cell.row + max(1, own.cell.rows)
        while True:
            label, more = self.layout.at(table, row, own.cell.column), self.layout.at(table, row, answer.cell.column)
            if label is None and more is None:
                following = self.layout.next_table(table)
                if following is None or not self._same_shape(own, following):
                    return units
                table, row = following, 0
                label, more = self._opening(table, own.cell), self._opening(table, answer.cell)
            if label is None or more is None or not more.text or label is more:
                return units
            if label.text and (key_of(label.cell) in self._label_cells or not self._goes_on(own, label)):
                return units
            units += more.units
            row += 1

    def _opening(self, table: int, cell: Cell) -> CellBox | None:
        """The box that carries a cell on in the row that opens the next page: the one at the same place in a row of as
        many (columns are counted anew on each page), or else the one in the same column."""
        above, row = self.layout.row(cell), self.layout.row(self.layout.tables[table][0].cell)
        if len(above) == len(row):
            return row[[key_of(box.cell) for box in above].index(key_of(cell))]
        return self.layout.at(table, 0, cell.column)

    def _goes_on(self, own: CellBox, label: CellBox) -> bool:
        """True for a label cell that was cut in two: by the end of a page, or before its remark or its hint, which is
        in italics or, on paper, has neither the bold print nor the number of the label."""
        printed = [unit for unit in label.units if unit.text.strip()]
        first = printed[0]
        if first.line.page is None:
            return False
        hint = all(unit.all_italic for unit in printed) and not own.units[0].all_italic
        lettered = own.units[0].all_bold and NUMBER.match(own.text) and self.layout.document.origin == "ocr"
        plain = lettered and not any(unit.all_bold or NUMBER.match(unit.text) for unit in printed)
        remark = lexicon(self._language).is_remark(label.text.strip(MARKS))
        return hint or remark or bool(plain) or not first.line.new_paragraph

    def _same_shape(self, own: CellBox, table: int) -> bool:
        """True if the table opens the page behind the one on which the label's table ends."""
        end = self.layout.tables[own.cell.table][-1].units[-1].line.page
        return end is not None and self.layout.tables[table][0].units[0].line.page == end + 1

    def _under(self, own: CellBox) -> list[Unit]:
        box = self.layout.below(own.cell) or self._over_page(own.cell)
        if box is None or key_of(box.cell) in self._label_cells:
            return []
        same = box.cell.table == own.cell.table
        if same and (box.cell.columns < own.cell.columns or self._answers_beside(box, own)):
            return []
        units = list(box.units)
        cell = box.cell
        while True:  # a full-width answer may be cut in several rows
            box = self.layout.below(cell) or self._over_page(cell)
            if (
                box is None
                or key_of(box.cell) in self._label_cells
                or box.units[0].all_bold
                and not units[0].all_bold
                or box.cell.columns < 2
                and cell.table == box.cell.table
                and not (_has_ticks(box) and _has_ticks(self.layout.cells[key_of(cell)]))
            ):
                return units
            units += box.units
            cell = box.cell

    def _answers_beside(self, box: CellBox, own: CellBox) -> bool:
        """True for the answer to the label before it in its row, where the label ``own`` has a place beside it too."""
        before = [each for each in self.layout.row(box.cell) if each.cell.column < box.cell.column]
        return bool(before) and key_of(before[-1].cell) in self._label_cells and self.layout.right(own.cell) is not None

    def _in_narrow_cells(self, own: CellBox) -> list[Unit]:
        """The rows under a label that are divided in cells for options and marks, up to the next label."""
        first = own.cell.row + max(1, own.cell.rows)
        columns = range(own.cell.column, own.cell.column + own.cell.columns)
        units: list[Unit] = []
        rows = {box.cell.row for box in self.layout.tables[own.cell.table] if box.cell.row >= first}
        for row in sorted(rows):
            boxes = [b for b in self.layout.tables[own.cell.table] if b.cell.row == row and b.cell.column in columns]
            if len(boxes) < 2 or any(key_of(box.cell) in self._label_cells for box in boxes):
                break
            units += [unit for box in boxes for unit in box.units]
        return units

    def _over_page(self, cell: Cell) -> CellBox | None:
        """The box that opens the next page, where nothing but it and the end of a page stand behind this one; in a row
        of labels alone that the end of a page cuts, the one in the same column."""
        following = self.layout.next_table(cell.table)
        last = self.layout.tables[cell.table][-1].cell
        if following is None or cell.row != last.row:
            return None
        first = self.layout.tables[following][0]
        pages = self.layout.cells[key_of(cell)].units[-1].line.page, first.units[0].line.page
        if pages[0] is None or pages[1] != pages[0] + 1:
            return None
        own, below = self.layout.row(cell), self.layout.row(first.cell)
        if len(below) == 1:
            return first if last == cell else None
        asking = all(key_of(box.cell) in self._label_cells for box in own)
        return self.layout.at(following, 0, cell.column) if asking and len(own) == len(below) else None

    def _is_lone(self, own: CellBox) -> bool:
        """A label alone in a box: the answer may stand below the box."""
        return len([box for box in self.layout.tables[own.cell.table] if box.text]) == 1

    def _cells_with_labels(self) -> set[CellKey]:
        cells = {key_of(u.cell) for i in self._labels if (u := self.layout.units[i]).cell is not None and u.cell}
        for index in self.found.stops:
            cell = self.layout.units[index].cell
            if cell is not None:
                cells.add(key_of(cell))
        return cells


def _wraps_to_margin(unit: Unit, mates: list[Unit]) -> bool:
    """True for the last field of a line whose neighbour to the left had room: what wraps is its own text."""
    box = unit.line.box
    boxes = [u.line.box for u in mates if u.line.box]
    if box is None or not boxes or any(b[0] > box[0] for b in boxes):
        return False
    nearest = max(boxes, key=lambda b: b[2])
    return box[0] - nearest[2] > 14


def _carries_on(label: Unit, unit: Unit) -> bool:
    """True for a line of the label's own paragraph, in its print."""
    size = unit.line.size == label.line.size or _has_bold(unit) and unit.text[:1].islower()
    alike = _has_bold(unit) == _has_bold(label) and size
    return alike and not unit.line.new_paragraph and unit.line.page is not None and not unit.has("entry")


def _says_something(units: list[Unit]) -> bool:
    return any(unit.text.strip() or unit.has("tick") or unit.has("entry") for unit in units)


def _has_ticks(box: CellBox) -> bool:
    return any(unit.has("tick") for unit in box.units)


def _has_bold(unit: Unit) -> bool:
    return any(piece.bold for piece in unit.pieces if piece.kind == "text")


def _within(unit: Unit, bounds: tuple[float, float]) -> bool:
    return unit.line.box is not None and bounds[0] <= unit.line.box[0] < bounds[1]
