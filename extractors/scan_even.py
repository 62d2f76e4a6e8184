"""What is printed alike in a table is made alike: measured sizes and weights stray, above all in short cells."""

from collections.abc import Iterable

from extractors.page_sheet import Sheet, Word
from extractors.page_tables import Grid, Slot, find_grids, slot_at

_ALIKE = (0.7, 1.45)  # sizes within these factors are taken for one that was misjudged
_MANY = 4  # columns from which every row of a table is printed in one weight
_MOSTLY, _HARDLY = 0.5, 0.35
_PAIRS = (0.34, 0.67)  # part of the cells of a row that are bold where labels and answers stand in turn
_FORM = 0.6  # part of the cells that begin in bold from which they hold label and answer

Part = list[Word]
"""A line of a cell, or the piece of one up to its colon or from there."""


def even_out(sheet: Sheet) -> None:
    """One size in a table; one weight in a row of many columns, elsewhere in each cell, or two where a bold label
    stands over or before its answer."""
    grids = [g for g in find_grids(sheet) if len(g.slots) > 1]
    homes: dict[int, list[tuple[Slot, Word]]] = {}
    for word in sheet.words:
        found = slot_at(grids, (word.x0 + word.x1) / 2, word.middle) if word.kind == "text" else None
        if found is not None:
            homes.setdefault(id(found[0]), []).append((found[1], word))
    rows = [(grid, row) for grid in grids for row in _rows(homes.get(id(grid), []))]
    for grid in grids:
        _one_size([word for _, word in homes.get(id(grid), [])])
    over = _stand_over([parts for _, row in rows for parts in row])
    for grid, row in rows:
        _even_row(row, _columns(grid) >= _MANY, over)


def _columns(grid: Grid) -> int:
    return len({slot.column for slot in grid.slots})


def _rows(own: list[tuple[Slot, Word]]) -> Iterable[list[list[Part]]]:
    """The cells of each row with words in them, as their parts."""
    rows: dict[int, dict[int, list[Word]]] = {}
    for slot, word in own:
        rows.setdefault(slot.row, {}).setdefault(slot.column, []).append(word)
    return [[_parts(words) for words in cells.values()] for cells in rows.values()]


def _stand_over(cells: list[list[Part]]) -> bool:
    """The labels of the page stand in the cells of their answers: most cells that begin in bold do not go on in it."""
    begun = [parts for parts in cells if len(parts) > 1 and _is_bold(parts[0])]
    return sum(map(_is_labelled, begun)) > _FORM * len(begun)


def _even_row(cells: list[list[Part]], one_weight: bool, labels_over: bool) -> None:
    labelled = [labels_over and _is_labelled(parts) for parts in cells]
    whole = [[word for part in parts for word in part] for parts in cells]
    bold = sum(map(_is_bold, whole))
    if one_weight and 2 * sum(labelled) < len(cells) and not _PAIRS[0] <= bold / len(cells) <= _PAIRS[1]:
        _settle([word for words in whole for word in words])
        return
    for parts, words, two in zip(cells, whole, labelled, strict=True):
        # Instructions in italics under a label have a weight of their own.
        upright, slanted = [w for w in words if not w.italic], [w for w in words if w.italic]
        for part in parts if two else (upright, slanted):
            _settle(part)


def _is_labelled(parts: list[Part]) -> bool:
    """What is bold comes first, what is not stands under or behind it."""
    bold = [_is_bold(part) for part in parts]
    return bold[0] and not bold[-1] and bold == sorted(bold, reverse=True)


def _is_bold(part: Part) -> bool:
    return _bold_share(part) > _MOSTLY


def _parts(words: list[Word]) -> list[Part]:
    """The lines of a cell from the top, each up to its colon and from there."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.base):
        if lines and abs(word.base - lines[-1][0].base) < 0.5 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    parts: list[Part] = []
    for line in lines:
        line.sort(key=lambda w: w.x0)
        colon = next((i + 1 for i, w in enumerate(line) if w.text.endswith(":")), len(line))
        parts += [part for part in (line[:colon], line[colon:]) if part]
    return parts


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


def _settle(words: list[Word]) -> None:
    """Bold or not as most of them are, unless it is a near thing."""
    share = _bold_share(words)
    if share > _MOSTLY or share < _HARDLY:
        for word in words:
            word.bold = share > _MOSTLY


def _bold_share(words: Iterable[Word]) -> float:
    lengths = [(len(w.text), w.bold) for w in words]
    return sum(n for n, bold in lengths if bold) / max(sum(n for n, _ in lengths), 1)
