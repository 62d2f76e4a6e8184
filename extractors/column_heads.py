"""Rows that head the tables of a form alike, “No. | Question | Answer”: print of the form that asks nothing."""

from collections import Counter

from extractors.labels import Lexicon
from extractors.layout import CellBox, Layout

_SURE = 0.9
"""How well the words of such a row may fit a label: “Name | Post” over two tables are questions."""


def column_heads(layout: Layout, lexicon: Lexicon) -> frozenset[int]:
    """The units of first rows that several tables share, none of whose cells surely asks something."""
    rows = [layout.row(boxes[0].cell) for boxes in layout.tables.values()]
    often = Counter(map(_words, rows))
    heads = [row for row in rows if len(row) > 1 and often[_words(row)] > 1 and all(box.text for box in row)]
    return frozenset(u.index for row in heads if not _asks(row, lexicon) for box in row for u in box.units)


def _words(row: list[CellBox]) -> tuple[str, ...]:
    return tuple(box.text for box in row)


def _asks(row: list[CellBox], lexicon: Lexicon) -> bool:
    return any(hit.score >= _SURE for box in row for hit in lexicon.hits(box.text)[:1])
