"""Running heads, feet and page numbers, told from the text by where they stand and that they come back."""

import re
from collections import Counter

from rapidfuzz import fuzz

from extractors.page_sheet import Sheet, Word
from extractors.page_tables import Grid, slot_at

_HEAD, _FOOT = 0.115, 0.885
_NEARLY, _ALIKE = 12.0, 80.0
"""Points by which a running head may stand higher or lower on another scanned page, and how alike (0 to 100) its words
must be read."""
_PAGE_NUMBER = re.compile(
    r"^[\s\-–—|·.(\[]*(?:(?:page|p[áa]g(?:ina)?|стр(?:аница)?|с|p|seite|n[°º]?)\.?\s*:?\s*)?\d{1,3}"
    r"(?:\s*(?:/|\||of|de|sur|di|von|из|-)\s*\d{1,3})?[\s\-–—|·.)\]]*$",
    re.I,
)

Row = tuple[str, float, list[Word]]


def take_furniture(sheets: list[Sheet], grids: list[list[Grid]]) -> list[tuple[Sheet, list[Word]]]:
    """Take the running heads, feet and page numbers off the pages; gives their rows, page by page."""
    margins = _as_first_read([_margin_rows(sheet) for sheet in sheets])
    seen: Counter[tuple[str, int]] = Counter()
    for rows in margins:
        seen.update({key for row in rows for key in _keys(row)[:1]})
    need = max(2, (len(sheets) + 1) // 2) if len(sheets) > 2 else 2
    taken: list[tuple[Sheet, list[Word]]] = []
    for sheet, own, rows in zip(sheets, grids, margins, strict=True):
        gone: set[int] = set()
        for row in rows:
            least = max(3, need, len(sheets) - 1) if _in_table(row, own) else need
            back = max(seen[key] for key in _keys(row)) >= least and any(map(str.isalnum, row[0]))
            if back or row[2][0].aside or _is_lone_number(row, sheet, own):
                gone.update(id(w) for w in row[2])
                taken.append((sheet, row[2]))
        aside = [w for w in sheet.words if w.aside and id(w) not in gone]
        taken += [(sheet, [w]) for w in aside]
        gone.update(id(w) for w in aside)
        sheet.words = [w for w in sheet.words if id(w) not in gone]
    return taken


def _margin_rows(sheet: Sheet) -> list[Row]:
    rows: dict[int, list[Word]] = {}
    for word in sheet.words:
        if word.kind == "text" and not _HEAD * sheet.height < word.middle < _FOOT * sheet.height:
            rows.setdefault(word.band, []).append(word)
    whole = Counter(w.band for w in sheet.words)
    full = [sorted(r, key=lambda w: w.x0) for band, r in rows.items() if len(r) == whole[band]]
    return [(" ".join(w.text for w in r), r[0].base, r) for r in full]


def _as_first_read(margins: list[list[Row]]) -> list[list[Row]]:
    """The rows of scanned pages as they were read on the first page that has them, at nearly the same height."""
    known: list[Row] = []
    read: list[list[Row]] = []
    for rows in margins:
        read.append([next(((*same[:2], row[2]) for same in known if _is_same(row, same)), row) for row in rows])
        known += rows
    return read


def _is_same(row: Row, other: Row) -> bool:
    scanned = row[2][0].confidence is not None
    return scanned and abs(row[1] - other[1]) <= _NEARLY and fuzz.ratio(_words(row), _words(other)) >= _ALIKE


def _in_table(row: Row, grids: list[Grid]) -> bool:
    """A row of a ruled table with columns: the head of a table that goes on over pages is no running head."""
    found = slot_at(grids, row[2][0].x0 + 1, row[2][0].middle)
    return found is not None and len(found[0].slots) > 1


def _keys(row: Row) -> list[tuple[str, int]]:
    """The row's words with digits folded and its height, also rounded to the neighbouring steps."""
    text = _words(row)
    step = round(row[1] / 6)
    return [(text, step), (text, step - 1), (text, step + 1)]


def _words(row: Row) -> str:
    return " ".join(re.findall(r"\w+", re.sub(r"\d+", "0", row[0]).casefold()))


def _is_lone_number(row: Row, sheet: Sheet, grids: list[Grid]) -> bool:
    if not _PAGE_NUMBER.match(row[0]):
        return False
    word = row[2][0]
    bases = [w.base for w in sheet.words if w.kind == "text"]
    outermost = word.base <= min(bases) + 2 or word.base >= max(bases) - 2
    return outermost and slot_at(grids, word.x0 + 1, word.middle) is None
