"""Pictures, vector strokes and signature fields of a file, each beside the line it stands in."""

from collections import Counter

from extractors.page_sheet import Shape, Sheet, shown
from extractors.page_tables import Grid, slot_at
from extractors.page_widgets import Sign
from pipeline.document import Cell, Line, Mark, MarkKind
from pipeline.values import Box

_LEAST_STEPS = 8
"""Fewer curved or slanted steps than this are ornaments, not handwriting."""
_HEAD = 0.16
"""Part of the first page's height where a picture is a letterhead's logo."""

_MOST_STROKES = 2000


def marks_of(sheets: list[Sheet], grids: list[list[Grid]], signs: list[list[Sign]], lines: list[Line]) -> list[Mark]:
    """All marks of the file, without logos, backgrounds and pictures that come back on other pages."""
    repeated = Counter(_place(box) for sheet in sheets for box in set(sheet.images))
    marks: list[Mark] = []
    for sheet, own_grids, own_signs in zip(sheets, grids, signs, strict=True):
        found: list[tuple[MarkKind, Box, str]] = [(s.kind, s.box, s.words) for s in own_signs]
        found += [("image", b, "") for b in dict.fromkeys(sheet.images) if repeated[_place(b)] < 2]
        found += [("drawing", b, "") for b in scribbles(sheet.strokes)]
        for kind, box, words in sorted(found, key=lambda f: f[1][1]):
            if kind in ("image", "drawing") and not words and not _matters(box, sheet):
                continue
            marks.append(_mark(kind, box, words, sheet, own_grids, lines))
    return marks


def _place(box: Box) -> tuple[int, ...]:
    return tuple(round(v / 4) for v in box)


def _matters(box: Box, sheet: Sheet) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    if wide < 12 or high < 3 or wide * high > 0.6 * sheet.width * sheet.height:
        return False
    return not (sheet.number == 1 and box[3] < _HEAD * sheet.height)


def scribbles(strokes: list[Shape]) -> list[Box]:
    """Groups of curved strokes that lie close together, with enough bends to be handwriting."""
    groups: list[tuple[Box, int]] = []
    for stroke in strokes[:_MOST_STROKES]:
        box, steps = stroke.box, stroke.steps
        apart = []
        for other, bends in groups:
            if _close(box, other):
                box, steps = _union(box, other), steps + bends
            else:
                apart.append((other, bends))
        groups = [*apart, (box, steps)]
    return [b for b, steps in groups if steps >= _LEAST_STEPS and b[2] - b[0] > 18 and b[3] - b[1] > 3]


def _close(a: Box, b: Box) -> bool:
    return a[0] - 12 < b[2] and b[0] - 12 < a[2] and a[1] - 12 < b[3] and b[1] - 12 < a[3]


def _union(a: Box, b: Box) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _mark(kind: MarkKind, box: Box, words: str, sheet: Sheet, grids: list[Grid], lines: list[Line]) -> Mark:
    found = slot_at(grids, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    seen = shown(box, sheet)
    place = (found[0].number, found[1].row, found[1].column) if found else None
    after, cell = -1, None
    for index, line in enumerate(lines):
        if place is None or line.cell is None or _key(line.cell) != place:
            continue
        if cell is None or line.box is not None and line.box[1] <= (seen[1] + seen[3]) / 2:
            after, cell = index, line.cell
    if cell is None:
        after = _line_before(seen, sheet.number, lines)
    return Mark(kind, after, page=sheet.number, box=seen, cell=cell, words=words)


def _key(cell: Cell) -> tuple[int, int, int]:
    return (cell.table, cell.row, cell.column)


def _line_before(box: Box, page: int, lines: list[Line]) -> int:
    """The line beside the mark if there is one, else the last line above it."""
    beside, above = -1, -1
    for index, line in enumerate(lines):
        if line.page is None or line.box is None or line.page > page:
            continue
        middle = (line.box[1] + line.box[3]) / 2
        if line.page < page or middle <= (box[1] + box[3]) / 2:
            above = index
        level = line.page == page and box[1] <= middle <= box[3]
        if level and line.box[0] < box[2] and line.box[2] < box[0] + 0.6 * (box[2] - box[0]):
            beside = index
    return beside if beside >= 0 else above
