"""What is printed alike in a table is made alike: measured sizes and weights stray, above all in short cells."""

from collections.abc import Callable, Iterable

from extractors.page_sheet import Sheet, Word
from extractors.page_tables import Grid, Slot, find_grids, slot_at

_ALIKE = (0.7, 1.45)  # sizes within these factors are taken for one that was misjudged
_MANY = 4  # columns from which every row of a table is printed in one weight
_MOSTLY, _HARDLY = 0.5, 0.35


def even_out(sheet: Sheet) -> None:
    """One size in a table; one weight in a row of many columns, elsewhere in each cell."""
    grids = [g for g in find_grids(sheet) if len(g.slots) > 1]
    homes: dict[int, list[tuple[Slot, Word]]] = {}
    for word in sheet.words:
        found = slot_at(grids, (word.x0 + word.x1) / 2, word.middle) if word.kind == "text" else None
        if found is not None:
            homes.setdefault(id(found[0]), []).append((found[1], word))
    for grid in grids:
        own = homes.get(id(grid), [])
        _one_size([word for _, word in own])
        _one_weight(own, _row if _columns(grid) >= _MANY else _cell)


def _columns(grid: Grid) -> int:
    return len({slot.column for slot in grid.slots})


def _row(slot: Slot) -> tuple[int, ...]:
    return (slot.row,)


def _cell(slot: Slot) -> tuple[int, ...]:
    return (slot.row, slot.column)


def _one_size(words: list[Word]) -> None:
    weights: dict[float, int] = {}
    for word in words:
        weights[word.size] = weights.get(word.size, 0) + len(word.text)
    if not weights:
        return
    usual = max(weights, key=lambda size: weights[size])
    for word in words:
        if _ALIKE[0] < word.size / usual < _ALIKE[1]:
            word.size = usual


def _one_weight(own: list[tuple[Slot, Word]], place: Callable[[Slot], tuple[int, ...]]) -> None:
    groups: dict[tuple[int, ...], list[Word]] = {}
    for slot, word in own:
        groups.setdefault(place(slot), []).append(word)
    for words in groups.values():
        share = _bold_share(words)
        if share > _MOSTLY or share < _HARDLY:
            for word in words:
                word.bold = share > _MOSTLY


def _bold_share(words: Iterable[Word]) -> float:
    lengths = [(len(w.text), w.bold) for w in words]
    return sum(n for n, bold in lengths if bold) / max(sum(n for n, _ in lengths), 1)
