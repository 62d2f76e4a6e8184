"""The activities of a form: a table with a row for each, a table with a column for each, or blocks of lines."""

from collections.abc import Iterator

from extractors.activity_blocks import by_blocks
from extractors.activity_drafts import ActivitiesFound, Draft, column_of, kind_of
from extractors.labels import Lexicon, column_lexicon
from extractors.layout import Box2, Layout, Span


def find_activities(layout: Layout, language: str) -> ActivitiesFound:
    """All activities of the document, by whatever arrangement is found first."""
    columns = column_lexicon(language)
    for reader in (_by_rows, _by_columns, by_blocks):
        found = reader(layout, columns, language)
        if found is not None:
            return found
    return ActivitiesFound((), frozenset(), False)


# ------------------------------------------------------------------------------------------ a row for each
def _header(row: list[Box2], columns: Lexicon) -> dict[int, str] | None:
    """Column number -> column key, if the row is the heading of an activities table."""
    if len(row) < 3 or any(len(box.text.split()) > 12 for box in row):
        return None
    named: dict[int, str] = {}
    filled = [box for box in row if box.text]
    for box in filled:
        key = column_of(box.text, columns)
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
        key = kind_of(cells, language)
        if key and key not in named.values():
            named[column] = key
    return named


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
    cells = {
        named[box.cell.column]: box for box in row if box.cell.column in named and named[box.cell.column] != "number"
    }
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
        named = {row[0].cell.row: column_of(row[0].text, columns) for row in rows if row[0].cell.column == 0}
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


def spans_in_order(found: ActivitiesFound) -> Iterator[Span]:
    """The words of all activities, one after the other."""
    for draft in found.drafts:
        for spans in draft.cells.values():
            yield from (span for span in spans if span.text.strip())
