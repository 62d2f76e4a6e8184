"""The activities of a form: a table with a row for each, a table with a column for each, or blocks of lines."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from extractors.activity_blocks import by_blocks, named_behind_number
from extractors.activity_drafts import ActivitiesFound, Draft
from extractors.activity_naming import Series, is_activities, may_be_activities, name_columns
from extractors.label_ends import style_of
from extractors.labels import Lexicon, column_lexicon
from extractors.layout import CellBox, Layout, Span, spans_of
from pipeline.folding import fold

FULL = 4
"""Columns of an activity that is told in full."""
_QUESTION = re.compile(r"(?:\d{1,2}\.|[A-ZА-Я]\.?)\d{1,2}[.)]?\s+[^\W\d_]")


def find_activities(layout: Layout, language: str) -> ActivitiesFound:
    """All activities of the document, by whatever arrangement is found first."""
    columns = column_lexicon(language)
    ways = (_by_small_tables, _by_rows, _by_columns)
    tables = [found for way in ways if (found := way(layout, columns, language))]
    best = max(tables, key=lambda found: found.clear, default=ActivitiesFound((), frozenset(), False))
    if best.headed and len(best.drafts) > 1 and all(draft.text("title") for draft in best.drafts):
        return best
    blocks = by_blocks(layout, columns, language)  # the table of one block may look like one of all activities
    return blocks if blocks is not None and (not tables or _whole(blocks) > _whole(best)) else best


def _whole(found: ActivitiesFound) -> int:
    """The number of activities with a title and more."""
    return sum(bool(draft.text("title")) and len(draft.cells) >= FULL for draft in found.drafts)


# ------------------------------------------------------------------------------------------ a row for each
def _by_rows(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    tables = layout.tables.keys() - _recurring(layout)
    found = (each for table in sorted(tables) if (each := _of_rows(layout, table, columns, language)))
    return max(found, key=lambda each: each.clear, default=None)


def _of_rows(layout: Layout, table: int, columns: Lexicon, language: str) -> ActivitiesFound | None:
    rows = layout.rows[table]
    if _holds_questions(rows):
        return None
    for position, row in enumerate(rows):
        if len(row) < 3 or not all(_is_heading(box) for box in row):
            continue
        body = _body(layout, table, rows[position:])
        series = [_series(box, body) for box in row]
        if not may_be_activities(series, columns):
            continue
        named = name_columns(series, columns, language)
        clear = is_activities(series, named, columns)
        if clear:
            unread = tuple(one.heading for place, one in enumerate(series) if place not in named and _asks(one))
            found = _read_rows(row, body, {row[place].cell.column: key for place, key in named.items()})
            return replace(found, unread=unread, clear=clear)
    return None


def _holds_questions(rows: list[list[CellBox]]) -> bool:
    """True where numbered questions (``1.2 Acronym``) stand beside each other: two and two, each before its answer."""
    return sum(bool(_QUESTION.match(box.text)) for row in rows for box in row if box.cell.column > 0) >= 2


def _holds_pairs(rows: list[list[CellBox]]) -> bool:
    """True where each row holds two bold labels, each beside its answer in plain print."""
    return all(
        len(row) == 4 and [all(unit.all_bold for unit in box.units) for box in row] == [True, False, True, False]
        for row in rows
    )


def _recurring(layout: Layout) -> frozenset[int]:
    """The tables whose labels in two columns, each beside its answer, stand so again, there or in another table: for
    each activity."""
    pairs = {
        table: [pair for row in layout.rows[table] if len(row) == 4 and all(pair := (row[0].text, row[2].text))]
        for table in layout.tables
        if all(len(row) in (1, 2, 4) for row in layout.rows[table])
    }
    often = Counter(pair for found in pairs.values() for pair in found)
    return frozenset(table for table, found in pairs.items() if sum(often[pair] > 1 for pair in set(found)) > 1)


def _is_heading(box: CellBox) -> bool:
    """A few printed words in one style: a cell with a label and its answer below has two."""
    printed = [unit for unit in box.units if unit.text.strip()]
    filled = any(unit.has("entry") or unit.has("tick") for unit in box.units)
    return not filled and len(box.text.split()) <= 14 and len({style_of(unit) for unit in printed}) <= 1


def _series(head: CellBox, body: list[list[CellBox]]) -> Series:
    cells = [box.text for row in body for box in row if box.cell.column == head.cell.column and box.text]
    return Series(head.text, tuple(cells))


def _asks(column: Series) -> bool:
    """True for a column that says something under a heading of words; “N°” only counts."""
    return any(column.cells) and sum(map(str.isalpha, column.heading)) > 1


def _body(layout: Layout, table: int, rows: list[list[CellBox]]) -> list[list[CellBox]]:
    """The rows under a heading row, also those of the tables that carry it on behind a page break."""
    header = rows[0]
    body = []
    for row in rows[1:]:
        if len(row) <= 1 and not _spans_all(row, header) or len(header) > 4 and 2 * len(row) < len(header):
            break
        body.append(row)
    following = layout.next_table(table)
    while following is not None and _continues(layout, following, header):
        again = [box.text for box in header]
        body += [row for row in layout.rows[following] if [box.text for box in row] != again]
        following = layout.next_table(following)
    return body


def _read_rows(header: list[CellBox], body: list[list[CellBox]], named: dict[int, str]) -> ActivitiesFound:
    drafts: list[Draft] = []
    for row in body:
        _read_row(row, named, drafts)
    taken = {unit.index for row in [header, *body] for box in row for unit in box.units}
    return ActivitiesFound(tuple(drafts), frozenset(taken), True)


def _spans_all(row: list[CellBox], header: list[CellBox]) -> bool:
    return sum(max(1, box.cell.columns) for box in row) >= len(header)


def _continues(layout: Layout, table: int, header: list[CellBox]) -> bool:
    first = layout.rows[table][0]
    return len(first) == len(header)


def _read_row(row: list[CellBox], named: dict[int, str], drafts: list[Draft]) -> None:
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
        target.add(key, spans_of(box.units))


# ------------------------------------------------------------------------------------------ a table for each
def _by_small_tables(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    """A small table for each activity: its title over the headings, which are the same in all, over one row."""
    alike: dict[tuple[str, ...], list[list[list[CellBox]]]] = {}
    for table in layout.tables:
        rows = layout.rows[table]
        shaped = len(rows) == 3 and len(rows[0]) == 1 and 3 <= len(rows[1]) == len(rows[2])
        if shaped and all(_is_heading(box) for box in rows[1]):
            alike.setdefault(tuple(fold(box.text) for box in rows[1]), []).append(rows)
    for tables in alike.values():
        heads = tables[0][1]
        series = [Series(box.text, tuple(rows[2][at].text for rows in tables)) for at, box in enumerate(heads)]
        named = name_columns(series, columns, language, titled=True)
        if len(tables) < 2 or not (clear := is_activities(series, named, columns)):
            continue
        drafts = [Draft() for _ in tables]
        for draft, (title, _, row) in zip(drafts, tables, strict=True):
            draft.add("title", [named_behind_number(title[0].units[0]), *spans_of(title[0].units[1:])])
            for place, key in named.items():
                draft.add(key, spans_of(row[place].units))
        taken = frozenset(u.index for rows in tables for row in rows for box in row for u in box.units)
        unread = tuple(one.heading for place, one in enumerate(series) if place not in named and _asks(one))
        return ActivitiesFound(tuple(drafts), taken, True, unread, clear)
    return None


# ------------------------------------------------------------------------------------------ a column for each
def _by_columns(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    for table in sorted(layout.tables.keys() - _recurring(layout)):
        rows = _with_their_ends(_over_pages(layout, table))
        if (
            len(rows) < 3
            or _holds_questions(rows)
            or _holds_pairs(rows)
            or len({len(row) for row in rows}) > 1
            or not all(_is_heading(row[0]) for row in rows)
        ):
            continue
        series = [Series(row[0].text, tuple(box.text for box in row[1:] if box.text)) for row in rows]
        if not may_be_activities(series, columns):
            continue
        named = name_columns(series, columns, language)
        clear = is_activities(series, named, columns)
        if not clear:
            continue
        drafts = [Draft() for _ in rows[0][1:]]
        for place, key in named.items():
            for draft, box in zip(drafts, rows[place][1:], strict=True):
                if key != "number":
                    draft.add(key, spans_of(box.units))
        taken = frozenset(u.index for row in rows for box in row for u in box.units)
        return ActivitiesFound(tuple(drafts), taken, True, clear=clear)
    return None


def _with_their_ends(rows: list[list[CellBox]]) -> list[list[CellBox]]:
    """The rows that begin with a heading, each with the row behind a page break in which its cells go on."""
    whole: list[list[CellBox]] = []
    for row in rows:
        if len(row) >= 3 and row[0].cell.column == 0 and row[0].text:
            whole.append(row)
        elif whole and not any(box.text for box in row if box.cell.column == 0):
            ends = {box.cell.column: box.units for box in row if box.text}
            whole[-1] = [CellBox(box.cell, [*box.units, *ends.get(box.cell.column, ())]) for box in whole[-1]]
    return whole


def _over_pages(layout: Layout, table: int) -> list[list[CellBox]]:
    """The rows of a table and of those that carry it on behind a page break, as wide as it."""
    rows = layout.rows[table]
    following = layout.next_table(table)
    if following is None or len(layout.rows[following][0]) != len(rows[-1]):
        return rows
    return rows + _over_pages(layout, following)


def spans_in_order(found: ActivitiesFound) -> Iterator[Span]:
    """The words of all activities, one after the other."""
    for draft in found.drafts:
        for spans in draft.cells.values():
            yield from (span for span in spans if span.text.strip())
