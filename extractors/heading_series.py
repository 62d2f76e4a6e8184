"""Headings in words we do not know: numbered in a series (I., II., III. or A., B., C.), each over a question."""

import re
from collections.abc import Iterable

from extractors.candidates import in_capitals
from extractors.layout import key_of
from extractors.search import Search

SURE = 0.7
"""How well the words of a label must fit to be surely one."""
LEAST = 14
"""Letters behind which a colon ends a label; before it, the number of a section: ``Section 1: The applicant``."""
PARTS = 3
"""Labels a form must have for each of its headings."""
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_ENUMERATED = re.compile(
    r"\s*(?:(?P<letter>[A-ZА-Я])|(?P<roman>[IVX]{1,4})|(?P<number>\d{1,2}))\s?[.):–—-]\s*[^\W\d_]{2}"
)
_WORDED = re.compile(r"\s*(?P<word>[^\W\d_]{4,})\s+(?P<number>\d{1,2}|[IVX]{1,4})\s?[.):–—-]\s*(?=[^\W\d_])")
"""``Part 2 – The event``, ``Раздел III. Запрос``"""
_LATIN, _CYRILLIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШ"


def heading_series(search: Search) -> frozenset[int]:
    """The units of such headings: at least two in order, nearly all over a label, and few beside the labels."""
    units = [u for u in search.layout.units if u.start == 0 and not u.has("tick") and u.index not in search.activities]
    labels = {c.first for c in search.all if c.best >= SURE}
    found: set[int] = set()
    words = {match["word"].casefold() for unit in units if (match := _WORDED.match(unit.text))}
    for kind in ("roman", "latin", "cyrillic", "number", *sorted(words)):
        series = _series((unit.index, _value(unit.text, kind)) for unit in units)
        heads = [index for index in series if _stands_out(search, index) and _is_over_label(search, index, labels)]
        if len(heads) >= max(2, len(series) - 1) and len(labels - set(series)) >= PARTS * len(series):
            found.update(heads)
    return frozenset(found)


def _series(values: Iterable[tuple[int, int | None]]) -> list[int]:
    """The places of 1, 2, 3 … in order."""
    found: list[int] = []
    for place, value in values:
        if value == len(found) + 1:
            found.append(place)
    return found


def _value(text: str, kind: str) -> int | None:
    """What number the text begins with, told in figures, Roman figures or letters of one alphabet, or behind a word
    (the ``kind``): ``Part 2 –``."""
    if worded := _WORDED.match(text):
        number = worded["number"]
        value = _ROMAN.get(number) if number.isalpha() else int(number)
        return value if worded["word"].casefold() == kind else None
    match = _ENUMERATED.match(text)
    if match is None:
        return None
    letters = match["letter"] or match["roman"] or ""
    if kind == "number":
        return int(match["number"]) if match["number"] else None
    if kind == "roman":
        return _ROMAN.get(letters)
    place = (_LATIN if kind == "latin" else _CYRILLIC).find(letters) if len(letters) == 1 else -1
    return place + 1 if place >= 0 else None


def _stands_out(search: Search, index: int) -> bool:
    """True for a line in bold, capitals or the labels' own look that has its row, or several rows, to itself."""
    unit = search.layout.units[index]
    if unit.has("entry") or ":" in unit.text[LEAST:] or len({piece.bold for piece in unit.pieces}) > 1:
        return False  # an answer goes on behind a label
    if not (unit.all_bold or in_capitals(unit.text) or unit.line.role == "heading" or search.fits(unit)):
        return False
    if unit.cell is None:
        return True
    own = search.layout.cells[key_of(unit.cell)]
    row = [box for box in search.layout.row(unit.cell) if box.text]
    return own.units[0].index == index and (len(row) == 1 or unit.cell.rows > 1)


def _is_over_label(search: Search, index: int, labels: set[int]) -> bool:
    """True for a line with no answer of its own: the next that is printed is a label."""
    if search.layout.units[index].text.rstrip().endswith((":", "?", "*")):
        return False
    behind = (u for u in search.layout.units[index + 1 :] if u.text.strip() and not u.all_italic)
    unit = next(behind, None)
    return unit is not None and unit.index not in search.activities and (unit.index in labels or search.fits(unit))
