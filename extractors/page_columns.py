"""Columns without lines: labels beside answers, and pages set in two columns like a newspaper."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from extractors.page_sheet import Word
from extractors.page_underlines import Shelf, fields_over
from pipeline.values import Box

Row = list[Word]
_GUTTER = 1.0
"""Least width of the empty strip between two columns, in letter sizes."""


@dataclass(slots=True)
class Block:
    """Rows that are read together: plain text (``columns`` 1) or a borderless table (``table[row][column]``)."""

    rows: list[Row] = field(default_factory=list)
    columns: int = 1
    table: list[list[list[Row]]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)
    apart: bool = False

    def box(self, row: int, column: int) -> Box:
        """Where an empty cell of the table stands."""
        beside = [w for cell in self.table[row] for line in cell for w in line]
        top, bottom = min(w.top for w in beside), max(w.bottom for w in beside)
        return (self.starts[column], top, max(self.edges[column], self.starts[column] + 10), bottom)


def divide(rows: list[Row], options_only: bool = False, shelves: Sequence[Shelf] = ()) -> list[Block]:
    """Blocks of rows in reading order: newspaper columns apart, aligned columns and fields over rules (``shelves``) as
    tables, the rest as it stands.

    Options to tick that stand in columns are read column by column; inside a ruled cell nothing else is divided.
    """
    news = None if options_only else _newspaper(rows)
    if news is not None:
        return news
    blocks: list[Block] = []
    at = 0
    while at < len(rows):
        found = _over_rules(rows, at, shelves) or _aligned(rows, at, options_only)
        if found is not None:
            more, used = found
            blocks += more
            at += used
            continue
        if not blocks or blocks[-1].columns > 1 or blocks[-1].apart:
            blocks.append(Block())
        blocks[-1].rows.append(rows[at])
        at += 1
    return blocks


def _over_rules(rows: list[Row], at: int, shelves: Sequence[Shelf]) -> tuple[list[Block], int] | None:
    """The fields side by side that begin at this row, each in a cell of its own."""
    found = fields_over(rows, at, shelves)
    if found is None:
        return None
    shelf, used = found
    cells: list[list[Row]] = [[] for _ in shelf.strips]
    for row in rows[at : at + used]:
        for column, cell in enumerate(cells):
            if part := [word for word in row if shelf.column(word) == column]:
                cell.append(part)
    starts, edges = ([strip[side] for strip in shelf.strips] for side in (0, 1))
    return [Block(columns=len(cells), table=[cells], starts=starts, edges=edges)], used


def _size(row: Row) -> float:
    return max((w.size for w in row), default=10.0) or 10.0


def _breaks(row: Row) -> list[float]:
    """Where words start after a wide gap."""
    least = _GUTTER * min(_size(row), 12)
    return [b.x0 for a, b in zip(row, row[1:], strict=False) if b.x0 - a.x1 > least]


def _crossed(row: Row, start: float) -> bool:
    """A word of the row stands across the strip left of this start."""
    strip = start - 0.7 * min(_size(row), 12)
    return any(w.x0 < start - 2.5 and w.x1 > strip for w in row)


def _aligned(rows: list[Row], at: int, options_only: bool) -> tuple[list[Block], int] | None:
    """Columns that begin at this row: at least three rows (two of options) whose second column starts at one place."""
    options = _options(rows, at)
    if options is not None or options_only:
        return options
    for start in _breaks(rows[at]):
        used = _extent(rows, at, start)
        span = rows[at : at + used]
        both = [r for r in span if _has_both(r, start)]
        if len(both) < 3 or _reads_across(both, start):
            continue
        starts = [start] + [s for s in _more_starts(span, start) if s > start + 12]
        return [_table(span, sorted(starts))], used
    return None


def _options(rows: list[Row], at: int) -> tuple[list[Block], int] | None:
    """Options to tick in columns: at least two rows whose second tick box stands at one place."""
    first = rows[at][0]
    # A box printed upon the first one begins no column: nothing would be left of it.
    beside_it = [w.x0 for w in rows[at][1:] if w.kind == "tick" and w.x0 - 2.5 > first.x0]
    for start in beside_it if first.kind == "tick" else []:
        end, pairs = at, 0
        while end < len(rows) and _keeps_options(rows, end, at, start):
            pairs += any(w.kind == "tick" and abs(w.x0 - start) <= 1.5 for w in rows[end])
            end += 1
        beside = rows[max(at - 1, 0) : at] + rows[end : end + 1]
        if pairs > 2 or pairs == 2 and not any(_ticks(r) > 1 for r in beside):
            return _option_columns(rows[at:end], start), end - at
    return None


def _ticks(row: Row) -> int:
    return sum(w.kind == "tick" for w in row)


def _keeps_options(rows: list[Row], here: int, at: int, start: float) -> bool:
    """The row has its options in the same columns, or is the wrapped end of one."""
    row, first = rows[here], rows[at][0]
    if any(w.x0 < start - 2.5 and w.x1 > start - 0.5 for w in row):
        return False
    if _ticks(row) > 1 and not any(w.kind == "tick" and abs(w.x0 - start) <= 1.5 for w in row):
        return False
    if row[0].kind == "tick":
        return abs(row[0].x0 - first.x0) <= 2.5 or row[0].x0 >= start - 2.5
    return here > at and row[0].x0 > first.x0 + 3 and row[0].base - rows[here - 1][0].base < 1.6 * _size(row)


def _option_columns(span: list[Row], start: float) -> list[Block]:
    """Tick boxes in columns: first the left column, then what stands right of it, divided again."""
    left = [p for r in span if (p := [w for w in r if w.x0 < start - 2.5])]
    right = [p for r in span if (p := [w for w in r if w.x0 >= start - 2.5])]
    return [Block(rows=left, apart=True), *(Block(b.rows, apart=True) for b in divide(right, options_only=True))]


def _has_both(row: Row, start: float) -> bool:
    return any(w.x1 <= start for w in row) and any(abs(w.x0 - start) <= 2.5 for w in row)


def _extent(rows: list[Row], at: int, start: float) -> int:
    """How many rows from here keep the strip left of ``start`` free, without rows of one side at the end."""
    end = last = at
    left = rows[at][0].x0
    while end < len(rows):
        row = rows[end]
        size = _size(row)
        if _crossed(row, start) or not any(abs(w.x0 - start) <= 2.5 for w in row) and row[-1].x0 >= start:
            break
        if end > at and rows[end][0].base - rows[end - 1][0].base > 3.2 * size:
            break
        if row[0].x0 < start - 3 and abs(row[0].x0 - left) > 1.5 * size or row[0].size > rows[at][0].size + 1.5:
            break
        end += 1
        wrapped = row[0].x0 >= start - 3 and last == end - 1
        if _has_both(row, start) or wrapped or last == end - 1 and _ends_label(rows[end - 2 : end], start):
            last = end
    return max(last - at, 1)


def _ends_label(rows: list[Row], start: float) -> bool:
    """True for two rows of which the second holds no more than the end of the label that the first begins."""
    if len(rows) < 2 or rows[1][-1].x1 > start or not rows[1][0].text[:1].islower():
        return False
    above, row = rows
    near = row[0].base - above[0].base < 1.6 * _size(row)
    return near and row[0].bold == above[0].bold and abs(row[0].x0 - above[0].x0) < 3


def _reads_across(both: list[Row], start: float) -> bool:
    """Prose whose words happen to line up, or numbered lines: no columns."""
    lefts = [[w for w in r if w.x1 <= start] for r in both]
    if all(
        re.fullmatch(r"\(?[\dA-Za-zА-я]{1,3}(?:\.\d+)*[.)]?|[•‣▪●○◦·–*-]|[☐☒]", r[-1].text) and len(r) == 1
        for r in lefts
    ):
        return True
    gaps = [min(w.x0 for w in r if w.x0 >= start - 2.5) - max(w.x1 for w in r if w.x1 <= start) for r in both]
    return median(gaps) < 1.2 * _size(both[0])


def _more_starts(span: list[Row], start: float) -> list[float]:
    """Further columns right of the second: aligned in at least three rows and crossed in none."""
    counts: dict[int, list[float]] = {}
    for row in span:
        for x in _breaks([w for w in row if w.x0 >= start - 2.5]):
            counts.setdefault(round(x / 4), []).append(x)
    found = [min(xs) for xs in counts.values() if len(xs) >= 3]
    return [x for x in found if not any(_crossed([w for w in r if w.x0 >= start - 2.5], x) for r in span)]


def _table(span: list[Row], starts: list[float]) -> Block:
    left = min(r[0].x0 for r in span)
    columns = [left, *starts]
    block = Block(columns=len(columns), starts=columns)
    pitch = min((b[0].base - a[0].base for a, b in zip(span, span[1:], strict=False)), default=0.0)
    before: Row | None = None
    for row in span:
        parts = [[w for w in row if _column(w, columns) == c] for c in range(len(columns))]
        if before is None or _opens(row, parts, before, pitch):
            block.table.append([[] for _ in columns])
        for column, part in enumerate(parts):
            if part:
                block.table[-1][column].append(part)
        before = row
    block.edges = [
        max((w.x1 for r in span for w in r if _column(w, columns) == c), default=columns[c])
        for c in range(len(columns))
    ]
    return block


def _column(word: Word, columns: list[float]) -> int:
    return max((c for c, start in enumerate(columns) if word.x0 >= start - 3), default=0)


def _opens(row: Row, parts: list[Row], before: Row, pitch: float) -> bool:
    """A new row of the table: its label begins here and is no wrapped end of the label above."""
    if not parts[0]:
        return False
    gap = row[0].base - before[0].base
    first = parts[0][0]
    hint = all(word.italic for word in parts[0]) and not before[0].italic
    if gap <= 1.7 * _size(row) and len(parts) > 1 and parts[1] and (hint or first.text[:1].islower()):
        return False  # the label's own end, or its hint, beside the next line of the answer
    if gap > 1.25 * pitch:
        return True
    return first.kind == "tick" or not first.text[:1].islower()


def _newspaper(rows: list[Row]) -> list[Block] | None:
    """Text set in two columns over at least eight rows: what stands above, the left, the right, what stands below."""
    if len(rows) < 10:
        return None
    left, right = min(r[0].x0 for r in rows), max(w.x1 for r in rows for w in r)
    middle = _free_strip(rows, left, right)
    if middle is None:
        return None
    first, last, at = middle
    span = rows[first:last]
    lefts = [p for r in span if (p := [w for w in r if w.x1 <= at])]
    rights = [p for r in span if (p := [w for w in r if w.x0 >= at])]
    if not (_is_prose(lefts) and _is_prose(rights)):
        return None
    blocks = divide(rows[:first]) if first else []
    blocks += [Block(rows=lefts, apart=True), Block(rows=rights, apart=True)]
    return blocks + (divide(rows[last:]) if last < len(rows) else [])


def _free_strip(rows: list[Row], left: float, right: float) -> tuple[int, int, float] | None:
    """The longest run of rows that leave a strip near the middle free: first row, end, place of the strip."""
    best: tuple[int, int, float] | None = None
    for step in range(35, 66, 2):
        at = left + (right - left) * step / 100
        begin = 0
        for i in range(len(rows) + 1):
            if i == len(rows) or any(w.x0 < at + 4 and w.x1 > at - 4 for w in rows[i]):
                if best is None or i - begin > best[1] - best[0]:
                    best = (begin, i, at)
                begin = i + 1
    return best if best is not None and best[1] - best[0] >= 8 else None


def _is_prose(lines: list[Row]) -> bool:
    """Most lines fill the column with several words."""
    if len(lines) < 7:
        return False
    start, end = min(r[0].x0 for r in lines), max(r[-1].x1 for r in lines)
    full = sum(r[-1].x1 - r[0].x0 > 0.75 * (end - start) for r in lines)
    return full >= 0.5 * len(lines) and median(len(r) for r in lines) >= 4
