"""Captions in brackets below what they name, in the signature: “Director ______ A. Petrov” over “(position) (signature)
(name)”."""

import re

from extractors.labels import lexicon
from extractors.layout import Layout, Span, Unit

_CAPTION = re.compile(r"\s*\(([^()]{3,40})\)\s*")
_KEYS = {
    "name": "signatory_name",
    "position": "signatory_position",
    "place": "signature_place",
    "date": "signature_date",
    "signature": "signature",
}
"""What a caption names, by the key of its short label."""
_GUESSED = 0.75
"""How well a caption must fit that no list has."""
_FEWEST, _HIGH, _ROW = 2, 90.0, 15.0
"""Captions of different keys that make a signature, how far above one, in points, the words may stand that it names (a
drawn signature stands between), and how far those of one row lie apart."""


def captioned(layout: Layout, language: str) -> tuple[dict[str, list[Span]], frozenset[int]]:
    """The words over each caption by key, and the units of captions and words; nothing unless a name is among them."""
    captions = {unit.index: key for unit in layout.units[len(layout.units) // 2 :] if (key := _key_of(unit, language))}
    if len({*captions.values()} - {"signature"}) < _FEWEST:
        return {}, frozenset()
    found: dict[str, list[Span]] = {}
    units = {*captions}
    for at, key in captions.items():
        if key == "signature" or key in found:
            continue
        above = _over(layout, layout.units[at], captions)
        if above:
            found[key] = [Span(unit.line, unit.start, unit.end) for unit in above]
            units |= {unit.index for unit in above}
    return (found, frozenset(units)) if "signatory_name" in found else ({}, frozenset())


def _key_of(unit: Unit, language: str) -> str | None:
    caption = _CAPTION.fullmatch(unit.text)
    hit = next(iter(lexicon(language).hits(caption[1])), None) if caption and language != "unknown" else None
    if hit is None or hit.group not in ("short", "label") and hit.score < _GUESSED:
        return None
    return hit.key if hit.key in _KEYS.values() else _KEYS.get(hit.key)


def _over(layout: Layout, caption: Unit, captions: dict[int, str]) -> list[Unit]:
    """The words directly above a caption and nearer to it than to any other; in a table those of the cell above."""
    if caption.cell is not None:
        row, column = caption.cell.row - 1, caption.cell.column
        box = layout.at(caption.cell.table, row, column) if row >= 0 else None
        return [unit for unit in box.units if unit.text.strip()] if box is not None else []
    if caption.line.box is None:
        return []
    rivals = [layout.units[at] for at in captions]
    words = layout.units[max(0, caption.index - 12) : caption.index]
    near = [unit for unit in words if unit.text.strip() and unit.index not in captions and _is_above(unit, caption)]
    lowest = max((unit.line.box[3] for unit in near if unit.line.box), default=0.0)
    near = [unit for unit in near if unit.line.box and lowest - unit.line.box[3] < _ROW]
    return [unit for unit in near if min(rivals, key=lambda each: _apart(unit, each)) is caption]


def _is_above(unit: Unit, caption: Unit) -> bool:
    box, own = unit.line.box, caption.line.box
    if box is None or own is None or unit.line.page != caption.line.page or unit.cell is not None:
        return False
    return 0 <= own[1] - box[1] <= _HIGH


def _apart(unit: Unit, caption: Unit) -> float:
    """How far the middles of two units are apart, in points; far where the second is not below the first."""
    box, own = unit.line.box, caption.line.box
    if box is None or own is None or not _is_above(unit, caption):
        return 10_000.0
    return abs(box[0] + box[2] - own[0] - own[2]) / 2
