"""Words of a page become rows, rows become lines with their pieces; and where a paragraph begins."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

from extractors.page_sheet import Sheet, Word, shown
from pipeline.document import TICKED, UNTICKED, Cell, Line, Piece
from pipeline.values import Box

_LABEL_END = re.compile(r":$|:\s")
_ANSWERED = re.compile(r"[^:]*[^\W\d_]{3}[^:]*:\s+[^\W_]")
"""A label and its answer in one line."""
FAR, VERY_FAR = 3.3, 6.0
"""Times the size of the print: a gap between two fields of a row where the first has its answer, and anywhere."""


@dataclass(slots=True)
class Draft:
    """A line in the making: its words, its cell, the flow it belongs to and that flow's right edge; whether it stands
    on coloured ground."""

    words: list[Word]
    box: Box
    sheet: Sheet
    cell: Cell | None = None
    flow: tuple[int, ...] = ()
    right: float = 0.0
    new_paragraph: bool = True
    tinted: bool = False
    text: str = ""
    pieces: tuple[Piece, ...] = field(default=())

    @property
    def base(self) -> float:
        """Height of the line the words stand on."""
        return self.words[0].base if self.words else self.box[3]

    @property
    def size(self) -> float:
        """Size of most printed letters of the line, in points."""
        sizes = [w.size for w in self.words if w.kind == "text"] or [w.size for w in self.words] or [0.0]
        return median(sizes)

    @property
    def style(self) -> tuple[bool | None, bool | None]:
        """(all bold, all italic): True, False, or None if mixed or nothing is printed."""
        printed = [w for w in self.words if w.kind == "text"]
        return _shared([w.bold for w in printed]), _shared([w.italic for w in printed])


def _shared(values: list[bool]) -> bool | None:
    return values[0] if values and all(v == values[0] for v in values) else None


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words that stand on one line, from left to right, rows from the top."""
    rows: list[list[Word]] = []
    start = 0.0
    for word in sorted(words, key=lambda w: w.base):
        if rows and not word.alone and word.base - start < 0.42 * max(word.size, rows[-1][0].size):
            rows[-1].append(word)
        else:
            rows.append([word])
            start = word.base
    for row in rows:
        row.sort(key=lambda w: (w.x0, w.kind == "entry"))
        _mend(row)
        _close_up(row)
    return rows


def _close_up(row: list[Word]) -> None:
    """Join letters that stand apart for show (``R E Q U E S T``); wider gaps remain between the words."""
    at = 0
    while at < len(row):
        end = at
        while end < len(row) and len(row[end].text) == 1 and row[end].text.isalpha() and row[end].kind == "text":
            end += 1
        gaps = [b.x0 - a.x1 for a, b in zip(row[at:end], row[at + 1 : end], strict=False)]
        if end - at > 4 and min(gaps) > 0 and min(gaps) < row[at].size:
            _join_letters(row, at, end, 1.5 * min(gaps) + 0.1 * row[at].size)
        at = max(end, at + 1)


def _join_letters(row: list[Word], at: int, end: int, widest: float) -> None:
    for i in range(end - 1, at, -1):
        if row[i].x0 - row[i - 1].x1 <= widest:
            row[i - 1].text += row[i].text
            row[i - 1].x1 = row[i].x1
            del row[i]


def _mend(row: list[Word]) -> None:
    """Join the parts of a word that was printed in two strokes (change of font, kerning)."""
    for i in range(len(row) - 1, 0, -1):
        left, right = row[i - 1], row[i]
        if left.kind == right.kind == "text" and not (left.alone or right.alone):
            gap = right.x0 - left.x1
            if -0.3 * left.size < gap < 0.1 * left.size and left.text not in ("[", "("):
                left.text += right.text
                left.x1, left.top, left.bottom = (
                    max(left.x1, right.x1),
                    min(left.top, right.top),
                    max(left.bottom, right.bottom),
                )
                left.bold, left.italic = left.bold and right.bold, left.italic and right.italic
                del row[i]


def number_bands(sheet: Sheet) -> None:
    """Give every word the number of its visual row on the page."""
    for number, row in enumerate(rows_of(sheet.words)):
        for word in row:
            word.band = number
    sheet.words = [w for w in sheet.words if w.band >= 0]


def split_row(row: list[Word]) -> Iterator[list[Word]]:
    """Parts of a row that are fields side by side (``Name: X      Position: Y``)."""
    part = row[:1]
    for word, following in zip(row[1:], _rests(row), strict=True):
        gap = word.x0 - part[-1].x1
        size = max(word.size, part[-1].size) or 10.0
        wide = gap > 2.5 * min(size, 14) or gap > 0.5 * size and part[-1].kind == "entry"
        if wide and _are_two_fields(part, following, gap / size):
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _rests(row: list[Word]) -> Iterator[list[Word]]:
    for i in range(1, len(row)):
        yield row[i:]


def _is_field(words: list[Word]) -> bool:
    """A label of its own, followed by the form field it names."""
    label = [w.text for w in words[: next((i for i, w in enumerate(words) if w.kind == "entry"), 0)]]
    return any(len(re.sub(r"\W", "", t)) > 2 for t in label)


def _are_two_fields(left: list[Word], right: list[Word], gap: float) -> bool:
    said = " ".join(w.text for w in left)
    follows = " ".join(w.text for w in right[:8])
    if re.fullmatch(r"\(?[\dA-Za-zА-Я]{1,4}(?:\.\d+)*[.)]?|[•‣▪●○◦·–-]|[☐☒]", said.strip()):
        return False
    if said.rstrip().endswith(":"):
        return False
    if left[-1].kind == "entry" and _is_field(right):
        return True
    if _LABEL_END.search(follows):
        return True
    answered = _ANSWERED.match(said) and right[0].text[:1].isupper()  # “Signed by: Ada Obi        Signature”
    return gap > (FAR if answered else VERY_FAR) and right[0].kind != "tick"


def draft_of(row: list[Word], sheet: Sheet, cell: Cell | None, flow: tuple[int, ...], right: float) -> Draft:
    """A line of these words."""
    box = (
        min(w.x0 for w in row),
        min(w.top for w in row),
        max(w.x1 for w in row),
        max(w.bottom for w in row),
    )
    draft = Draft(row, box, sheet, cell, flow, right, tinted=_is_tinted(box, sheet))
    draft.text, draft.pieces = _written(row, sheet)
    return draft


def _is_tinted(box: Box, sheet: Sheet) -> bool:
    """True if the line lies, in all its width, on a shaded area smaller than the page."""
    left, middle, right = box[0] + 1, (box[1] + box[3]) / 2, box[2] - 1
    return any(
        a <= left and right <= c and b <= middle <= d and d - b < sheet.height / 2 for a, b, c, d in sheet.shades
    )


def _written(row: list[Word], sheet: Sheet) -> tuple[str, tuple[Piece, ...]]:
    parts: list[str] = []
    pieces: list[Piece] = []
    at = 0
    for word in row:
        text = word.text
        if word.kind == "tick":
            text = TICKED if word.checked else UNTICKED
        if parts and text and parts[-1]:
            at += 1
        pieces.append(_piece(word, at, at + len(text), sheet))
        if text:
            parts.append(text)
            at += len(text)
    return " ".join(parts), tuple(pieces)


def _piece(word: Word, start: int, end: int, sheet: Sheet) -> Piece:
    return Piece(
        word.kind,
        start,
        end,
        box=shown(word.box, sheet),
        checked=word.checked if word.kind == "tick" else None,
        italic=word.italic,
        bold=word.bold,
        choice=word.choice,
        hint=word.hint,
        confidence=word.confidence,
        grey=word.grey,
    )


def line_of(draft: Draft) -> Line:
    """The finished line."""
    return Line(
        text=draft.text,
        pieces=draft.pieces,
        page=draft.sheet.number,
        box=shown(draft.box, draft.sheet),
        cell=draft.cell,
        new_paragraph=draft.new_paragraph,
        band=draft.words[0].band if draft.words else band_at(draft.sheet, draft.box),
        size=round(draft.size, 1) if draft.words else None,
    )


def band_at(sheet: Sheet, box: Box) -> int:
    """The row of the page at the first line of an empty cell, so that it shares its neighbour's row."""
    inside = [w.band for w in sheet.words if box[1] <= w.middle <= box[3]]
    if inside:
        return min(inside)
    return max((w.band for w in sheet.words if w.middle < box[1]), default=0)
