"""The page as the form matcher sees it: units of text in reading order, and the cells they stand in.

A unit is a line of the Document, or a part where a line holds several fields side by side ("Name: X    Post: Y").
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, takewhile

from extractors.set_apart import set_apart
from extractors.side_by_side import in_reading_order
from pipeline.document import Cell, Document, Line, Piece
from pipeline.folding import tidy
from pipeline.records import Evidence
from pipeline.values import Box

CellKey = tuple[int, int, int]

_GAP = re.compile(r"\t+\s*|\s{4,}")
_BAR = re.compile(r"\s+\|(?:\s+|$)")
"""``What: a course | When: in May |``"""
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_SIGNS = "*●▪■◆"
"""Signs that open the items of a list on most forms, and questions that must be answered on some."""
_FEWEST_BARE, _MOSTLY = 2, 0.6
"""Labels alone in their cells, at least, that show a column of labels, and how many of its answers must be given."""
_FEWEST_SIGNED = 3  # lines with a sign in front from which it may be the mark of questions that must be answered
BULLET = re.compile(r"^\s*[•▪‣·◦●○–—\-*]\s+")
ILLEGIBLE = "\ufffd"
"""What OCR saw and could not read."""
DOTTED = re.compile(r"(?:[.·_․‥]\s?){4,}|…(?:\s?[….]){1,}|_{2,}|(?:\. ){3,}|-{5,}")


@dataclass(frozen=True)
class Unit:
    """A stretch [start, end) of one line: ``index`` counts the units in reading order, ``number`` the lines; ``text``:
    its words, as they stand; ``cell``: the table cell it stands in; ``item``: the sign of an item of a list opens it.

    What is asked of every unit many times is worked out once."""

    index: int
    number: int
    line: Line
    start: int
    end: int
    text: str
    cell: Cell | None
    first: bool = True
    item: bool = False

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces that lie in the unit."""
        if self.start == 0 and self.end == len(self.line.text):
            return self.line.pieces
        return tuple(p for p in self.line.pieces if p.start >= self.start and p.end <= self.end)

    def has(self, kind: str) -> bool:
        """True if a piece of this kind lies in the unit."""
        return kind in self._kinds

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return frozenset(p.kind for p in self.pieces)

    @cached_property
    def _words(self) -> list[Piece]:
        printed = [p for p in self.pieces if p.kind == "text" and self.line.text[p.start : p.end].strip()]
        return [p for p in printed if any(map(str.isalnum, self.line.text[p.start : p.end]))] or printed

    def printed(self) -> str:
        """The text without what stands in form fields."""
        entries = [p for p in self.pieces if p.kind == "entry" and p.end > p.start]
        text = self.line.text
        if not entries:
            return text[self.start : self.end]
        out, at = [], self.start
        for piece in entries:
            out.append(text[at : piece.start])
            at = piece.end
        return "".join([*out, text[at : self.end]])

    @cached_property
    def all_italic(self) -> bool:
        """True if every printed word is in italics, or set apart as hints are."""
        return bool(self._words) and all(p.italic or p.apart for p in self._words)

    @cached_property
    def all_bold(self) -> bool:
        """True if every printed word is bold."""
        return bool(self._words) and all(p.bold for p in self._words)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of one line: the smallest thing an answer is made of."""

    line: Line
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters."""
        return self.line.text[self.start : self.end]


@dataclass
class CellBox:
    """One table cell with its units in order."""

    cell: Cell
    units: list[Unit] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """All words of the cell."""
        return tidy(" ".join(unit.text for unit in self.units))


class Layout:
    """All units of a document, and its tables as grids of cells."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.units: list[Unit] = []
        lines = set_apart(in_reading_order(document), document.origin in ("ocr", "mixed"))
        signs = _signs_of_questions([line for _, line in lines])
        for number, line in lines:
            for start, end in _split(line):
                text = line.text[start:end]
                item = bool(BULLET.match(text)) and text.lstrip()[:1] not in signs
                self.units.append(Unit(len(self.units), number, line, start, end, text, line.cell, start == 0, item))
        self.cells: dict[CellKey, CellBox] = {}
        for unit in self.units:
            if unit.cell is not None:
                self.cells.setdefault(key_of(unit.cell), CellBox(unit.cell)).units.append(unit)

    @cached_property
    def _grid(self) -> dict[CellKey, CellBox]:
        grid: dict[CellKey, CellBox] = {}
        for box in self.cells.values():
            for row in range(box.cell.row, box.cell.row + max(1, box.cell.rows)):
                for column in range(box.cell.column, box.cell.column + max(1, box.cell.columns)):
                    grid.setdefault((box.cell.table, row, column), box)
        return grid

    @cached_property
    def tables(self) -> dict[int, list[CellBox]]:
        """The cells of each table, row by row."""
        found: dict[int, list[CellBox]] = {}
        for box in self.cells.values():
            found.setdefault(box.cell.table, []).append(box)
        for boxes in found.values():
            boxes.sort(key=lambda box: (box.cell.row, box.cell.column))
        return found

    @cached_property
    def rows(self) -> dict[int, list[list[CellBox]]]:
        """The rows of each table, from the top; of a merged cell only the first row holds it."""
        return {
            table: [list(row) for _, row in groupby(boxes, key=lambda box: box.cell.row)]
            for table, boxes in self.tables.items()
        }

    @cached_property
    def inner(self) -> dict[Cell, list[Unit]]:
        """The units of the tables that stand inside a cell."""
        found: dict[Cell, list[Unit]] = {}
        for unit in self.units:
            if unit.cell is not None and unit.cell.inside is not None:
                found.setdefault(unit.cell.inside, []).append(unit)
        return found

    @cached_property
    def explained(self) -> frozenset[int]:
        """Units that explain a question in upright print: they stand behind its bold label in the label's own cell, and
        the answers of this column of labels stand in the cells to the right or in rows of their own below. Beside an
        empty cell only smaller print does: the answer may have been written below its label."""
        columns: dict[tuple[int, int, bool], list[tuple[list[Unit], list[Unit], CellBox]]] = {}
        for box in self.cells.values():
            printed = [unit for unit in box.units if unit.text.strip()]
            label = list(takewhile(lambda unit: unit.all_bold, printed))
            beside = (self.right(box.cell) or self._own_row_below(box)) if label else None
            if beside is not None and not any(unit.all_bold for unit in beside.units):
                place = box.cell.table, box.cell.column, beside.cell.row > box.cell.row
                columns.setdefault(place, []).append((label, printed[len(label) :], beside))
        found: set[int] = set()
        for labels in columns.values():
            filled = [bool(beside.text) or _has_fields(beside.units) for _, _, beside in labels]
            bare = sum(not rest for _, rest, _ in labels)
            if bare < _FEWEST_BARE or sum(filled) < _MOSTLY * len(labels):
                continue
            for (label, rest, _), answered in zip(labels, filled, strict=True):
                if not _has_fields(rest) and (answered or _is_smaller(rest, label[0])):
                    found |= {unit.index for unit in rest if not (unit.all_bold or unit.all_italic)}
        return frozenset(found)

    def _own_row_below(self, box: CellBox) -> CellBox | None:
        """The cell below one that has its row to itself, if it has its own too."""
        below = self.below(box.cell) if len(self.row(box.cell)) == 1 else None
        return below if below is not None and len(self.row(below.cell)) == 1 else None

    def headings_of(self, table: int) -> list[CellBox]:
        """The headings of the columns of a table whose upper left corner is empty; none in other tables."""
        rows: dict[int, list[CellBox]] = {}
        for box in self.tables[table]:
            rows.setdefault(box.cell.row, []).append(box)
        first, *others = rows.values()
        crossed = len(others) > 1 and all(len(row) == len(first) and row[0].text for row in others)
        headed = len(first) > 2 and not first[0].text and all(box.text for box in first[1:])
        return first[1:] if crossed and headed else []

    def right(self, cell: Cell) -> CellBox | None:
        """The cell to the right, or None."""
        for column in range(cell.column + max(1, cell.columns), cell.column + max(1, cell.columns) + 4):
            box = self._grid.get((cell.table, cell.row, column))
            if box is not None:
                return box
        return None

    def at(self, table: int, row: int, column: int) -> CellBox | None:
        """The cell that covers a place of the grid, or None."""
        return self._grid.get((table, row, column))

    def below(self, cell: Cell) -> CellBox | None:
        """The cell under this one, or None."""
        return self._grid.get((cell.table, cell.row + max(1, cell.rows), cell.column))

    def row(self, cell: Cell) -> list[CellBox]:
        """All cells of the row, from left to right."""
        return [box for box in self.tables[cell.table] if box.cell.row == cell.row]

    def stands_before_others(self, cell: Cell) -> bool:
        """True for words that stand in several cells, each time with something else beside them: a label's."""
        return len(self._beside_words[self.cells[key_of(cell)].text]) > 1

    @cached_property
    def _beside_words(self) -> dict[str, set[str]]:
        beside: dict[str, set[str]] = {}
        for box in self.cells.values():
            right = self.right(box.cell)
            beside.setdefault(box.text, set()).update([] if right is None else [right.text])
        return beside

    def next_table(self, table: int) -> int | None:
        """The table after this one if only blank lines stand between them."""
        last = self.tables[table][-1].units[-1].index
        for unit in self.units[last + 1 :]:
            if unit.cell is not None:
                return unit.cell.table if unit.cell.table != table else None
            if unit.text.strip():
                return None
        return None


def key_of(cell: Cell) -> CellKey:
    """The identity of a cell."""
    return (cell.table, cell.row, cell.column)


def _has_fields(units: list[Unit]) -> bool:
    return any(unit.has("tick") or unit.has("entry") for unit in units)


def _is_smaller(units: list[Unit], other: Unit) -> bool:
    return all(unit.line.size and other.line.size and unit.line.size < other.line.size for unit in units)


def _signs_of_questions(lines: list[Line]) -> frozenset[str]:
    """The signs that, in front of a line, say that it must be answered, and open no items of lists: most lines with one
    stand alone, in bold print or each in a cell of its own."""
    said = [line for line in lines if line.text.strip()]
    found = set()
    for sign in _SIGNS:
        signed = [at for at, line in enumerate(said) if _is_signed(line, sign)]
        listed = {at for at in signed for next_to in (at - 1, at + 1) if _goes_on(said, at, next_to, sign)}
        if len(signed) >= _FEWEST_SIGNED and len(listed) < len(signed) / 2:
            found.add(sign)
    return frozenset(found)


def _is_signed(line: Line, sign: str) -> bool:
    text = line.text.lstrip()
    return text.startswith(sign) and text[1:].strip()[:1] not in ("", sign)


def _goes_on(lines: list[Line], at: int, other: int, sign: str) -> bool:
    """Both lines are items of one list, as far as their signs tell."""
    if not 0 <= other < len(lines) or not _is_signed(lines[other], sign):
        return False
    one, two = lines[at], lines[other]
    if (one.cell and key_of(one.cell)) != (two.cell and key_of(two.cell)):
        return False
    worded = [p for p in one.pieces if p.kind == "text" and any(map(str.isalnum, one.text[p.start : p.end]))]
    return not all(piece.bold for piece in (worded if sign == "*" else worded[:1]))


def _split(line: Line) -> list[tuple[int, int]]:
    """Where a line holds several fields: after a wide gap or an upright bar, and after a form field that is followed by
    words."""
    text = line.text
    cuts = {0}
    for gap in _GAP.finditer(text):
        inside = any(p.kind == "entry" and p.start <= gap.start() < p.end for p in line.pieces)
        behind = text[gap.end() :]
        field = "\t" in gap.group() and bool(_LETTERS.search(text[: gap.start()])) and bool(behind.strip(" .:_"))
        if gap.start() > 0 and not inside and (field or _LETTERS.search(behind)):
            cuts.add(gap.end())
    for before, after in zip(line.pieces, line.pieces[1:], strict=False):
        if before.kind == "entry" and after.kind == "text":
            rest = text[after.start :]
            if re.match(r"\W*[^\W\d_]{3,}[^:]{0,60}:", rest):
                cuts.add(after.start)
    bars = {bar.end(): bar.start() for bar in _BAR.finditer(text)} if text.count(":") > 1 else {}
    cuts |= _bold_starts(line) | bars.keys() - {len(text)}
    marks = sorted(cuts)
    return [(start, bars.get(end, end)) for start, end in zip(marks, [*marks[1:], len(text)], strict=True)]


def _bold_starts(line: Line) -> set[int]:
    """Where, behind words that are not bold, a bold label and its colon begin: ``**Place:** Bo **Date:** 4 May``."""
    cuts: set[int] = set()
    words = [p for p in line.pieces if p.kind == "text" and any(map(str.isalnum, line.text[p.start : p.end]))]
    for before, first in zip(words, words[1:], strict=False):
        if first.bold and not before.bold and words[0].bold:
            label = re.match(r"[^:：]{2,50}[:：]", line.text[first.start :])
            inside = [p for p in words if label and first.start <= p.start < first.start + label.end()]
            if inside and all(p.bold for p in inside):
                cuts.add(first.start)
    return cuts


def spans_of(units: Iterable[Unit]) -> list[Span]:
    """The spans of whole units."""
    return [Span(unit.line, unit.start, unit.end) for unit in units]


def evidence_of(spans: Iterable[Span]) -> tuple[Evidence, ...]:
    """Where the spans stand: one piece of evidence for each page, or for each path of a Word file."""
    return tuple(_merged(spans))


def _merged(spans: Iterable[Span]) -> Iterator[Evidence]:
    page: int | None = None
    box: Box | None = None
    quote: list[str] = []
    for span in spans:
        words = tidy(span.text)
        if span.line.page is None:
            if words or span.line.path:
                yield Evidence(path=span.line.path, quote=words)
            continue
        here = box_of(span)
        if span.line.page != page and page is not None:
            yield Evidence(page=page, bbox=box, quote=tidy(" ".join(quote)))
            box, quote = None, []
        page = span.line.page
        box = here if box is None else _union(box, here) if here else box
        quote.append(words)
    if page is not None:
        yield Evidence(page=page, bbox=box, quote=tidy(" ".join(quote)))


def box_of(span: Span) -> Box | None:
    """The box round the pieces of a span; that of the line where the pieces have none."""
    box: Box | None = None
    for piece in span.line.pieces:
        if piece.box and piece.end >= span.start and piece.start < max(span.end, span.start + 1):
            box = piece.box if box is None else _union(box, piece.box)
    return box or span.line.box


def _union(a: Box | None, b: Box | None) -> Box | None:
    if a is None or b is None:
        return a or b
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
