"""Tables that list options, one a row, with a place for a mark beside each: their words are no labels."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from extractors.layout import CellBox, Layout
from extractors.looks import CHOICES
from extractors.options import is_option
from pipeline.document import TICKED, UNTICKED, Document, Line, Piece

_CROSS = re.compile(r"[\[(_]*[xXхХ×✓✔✗✘√vV+][\])_]*")
_BOXES = (TICKED, UNTICKED)
_FEWEST = 2


def with_boxes(layout: Layout, language: str) -> Document | None:
    """The document with a box for each place in such tables where a cross is typed or might be; None without any."""
    places = [box for _, marks in _tables(layout, language) for box in marks if box.units and box.text not in _BOXES]
    boxed = {id(box.units[0].line): _boxed(box.units[0].line) for box in places}
    if not boxed:
        return None
    return replace(layout.document, lines=tuple(boxed.get(id(line), line) for line in layout.document.lines))


def option_units(layout: Layout, language: str) -> frozenset[int]:
    """The units of the options, and of the places for marks."""
    tables = [options + marks for options, marks in _tables(layout, language)]
    return frozenset(unit.index for boxes in tables for box in boxes for unit in box.units)


def _boxed(line: Line) -> Line:
    checked = bool(line.text.strip())
    read = [piece.confidence for piece in line.pieces if piece.confidence is not None]
    box = Piece("tick", 0, 1, box=line.box, checked=checked, confidence=min(read, default=None))
    return replace(line, text=TICKED if checked else UNTICKED, pieces=(box,))


def _tables(layout: Layout, language: str) -> Iterator[tuple[list[CellBox], list[CellBox]]]:
    """The cells of options and those for marks, of each table of two columns that holds at least one mark."""
    for boxes in layout.tables.values():
        columns = [[box for box in boxes if box.cell.column == column] for column in (0, 1)]
        if len(boxes) == len(columns[0]) + len(columns[1]):
            for options, marks in (columns, columns[::-1]):
                if _are_marks(marks) and _are_options(options, language):
                    yield options, marks


def _are_marks(boxes: list[CellBox]) -> bool:
    marks = [box.text for box in boxes if box.text]
    return len(boxes) >= _FEWEST and bool(marks) and all(mark in _BOXES or _CROSS.fullmatch(mark) for mark in marks)


def _are_options(boxes: Iterable[CellBox], language: str) -> bool:
    texts = [box.text for box in boxes if box.text]
    known = max(sum(is_option(text, key, language) for text in texts) for key in CHOICES)
    return len(texts) >= _FEWEST and 2 * known >= len(texts)
