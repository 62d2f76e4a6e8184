"""Ruled tables of a page: lines and shaded areas become grids, grids become cells with their spans."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from extractors.page_sheet import Rule, Sheet
from pipeline.values import Box

# Two lines nearer than this are one border (double borders, shading beside its line).
_NEAR = 3.2
# A break in a line up to this length is a dash, not an end.
_DASH = 4.5

# Pages with more lines than this are drawings; the longest are looked at.
_MOST_RULES = 1200
_MOST_SHADES = 300
_MOST_SLOTS = 3000


@dataclass(slots=True)
class Slot:
    """One cell of a grid: row and column counted from 0, spans, and its box."""

    row: int
    column: int
    rows: int
    columns: int
    box: Box


@dataclass(slots=True)
class Grid:
    """A ruled table: its outline, its cells row by row, and the cell of another table it stands in, if any."""

    box: Box
    slots: list[Slot]
    outer: "tuple[Grid, Slot] | None" = None
    number: int = field(default=-1)


def find_grids(sheet: Sheet) -> list[Grid]:
    """All ruled tables of a page, from the top; a frame of one cell is a table, a frame round the page is not."""
    rules = joined(sheet.rules)
    rules += _shade_rules(sheet, rules)
    rules = sorted((r for r in joined(rules) if r.end - r.start > 4), key=lambda r: r.start - r.end)[:_MOST_RULES]
    grids = [g for group in _connected(rules) if (g := _grid(group)) is not None and not _is_page_frame(g, sheet)]
    grids.sort(key=lambda g: (g.box[1], g.box[0]))
    for grid in grids:
        grid.outer = _holder(grid, grids)
    return grids


def slot_at(grids: Iterable[Grid], x: float, y: float) -> tuple[Grid, Slot] | None:
    """The innermost cell at a point of the page."""
    found: tuple[Grid, Slot] | None = None
    for grid in grids:
        if grid.box[0] <= x <= grid.box[2] and grid.box[1] <= y <= grid.box[3]:
            for slot in grid.slots:
                if slot.box[0] <= x <= slot.box[2] and slot.box[1] <= y <= slot.box[3]:
                    if found is None or _area(slot.box) < _area(found[1].box):
                        found = (grid, slot)
                    break
    return found


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def joined(rules: list[Rule]) -> list[Rule]:
    """Pieces of one line as one line: dashes, borders drawn cell by cell, a border drawn twice."""
    joined: list[Rule] = []
    for upright in (True, False):
        last: dict[int, Rule] = {}
        for rule in sorted((r for r in rules if r.upright == upright), key=lambda r: r.start):
            key = round(rule.at)
            found = next((o for k in (key, key - 1, key + 1) if (o := last.get(k)) and _continues(o, rule)), None)
            if found is not None:
                found.end = max(found.end, rule.end)
            else:
                rule = Rule(upright, rule.at, rule.start, rule.end)
                last[key] = rule
                joined.append(rule)
    return joined


def _continues(line: Rule, piece: Rule) -> bool:
    return abs(line.at - piece.at) < 1 and piece.start <= line.end + _DASH


def _shade_rules(sheet: Sheet, rules: list[Rule]) -> list[Rule]:
    """The sides of shaded areas that are cells: label cells stacked or side by side, and shaded boxes with text."""
    shades = [s for s in dict.fromkeys(sheet.shades) if s[2] - s[0] > 12 and s[3] - s[1] > 7]
    shades = [s for s in shades if s[3] - s[1] < 0.9 * sheet.height][:_MOST_SHADES]
    sides: list[Rule] = []
    for shade in shades:
        mates = [o for o in shades if o is not shade and _are_neighbours(o, shade)]
        if mates or _touches_rules(shade, rules) or _holds_lines(shade, sheet):
            x0, top, x1, bottom = shade
            sides += [Rule(False, top, x0, x1), Rule(False, bottom, x0, x1)]
            sides += [Rule(True, x0, top, bottom), Rule(True, x1, top, bottom)]
            if mates and not _touches_rules(shade, rules):
                sides += _answer_sides(shade, shades, sheet)
    return sides


def _are_neighbours(a: Box, b: Box) -> bool:
    stacked = abs(a[0] - b[0]) < 2 and abs(a[2] - b[2]) < 2 and min(abs(a[1] - b[3]), abs(b[1] - a[3])) < 6
    beside = abs(a[1] - b[1]) < 2 and abs(a[3] - b[3]) < 2 and min(abs(a[0] - b[2]), abs(b[0] - a[2])) < 6
    return stacked or beside


def _touches_rules(shade: Box, rules: list[Rule]) -> bool:
    """A shaded area with lines along at least two of its sides belongs to a ruled table."""
    x0, top, x1, bottom = shade
    sides = ((False, top, x0, x1), (False, bottom, x0, x1), (True, x0, top, bottom), (True, x1, top, bottom))
    hits = 0
    for upright, at, start, end in sides:
        hits += any(
            r.upright == upright
            and abs(r.at - at) < _NEAR
            and min(r.end, end) - max(r.start, start) > 0.6 * (end - start)
            for r in rules
        )
    return hits >= 2


def _holds_lines(shade: Box, sheet: Sheet) -> bool:
    """A shaded box that holds two or more printed lines is a notice, not a highlighted line."""
    inside = [w for w in sheet.words if shade[0] <= w.x0 and w.x1 <= shade[2] and shade[1] <= w.middle <= shade[3]]
    if not inside:
        return False
    return max(w.base for w in inside) - min(w.base for w in inside) > 0.9 * inside[0].size


def _answer_sides(shade: Box, shades: list[Box], sheet: Sheet) -> list[Rule]:
    """Shaded label cells in a stack without borders: what stands to their right is the answer's cell."""
    x0, top, x1, bottom = shade
    if any(o[0] > x0 + 2 and min(o[3], bottom) - max(o[1], top) > 2 for o in shades):
        return []
    right = max((w.x1 for w in sheet.words if w.x0 > x1 and top - 2 <= w.middle), default=0.0)
    if right <= x1 or not any(w.x0 > x1 and top <= w.middle <= bottom for w in sheet.words):
        return []
    right = max(right, sheet.width - x0)
    return [Rule(False, top, x1, right), Rule(False, bottom, x1, right), Rule(True, right, top, bottom)]


def _connected(rules: list[Rule]) -> Iterator[list[Rule]]:
    """Groups of lines that touch each other; a line that touches no other makes no table."""
    level = [r for r in rules if not r.upright]
    upright = sorted((r for r in rules if r.upright), key=lambda r: r.at)
    mates: dict[int, list[Rule]] = {id(r): [] for r in rules}
    for h in level:
        for v in upright:
            if h.start - _NEAR <= v.at <= h.end + _NEAR and v.start - _NEAR <= h.at <= v.end + _NEAR:
                mates[id(h)].append(v)
                mates[id(v)].append(h)
    seen: set[int] = set()
    for rule in rules:
        if id(rule) in seen or not mates[id(rule)]:
            continue
        group, waiting = [], [rule]
        seen.add(id(rule))
        while waiting:
            here = waiting.pop()
            group.append(here)
            fresh = [m for m in mates[id(here)] if id(m) not in seen]
            seen.update(id(m) for m in fresh)
            waiting += fresh
        yield group


def _grid(group: list[Rule]) -> Grid | None:
    """The table that a group of touching lines draws, or None if it encloses nothing."""
    xs = _positions([r.at for r in group if r.upright] + [e for r in group if not r.upright for e in (r.start, r.end)])
    ys = _positions([r.at for r in group if not r.upright] + [e for r in group if r.upright for e in (r.start, r.end)])
    xs, ys = _drawn(xs, group, True), _drawn(ys, group, False)
    if len(xs) < 2 or len(ys) < 2 or xs[-1] - xs[0] < 14 or ys[-1] - ys[0] < 7:
        return None
    if (len(xs) - 1) * (len(ys) - 1) > _MOST_SLOTS:
        return None
    levels = [[_covered(group, False, y, xs[j], xs[j + 1]) for j in range(len(xs) - 1)] for y in ys]
    sides = [[_covered(group, True, x, ys[i], ys[i + 1]) for x in xs] for i in range(len(ys) - 1)]
    slots = list(_slots(xs, ys, levels, sides))
    slots = [s for s in slots if s.box[2] - s.box[0] > 5 and s.box[3] - s.box[1] > 5]
    return Grid((xs[0], ys[0], xs[-1], ys[-1]), slots) if slots else None


def _positions(values: list[float]) -> list[float]:
    places: list[list[float]] = []
    for value in sorted(values):
        if places and value - places[-1][-1] <= _NEAR and value - places[-1][0] <= 2 * _NEAR:
            places[-1].append(value)
        else:
            places.append([value])
    return [sum(p) / len(p) for p in places]


def _drawn(places: list[float], group: list[Rule], upright: bool) -> list[float]:
    """Places where a line runs, and the two ends of the table, which may be open."""
    last = len(places) - 1
    own = [r.at for r in group if r.upright == upright]
    return [p for i, p in enumerate(places) if i in (0, last) or any(abs(a - p) <= 2 * _NEAR for a in own)]


def _covered(group: list[Rule], upright: bool, at: float, start: float, end: float) -> bool:
    """A line runs along this side of an elementary cell for more than half of its length."""
    need = 0.55 * (end - start)
    return (
        sum(
            max(0.0, min(r.end, end) - max(r.start, start))
            for r in group
            if r.upright == upright and abs(r.at - at) <= 1.5 * _NEAR
        )
        >= need
    )


def _slots(xs: list[float], ys: list[float], levels: list[list[bool]], sides: list[list[bool]]) -> Iterator[Slot]:
    """Grow each cell right and down over the elementary cells that no line divides from it."""
    taken: set[tuple[int, int]] = set()
    for i in range(len(ys) - 1):
        for j in range(len(xs) - 1):
            if (i, j) in taken:
                continue
            columns = 1
            while j + columns < len(xs) - 1 and not sides[i][j + columns] and (i, j + columns) not in taken:
                columns += 1
            rows = 1
            while i + rows < len(ys) - 1 and _open_below(i + rows, j, columns, levels, sides, taken):
                rows += 1
            taken.update((i + a, j + b) for a in range(rows) for b in range(columns))
            yield Slot(i, j, rows, columns, (xs[j], ys[i], xs[j + columns], ys[i + rows]))


def _open_below(
    row: int, column: int, columns: int, levels: list[list[bool]], sides: list[list[bool]], taken: set[tuple[int, int]]
) -> bool:
    return all(
        not levels[row][c] and (row, c) not in taken and (c == column or not sides[row][c])
        for c in range(column, column + columns)
    )


def _is_page_frame(grid: Grid, sheet: Sheet) -> bool:
    big = _area(grid.box) > 0.72 * sheet.width * sheet.height
    return big and len(grid.slots) == 1


def _holder(grid: Grid, grids: list[Grid]) -> tuple[Grid, Slot] | None:
    """The smallest cell of another table that holds this table whole."""
    x0, top, x1, bottom = grid.box
    best: tuple[Grid, Slot] | None = None
    for other in grids:
        if other is grid or _area(other.box) <= _area(grid.box):
            continue
        for slot in other.slots:
            a, b, c, d = slot.box
            inside = a - 2 <= x0 and b - 2 <= top and c + 2 >= x1 and d + 2 >= bottom
            if inside and (best is None or _area(slot.box) < _area(best[1].box)):
                best = (other, slot)
    return best
