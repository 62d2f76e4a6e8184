"""The activities of a form: a table with a row for each, a table with a column for each, or blocks of lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from extractors.amounts import read_months
from extractors.dates import read_date
from extractors.labels import Lexicon, column_lexicon, lexicon, without_number
from extractors.layout import DOTTED, Box2, Layout, Span, Unit, key_of
from pipeline.folding import fold, tidy
from pipeline.languages import load_language
from pipeline.records import Activity, Format

COLUMNS = ("title", "type", "format", "start", "duration", "participants", "location")
ENOUGH = 0.78
"""Score from which a cell is the heading of a column."""

_NUMBERED = re.compile(r"\d{1,2}|[ivx]{1,4}$", re.I)


@dataclass
class Draft:
    """One activity being read: the spans of each column."""

    cells: dict[str, list[Span]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def add(self, column: str, spans: list[Span]) -> None:
        """Add words to a column."""
        self.cells.setdefault(column, []).extend(spans)

    def text(self, column: str) -> str | None:
        """The words of a column without dotted lines, or None."""
        words = tidy(" ".join(span.text for span in self.cells.get(column, ())))
        words = tidy(DOTTED.sub(" ", words)).strip()
        return words if words.strip(" .:–—-_") else None


@dataclass(frozen=True)
class ActivitiesFound:
    """The activities read, the units they stand in, and whether there is a place for them on the form at all."""

    drafts: tuple[Draft, ...]
    taken: frozenset[int]
    headed: bool

    def values(self, language: str) -> list[Activity]:
        """The activities that say something, cells as written, ``format`` normalised."""
        read = [self._value(draft, language) for draft in self.drafts]
        return [activity for activity in read if activity is not None]

    def spans(self) -> list[Span]:
        """All words read, in the order of the form."""
        found = [s for d in self.drafts for column in d.cells.values() for s in column if s.text.strip()]
        return sorted(found, key=lambda s: (s.line.page or 0, s.line.band))

    @staticmethod
    def _value(draft: Draft, language: str) -> Activity | None:
        cells = {column: draft.text(column) for column in COLUMNS if column != "format"}
        mode = draft.text("format")
        if not any(cells.values()) and not mode:
            return None
        return Activity(**cells, format=read_format(mode, language))


def read_format(text: str | None, language: str) -> Format | None:
    """On site, remote or hybrid, by the words of the language and of English."""
    if not text:
        return None
    folded = f" {fold(text)} "
    found: set[Format] = set()
    for code in (language, "en"):
        if code == "unknown":
            continue
        words = load_language(code).formats
        names: tuple[Format, ...] = ("hybrid", "remote", "on_site")
        for name in names:
            if any(f" {fold(word)} " in folded for word in words[name]):
                found.add(name)
        if found:
            break
    if "hybrid" in found or {"remote", "on_site"} <= found:
        return "hybrid"
    return next(iter(found), None)


def find_activities(layout: Layout, language: str) -> ActivitiesFound:
    """All activities of the document, by whatever arrangement is found first."""
    columns = column_lexicon(language)
    for reader in (_by_rows, _by_columns, _by_blocks):
        found = reader(layout, columns, language)
        if found is not None:
            return found
    return ActivitiesFound((), frozenset(), False)


# ------------------------------------------------------------------------------------------ a row for each
def _column_of(text: str, columns: Lexicon) -> str | None:
    hits = [hit for hit in columns.hits(without_number(text).rstrip(" :*?")) if hit.key != "heading"]
    return hits[0].key if hits and hits[0].score >= ENOUGH else None


def _header(row: list[Box2], columns: Lexicon) -> dict[int, str] | None:
    """Column number -> column key, if the row is the heading of an activities table."""
    if len(row) < 3 or any(len(box.text.split()) > 12 for box in row):
        return None
    named: dict[int, str] = {}
    filled = [box for box in row if box.text]
    for box in filled:
        key = _column_of(box.text, columns)
        if key and (key not in named.values()):
            named[box.cell.column] = key
    strong = set(named.values()) - {"number"}
    if len(strong) >= 3 and len(named) >= 0.6 * len(filled) and strong & {"title", "type", "duration"}:
        return named
    return None


def _by_rows(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    for table in layout.tables:
        rows = _rows(layout, table)
        for position, row in enumerate(rows[:-1] or rows):
            named = _header(row, columns)
            if named is not None:
                return _read_rows(layout, table, rows[position:], named, language, columns)
    return None


def _rows(layout: Layout, table: int) -> list[list[Box2]]:
    rows: dict[int, list[Box2]] = {}
    for box in layout.tables[table]:
        rows.setdefault(box.cell.row, []).append(box)
    return [rows[number] for number in sorted(rows)]


def _read_rows(
    layout: Layout, table: int, rows: list[list[Box2]], named: dict[int, str], language: str, columns: Lexicon
) -> ActivitiesFound:
    named = _complete(rows[0], _by_content(rows, named, language))
    drafts: list[Draft] = []
    taken = {unit.index for box in rows[0] for unit in box.units}
    body = rows[1:]
    following = layout.next_table(table)
    while following is not None and _continues(layout, following, rows[0]):
        body += [r for r in _rows(layout, following) if _header(r, columns) is None]
        taken |= {u.index for box in layout.tables[following] for u in box.units}
        following = layout.next_table(following)
    for row in body:
        if len(row) <= 1 < len(named) and not _spans_all(row, rows[0]):
            break
        taken |= {unit.index for box in row for unit in box.units}
        _read_row(row, named, drafts)
    return ActivitiesFound(tuple(drafts), frozenset(taken), True)


def _by_content(rows: list[list[Box2]], named: dict[int, str], language: str) -> dict[int, str]:
    """A column with an unknown heading is known by its cells: lengths of time, dates, ways of working."""
    named = dict(named)
    for box in rows[0]:
        column = box.cell.column
        if column in named or not box.text:
            continue
        cells = [b.text for row in rows[1:] for b in row if b.cell.column == column and b.text]
        key = _kind_of(cells, language)
        if key and key not in named.values():
            named[column] = key
    return named


def _kind_of(cells: list[str], language: str) -> str | None:
    if not cells:
        return None
    half = (len(cells) + 1) // 2
    if sum(read_date(cell, language) is not None for cell in cells) >= half:
        return "start"
    if sum(read_months(cell, language) is not None and not cell.isdigit() for cell in cells) >= half:
        return "duration"
    if sum(read_format(cell, language) is not None and len(cell.split()) <= 3 for cell in cells) >= half:
        return "format"
    if sum(bool(re.search(r"\d", cell)) for cell in cells) >= half:
        return "participants"
    return None


def _complete(header: list[Box2], named: dict[int, str]) -> dict[int, str]:
    """A column without a known heading at the very left is the number; one wide unknown column is the title."""
    unknown = [box.cell.column for box in header if box.cell.column not in named]
    if "title" not in named.values() and unknown:
        wordy = [box.cell.column for box in header if box.cell.column in unknown and box.text and box.cell.column > 0]
        if wordy:
            named = {**named, wordy[0]: "title"}
    return named


def _spans_all(row: list[Box2], header: list[Box2]) -> bool:
    return sum(max(1, box.cell.columns) for box in row) >= len(header)


def _continues(layout: Layout, table: int, header: list[Box2]) -> bool:
    first = _rows(layout, table)[0]
    return len(first) == len(header)


def _read_row(row: list[Box2], named: dict[int, str], drafts: list[Draft]) -> None:
    number = next((box.text for box in row if named.get(box.cell.column) == "number" or box.cell.column == 0), "")
    cells = {named[box.cell.column]: box for box in row if box.cell.column in named and named[box.cell.column] != "number"}
    has_number_column = 0 not in named or named.get(0) == "number"
    if drafts and has_number_column and not number and any(box.text for box in cells.values()):
        target = drafts[-1]  # a row cut in two by the end of a page: its second half has no number
    else:
        target = Draft()
        drafts.append(target)
    for key, box in cells.items():
        target.add(key, [Span(u.line, u.start, u.end) for u in box.units])


# ------------------------------------------------------------------------------------------ a column for each
def _by_columns(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    for table in layout.tables:
        rows = [row for row in _rows(layout, table) if len(row) >= 3]
        named = {row[0].cell.row: _column_of(row[0].text, columns) for row in rows if row[0].cell.column == 0}
        known = {key for key in named.values() if key and key != "number"}
        if len(known) < 3 or len(known) < 0.6 * len(rows) or not known & {"duration", "participants", "format"}:
            continue
        drafts = [Draft() for _ in rows[0][1:]]
        for row in rows:
            key = named.get(row[0].cell.row)
            for draft, box in zip(drafts, row[1:], strict=False):
                if key and key != "number":
                    draft.add(key, [Span(u.line, u.start, u.end) for u in box.units])
        taken = frozenset(u.index for row in rows for box in row for u in box.units)
        return ActivitiesFound(tuple(drafts), taken, True)
    return None


# ------------------------------------------------------------------------------------------ blocks of lines
def _by_blocks(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    anchors = [u.index for u in layout.units if _anchor(u, language) is not None]
    good = [a for a in anchors if _labels_after(layout, a, columns) >= 2]
    if not good:
        return None
    reader = _BlockReader(layout, columns, language)
    return reader.read(good[0])


def _anchor(unit: Unit, language: str) -> int | None:
    """Where the title begins in a line like ``Activity 2: …``; None if the line is no such heading."""
    text = unit.text
    for word in load_language(language).activity["heading"]:
        match = re.match(
            rf"\W*(?:\d{{1,2}}\W{{0,3}}\s*)?{re.escape(word)}\s*(?:№|n[°ºo]\.?|nr\.?|#)?\s*(?:\d{{1,2}}|[IVX]{{1,3}}|[A-D])\b\s*[:.)–—-]*\s*",
            text,
            re.I,
        )
        if match:
            return unit.start + match.end()
    return None


def _labels_after(layout: Layout, anchor: int, columns: Lexicon) -> int:
    found = set()
    for unit in layout.units[anchor + 1 : anchor + 14]:
        key = _label_of(unit, columns)
        if key:
            found.add(key[0])
    return len(found)


def _label_of(unit: Unit, columns: Lexicon) -> tuple[str, int] | None:
    """Column key and where its value begins, for ``Duration: 2 weeks`` or a cell or line ``Duration``."""
    text = unit.text
    colon = re.match(r"[^:：]{2,60}[:：]\s*", text)
    entry = next((p.start - unit.start for p in unit.pieces if p.kind == "entry"), None)
    cut = colon.end() if colon else entry if entry else len(text)
    label = text[:cut].rstrip(" :：*")
    if not label or len(label.split()) > 8:
        return None
    key = _column_of(label, columns)
    whole = cut == len(text)
    if key is None or key == "number" or (whole and not colon and len(label.split()) > 5):
        return None
    return key, unit.start + cut


_LIKE_COLUMNS = {"start_date", "duration_months", "target_groups", "event_date", "event_place", "title", "event_type"}
"""Questions of the form that a column of an activity asks in the same words."""


class _BlockReader:
    """Reads blocks from the first heading on, until something that is no part of an activity."""

    def __init__(self, layout: Layout, columns: Lexicon, language: str) -> None:
        self.layout, self.columns, self.language = layout, columns, language
        self.labels = lexicon(language)
        self.drafts: list[Draft] = []
        self.taken: set[int] = set()
        self.column = "title"

    def read(self, start: int) -> ActivitiesFound:
        """Read from the unit ``start``."""
        for unit in self.layout.units[start:]:
            if unit.index in self.taken:
                continue
            if not self._take(unit):
                break
            self.taken.add(unit.index)
        return ActivitiesFound(tuple(self.drafts), frozenset(self.taken), True)

    def _take(self, unit: Unit) -> bool:
        begins = _anchor(unit, self.language)
        if begins is not None:
            return self._open(unit, begins)
        if not unit.text.strip():
            return True
        labelled = _label_of(unit, self.columns)
        if labelled is not None and (labelled[0] in self.first_asked or not self._asks_else(unit)):
            return self._fill(unit, *labelled)
        return self._go_on(unit)

    @property
    def first_asked(self) -> set[str]:
        """Columns the first block has and this one has not yet: there, a label means the column."""
        return self.drafts[0].asked - self.drafts[-1].asked if len(self.drafts) > 1 else set()

    def _open(self, unit: Unit, begins: int) -> bool:
        self.drafts.append(Draft())
        self.column = "title"
        if unit.line.text[begins : unit.end].strip():
            self._put("title", [Span(unit.line, begins, unit.end)])
        else:
            self._neighbour(unit, "title")
        return True

    def _fill(self, unit: Unit, key: str, begins: int) -> bool:
        draft = self.drafts[-1]
        if key in draft.asked:
            return False
        draft.asked.add(key)
        self.column = key
        if unit.line.text[begins : unit.end].strip() or unit.has("entry"):
            if key == "title" and draft.text("title"):
                draft.cells.pop("title")
            self._put(key, [Span(unit.line, begins, unit.end)])
        else:
            if key == "title" and draft.text("title"):
                draft.cells.pop("title")
            self._neighbour(unit, key)
        return True

    def _neighbour(self, unit: Unit, key: str) -> None:
        """The value stands in the cell to the right, or below the heading in the same cell."""
        if unit.cell is None:
            return
        own = self.layout.cells[key_of(unit.cell)]
        if own.units[-1].index != unit.index:
            return
        box = self.layout.right(unit.cell)
        if box is None or any(_label_of(u, self.columns) for u in box.units[:1]):
            return
        self._put(key, [Span(u.line, u.start, u.end) for u in box.units])
        self.taken |= {u.index for u in box.units}

    def _go_on(self, unit: Unit) -> bool:
        """A line without a label goes on with the column before it, unless it asks something of the form."""
        if self._asks_else(unit) or unit.line.role == "heading":
            return False
        previous = self.layout.units[unit.index - 1]
        if unit.cell is not None and previous.cell is not None and unit.cell.table != previous.cell.table:
            return False
        if self.column == "title" and not self.drafts[-1].text("title"):
            self._put("title", [Span(unit.line, unit.start, unit.end)])
            return True
        if not unit.line.new_paragraph or unit.cell is not None:
            self._put(self.column, [Span(unit.line, unit.start, unit.end)])
            return True
        return False

    def _asks_else(self, unit: Unit) -> bool:
        """True if the line is a label of the form that fits better than any column does."""
        text = re.split(r"[:：?]", unit.text, maxsplit=1)[0]
        hits = [h for h in self.labels.hits(text) if h.group in ("label", "section", "pair")]
        own = self.columns.hits(text.rstrip(" *"))
        best = hits[0].score if hits else 0.0
        if hits and hits[0].key in _LIKE_COLUMNS and own and own[0].key not in self.drafts[-1].asked:
            return False
        return best >= 0.75 and best > (own[0].score if own else 0.0) + 0.02

    def _put(self, key: str, spans: list[Span]) -> None:
        self.drafts[-1].add(key, spans)


def spans_in_order(found: ActivitiesFound) -> Iterator[Span]:
    """The words of all activities, one after the other."""
    for draft in found.drafts:
        for spans in draft.cells.values():
            yield from (span for span in spans if span.text.strip())
