"""The tables of a Word file as a grid: which cell stands where, merged cells once."""

from collections.abc import Iterator
from dataclasses import dataclass

from extractors.word_guards import hostile
from extractors.word_names import MC, Element, W, child, chosen, number, switch, value

MAX_SPAN, ABSURD_SPAN = 63, 1_000
"""Word has no more than 63 columns; a span beyond all reason is an attack."""

TABLE_ROW, ROW, CELL = f"{W}tr", f"{W}trPr", f"{W}tcPr"
DOWN, ASIDE, SPAN = f"{W}vMerge", f"{W}hMerge", f"{W}gridSpan"
WRAPPERS = frozenset({f"{W}{name}" for name in ("customXml", "ins", "moveTo", "smartTag")})


@dataclass
class Placed:
    """One visible cell: its element, the control around it, place (from 0), spans, and ``number`` in its row."""

    element: Element
    control: Element | None
    row: int
    column: int
    columns: int
    number: int
    rows: int = 1


def placed_cells(table: Element) -> list[Placed]:
    """The cells of a table in reading order; a vertically or horizontally merged cell once, with its spans."""
    placed: list[Placed] = []
    open_above: dict[int, Placed] = {}
    for at, row in enumerate(_members(table, f"{W}tr")):
        column = _span(row[0].find(f"{W}trPr/{W}gridBefore"), 0)
        here: dict[int, Placed] = {}
        left: Placed | None = None
        for count, (element, control) in enumerate(_members(row[0], f"{W}tc"), start=1):
            merge, sideways, columns = _merges(element)
            above = open_above.get(column)
            if sideways == "continue" and left is not None:
                left.columns += columns
            elif merge == "continue" and above is not None:
                above.rows += 1
                here[column], left = above, None
            else:
                left = Placed(element, control, at, column, columns, count)
                placed.append(left)
                if merge:
                    here[column] = left
            column += columns
        open_above = here
    return placed


def _merges(cell: Element) -> tuple[str, str, int]:
    """How a cell is merged: downwards and sideways ("", "restart" or "continue"), and its columns."""
    properties = child(cell, CELL)
    if properties is None:
        return "", "", 1
    said = {part.tag: part for part in properties}
    down, aside = said.get(DOWN), said.get(ASIDE)
    columns = max(1, _span(said.get(SPAN), 1))
    return (
        "" if down is None else value(down, "continue"),
        "" if aside is None else value(aside, "continue"),
        columns,
    )


def _span(element: Element | None, default: int) -> int:
    if element is None:
        return default
    span = number(element, default)
    if span > ABSURD_SPAN:
        raise hostile(f"A table cell claims to span {span} columns")
    return min(max(span, 0), MAX_SPAN)


def _members(
    container: Element, wanted: str, control: Element | None = None
) -> Iterator[tuple[Element, Element | None]]:
    """The rows of a table or the cells of a row, with the control each stands in; deleted ones are left out."""
    for part in container:
        if part.tag == wanted:
            if not _is_deleted(part):
                yield part, control
        elif part.tag == f"{W}sdt":
            content = part.find(f"{W}sdtContent")
            if content is not None:
                yield from _members(content, wanted, part)
        elif part.tag in WRAPPERS:
            yield from _members(part, wanted, control)
        elif part.tag == f"{MC}AlternateContent":
            branch = chosen(part)
            if branch is not None:
                yield from _members(branch, wanted, control)


def _is_deleted(member: Element) -> bool:
    """True for a row or cell whose deletion was tracked, or a row that is hidden."""
    properties = child(member, ROW) if member.tag == TABLE_ROW else None
    if properties is not None:
        return properties.find(f"{W}del") is not None or bool(switch(properties.find(f"{W}hidden")))
    return child(child(member, CELL), f"{W}cellDel") is not None
