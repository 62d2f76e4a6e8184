"""Fillable PDF: labels above their fields in several columns are read column by column, not line by line."""

from dataclasses import replace
from itertools import takewhile

from pipeline.document import Document, Line, share_height

Numbered = tuple[int, Line]


def in_reading_order(document: Document) -> list[Numbered]:
    """The lines with their numbers, in the order in which each label is followed by its field.

    In a fillable PDF a stretch of lines that stand side by side is read by columns where every column holds labels
    and fields; where labels stand in one column and fields in the next, the order by lines is right."""
    numbered = list(enumerate(document.lines))
    if not any(piece.kind == "entry" for line in document.lines for piece in line.pieces):
        return numbered
    loose = [
        (n, replace(part, cell=None) if part.cell and not part.cell.ruled else part)
        for n, line in numbered
        for part in _fields(line)
    ]
    ordered: list[Numbered] = []
    stretch: list[list[Numbered]] = []
    for band in _bands(loose):
        if len(band) > 1 and all(line.cell is None for _, line in band):
            stretch.append(band)
        else:
            ordered += _by_columns(stretch) + band
            stretch = []
    return _with_frames([*ordered, *_by_columns(stretch)])


def _with_frames(lines: list[Numbered]) -> list[Numbered]:
    """The lines, each of several labels followed by the field in the frame below it or beside it; below the headings
    of a table stand several fields each."""
    found: list[Numbered] = []
    at = 0
    while at < len(lines):
        fields = list(takewhile(lambda item: _is_framed(item[1]), lines[at:]))
        labels = found[-len(fields) :]
        pairs = list(zip(labels, fields, strict=False))
        apart = len({line.cell and line.cell.table for _, line in fields}) == len(fields)
        level = len({line.cell and line.cell.column for _, line in fields}) == 1
        if (
            len(labels) == len(fields) > 1
            and (apart or level)
            and all(_belongs(label, field) for (_, label), (_, field) in pairs)
        ):
            found[-len(fields) :] = [item for pair in pairs for item in pair]
        else:
            found += fields or lines[at : at + 1]
        at += len(fields) or 1
    return found


def _is_framed(line: Line) -> bool:
    return line.cell is not None and line.cell.ruled and any(piece.kind == "entry" for piece in line.pieces)


def _belongs(label: Line, field: Line) -> bool:
    """True for a label in no frame with the field's frame right below it, or beside it at its height."""
    if label.cell is not None or label.box is None or field.box is None or label.page != field.page:
        return False
    below = 0 <= field.box[1] - label.box[1] <= 3 * (label.box[3] - label.box[1])
    over = below and field.box[0] - 3 <= label.box[0] <= field.box[2]
    return over or label.box[2] <= field.box[0] + 3 and share_height(field, label)


def _fields(line: Line) -> list[Line]:
    """A line of nothing but several fields is one line for each field."""
    entries = [p for p in line.pieces if p.kind == "entry"]
    if len(entries) < 2 or len(entries) < len(line.pieces) or (line.cell and line.cell.ruled):
        return [line]
    return [
        replace(
            line,
            text=line.text[p.start : p.end],
            pieces=(replace(p, start=0, end=p.end - p.start),),
            box=p.box or line.box,
            new_paragraph=True,
        )
        for p in entries
    ]


def _bands(lines: list[Numbered]) -> list[list[Numbered]]:
    """Lines that share a visual row of a page; lines in ruled cells stand alone."""
    bands: list[list[Numbered]] = []
    for number, line in lines:
        before = bands[-1][-1][1] if bands else None
        same = before is not None and before.cell is None and line.cell is None
        if same and before is not None and (before.page, before.band) == (line.page, line.band):
            bands[-1].append((number, line))
        else:
            bands.append([(number, line)])
    return [[(n, line) for n, line in band if line.text or line.pieces or len(band) == 1] or band for band in bands]


def _by_columns(stretch: list[list[Numbered]]) -> list[Numbered]:
    flat = [item for band in stretch for item in band]
    if len(stretch) < 2:
        return flat
    columns = _columns(flat)
    if len(columns) < 2 or not all(_holds_both(column) for column in columns):
        return flat
    return [item for column in columns for item in column]


def _columns(items: list[Numbered]) -> list[list[Numbered]]:
    """The items by their left edge: edges less than 40 points apart are one column."""
    edges: list[float] = []
    for x in sorted(line.box[0] for _, line in items if line.box):
        if not edges or x - edges[-1] > 40:
            edges.append(x)
    columns: list[list[Numbered]] = [[] for _ in edges]
    for item in items:
        x = item[1].box[0] if item[1].box else 0.0
        columns[max((i for i, edge in enumerate(edges) if edge <= x + 1), default=0)].append(item)
    return columns


def _holds_both(column: list[Numbered]) -> bool:
    fields = [any(p.kind != "text" for p in line.pieces) for _, line in column]
    return any(fields) and not all(fields)
