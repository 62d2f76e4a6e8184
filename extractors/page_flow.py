"""The reading order of a page: tables cell by cell, text around them, columns one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from extractors.page_columns import Block, divide
from extractors.page_lines import Draft, draft_of, rows_of, split_row
from extractors.page_sheet import Sheet, Word
from extractors.page_tables import Grid, Slot, slot_at
from extractors.page_underlines import Shelf, shelves_of
from pipeline.document import Cell
from pipeline.values import Box


@dataclass(slots=True)
class Counter:
    """Numbers tables and flows through the whole file."""

    tables: int = 0
    flows: int = 0

    def table(self) -> int:
        """The next table's number."""
        self.tables += 1
        return self.tables - 1

    def flow(self) -> int:
        """The next flow's number."""
        self.flows += 1
        return self.flows


def drafts_of(sheet: Sheet, grids: list[Grid], counter: Counter) -> list[Draft]:
    """All lines of the page in reading order."""
    home: dict[int, list[Word]] = {}
    loose: list[Word] = []
    last: tuple[Word, list[Word]] | None = None
    for word in sorted(sheet.words, key=lambda w: (w.band, w.x0)):
        found = slot_at(grids, (word.x0 + word.x1) / 2, word.middle) or slot_at(grids, word.x0 + 1, word.middle)
        place = home.setdefault(id(found[1]), []) if found else loose
        if found is None and last is not None and _follows(last[0], word):
            place = last[1]  # a word that runs over the border of its cell
        place.append(word)
        last = (word, place)
    shelves = shelves_of(sheet.rules, [(grid.box[1], grid.box[3]) for grid in grids])
    layout = _Layout(sheet, grids, home, counter, shelves)
    return list(layout.flow(loose, [g for g in grids if g.outer is None], None, _right_edge(sheet, loose)))


def _follows(before: Word, word: Word) -> bool:
    return before.band == word.band and -1 < word.x0 - before.x1 < 0.6 * word.size


def _right_edge(sheet: Sheet, words: list[Word]) -> float:
    """Where full lines of the page end: the outermost printed word, within the page."""
    return max((w.x1 for w in words if w.kind == "text" and not w.alone and w.x1 <= sheet.width), default=sheet.width)


@dataclass(slots=True)
class _Layout:
    sheet: Sheet
    grids: list[Grid]
    home: dict[int, list[Word]]
    counter: Counter
    shelves: list[Shelf]

    def flow(self, words: list[Word], grids: list[Grid], outer: Cell | None, right: float) -> Iterator[Draft]:
        """Text and tables of one area from the top down; text between two tables is laid out as one block."""
        number = self.counter.flow()
        waiting = sorted(words, key=lambda w: w.base)
        for grid in sorted(grids, key=lambda g: (g.box[1], g.box[0])):
            above = [w for w in waiting if w.middle < grid.box[1] or _left_of(w, grid.box)]
            waiting = [w for w in waiting if not (w.middle < grid.box[1] or _left_of(w, grid.box))]
            yield from self._text(above, outer, number, right)
            yield from self._table(grid, outer)
        yield from self._text(waiting, outer, number, right)

    def _text(self, words: list[Word], outer: Cell | None, flow: int, right: float) -> Iterator[Draft]:
        for block in divide(rows_of(words), shelves=self.shelves):
            if block.columns > 1:
                yield from self._columns(block, outer)
                continue
            number = self.counter.flow() if block.apart else flow
            edge = max((r[-1].x1 for r in block.rows), default=right) if block.apart else right
            for row in block.rows:
                for part in split_row(row):
                    yield draft_of(part, self.sheet, outer, (number,), edge)

    def _columns(self, block: Block, outer: Cell | None) -> Iterator[Draft]:
        table = self.counter.table()
        for i, cells in enumerate(block.table):
            for j, rows in enumerate(cells):
                cell = Cell(table, i, j, ruled=False, inside=outer)
                flow, edge = (self.counter.flow(),), block.edges[j]
                for row in rows:
                    yield draft_of(row, self.sheet, cell, flow, edge)
                if not rows:
                    yield Draft([], block.box(i, j), self.sheet, cell, flow, edge)

    def _table(self, grid: Grid, outer: Cell | None) -> Iterator[Draft]:
        grid.number = self.counter.table()
        for slot in sorted(grid.slots, key=lambda s: (s.row, s.column)):
            cell = Cell(grid.number, slot.row, slot.column, slot.rows, slot.columns, inside=outer)
            inner = [g for g in self.grids if g.outer is not None and g.outer[1] is slot]
            yield from self._cell(grid, slot, cell, inner)

    def _cell(self, grid: Grid, slot: Slot, cell: Cell, inner: list[Grid]) -> Iterator[Draft]:
        words = self.home.get(id(slot), [])
        padding = min(max(min((w.x0 for w in words), default=0.0) - slot.box[0], 1.0), 8.0)
        right = max([slot.box[2] - padding] + [w.x1 for w in words if w.kind == "text"])
        if not words and not inner:
            yield Draft([], slot.box, self.sheet, cell, (self.counter.flow(),), right)
        elif inner or len(grid.slots) == 1:
            yield from self.flow(words, inner, cell, right)
        else:
            yield from self._cell_text(words, cell, right)

    def _cell_text(self, words: list[Word], cell: Cell, right: float) -> Iterator[Draft]:
        flow = self.counter.flow()
        for block in divide(rows_of(words), options_only=True):
            number = self.counter.flow() if block.apart else flow
            edge = max(r[-1].x1 for r in block.rows) if block.apart else right
            for row in block.rows:
                for part in split_row(row):
                    yield draft_of(part, self.sheet, cell, (number,), edge)


def _left_of(word: Word, box: Box) -> bool:
    return box[1] <= word.middle <= box[3] and word.x1 <= box[0] + 2
