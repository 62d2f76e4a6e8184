"""Fields side by side, each over a rule of its own: the ends of the rules say where a column begins and ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.page_sheet import Rule, Word

Row = list[Word]
_LEVEL = 1.5
"""How far apart rules of one row may lie, in points."""
_LEAST_GAP, _LEAST_RULE = 4.0, 40.0
"""Least width of the gap between two rules of a row, and least length of a rule, in points."""
_PITCH = 1.75
"""Greatest distance between the lines of one field, and from the last to its rule, in letter sizes."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Rules at one height with gaps between them: the height, and the start and end of each rule."""

    at: float
    strips: tuple[tuple[float, float], ...]

    def column(self, word: Word) -> int:
        """The rule a word stands over."""
        return max((n for n, (start, _) in enumerate(self.strips) if word.x0 >= start - 3), default=0)

    def crossed(self, row: Row) -> bool:
        """True if a word of the row stands across a gap."""
        gaps = [(left[1], right[0]) for left, right in zip(self.strips, self.strips[1:], strict=False)]
        return any(word.x0 < end - 1 and word.x1 > start + 1 for start, end in gaps for word in row)


def shelves_of(rules: Iterable[Rule], outside: Sequence[tuple[float, float]] = ()) -> list[Shelf]:
    """The rows of two to five rules side by side; ``outside`` are heights (top, bottom) where ruled tables stand."""
    level = sorted(
        (r for r in rules if not r.upright and r.end - r.start >= _LEAST_RULE), key=lambda r: (r.at, r.start)
    )
    rows: list[list[Rule]] = []
    for rule in level:
        if rows and rule.at - rows[-1][0].at <= _LEVEL:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    found = [Shelf(row[0].at, tuple(sorted((r.start, r.end) for r in row))) for row in rows if 2 <= len(row) <= 5]
    return [s for s in found if _stand_apart(s) and not any(top - 1 <= s.at <= bottom + 1 for top, bottom in outside)]


def _stand_apart(shelf: Shelf) -> bool:
    pairs = zip(shelf.strips, shelf.strips[1:], strict=False)
    return all(right[0] - left[1] >= _LEAST_GAP for left, right in pairs)


def fields_over(rows: Sequence[Row], at: int, shelves: Iterable[Shelf]) -> tuple[Shelf, int] | None:
    """The shelf whose fields begin with row ``at``, and the number of their rows; None if none does."""
    for shelf in shelves:
        used = _used(rows[at:], shelf)
        first = {shelf.column(word) for word in rows[at]}
        if used and len(first) > 1:
            return shelf, used
    return None


def _used(rows: Sequence[Row], shelf: Shelf) -> int:
    """How many rows from the first stand close together over the shelf and cross none of its gaps."""
    used, before = 0, None
    for row in rows:
        base, size = row[0].base, max(word.size for word in row) or 10.0
        if base > shelf.at + 1:
            break
        if before is not None and base - before > _PITCH * size or shelf.crossed(row):
            return 0
        used, before = used + 1, base
    size = max(word.size for word in rows[used - 1]) if used else 0.0
    return used if used and before is not None and shelf.at - before <= _PITCH * (size or 10.0) else 0
